"""What the finders look for: no more than the checks that are asked, and the same over a community and a street."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridwalk.bench.cases import contradictions
from gridwalk.bench.cases.case import Inside
from gridwalk.method import addresses
from gridwalk.registry.actions import doors
from gridwalk.registry.models import Dwelling, Organization, Person, Residence
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, SECOND, Street, phone

TODAY = dt.date(2026, 10, 13)
BORN = "1980-01-01"


@pytest.mark.parametrize("scope", [FIRST, FIRST[:9]])
def test_a_room_of_two_stairwells_is_two_doors_over_a_community_and_over_the_street(street: Street, scope: str) -> None:
    written = ["甲里1号楼1单元101", "甲里1号楼2单元101", "甲里2号楼1单元301", "甲里2号楼301"]
    new = [doors.NewDoor(grid=GRID, address=addresses.parse(a), values={}, source="ledger") for a in written]
    with street.writing() as writing:
        doors.register_doors(writing, new)
    cases = contradictions.find(Inside(scopes=[scope]), TODAY, ["same_door"])
    rooms = [
        sorted(Dwelling.objects.filter(pk__in=case.records).values_list("address_key", flat=True)) for case in cases
    ]
    assert [[key.split("|")[1:] for key in keys] for keys in rooms] == [[["2", "1", "301"], ["2", "", "301"]]]


@pytest.mark.parametrize(
    ("asked", "beside"),
    [("no_head", "minor_alone"), ("minor_alone", "no_head"), ("near_duplicate", "same_name_and_birth")],
)
def test_for_one_check_nothing_is_looked_for_that_only_another_needs(street: Street, asked: str, beside: str) -> None:
    home = street.door("101")
    street.person("程小满", home, born_on="2018-05-06")
    shared = street.door("201")
    for name in ("王子轩", "王子萱"):
        street.person(name, shared, born_on="2012-05-06", relation="20")
    street.person("张桂兰", street.door("301"), born_on=BORN)
    street.person("张桂兰", street.door("302"), born_on=BORN)
    looks: dict[str, int] = {}
    for codes in ([asked], [asked, beside]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            cases = contradictions.find(Inside(scopes=[FIRST]), TODAY, codes)
        looks[codes[-1]] = len(queries)
        assert asked in {case.check for case in cases} <= set(codes)
    assert looks[asked] < looks[beside]


def asked(code: str, scope: str = FIRST) -> set[str]:
    """The names of whom, or of what, a check asks: those that lead a case, and who stand beside them."""
    records = {pk for case in contradictions.find(Inside(scopes=[scope]), TODAY, [code]) for pk in case.records}
    tables = (Person, Organization)
    return {name for table in tables for name in table.objects.filter(pk__in=records).values_list("name", flat=True)}


def living(street: Street, name: str, *homes: Dwelling, status: str = "active", **values: Any) -> Person:
    person = street.person(name, grid=homes[0].grid_id if homes else "", **values)
    for home in homes:
        Residence.objects.create(
            grid_id=home.grid_id, person=person, dwelling=home, kind="lives_here", source="ledger", created_at=street.at
        )
    Person.objects.filter(pk=person.pk).update(status=status)
    return person


def test_a_home_that_was_left_that_is_gone_or_that_is_a_registration_alone_is_none(street: Street) -> None:
    doors_ = [street.door(str(room)) for room in range(101, 106)]
    first, second, gone, *_ = doors_
    far = street.door("101", FAR_GRID)
    two: dict[str, dict[str, Any]] = {
        "两处": {},
        "搬走一处": {"to_on": TODAY},
        "一处是户籍": {"kind": "registered_here"},
    }
    for name, change in two.items():
        person = living(street, name, first, second)
        Residence.objects.filter(person=person, dwelling=second).update(**change)
    living(street, "一处拆了", first, gone)
    living(street, "两处而去世", first, second, status="deceased")
    living(street, "一处而去世", first, status="deceased")
    left = living(street, "去世前搬走", first, status="deceased")
    Residence.objects.filter(person=left).update(to_on=TODAY)
    living(street, "去世在拆了的户", gone, status="deceased")
    living(street, "只在拆了的户", gone)
    moved = living(street, "搬走了", first)
    Residence.objects.filter(person=moved).update(to_on=TODAY)
    living(street, "没有住处")
    living(street, "没有住处而迁走", status="moved_away")
    living(street, "别处两处", far, street.door("102", FAR_GRID))
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")

    assert asked("two_homes") == {"两处"}
    assert asked("ended_but_living") == {"两处而去世", "一处而去世"}
    assert asked("no_home") == {"没有住处", "搬走了", "只在拆了的户"}
    assert asked("two_homes", SECOND) == {"别处两处"}
    assert asked("two_homes", FIRST[:9]) == {"两处", "别处两处"}


def test_a_telephone_is_asked_about_where_people_of_three_standing_doors_have_it(street: Street) -> None:
    homes = [street.door(str(room)) for room in range(101, 105)]
    gone = street.door("201")
    changes: list[tuple[str, dict[str, Any]]] = [
        ("住着", {}),
        ("搬走", {"to_on": TODAY}),
        ("户籍", {"kind": "registered_here"}),
    ]
    for serial, (last, change) in enumerate(changes, 1):
        people = [living(street, f"{last}{n}", home, phone=phone(serial)) for n, home in enumerate(homes[:3])]
        Residence.objects.filter(person=people[2]).update(**change)
    for n, home in enumerate(homes[:3]):
        living(street, f"去世{n}", home, phone=phone(4), status="deceased" if n == 2 else "active")
        living(street, f"拆了{n}", gone if n == 2 else home, phone=phone(5))
        living(street, f"没有号码{n}", home)
    living(street, "一户一", homes[0], phone=phone(6))
    living(street, "一户二", homes[0], phone=phone(6))
    living(street, "一户三", homes[0], phone=phone(6))
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    for scope in (FIRST, FIRST[:9]):
        assert asked("phone_shared", scope) == {"住着0", "住着1", "住着2"}, scope
    assert asked("phone_shared", SECOND) == set()


def test_a_business_is_asked_about_where_it_goes_on_at_a_door_that_is_gone(street: Street) -> None:
    standing, gone, far = street.door("101"), street.door("102"), street.door("101", FAR_GRID)
    for name, door, status in (
        ("在拆了的户", gone, "active"),
        ("停业", gone, "closed"),
        ("在册的户", standing, "active"),
        ("别处", far, "active"),
    ):
        Organization.objects.create(
            grid_id=door.grid_id, dwelling=door, name=name, status=status, source="ledger", created_at=street.at
        )
    Dwelling.objects.filter(pk__in=[gone.pk, far.pk]).update(status="struck_off")
    assert asked("door_gone") == {"在拆了的户"}
    assert asked("door_gone", SECOND) == {"别处"}
