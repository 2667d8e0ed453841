"""还差哪几步: how far a door is that is left, part by part; worked by hand from docs/algorithms/visits.md."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.core import clock
from gridwalk.visits import steps
from gridwalk.visits.steps import Door

TODAY = clock.local(clock.at_local(dt.date(2026, 11, 9), 19))
THREE = ("morning", "afternoon", "evening")
DOORS = {
    "nobody was there yet": (Door(state="remaining", has_phone=True), "next todo none todo"),
    "no number on record": (Door(state="remaining"), "next none none todo"),
    "one band tried": (
        Door(state="remaining", outcome="no_answer", bands=("morning",), n_visits=1, has_phone=True),
        "next todo none todo",
    ),
    "three bands tried, a number": (
        Door(state="remaining", outcome="no_answer", bands=THREE, n_visits=3, has_phone=True),
        "done next none todo",
    ),
    "three bands tried, no number": (
        Door(state="remaining", outcome="no_answer", bands=THREE, n_visits=3),
        "next none none todo",
    ),
    "called, not knocked at": (
        Door(state="remaining", outcome="phone", n_visits=1, has_phone=True),
        "next done none todo",
    ),
    "reported as vacant": (
        Door(state="remaining", outcome="vacant_confirmed", bands=("morning",), n_visits=1, has_phone=True),
        "todo todo next todo",
    ),
    "no more visits, no number": (
        Door(state="remaining", outcome="no_answer", bands=("morning",), n_visits=6, max_visits=6),
        "todo none none next",
    ),
    "refused": (
        Door(state="explained", outcome="refused", bands=("morning",), n_visits=1, has_phone=True),
        "none none none done",
    ),
    "explained by knocks": (
        Door(state="explained", outcome="no_answer", bands=("morning", "evening"), n_visits=3, has_phone=True),
        "done none none done",
    ),
    "a resident named a time": (
        Door(state="remaining", outcome="postponed", bands=("morning",), n_visits=1, revisit_at=TODAY, has_phone=True),
        "todo todo none todo",
    ),
    "another person rechecks first": (
        Door(state="pending", outcome="not_found", bands=("morning",), n_visits=1, has_phone=True),
        "todo todo none todo",
    ),
    "a difference is decided first": (
        Door(state="remaining", has_difference=True, has_phone=True),
        "todo todo none todo",
    ),
}


@pytest.mark.parametrize("case", DOORS)
def test_each_part_is_done_next_to_come_or_of_no_use(case: str) -> None:
    door, ways = DOORS[case]
    assert list(steps.closeout(door)) == ["bands", "call", "second_source", "reason"]
    assert " ".join(steps.closeout(door).values()) == ways
    assert [part for part, way in steps.closeout(door).items() if way == "next"] == [
        part for part in (steps.next_part(door),) if part
    ], "what is ringed is what the aside counts"
