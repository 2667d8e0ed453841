"""Rounds as plain values: when the next is due, and what state they leave a facility in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.registry.models import Facility, Site
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, Street, lead
from gridwalk.visits import rules
from gridwalk.visits.queries import rounds
from gridwalk.visits.queries.rounds import Chosen
from gridwalk.visits.rules import Look

DAY = dt.date(2026, 6, 8)
NOON = dt.datetime(2026, 6, 8, 12, tzinfo=dt.UTC)


def look(day: int, result: str, *, order: int = 0, out_of_use: bool = False, was: str = "active") -> Look:
    return Look(dt.date(2026, 6, day), NOON + dt.timedelta(minutes=order), result, out_of_use, was)


@pytest.mark.parametrize(
    ("last", "interval", "due_on"),
    [
        (None, 30, dt.date(2026, 7, 8)),  # never looked at: from the first day of the record
        (dt.date(2026, 6, 20), 15, dt.date(2026, 7, 5)),
        (dt.date(2028, 2, 28), 1, dt.date(2028, 2, 29)),
        (dt.date(2026, 12, 31), 366, dt.date(2028, 1, 1)),
    ],
)
def test_the_next_round_is_due_an_interval_after_the_last(last: dt.date | None, interval: int, due_on: dt.date) -> None:
    assert rules.round_due_on(last, DAY, interval) == due_on


@pytest.mark.parametrize(
    ("today", "state"),
    [(4, "ahead"), (5, "soon"), (7, "soon"), (8, "soon"), (9, "overdue"), (30, "overdue")],
)
def test_it_is_listed_three_days_ahead_and_overdue_from_the_day_after(today: int, state: str) -> None:
    assert rules.round_state(DAY, dt.date(2026, 6, today)) == state


def test_the_latest_day_says_how_it_stands_and_of_one_day_what_was_written_last() -> None:
    broken = look(8, "faulty", order=1, out_of_use=True)
    assert rules.last_look([look(3, "fine"), broken, look(5, "fine", order=9)]) == broken, "typed in later, seen before"
    assert rules.last_look([broken, look(8, "repaired", order=2)]) == look(8, "repaired", order=2)
    assert rules.last_look([look(9, "listed"), broken]) == broken, "a ledger's day says nothing of the state"
    assert rules.last_look([look(9, "listed")]) is None
    assert [past_look.leaves for past_look in (broken, look(8, "faulty"), look(8, "fine"), look(8, "repaired"))] == [
        "out_of_use",
        "faulty",
        "active",
        "active",
    ]


def test_taking_a_round_back_returns_to_the_one_before_else_to_the_state_before_it() -> None:
    first, second = look(3, "faulty"), look(8, "repaired", was="faulty")
    assert rules.state_without(second, [first]) == "faulty"
    assert rules.state_without(first, [second]) == "", "a later round has decided it"
    assert rules.state_without(look(8, "faulty", was="out_of_use"), []) == "out_of_use"
    assert rules.state_without(look(8, "listed"), []) == ""


LOOKS = st.lists(
    st.builds(
        look, st.integers(1, 28), st.sampled_from(["fine", "faulty", "repaired", "listed"]), order=st.integers(0, 99)
    ),
    max_size=6,
    unique_by=lambda past_look: (past_look.on, past_look.order),
)


@given(LOOKS, st.integers(1, 28), st.sampled_from(["fine", "faulty", "repaired"]))
def test_a_round_recorded_and_taken_back_changes_nothing(before: list[Look], day: int, result: str) -> None:
    last = rules.last_look(before)
    standing = last.leaves if last else "active"
    new = look(day, result, order=1000, was=standing)
    without = rules.state_without(new, before)
    decided = rules.last_look([*before, new]) == new
    assert without == (standing if decided else "")


@pytest.mark.django_db
def test_what_stands_there_is_due_for_a_round_and_what_is_gone_is_not(at: dt.datetime) -> None:
    Street.lay_out(at)
    today = at.date()

    def facility(state: str, days: int, grid: str = GRID) -> Facility:
        seen = today - dt.timedelta(days=days)
        return Facility.objects.create(
            grid_id=grid,
            facility_kind="hydrant",
            status=state,
            interval_days=30,
            last_contact_on=seen,
            source="office",
            created_at=at,
        )

    def site(state: str, days: int, grid: str = GRID) -> Site:
        seen = today - dt.timedelta(days=days)
        return Site.objects.create(
            grid_id=grid,
            name="第一小学",
            sort_key="1",
            status=state,
            interval_days=30,
            last_contact_on=seen,
            source="office",
            created_at=at,
        )

    expected = [facility("active", 31), site("active", 31), facility("active", 27), site("active", 30)]
    for make in (facility, site):
        make("active", 26)
        make("removed" if make is facility else "closed", 31)
        make("active", 31, FAR_GRID)
    lines = rounds.due(lead(), FIRST, today)
    assert {line.id for line in lines} == {row.pk for row in expected}
    assert [line.when for line in lines] == ["overdue", "overdue", "soon", "soon"]


@pytest.mark.django_db
def test_facilities_are_listed_by_kind_state_building_and_day(at: dt.datetime) -> None:
    street = Street.lay_out(at)
    building = street.door("101").building
    today = at.date()

    def facility(days: int, grid: str = GRID, **values: Any) -> Facility:
        given: dict[str, Any] = {"facility_kind": "hydrant", "status": "active", "interval_days": 30}
        seen = today - dt.timedelta(days=days)
        return Facility.objects.create(
            grid_id=grid, last_contact_on=seen, source="office", created_at=at, **(given | values)
        )

    late, soon, ahead = facility(31), facility(27), facility(26)
    light, inside = facility(0, facility_kind="light"), facility(0, building=building)
    faulty, out_of_use, removed = (facility(0, status=state) for state in ("faulty", "out_of_use", "removed"))
    facility(31, FAR_GRID)
    broken = {faulty.pk, out_of_use.pk}
    asked = {
        Chosen(): {late.pk, soon.pk, ahead.pk, light.pk, inside.pk, *broken},
        Chosen(when="overdue"): {late.pk},
        Chosen(when="soon"): {late.pk, soon.pk},
        Chosen(state="broken"): broken,
        Chosen(state="removed"): {removed.pk},
        Chosen(kind="light"): {light.pk},
        Chosen(building=inside.building_id): {inside.pk},
    }
    for chosen, expected in asked.items():
        lines, n = rounds.facilities(lead(), FIRST, chosen, today)
        assert ({line.id for line in lines}, n) == (expected, len(expected)), chosen
