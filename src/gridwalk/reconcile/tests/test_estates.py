"""An estate's other name, learnt by a comparison, lets the next import find its doors."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import clock
from gridwalk.reconcile.actions import comparing, estates
from gridwalk.reconcile.models import EstateAlias
from gridwalk.registry.models import Dwelling, Person
from gridwalk.territory.models import Building
from tests.harness.campaign import COMMUNITY, GRID, confirm, id_no, upload, workbook

pytestmark = pytest.mark.slow
HEADER = ["小区", "楼栋", "单元", "室号", "姓名", "性别", "身份证号", "联系电话"]


def people(estate: str, *rooms: str) -> list[list[Any]]:
    return [
        HEADER,
        *(
            [estate, "5号楼", "1单元", room, f"程{name}", "男", id_no(2 * n + 1), f"1201234{n:04d}"]
            for n, (room, name) in enumerate(zip(rooms, "甲乙丙丁", strict=False))
        ),
    ]


def test_a_name_learnt_from_the_same_people_finds_the_doors_of_the_next_ledger(lead: Client) -> None:
    doors = [
        ["网格编码", "小区", "楼栋", "单元", "室号", "居住状况"],
        *([GRID, "阳光壹佰", "5号楼", "1单元", room, "有人住"] for room in ("101", "102", "201", "202")),
    ]
    confirm(lead, upload(lead, workbook("房屋台账", doors)))
    confirm(lead, upload(lead, workbook("人口台账", people("阳光壹佰", "101", "102", "201"))))
    file = workbook("新台账", people("阳光100小区", "101", "102", "201"))
    comparison = comparing.upload(
        actor=SYSTEM, at=clock.now(), scope=COMMUNITY, source="ledger", data=file.read(), name="新台账.xlsx"
    )
    comparing.start(actor=SYSTEM, at=clock.now(), comparison=comparison.pk)
    done = comparing.run(actor=SYSTEM, at=clock.now(), comparison=comparison.pk)
    assert (done.n_equal, done.n_union) == (3, 3)  # the other name is no difference
    assert EstateAlias.objects.values_list("alias", "estate").get() == ("阳光100", "阳光壹佰")
    n_doors = Dwelling.objects.count()
    confirm(lead, upload(lead, workbook("补充台账", people("阳光100小区", "101", "102", "201", "202"))))
    assert Dwelling.objects.count() == n_doors
    assert Person.objects.get(name="程丁").residences.get().dwelling.room == "202"


@pytest.mark.django_db
def test_an_estate_with_another_name_takes_its_own_other_names_along_and_no_others() -> None:
    for community, alias, estate in (
        (COMMUNITY, "阳光100", "阳光壹佰"),
        (COMMUNITY, "海河苑", "海河花园"),
        (COMMUNITY, "阳光里", "别的"),
        ("120105001024", "阳光100", "阳光壹佰"),
    ):
        EstateAlias.objects.create(community=community, alias=alias, estate=estate)
    estates.renamed([Building(grid_id=GRID, estate="阳光壹佰")], "阳光里")
    assert set(EstateAlias.objects.values_list("community", "alias", "estate")) == {
        (COMMUNITY, "阳光100", "阳光里"),
        (COMMUNITY, "阳光壹佰", "阳光里"),
        (COMMUNITY, "海河苑", "海河花园"),
        ("120105001024", "阳光100", "阳光壹佰"),
    }
