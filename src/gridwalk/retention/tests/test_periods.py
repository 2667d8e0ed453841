"""The table of periods: the document says what the program does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gridwalk.retention import queries, rules

DOCUMENT = Path(__file__).parents[4] / "docs" / "operations" / "保存期限.md"
AT = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)


def test_the_document_says_for_each_kind_what_the_program_does() -> None:
    text = DOCUMENT.read_text("utf-8")
    for p in rules.PERIODS:
        assert f"| `{p.code}` | {p.what} | {p.how_long} | {p.since} | {p.goes} | {p.stays} | {p.why} |" in text
    assert set(queries.OVER) == set(rules.BY_CODE)


def test_kinds_are_chosen_by_code_and_an_unknown_one_is_refused() -> None:
    assert [p.code for p in rules.chosen(["sessions", "", " files"])] == ["files", "sessions"]
    assert rules.chosen(["all"]) == rules.PERIODS
    assert rules.chosen([""]) == ()
    with pytest.raises(rules.RetentionError, match="不认得 people"):
        rules.chosen(["people"])
    assert rules.BY_CODE["ops"].cut(AT) == AT - dt.timedelta(days=60)


CUT = dt.datetime(2031, 7, 9, 1, 2, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize("code", sorted(queries.OVER))
def test_whatever_is_over_its_time_ended_before_the_cut(code: str) -> None:
    for rows, _ in queries.OVER[code](CUT):
        assert "2031-07-09" in str(rows.query), f"{rows.model.__name__}: of any time"
