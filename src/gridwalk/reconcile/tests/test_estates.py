"""An estate's other name, learnt by a comparison, lets the next import find its doors."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.reconcile.actions import comparing, estates
from gridwalk.reconcile.models import Comparison, EstateAlias, SideRow, Unmatched
from gridwalk.registry.models import Difference, Dwelling, Person
from gridwalk.territory.models import Building
from tests.harness.campaign import COMMUNITY, GRID, confirm, id_no, upload, workbook
from tests.harness.people import SignIn

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


def answer(client: Client, name: EstateAlias, decision: str) -> str:
    """What the page says to it."""
    given = {"name": name.pk, "decision": decision}
    return str(client.post("/estates/decide/", given, follow=True).content.decode())


def compared(client: Client, rows: list[list[Any]]) -> Comparison:
    file = workbook("新台账", rows)
    given: dict[str, Any] = {"actor": SYSTEM, "at": clock.now()}
    new = comparing.upload(**given, scope=COMMUNITY, source="ledger", data=file.read(), name="新台账.xlsx")
    comparing.start(**given, comparison=new.pk)
    return comparing.run(**given, comparison=new.pk)


@pytest.fixture
def garden(lead: Client) -> Client:
    """Four doors of 阳光壹佰, three people behind them."""
    doors = [
        ["网格编码", "小区", "楼栋", "单元", "室号", "居住状况"],
        *([GRID, "阳光壹佰", "5号楼", "1单元", room, "有人住"] for room in ("101", "102", "201", "202")),
    ]
    confirm(lead, upload(lead, workbook("房屋台账", doors)))
    confirm(lead, upload(lead, workbook("人口台账", people("阳光壹佰", "101", "102", "201"))))
    return lead


def test_a_name_is_asked_once_used_when_confirmed_and_taken_back_like_a_decision(
    garden: Client, sign_in: SignIn
) -> None:
    rows = people("阳光100小区", "101", "102", "201", "202")
    rows[-1][6] = ""  # 程丁 has no number
    done = compared(garden, rows)
    assert (done.n_equal, done.n_union) == (0, 4), "nobody has confirmed that the door is no other"
    name = EstateAlias.objects.get()
    question = "“阳光100”是不是“阳光壹佰”？3 户门号对得上，0 户冲突"
    assert (name.question, name.state) == (question, "asked")
    assert question in garden.get(f"/comparisons/{done.pk}/").content.decode()
    assert not Difference.objects.exists(), "a door that is asked about is no difference"

    centre = sign_in(Role.STREET_CENTRE, COMMUNITY[:9])
    assert question not in centre.get(f"/comparisons/{done.pk}/").content.decode(), "it would tell who lives there"
    assert centre.post("/estates/decide/", {"name": name.pk, "decision": "same"}).status_code == 403
    elsewhere = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert elsewhere.post("/estates/decide/", {"name": name.pk, "decision": "same"}).status_code == 404
    assert "还没有问过" in elsewhere.get("/estates/").content.decode()

    assert "先当成两个小区" in answer(garden, name, "later")
    assert question not in garden.get(f"/comparisons/{done.pk}/").content.decode()
    assert question in garden.get("/estates/").content.decode()
    assert "记住了：“阳光100”就是“阳光壹佰”" in answer(garden, name, "same")
    assert "刚才定过了，定的是“是”" in answer(garden, name, "different")
    confirm(garden, upload(garden, workbook("补充台账", rows)))
    assert Dwelling.objects.count() == 4, "the name leads to the doors"
    assert Person.objects.get(name="程丁").residences.get().dwelling.room == "202"
    done = compared(garden, rows)
    assert (done.n_equal, done.n_union) == (4, 4)
    said = SideRow.objects.filter(of=done)
    assert said.count() == 4

    told = answer(garden, name, "undo")
    assert "靠它对上的 1 条回到“疑似同一条”" in told
    assert "没有撤销：这个名称还没有定过" in answer(garden, name, "undo")
    assert said.count() == 3, "who is known by a number stays matched"
    asked = Unmatched.objects.get(of=done, what="question")
    assert (asked.entity, asked.opened()["name"]) == (Person.objects.get(name="程丁").pk, "程丁")
    assert "小区名称还没定是不是一个" in garden.get(f"/comparisons/{done.pk}/?what=question").content.decode()
    verbs = AuditEntry.objects.filter(verb__startswith="estate.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["estate.later", "estate.same", "estate.reopened"]


def test_a_name_that_is_another_estates_is_not_asked_again(garden: Client) -> None:
    rows = people("阳光100小区", "101", "102", "201")
    compared(garden, rows)
    assert "是两个小区，不再问" in answer(garden, EstateAlias.objects.get(), "different")
    done = compared(garden, rows)
    assert "是不是" not in garden.get(f"/comparisons/{done.pk}/").content.decode()
    assert (done.n_equal, done.n_union, done.n_pairs) == (0, 3, 3)
    assert EstateAlias.objects.get().state == "different"


def test_an_import_asks_before_it_makes_doors_of_another_name(garden: Client, sign_in: SignIn) -> None:
    rows = people("阳光100小区", "101", "102", "201", "202")
    ledger = upload(garden, workbook("新台账", rows))
    shown = garden.get(f"/imports/{ledger.pk}/").content.decode()
    assert "“阳光100”是不是“阳光壹佰”？3 户门号对得上，0 户冲突" in shown
    refused = garden.post(f"/imports/{ledger.pk}/mapping/", {"do": "apply"}, follow=True).content.decode()
    assert "没有入库：先在这份台账的页上定小区名称" in refused
    given = {"name": EstateAlias.objects.get().pk, "decision": "same", "back": "import", "of": ledger.pk}
    assert garden.post("/estates/decide/", given).headers["Location"] == f"/imports/{ledger.pk}/"
    confirm(garden, ledger)
    assert Dwelling.objects.count() == 4

    answer(garden, EstateAlias.objects.get(), "undo")
    answer(garden, EstateAlias.objects.get(), "later")
    confirm(garden, upload(garden, workbook("再一份", people("阳光100小区", "101", "102", "201"))))
    assert Dwelling.objects.filter(address_key__startswith="阳光100|").count() == 3, (
        "two estates, as long as nobody says otherwise"
    )
    told = answer(garden, EstateAlias.objects.get(), "same")
    assert "没有记：“阳光100”和“阳光壹佰”都有 5号楼 101，是两个小区" in told
    assert EstateAlias.objects.get().state == "later"


@pytest.mark.django_db
def test_an_estate_with_another_name_takes_its_own_other_names_along_and_no_others() -> None:
    for community, alias, estate in (
        (COMMUNITY, "阳光100", "阳光壹佰"),
        (COMMUNITY, "海河苑", "海河花园"),
        (COMMUNITY, "阳光里", "别的"),
        ("120105001024", "阳光100", "阳光壹佰"),
    ):
        EstateAlias.objects.create(community=community, alias=alias, estate=estate, state="same")
    estates.renamed([Building(grid_id=GRID, estate="阳光壹佰")], "阳光里")
    assert set(EstateAlias.objects.values_list("community", "alias", "estate")) == {
        (COMMUNITY, "阳光100", "阳光里"),
        (COMMUNITY, "阳光壹佰", "阳光里"),
        (COMMUNITY, "海河苑", "海河花园"),
        ("120105001024", "阳光100", "阳光壹佰"),
    }
