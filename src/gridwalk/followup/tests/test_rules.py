"""The course of a matter, worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.followup import rules
from gridwalk.followup.papers import PaperRefused, paper
from gridwalk.followup.queries.courses import _reached
from gridwalk.followup.rules import MOVES, Act, Kind, MatterError, Stage
from gridwalk.method.workdays import Workdays

COURSES = [
    (Kind.FINDING, Stage.EXTENT, Act.EXTENT_DONE, Stage.HANDLING),
    (Kind.FINDING, Stage.HANDLING, Act.HANDED_IN, Stage.RECHECK),
    (Kind.FINDING, Stage.RECHECK, Act.PASSED, Stage.EFFECT),
    (Kind.FINDING, Stage.RECHECK, Act.SENT_BACK, Stage.HANDLING),
    (Kind.FINDING, Stage.EFFECT, Act.HELD, Stage.CLOSED),
    (Kind.FINDING, Stage.EFFECT, Act.RELAPSED, Stage.HANDLING),
    (Kind.HAZARD, Stage.HANDLING, Act.HANDED_IN, Stage.RECHECK),
    (Kind.HAZARD, Stage.RECHECK, Act.PASSED, Stage.CLOSED),
    (Kind.HAZARD, Stage.HANDLING, Act.PASSED_ON, Stage.PASSED_ON),
    (Kind.HAZARD, Stage.PASSED_ON, Act.CAME_BACK, Stage.RECHECK),
    (Kind.REQUEST, Stage.RECHECK, Act.DROPPED, Stage.DROPPED),
    (Kind.DECISION, Stage.CLOSED, Act.REOPENED, Stage.HANDLING),
    (Kind.REQUEST, Stage.DROPPED, Act.REOPENED, Stage.HANDLING),
    (Kind.HAZARD, Stage.HANDLING, Act.NOTED, Stage.HANDLING),
    (Kind.FINDING, Stage.EXTENT, Act.DUE_CHANGED, Stage.EXTENT),
]


@pytest.mark.parametrize(("kind", "stage", "act", "after"), COURSES)
def test_an_act_leads_where_the_table_says(kind: Kind, stage: Stage, act: Act, after: Stage) -> None:
    assert rules.stage_after(kind, stage, act) is after


@pytest.mark.parametrize("act", [act for act in MOVES if act is not Act.REOPENED])
def test_nothing_is_done_about_what_is_over_but_opening_it_again(act: Act) -> None:
    for stage in rules.ENDED:
        with pytest.raises(MatterError, match="按页上列出的办法来"):
            rules.stage_after(Kind.FINDING, stage, act)


def test_the_days_are_working_days_and_the_first_one_does_not_count() -> None:
    """30 September 2026 is a Wednesday; 1 to 7 October is off, Saturday 10 October is worked."""
    assert rules.due_on(Kind.HAZARD, dt.date(2026, 9, 30), Workdays()) == dt.date(2026, 10, 13)
    assert rules.due_on(Kind.HAZARD, dt.date(2026, 11, 2), Workdays()) == dt.date(2026, 11, 9)


def test_it_is_overdue_from_the_day_after_unless_it_is_over_or_waits_for_its_effect() -> None:
    due = dt.date(2026, 11, 9)
    assert not rules.is_overdue(Stage.HANDLING, due, due)
    assert rules.is_overdue(Stage.HANDLING, due, dt.date(2026, 11, 10))
    assert rules.is_overdue(Stage.RECHECK, due, dt.date(2026, 11, 10))
    for stage in (Stage.EFFECT, Stage.CLOSED, Stage.DROPPED):
        assert not rules.is_overdue(stage, due, dt.date(2026, 11, 10))


def test_the_steps_say_what_is_past_and_what_comes() -> None:
    said = [state for _, state in rules.steps(Kind.FINDING, Stage.HANDLING)]
    assert said == ["past", "now", "to_come", "to_come", "to_come"]
    assert rules.steps(Kind.HAZARD, Stage.PASSED_ON) == rules.steps(Kind.HAZARD, Stage.HANDLING)
    assert {state for _, state in rules.steps(Kind.HAZARD, Stage.CLOSED)} == {"past"}
    assert rules.steps(Kind.HAZARD, Stage.DROPPED) == [(Stage.DROPPED, "now")]


def test_the_effect_has_its_day_and_an_extent_at_least_one_place() -> None:
    rules.check_effect(dt.date(2026, 11, 24), dt.date(2026, 11, 24))
    with pytest.raises(MatterError, match="11月24日回头看，还没到日子"):
        rules.check_effect(dt.date(2026, 11, 23), dt.date(2026, 11, 24))
    rules.check_extent(1)
    with pytest.raises(MatterError, match="还没有查别处"):
        rules.check_extent(0)


@pytest.mark.parametrize(
    ("days", "half", "most"),
    [([], None, None), ([1, 2], None, None), ([1, 2, 3], 2, 3), (list(range(1, 11)), 5, 9), ([4] * 4, 4, 4)],
)
def test_the_days_within_which_half_and_nine_tenths_lie(days: list[int], half: int | None, most: int | None) -> None:
    assert (_reached(days, 0.5), _reached(days, 0.9)) == (half, most)


def test_a_file_is_told_by_its_bytes() -> None:
    assert paper("记录.PDF", b"%PDF-1.7 x").name == "记录.pdf"
    assert paper("..\\夹\\a.exe.pdf", b"%PDF-1.7").name == "a.exe.pdf"
    for data in (b"", b"GIF89a", b"PK\x03\x04", b"\xff\xd8\xff"):
        with pytest.raises(PaperRefused, match="没有存"):
            paper("x.jpg", data)
    with pytest.raises(PaperRefused, match="超过 5 MB"):
        paper("x.pdf", b"%PDF-" + bytes(5_000_000))
