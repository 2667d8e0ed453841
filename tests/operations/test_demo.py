"""The demonstration, small, from nothing to its own check: the main job end to end."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridwalk.cli import demo_check, demo_masks, schema
from gridwalk.cli.failures import CommandError
from gridwalk.cli.verbs import demo as verb
from gridwalk.simulate.street.world import PILOT
from tests.operations.test_commands import environment

ROOT = Path(__file__).parents[2]
FOUND_AT_THE_DOOR = {
    "dead_active",
    "moved_active",
    "household_moved",
    "new_tenant",
    "newborn",
    "phone_changed",
    "door_in_no_ledger",
}


@pytest.fixture
def home() -> Iterator[Path]:
    """A data directory the database's user can reach."""
    with tempfile.TemporaryDirectory(prefix="gridwalk-demo-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "home"


def test_a_demonstration_with_older_tables_is_made_anew_or_brought_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDWALK_HOME", str(tmp_path))
    monkeypatch.setattr(schema, "lacking", lambda: "数据是 0.3 版的，请运行 gridwalk upgrade。")
    (tmp_path / "demo.json").write_text(json.dumps({"size": "small", "day": 40}))
    with pytest.raises(CommandError, match="gridwalk upgrade。这个演示不用留的话，加 --reset 重新做"):
        verb._kept(argparse.Namespace(size="small", day=40))


@pytest.mark.slow
def test_every_rate_is_its_recount_every_page_opens_and_no_number_lies_in_the_open(home: Path, port: int) -> None:
    done = demo(home, "--check", "--port", str(port))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["ok"] is True
    assert {"visits", "attention", "linkage"} <= set(report["rates"])
    for rate in report["rates"].values():
        assert (rate["n"], rate["d"]) == (rate["recount_n"], rate["recount_d"])
        assert rate["d"] > 0
    assert [line["round"] for line in report["rounds"] if line["area"] == "120105001"] == [1, 2, 3]
    for line in report["rounds"]:
        assert line["claimed"] == line["recount_claimed"] and line["verified"] == line["recount_verified"]
        assert (line["invented"] > 0) is (line["area"] != PILOT), "the pilot is honest"
    for kind, count in report["faults"].items():
        least = 1 if kind in FOUND_AT_THE_DOOR else count["planted"]
        assert least <= count["found"] <= count["planted"], kind
    assert report["plaintext_hits"] == 0
    assert report["shaped"] == {}
    for place, smallest in report["fitting"].items():
        assert smallest["id_nos"] is None or smallest["id_nos"] >= smallest["least"] >= 500, place
        assert smallest["phones"] is None or smallest["phones"] >= 10_000, place
    assert report["fitting"]["masked"]["least"] == 100_000
    assert len(report["pages"]) == 7
    again = demo(home, "--no-serve")
    assert again.returncode == 0
    assert "造一条街道" not in again.stdout
    assert len(re.findall(r"^  \S+ +\w{4}-\w{4}-\w{4}-\w{4}  ", again.stdout, re.MULTILINE)) == 7


def demo(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """With temporary files of its own: the check reads them all, and other tests' hold numbers too."""
    own = home.parent / "own"
    own.mkdir(exist_ok=True)
    own.chmod(0o1777)
    return subprocess.run(
        [sys.executable, "-m", "gridwalk.cli", "demo", "--size", "small", *words],
        env=environment(home) | {"TMPDIR": str(own)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_the_search_for_numbers_finds_them_also_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_check, "BLOCK", 64)
    phone, card = b"12012345678", b"12019919800101123X"
    planted = {phone, card}
    files = {
        "nothing": b"-" * 100 + b"120105001023001 ",
        "one": b"-" * 60 + phone + b"-" * 60,
        "two": b"-" * 50 + card.lower() + b"," + phone + b"\n",
        "longer": b"9" + phone + b" " + phone + b"1",
    }
    for name, content in files.items():
        tmp_path.joinpath(name).write_bytes(content)
    hits = {name: demo_check.plaintext_hits(planted, [tmp_path / name]) for name in files}
    assert hits == {"nothing": 0, "one": 1, "two": 2, "longer": 0}


def test_what_comes_by_lot_is_no_number_and_stars_alone_tell_none() -> None:
    by_lot = f"12012345678a{'0' * 20}", "12012345-0123-7123-8123-112012345678"
    assert not any(demo_check._says_numbers(f"<td>{token}</td>".encode()) for token in by_lot)
    assert demo_check._says_numbers(f"<td>{by_lot[0]}</td><td>12012345678</td>".encode())
    assert demo_check._says_numbers(b"<td>120***********123X</td>")
    letter = "程** 陈* 说 ********，电话 ***".encode()
    counted, n_whole = demo_masks._filed([(letter, True), ("电话 120****5678，12012345678".encode(), True)], set())
    assert (counted.people, counted.phones, n_whole) == (1, 10_000, 1), "the stars of names tell no telephone"
