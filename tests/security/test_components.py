"""How soon components are renewed: the document's time frames, and the check that holds reports to them."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from tools import components

TEXT = components.DOCUMENT.read_text("utf-8")
PYTHON = {
    "dependencies": [
        {"name": "alpha", "version": "1.0", "vulns": []},
        {
            "name": "beta",
            "version": "2.1",
            "vulns": [{"id": "PYSEC-2026-7", "aliases": ["CVE-2026-1007"], "fix_versions": ["2.2"]}],
        },
    ]
}
WEB = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "gamma": {
            "severity": "low",
            "via": [{"name": "gamma", "url": "https://advisories.invalid/GHSA-aaaa-bbbb-cccc"}],
        },
        "delta": {"severity": "low", "via": ["gamma"]},
    },
}
LISTED = """
| CVE-2026-1007 | beta | 2026-11-01 | high | with the next version |
| GHSA-aaaa-bbbb-cccc | gamma | 2026-11-01 | low | with the next version |
"""


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Both reports, and a document that lists none of their advisories."""
    monkeypatch.setattr(components, "DOCUMENT", tmp_path / "components.md")
    for name, report in (("components.md", None), ("python.json", PYTHON), ("web.json", WEB)):
        (tmp_path / name).write_text(json.dumps(report) if report else "", "utf-8")
    return [str(tmp_path / "python.json"), str(tmp_path / "web.json")]


def test_an_advisory_is_listed_and_gone_within_its_time(reports: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert components.main([*reports, "--on", "2026-11-10"]) == 1
    said = capsys.readouterr().out
    assert "beta: CVE-2026-1007 is not listed" in said
    assert "gamma: GHSA-aaaa-bbbb-cccc is not listed" in said

    components.DOCUMENT.write_text(LISTED, "utf-8")
    assert components.main([*reports, "--on", "2026-11-15"]) == 0, "fourteen days"
    assert components.main([*reports, "--on", "2026-11-16"]) == 1
    assert components.main([*reports, "--on", "2026-12-31"]) == 1
    said = capsys.readouterr().out
    assert "beta: CVE-2026-1007 had to be gone by 2026-11-15" in said
    assert "gamma" not in said, "sixty days"
    assert components.main([reports[1], "--on", "2027-01-01"]) == 1


def test_what_is_no_whole_report_does_not_pass(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither"):
        list(components.read({"message": "405"}))
    with pytest.raises(ValueError, match="not looked up"):
        list(components.read({"dependencies": [{"name": "alpha", "skip_reason": "unknown"}]}))


def test_the_document_promises_what_the_check_holds_it_to() -> None:
    days = [int(n) for n in re.findall(r"^\| .* \| within (\d+) days", TEXT, re.MULTILINE)]
    assert days == [components.DAYS["critical"], components.DAYS["low"]]
    assert components.DAYS["critical"] == components.DAYS["high"]
    assert components.DAYS["moderate"] == components.DAYS["low"]
    for name, _, day, weight in components.LISTED.findall(TEXT):
        assert dt.date.fromisoformat(day), name
        assert weight in components.DAYS, name
