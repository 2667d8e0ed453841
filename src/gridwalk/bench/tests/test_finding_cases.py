"""What the finders look for: no more than the checks that are asked, and the same over a community and a street."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridwalk.bench.cases import contradictions
from gridwalk.bench.cases.case import Inside
from gridwalk.method import addresses
from gridwalk.registry.actions import doors
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests.street import FIRST, GRID, Street

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
