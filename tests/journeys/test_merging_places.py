"""One door entered twice, one business entered twice: people, visits and the campaign's target come together, and
part again.
"""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Target, Wave
from gridwalk.core import clock, ids
from gridwalk.core.outward import outward
from gridwalk.registry.models import Dwelling, Organization, Person, Residence
from gridwalk.registry.tests.street import uscc
from gridwalk.upkeep.models import Plan
from gridwalk.visits.models import Visit
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, move_in, upload, workbook
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow


@pytest.fixture
def second(sign_in: SignIn, lead: Client) -> Client:
    """A colleague of the community who may recheck."""
    return sign_in(Role.COMMUNITY_LEAD, COMMUNITY)


@pytest.fixture
def twice(street: Client, sign_in: SignIn) -> tuple[Dwelling, Dwelling]:
    """101 of 5号楼 1单元, and the same door as another ledger spells it; both have a target."""
    rows = [DOORS[0], [GRID, "海河花园", "5号楼", "9单元", "101", "空置", "", "81"]]
    confirm(street, upload(street, workbook("另一份", rows)))
    sign_in(Role.STREET_CENTRE, "120105001").post(f"/campaign/waves/{Wave.objects.get(name='试点').pk}/dispatch/")
    stays = Dwelling.objects.get(address="海河花园 5号楼 1单元 101")
    return stays, Dwelling.objects.get(address__contains="9单元")


def mark(page: str) -> str:
    match = re.search(r'name="seen" value="(\w+)"', page)
    assert match, page
    return match[1]


def merge(kind: str, street: Client, second: Client, stays: object, goes: object, **more: str) -> Plan:
    path = f"/upkeep/merge/{kind}/{stays.pk}/{goes.pk}/"  # type: ignore[attr-defined]
    shown = street.get(path).content.decode()
    sides = dict(re.findall(r'name="(side-\w+)"\s+value="(\w+)"\s+checked', shown))
    given = {**sides, "seen": mark(shown), "evidence": "at_the_door", "reason": "上门看过是一处"} | more
    assert street.post(path, given).status_code == 302
    plan = Plan.objects.latest("proposed_at")
    page = second.get(f"/upkeep/{plan.pk}/").content.decode()
    given = {"seen": mark(page), "confirmed": "1", "note": "也去看过"}
    assert "办好了" in second.post(f"/upkeep/{plan.pk}/decide/", given, follow=True).content.decode()
    return plan


def visit(client: Client, kind: str, place: object, days_ago: int, outcome: str, **more: str) -> None:
    on = clock.local_date(clock.now()) - dt.timedelta(days=days_ago)
    pk = place.pk  # type: ignore[attr-defined]
    client.post(f"/visits/{kind}/{pk}/", {"at": f"{on.isoformat()}T10:00", "outcome": outcome, **more})


def test_a_door_entered_twice_is_one_door_with_one_target(
    street: Client, second: Client, twice: tuple[Dwelling, Dwelling]
) -> None:
    stays, goes = twice
    move_in(street, goes.pk, "孟昭宁", "tenant")
    guest = Person.objects.get(name="孟昭宁", residences__dwelling=goes)
    in_both = Person.objects.get(name="程望舒")
    Residence.objects.create(
        grid_id=GRID, person=in_both, dwelling=goes, kind="tenant", source="ledger", created_at=clock.now()
    )
    visit(street, "dwelling", stays, 3, "no_answer")
    visit(street, "dwelling", goes, 2, "met", met_adult="1")
    n_scope = Target.objects.exclude(state="left").count()
    page = street.get(f"/upkeep/merge/dwelling/{stays.pk}/").content.decode()
    assert f"/upkeep/merge/dwelling/{outward(stays.pk)}/{outward(goes.pk)}/" in page
    plan = merge("dwelling", street, second, stays, goes, **{"side-area_m2": "right", "side-occupancy": "left"})
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (goes.status, goes.merged_into) == ("struck_off", stays.pk)
    assert str(stays.area_m2) == "81.00"
    assert Target.objects.exclude(state="left").count() == n_scope - 1, "only now, and only one"
    target = Target.objects.get(entity=stays.pk)
    assert (target.state, target.outcome, target.n_visits) == ("visited", "met", 2)
    assert set(Visit.objects.values_list("entity", "target")) == {(stays.pk, target.pk)}
    here = set(Residence.objects.filter(dwelling=stays, to_on__isnull=True).values_list("person__name", flat=True))
    assert {"孟昭宁", "程望舒", "程兰因"} <= here
    assert Residence.objects.filter(person=in_both, to_on__isnull=True).count() == 1, "one link to one door"
    assert stays.last_contact_on == clock.local_date(clock.now()) - dt.timedelta(days=2)
    assert "已并入" in street.get(f"/doors/{goes.pk}/").content.decode()
    building = street.get(f"/buildings/{stays.building_id}/").content.decode()
    assert str(outward(goes.pk)) not in building

    rows = [DOORS[0], [GRID, "海河花园", "5号楼", "9单元", "101", "有人住", "出租", "81"]]
    confirm(street, upload(street, workbook("又一份", rows)))
    assert Dwelling.objects.filter(address__contains="9单元").count() == 1, (
        "the other spelling leads to the one that stayed"
    )

    visit(street, "dwelling", stays, 1, "refused")
    page = second.post(f"/upkeep/{plan.pk}/undo/", {"reason": "其实是两处"}, follow=True).content.decode()
    assert "撤销了" in page
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (goes.status, goes.merged_into, str(stays.area_m2)) == ("active", None, "74.20")
    assert Target.objects.exclude(state="left").count() == n_scope
    assert Target.objects.get(entity=goes.pk).state == "visited"
    assert Target.objects.get(entity=stays.pk).state == "explained", "what came since stays with the one that stood"
    assert set(Residence.objects.filter(dwelling=goes, to_on__isnull=True).values_list("person", flat=True)) == {
        guest.pk,
        in_both.pk,
    }


