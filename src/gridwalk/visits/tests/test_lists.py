"""What lists of rounds and telephones hold: a cast in which each condition leaves out exactly one record."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.core.queries import NotHere
from gridwalk.registry.models import Dwelling, Facility, Residence
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, Street, lead, phone, worker
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits.models import Round
from gridwalk.visits.queries import facts, rounds, worklist
from gridwalk.visits.queries.rounds import Chosen

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 13)


@pytest.fixture
def street(at: dt.datetime) -> Street:
    return Street.lay_out(at)


def facility(spot: str, days: int, at: dt.datetime, **values: Any) -> Facility:
    """A facility that was looked at so many days ago, and is to be every thirty."""
    last_on = TODAY - dt.timedelta(days=days)
    usual = {"grid_id": GRID, "facility_kind": "hydrant", "interval_days": 30, "source": "office", "created_at": at}
    return Facility.objects.create(spot=spot, last_contact_on=last_on, **{**usual, **values})


def looked(of: Facility, on: int, result: str, at: dt.datetime, **values: Any) -> Round:
    usual = {"grid_id": of.grid_id, "kind": "facility", "entity": of.pk, "worker_name": "王试", "created_at": at}
    return Round.objects.create(on=TODAY - dt.timedelta(days=on), result=result, **{**usual, **values})


@pytest.fixture
def building(street: Street) -> Building:
    street.door()
    return Building.objects.get()


@pytest.fixture
def cast(street: Street, at: dt.datetime, building: Building) -> None:
    facility("late", 31, at)
    facility("on the day", 30, at)
    facility("in three days", 27, at)
    facility("in four days", 26, at)
    facility("late and faulty", 40, at, status="faulty", building=building)
    facility("out of use", 1, at, status="out_of_use")
    facility("late and removed", 40, at, status="removed")
    facility("next grid", 1, at, grid_id=NEXT_GRID)
    facility("another community", 40, at, grid_id=FAR_GRID)
    facility("camera", 1, at, facility_kind="extinguisher")


STANDING = {
    "late",
    "on the day",
    "in three days",
    "in four days",
    "late and faulty",
    "out of use",
    "next grid",
    "camera",
}


@pytest.mark.parametrize(
    ("chosen", "titles"),
    [
        (Chosen(), STANDING),
        (Chosen(state="removed"), {"late and removed"}),
        (Chosen(state="broken"), {"late and faulty", "out of use"}),
        (Chosen(kind="extinguisher"), {"camera"}),
        (Chosen(when="overdue"), {"late", "late and faulty"}),
        (Chosen(when="soon"), {"late", "late and faulty", "on the day", "in three days"}),
        (Chosen(state="broken", when="overdue"), {"late and faulty"}),
    ],
)
def test_facilities_are_chosen_by_state_kind_and_day(cast: None, chosen: Chosen, titles: set[str]) -> None:
    lines, n = rounds.facilities(lead(), FIRST, chosen, TODAY)
    assert {line.where for line in lines} == titles and n == len(titles)


def test_facilities_are_of_a_building_and_of_a_scope_and_come_page_by_page(cast: None, building: Building) -> None:
    lines, n = rounds.facilities(lead(), FIRST, Chosen(building=building.pk), TODAY)
    assert ([line.where for line in lines], n) == (["late and faulty"], 1)
    assert rounds.facilities(lead(), NEXT_GRID, Chosen(), TODAY)[1] == 1
    every = [line.where for line in rounds.facilities(lead(), FIRST, Chosen(), TODAY)[0]]
    page, n = rounds.facilities(lead(), FIRST, Chosen(), TODAY, limit=2, offset=3)
    assert ([line.where for line in page], n) == (every[3:5], 8)
    with pytest.raises(NotHere):
        rounds.facilities(worker(GRID), FIRST, Chosen(), TODAY)
    with pytest.raises(NotHere):
        rounds.in_time(worker(GRID), FIRST, TODAY)


def test_in_time_are_those_that_stand_and_are_not_late(cast: None) -> None:
    figures = {figure.code: (figure.n, figure.d) for figure in rounds.in_time(lead(), FIRST, TODAY)}
    assert figures == {"hydrant": (5, 7), "extinguisher": (1, 1)}


NO_ROUND = "台账写着有故障"
"""What is said of what is broken and of which the last round does not say so."""


@pytest.mark.parametrize(
    ("looks", "words"),
    [
        ([], NO_ROUND),
        ([("faulty", 3, {})], "部件坏了，漏水"),
        ([("faulty", 3, {"note": ""})], "部件坏了"),
        ([("faulty", 3, {}), ("fine", 2, {})], NO_ROUND),
        ([("fine", 3, {}), ("faulty", 2, {})], "部件坏了，漏水"),
        ([("faulty", 3, {}), ("listed", 2, {})], "部件坏了，漏水"),
        ([("fine", 3, {}), ("faulty", 2, {"withdrawn": True})], NO_ROUND),
    ],
)
def test_what_is_wrong_says_the_last_round_that_stands(
    street: Street, at: dt.datetime, looks: list[tuple[str, int, dict[str, Any]]], words: str
) -> None:
    of, beside = facility("here", 3, at, status="faulty"), facility("beside", 3, at, status="faulty")
    looked(beside, 1, "faulty", at, fault="missing")
    for result, on, more in looks:
        withdrawn = at if more.get("withdrawn") else None
        fault = {"fault": "broken", "note": more.get("note", "漏水")} if result == "faulty" else {"note": "看过"}
        looked(of, on, result, at, withdrawn_at=withdrawn, **fault)
    assert rounds.line_of(lead(), of, TODAY).broken == words


def test_a_door_has_a_telephone_by_its_owner_or_by_who_lives_there_now(street: Street) -> None:
    def door(room: str, **values: Any) -> Dwelling:
        return street.door(room, **values)

    def resident(of: Dwelling, name: str, **values: Any) -> None:
        street.person(name, of, **values)

    owner = door("101", owner_phone=phone(1))
    at_home, left, without = door("102"), door("103"), door("104")
    resident(at_home, "王试甲", phone=phone(2))
    resident(left, "王试乙", phone=phone(3))
    Residence.objects.filter(dwelling=left).update(to_on=TODAY)
    resident(without, "王试丙")
    elsewhere = door("105", owner_phone=phone(4))
    resident(elsewhere, "王试丁", phone=phone(5))
    asked = [owner.pk, at_home.pk, left.pk, without.pk]
    assert facts.with_phone(asked) == {owner.pk, at_home.pk}


def test_doors_are_grouped_by_what_is_written_of_building_and_stairwell() -> None:
    building, stairwell = Building(estate="甲里", name="1号楼"), Stairwell(name="2单元")
    assert worklist.group_of(Dwelling()) == ""
    assert worklist.group_of(Dwelling(building=building)) == "甲里 1号楼"
    assert worklist.group_of(Dwelling(building=building, stairwell=stairwell)) == "甲里 1号楼 2单元"
    assert worklist.group_of(Dwelling(building=Building(name="1号楼"), stairwell=Stairwell())) == "1号楼"
