"""楼房重编号 through the pages: every door old and new beforehand, rechecked, done in one go, still found by the old
number, undone.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Target
from gridwalk.core.models import Change
from gridwalk.reconcile.models import EstateAlias
from gridwalk.registry.models import Dwelling, Facility, FormerAddress, Person, Residence
from gridwalk.territory.models import Building, Stairwell
from gridwalk.upkeep.models import Plan
from gridwalk.visits.models import Visit
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, id_no, upload, workbook
from tests.harness.people import SignIn, one_person, signed_in
from tests.journeys.test_facilities import facilities

pytestmark = pytest.mark.slow
SWAP = "101 → 102\n102 → 101"


@pytest.fixture
def second(street: Client, sign_in: SignIn) -> Client:
    """Another lead of the community, who rechecks."""
    return sign_in(Role.COMMUNITY_LEAD, COMMUNITY)


def words(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def seen(page: str) -> str:
    match = re.search(r'name="seen" value="(\w+)"', page)
    return match[1] if match else ""


def path() -> str:
    return f"/upkeep/renumber/{Building.objects.earliest('pk').pk}/"


def send(client: Client, **more: str) -> Any:
    given = {
        "seen": seen(words(client.get(path(), {"whole": more.get("whole", "")}))),
        "evidence": "plate_notice",
        "reason": "派出所重编门牌",
        **more,
    }
    return client.post(path(), given)


def decide(client: Client, confirmed: str = "1") -> str:
    plan = Plan.objects.latest("proposed_at")
    given = {
        "seen": seen(words(client.get(f"/upkeep/{plan.pk}/"))),
        "confirmed": confirmed,
        "note": "对过门牌",
    }
    return words(client.post(f"/upkeep/{plan.pk}/decide/", given, follow=True))


def undo(client: Client) -> Any:
    plan = Plan.objects.latest("proposed_at")
    return client.post(f"/upkeep/{plan.pk}/undo/", {"reason": "门牌又改回来"}, follow=True)


def rows() -> list[tuple[Any, ...]]:
    """All that a renumbering may touch, without what only remembers it."""
    doors = Dwelling.objects.order_by("pk").values_list(
        "id", "address", "address_key", "floor", "room", "walk_key", "stairwell", "building", "search_keys", "heads"
    )
    targets = Target.objects.order_by("pk").values_list("id", "entity", "walk_key", "state")
    places = [*Building.objects.order_by("pk").values_list("id", "estate", "name", "key", "ended_on")]
    return [*doors, *targets, *places, *Stairwell.objects.order_by("pk").values_list("id", "name", "key", "building")]


def test_a_building_and_its_rooms_get_new_numbers_and_the_old_ones_still_find_them(
    street: Client, second: Client, sign_in: SignIn
) -> None:
    first = Dwelling.objects.get(room="101")
    street.post(f"/visits/dwelling/{first.pk}/", {"at": "2026-11-20T10:00", "outcome": "no_answer"})
    before, n_visits = rows(), Visit.objects.filter(entity=first.pk).count()
    assert path() in words(street.get(f"/buildings/{Building.objects.get(key='5').pk}/"))
    shown = words(street.post(path(), {"do": "preview", "number": "甲5号楼", "table": SWAP}))
    assert "海河花园 甲5号楼 1单元 102" in shown
    assert "8 户换新地址" in shown
    for wrong, status, told in (
        ({"table": "101 → 102"}, 422, "没有提交：会有重号，看下面列的，改好再送"),
        ({"table": "101 → 102"}, 422, "会有 2 户"),
        ({"table": "1O1 换成"}, 422, "没有提交：对照表有 1 行看不懂，改好再送，内容都在"),
        ({"table": "1O1 换成"}, 422, "第 1 行"),
        ({"table": "101 → 201\n909 → 1"}, 422, "第 2 行"),
        ({"table": ""}, 422, "没有哪一户会变"),
        ({"number": "甲5号楼", "evidence": ""}, 422, "请选依据"),
        ({"number": "甲5号楼", "seen": ""}, 422, "刚才有人改过"),
    ):
        refused = send(street, **wrong)
        assert (refused.status_code, told in words(refused)) == (status, True), (wrong, words(refused))
    assert rows() == before
    assert not Plan.objects.exists()

    send(street, number="甲5号楼", table=SWAP)
    assert rows() == before, "nothing moves before the recheck"
    assert "楼房重编号" in words(second.get("/rechecks/"))
    assert "不能自己复核" in decide(street)
    with one_person(signed_in(street).id, signed_in(second).id):
        assert "是同一个人" in decide(second)
    assert "办好了" in decide(second)

    first.refresh_from_db()
    assert (first.address, first.address_key) == ("海河花园 甲5号楼 1单元 102", "海河花园|甲5|1|102")
    assert Building.objects.get(dwellings=first).name == "甲5号楼"
    assert Target.objects.get(entity=first.pk).walk_key == first.walk_key
    assert Visit.objects.filter(entity=first.pk).count() == n_visits
    assert Change.objects.get(entity=first.pk, field="address").old == "海河花园 5号楼 1单元 101"
    assert "海河花园 5号楼 1单元 101 → 海河花园 甲5号楼 1单元 102" in words(street.get(f"/doors/{first.pk}/"))
    page = words(street.post("/search/", {"q": "海河花园5号楼1单元101"}, follow=True))
    assert "海河花园 甲5号楼 1单元 102" in page
    late = [
        ["小区", "楼栋", "单元", "室号", "姓名", "身份证号"],
        ["海河花园", "5号楼", "1单元", "101", "新到人", id_no(77)],
    ]
    confirm(street, upload(street, workbook("旧号人口", late)))
    assert Residence.objects.get(person=Person.objects.get(name="新到人")).dwelling_id == first.pk
    confirm(street, upload(street, workbook("旧号房屋", [DOORS[0], DOORS[1]])))
    assert Dwelling.objects.count() == len({row[0] for row in before if len(row) == 10}), "no door twice"

    assert "撤销了，恢复原样" in words(undo(second))
    assert rows() == before
    assert "海河花园 5号楼 1单元 101" in words(street.post("/search/", {"q": "甲5号楼1单元102"}, follow=True))
    worker = sign_in(Role.GRID_WORKER, f"{COMMUNITY}002")
    assert worker.get(path()).status_code == 404


def test_facilities_in_old_numbers_are_those_of_the_renumbered_building(street: Client, second: Client) -> None:
    facilities(street)
    stood = list(Facility.objects.order_by("pk").values_list("pk", "building", "stairwell"))
    send(street, number="甲5号楼", table="1单元 → 3单元")
    assert "办好了" in decide(second)
    assert Facility.objects.get(name="XHS-012").where == "海河花园 甲5号楼 3单元 1层走廊"
    again = facilities(street, title="设施台账，还是旧号")
    assert (again.n_created, list(Facility.objects.order_by("pk").values_list("pk", "building", "stairwell"))) == (
        0,
        stood,
    )


def test_an_estate_gets_another_name_and_two_buildings_change_numbers(street: Client, second: Client) -> None:
    more = [DOORS[0], *[[GRID, "海河花园", "6号楼", "1单元", f"10{n}", "有人住", "自住", "80"] for n in (1, 2)]]
    confirm(street, upload(street, workbook("六号楼", more)))
    before = rows()
    assert "6号楼 已经有一栋了" in words(street.post(path(), {"do": "preview", "number": "6号楼"}))
    send(street, whole="1", estate="望海花园", table="5号楼 → 6号楼\n6号楼 → 5号楼\n5号楼1单元 → 东单元")
    assert "办好了" in decide(second)
    old = next(row for row in before if len(row) == 10 and row[2] == "海河花园|6|1|101")
    assert Dwelling.objects.get(pk=old[0]).address == "望海花园 5号楼 1单元 101"
    assert Dwelling.objects.filter(address__startswith="望海花园 6号楼 东单元").count() == 8
    assert set(Building.objects.values_list("estate", "key")) == {("望海花园", "5"), ("望海花园", "6")}
    assert EstateAlias.objects.get().estate == "望海花园"
    fresh = [DOORS[0], [GRID, "海河花园", "9号楼", "1单元", "901", "有人住", "自住", "80"]]
    confirm(street, upload(street, workbook("九号楼", fresh)))
    assert Dwelling.objects.get(room="901").address == "望海花园 9号楼 1单元 901", "a ledger in the old name"
    Dwelling.objects.filter(room="901").update(address_key="海河花园|5|1|101")
    assert "旧号现在有别的在用" in words(undo(second))
    Dwelling.objects.filter(room="901").update(address_key="望海花园|9|1|901")
    assert "撤销了" in words(undo(second))
    after = [row for row in rows() if "望海花园" not in str(row)]
    assert [row for row in after if row in before] == before
    assert FormerAddress.objects.filter(dwelling__room="101").exists()


def test_a_larger_building_is_drawn_in_as_many_queries(street: Client) -> None:
    street.get(path())
    with CaptureQueriesContext(connection) as few:
        street.post(path(), {"do": "preview", "number": "甲5号楼"})
    more = [
        DOORS[0],
        *[[GRID, "海河花园", "5号楼", "2单元", f"{f}0{n}", "", "", ""] for f in range(1, 9) for n in (1, 2, 3)],
    ]
    confirm(street, upload(street, workbook("五号楼续", more)))
    with CaptureQueriesContext(connection) as many:
        street.post(path(), {"do": "preview", "number": "甲5号楼"})
    assert len(many) == len(few)
