"""Every query of places leaves out what it is to leave out: each condition keeps out exactly one row that nothing else
keeps out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM, Held, Role, Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.territory import queries
from gridwalk.territory.models import Area, Building, Grid, SetDay, Stairwell

DAY = dt.date(2026, 1, 5)
DISTRICT, STREET, NEXT_STREET = "120199", "120199001", "120199002"
FIRST, SECOND, CLOSED = f"{STREET}001", f"{STREET}002", f"{STREET}003"
GRID, OLD, PLACELESS, FAR = f"{FIRST}001", f"{FIRST}002", f"{FIRST}000", f"{SECOND}001"


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    """A district with a street of two communities, a closed one, and a street that is closed."""
    tree = (
        ("120199000000", "district", None, "试验区"),
        (f"{STREET}000", "street", "120199000000", "试验街道"),
        (f"{NEXT_STREET}000", "street", "120199000000", "撤销街道"),
        (FIRST, "community", f"{STREET}000", "甲社区"),
        (SECOND, "community", f"{STREET}000", "乙社区"),
        (CLOSED, "community", f"{STREET}000", "撤销社区"),
    )
    for code, level, parent, name in tree:
        closed = DAY if name.startswith("撤销") else None
        Area.objects.create(code=code, level=level, parent_id=parent, name=name, short=name[:1], closed_on=closed)
    for code, kind, valid_to in ((PLACELESS, "unassigned", None), (GRID, "basic", None), (OLD, "basic", DAY)):
        Grid.objects.create(code=code, area_id=FIRST, name=code[-3:], kind=kind, valid_from=DAY, valid_to=valid_to)
    Grid.objects.create(code=FAR, area_id=SECOND, name="001", valid_from=DAY)


def building(name: str, grid: str = GRID, **values: Any) -> Building:
    return Building.objects.create(grid_id=grid, name=name, key=values.pop("key", name), estate="甲里", **values)


def lead(scope: str = FIRST) -> Viewer:
    return Viewer(None, "书记", (Held(Role.COMMUNITY_LEAD, scope),))


def codes(rows: list[Any]) -> list[str]:
    return [row.code for row in rows]


def test_which_areas_are_shown() -> None:
    every = ["120199000000", f"{STREET}000", FIRST, SECOND]
    assert codes(queries.areas(SYSTEM, under=DISTRICT)) == every
    assert codes(queries.areas(SYSTEM, under=STREET)) == every[1:]
    assert codes(queries.areas(SYSTEM, level="community")) == [FIRST, SECOND]
    assert codes(queries.areas(lead(), under=DISTRICT)) == ["120199000000", f"{STREET}000", FIRST]
    assert queries.areas(Viewer(None, "没有岗位", ()), under=DISTRICT) == []
    assert queries.get_area(lead(), FIRST).name == "甲社区"
    for absent in (SECOND, CLOSED, f"{STREET}009"):
        with pytest.raises(NotHere):
            queries.get_area(lead(), absent)
    assert codes(queries.communities(STREET)) == [FIRST, SECOND]
    assert codes(queries.communities(GRID)) == [FIRST], "of a grid its own"
    assert sorted(codes(queries.above(GRID))) == ["120199000000", f"{STREET}000", FIRST]


def test_the_one_street_that_stands_is_meant_by_the_district() -> None:
    assert queries.street_of(DISTRICT) == STREET
    assert queries.street_of(FIRST) == FIRST
    Area.objects.filter(code=f"{NEXT_STREET}000").update(closed_on=None)
    assert queries.street_of(DISTRICT) == DISTRICT
    Area.objects.filter(level="street").update(closed_on=DAY)
    assert queries.street_of(DISTRICT) == DISTRICT


def test_what_is_a_place() -> None:
    known = {scope: queries.is_place(scope) for scope in ("", DISTRICT, STREET, FIRST, GRID, OLD)}
    assert all(known.values()), known
    unknown = ("12019", "1201990", f"{STREET}0", f"{FIRST}009", f"{STREET}009", f"{GRID}1")
    assert not any(queries.is_place(scope) for scope in unknown)
    assert queries.place_names(["", STREET, FIRST, GRID, "x"]) == {
        "": "全部",
        STREET: "试验街道",
        FIRST: "甲",
        GRID: "甲 001",
        "x": "x",
    }


def test_which_grids_are_in_force_and_offered() -> None:
    assert codes(queries.grids(SYSTEM, scope=STREET)) == [PLACELESS, GRID, FAR]
    assert codes(queries.grids(lead(), scope=STREET)) == [PLACELESS, GRID]
    assert codes(queries.grids(lead(SECOND), scope=FIRST)) == []
    assert queries.grid_codes(FIRST) == [PLACELESS, GRID]
    assert dict(queries.grids_named(FIRST)) == {PLACELESS: "000", GRID: "001"}
    building("已拆", PLACELESS, ended_on=DAY)
    building("1")
    shown = queries.grids_shown(SYSTEM, scope=STREET, verb=Verb.SEE_COUNTS)
    assert codes(shown) == [GRID, FAR], "in 000 stands nothing"
    building("2", PLACELESS)
    assert codes(queries.grids_shown(SYSTEM, scope=STREET, verb=Verb.SEE_COUNTS)) == [GRID, PLACELESS, FAR]
    assert queries.get_grid(lead(), OLD).code == OLD
    for who, code in ((lead(SECOND), GRID), (lead(), f"{FIRST}009")):
        with pytest.raises(NotHere):
            queries.get_grid(who, code)


def test_which_buildings_stand_and_where_their_stairwells_are() -> None:
    one, old, far = (
        building("1号楼", key="1"),
        building("2号楼", key="2", ended_on=DAY),
        building("3号楼", FAR, key="3"),
    )
    other_part = building("1号楼", PLACELESS, key="1")
    stairs = {key: Stairwell.objects.create(building=one, key=key, name=key) for key in ("", "10", "2")}
    moved = Stairwell.objects.create(building=other_part, key="3", name="3")
    (shown,) = queries.buildings(lead(), grid=GRID)
    assert [stairwell.key for stairwell in shown.stairwells.all()] == ["2", "10", ""], "shops stand last"
    with pytest.raises(NotHere):
        queries.buildings(lead(SECOND), grid=GRID)
    (place,) = queries.building_index(FIRST)
    known = queries.building_index(FIRST)[place]
    assert (place[1], known.grid_of("3"), known.grid_of("2"), known.grid_of("9")) == ("1", PLACELESS, GRID, PLACELESS)
    assert known.stairwells["3"] == moved.pk
    assert queries.estates(STREET) == queries.estates(FIRST) == {place[0]}
    Building.objects.filter(grid=FAR).update(ended_on=DAY)
    assert queries.estates(SECOND) == set()
    assert queries.get_building(lead(), old.pk) == old, "what was pulled down is still read"
    assert queries.get_stairwell(lead(), stairs["2"].pk) == stairs["2"]
    for who, pk in ((lead(), far.pk), (lead(SECOND), one.pk)):
        with pytest.raises(NotHere):
            queries.get_building(who, pk)
    with pytest.raises(NotHere):
        queries.get_stairwell(lead(SECOND), stairs["2"].pk)


def test_the_days_an_office_set_are_of_their_year() -> None:
    for day, works in ((dt.date(2026, 12, 31), True), (dt.date(2027, 1, 1), False), (dt.date(2026, 1, 1), False)):
        SetDay.objects.create(day=day, works=works, name="调")
    assert [row.day for row in queries.set_days(2026)] == [dt.date(2026, 1, 1), dt.date(2026, 12, 31)]
