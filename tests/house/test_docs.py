"""Documents held to the code: indicators, commands, settings."""

from __future__ import annotations

import re
from pathlib import Path

from gridwalk.cli import VERBS
from gridwalk.indicators import document
from gridwalk.visits.outcomes import OUTCOMES

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs/operations/安装和日常运行.md").read_text("utf-8")


def _sources() -> str:
    paths = (ROOT / "src").rglob("*.py")
    return "\n".join(p.read_text("utf-8") for p in paths if "tests" not in p.relative_to(ROOT).parts)


def test_the_indicators_document_is_what_the_definitions_say() -> None:
    assert (ROOT / "docs/indicators.md").read_text("utf-8") == document.render()


def test_every_command_is_documented() -> None:
    assert set(re.findall(r"`gridwalk (\w+)`", OPERATIONS)) == set(VERBS)


def test_every_setting_is_documented() -> None:
    settings = (ROOT / "src/gridwalk/config/settings.py").read_text("utf-8")
    read = set(re.findall(r'environ(?:\.get)?[\[(]"(\w+)"', settings)) | {"DATABASE_URL"}
    assert read <= set(re.findall(r"`([A-Z_]+)`", OPERATIONS))


def test_every_outcome_of_a_visit_is_documented() -> None:
    page = (ROOT / "docs/algorithms/visits.md").read_text("utf-8")
    rows = re.findall(r"^\| (\w) \| (.) \| (\w+) \|", page, re.MULTILINE)
    assert rows == [(outcome.key, outcome.mark, code) for code, outcome in OUTCOMES.items()]


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), (page.name, target)


def test_every_paragraph_of_the_domain_that_is_cited_stands_there() -> None:
    domain = (ROOT / "docs/domain.md").read_text("utf-8")
    sections = dict(re.findall(r"^## (\d)\. (.*?)(?=^## |\Z)", domain, re.MULTILINE | re.DOTALL))
    rates, lines = (set(re.findall(r"^(\d)\. \*\*", sections[number], re.MULTILINE)) for number in "26")
    code = _sources() + "\n".join(p.read_text("utf-8") for p in (ROOT / "src").rglob("test_*.py"))
    assert set(re.findall(r"domain\.md §(\d)", code)) <= set(sections)
    assert set(re.findall(r"domain\.md[^\n]{0,8} rate (\d)", code)) <= rates
    assert set(re.findall(r"red lines? (?:\d and )?(\d)", code)) | set(re.findall(r"red lines? (\d)", code)) <= lines
    assert set(re.findall(r"\((?:\S+ )?(P\d+)\)", code)) <= set(
        re.findall(r"^\| (P\d+) \|", sections["1"], re.MULTILINE)
    )


def test_every_room_says_where_its_journeys_are_and_every_journey_is_told_of() -> None:
    rooms = {page.parent.name: page.read_text("utf-8") for page in (ROOT / "src/gridwalk").glob("*/__init__.py")}
    told = {room: re.findall(r"tests/\w+/test_\w+\.py", text.partition("Journeys:")[2]) for room, text in rooms.items()}
    assert not [room for room, tests in told.items() if not tests]
    every = {test for tests in told.values() for test in tests}
    assert not [test for test in every if not (ROOT / test).exists()]
    assert {f"tests/journeys/{page.name}" for page in (ROOT / "tests/journeys").glob("test_*.py")} <= every