def test_a_vacancy_goes_with_its_proof(street: Client, second: Client, twice: tuple[Dwelling, Dwelling]) -> None:
    stays, goes = twice
    visit(street, "dwelling", goes, 1, "vacant_confirmed", second_source="neighbour")
    plan = merge("dwelling", street, second, stays, goes, **{"side-occupancy": "right"})
    stays.refresh_from_db()
    assert (stays.occupancy, stays.vacancy_source) == ("vacant", "neighbour")
    second.post(f"/upkeep/{plan.pk}/undo/", {"reason": "其实是两处"})
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.occupancy, stays.vacancy_source, stays.vacancy_confirmed_on) == ("occupied", "", None)
    assert (goes.occupancy, goes.vacancy_source) == ("vacant", "neighbour")


def test_an_address_that_was_registered_again_stands_in_the_way_of_undoing(
    street: Client, second: Client, twice: tuple[Dwelling, Dwelling]
) -> None:
    stays, goes = twice
    plan = merge("dwelling", street, second, stays, goes)
    Dwelling.objects.create(
        id=ids.new_id(),
        grid_id=GRID,
        community=COMMUNITY,
        address="新登记",
        address_key=goes.address_key,
        source="office",
        created_at=clock.now(),
    )
    refused = second.post(f"/upkeep/{plan.pk}/undo/", {"reason": "其实是两处"})
    assert refused.status_code == 422
    assert "后来又登记了一处" in refused.content.decode()
    goes.refresh_from_db()
    assert goes.merged_into == stays.pk, "all of it or nothing"


def test_a_business_entered_twice(street: Client, second: Client, sign_in: SignIn) -> None:
    head = ["网格编码", "单位名称", "统一社会信用代码", "联系人", "联系电话", "地址"]
    rows = [
        [GRID, "海河便民超市", uscc(1), "韩书言", "12000000001", "海河花园5号楼底商"],
        [GRID, "海河便民商店", "", "孟昭宁", "12000000002", "海河花园5号楼底商"],
    ]
    confirm(street, upload(street, workbook("单位台账", [head, *rows])))
    sign_in(Role.STREET_CENTRE, "120105001").post(f"/campaign/waves/{Wave.objects.get(name='试点').pk}/dispatch/")
    stays, goes = Organization.objects.get(uscc=uscc(1)), Organization.objects.get(uscc="")
    visit(street, "organization", goes, 1, "met")
    n_scope = Target.objects.filter(kind="organization").exclude(state="left").count()
    plan = merge("organization", street, second, stays, goes, **{"side-contact_name": "right", "side-name": "left"})
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (goes.status, goes.merged_into) == ("closed", stays.pk)
    assert (stays.name, stays.contact_name) == ("海河便民超市", "孟昭宁")
    assert Visit.objects.get(kind="organization").entity == stays.pk
    targets = Target.objects.filter(kind="organization").exclude(state="left")
    assert targets.count() == max(n_scope - 1, 0)
    second.post(f"/upkeep/{plan.pk}/undo/", {"reason": "其实是两家"})
    goes.refresh_from_db()
    stays.refresh_from_db()
    assert (goes.status, stays.contact_name) == ("active", "韩书言")
    assert Visit.objects.get(kind="organization").entity == goes.pk
