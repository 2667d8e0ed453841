"""Rows that belong to another community: refused by its name, in an import as in a comparison; never a second door."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.reconcile.actions import comparing
from gridwalk.reconcile.models import Comparison, Import, StagedRow, Unmatched
from gridwalk.registry.models import CareLabel, Dwelling, Organization, Person
from gridwalk.registry.tests.street import uscc
from gridwalk.territory import actions as territory
from tests.harness.campaign import COMMUNITY, GRID, TREE, confirm, id_no, workbook
from tests.harness.people import SignIn, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
OTHER = "120105001024"
NAMES = ("林古里", "林古里社区", "林古里社区居委会", "光复道街道林古里社区", OTHER)
DOOR = ["小区", "楼栋", "单元", "室号"]
HOME = [*DOOR, "居住状况"]


@pytest.fixture
def both(transactional_db: None, at: dt.datetime) -> None:
    """Two communities of one street: 君临天下 with 海河花园 5号楼, 林古里 with 古柳里 1号楼."""
    areas = [*TREE["communities"], {"code": OTHER, "name": "林古里社区居委会", "short": "林古里"}]
    territory.load_areas(actor=SYSTEM, at=at, tree=TREE | {"communities": areas})
    for community in (COMMUNITY, OTHER):
        territory.create_grids(actor=SYSTEM, at=at, community=community, n=2, from_on=dt.date(2026, 1, 1))


@pytest.fixture
def lead(both: None, sign_in: SignIn) -> Client:
    """The lead of 君临天下, where one door is on record as one is in 林古里."""
    there = sign_in(Role.COMMUNITY_LEAD, OTHER)
    head = ["网格编码", *DOOR, "居住状况"]
    imported(there, "房屋台账", [head, [f"{OTHER}001", "古柳里", "1号楼", "1单元", "101", "有人住"]], scope=OTHER)
    here = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    imported(here, "房屋台账", [head, [GRID, "海河花园", "5号楼", "1单元", "101", "有人住"]])
    return here


def imported(client: Client, title: str, rows: list[list[Any]], *, scope: str = COMMUNITY) -> Import:
    answer = client.post("/imports/upload/", {"file": workbook(title, rows), "scope": scope, "kind": ""})
    return confirm(client, Import.objects.get(pk=answer.headers["Location"].split("/")[-2]))


def refused(client: Client, ledger: Import) -> str:
    """What the page says of the one row that was refused."""
    assert (ledger.state, ledger.n_refused, ledger.n_created) == ("done", 1, 0), (ledger.state, ledger.message)
    shown = str(client.get(f"/imports/{ledger.pk}/").content.decode())
    assert "这一行是“林古里”的" in shown
    assert "在这一行写上这里的网格编码再导" in shown
    return shown


@pytest.mark.parametrize("name", NAMES)
def test_a_row_that_names_another_community_is_refused_by_its_name(lead: Client, name: str) -> None:
    rows = [["社区", *DOOR, "姓名", "身份证号"], [name, "古柳里", "9号楼", "1单元", "101", "胡芳", id_no(18)]]
    refused(lead, imported(lead, "实有人口台账", rows))
    assert not Person.objects.exists()
    assert Dwelling.objects.count() == 2, "no second door"
    own = [rows[0], ["君临天下社区", "海河花园", "5号楼", "1单元", "101", "高伟芳", id_no(19)]]
    assert imported(lead, "实有人口台账", own).n_created == 1


def test_an_address_in_another_district_makes_no_door(lead: Client) -> None:
    rows = [
        ["姓名", "身份证号", "现住址"],
        ["何飞", id_no(18), "河东区大桥道7号院3号楼502"],
        ["李宇", id_no(19), "天津市南开区白堤路1号楼1门101"],
        ["高伟芳", id_no(20), "天津市河北区海河花园5号楼1单元101"],
    ]
    ledger = imported(lead, "户在人不在", rows)
    assert (ledger.n_refused, ledger.n_created, Dwelling.objects.count()) == (2, 1, 2)
    shown = lead.get(f"/imports/{ledger.pk}/").content.decode()
    for district in ("河东区", "南开区"):
        assert f"这一行是“{district}”的" in shown
    assert "地址写户籍的门牌，居住类别写人户分离" in shown
    assert Person.objects.get().name == "高伟芳"


def test_every_kind_of_row_is_refused_and_the_own_grids_code_goes_before(lead: Client, sign_in: SignIn) -> None:
    place = ["古柳里", "1号楼", "1单元", "102"]
    for title, head, values in (
        ("房屋台账", HOME, [*place, "有人住"]),
        ("实有人口台账", [*DOOR, "姓名", "身份证号"], [*place, "胡芳", id_no(18)]),
        ("单位台账", ["单位名称", *DOOR], ["海河便民店", *place]),
        ("重点场所台账", ["场所名称", "场所类型", "地址"], ["古柳里小吃店", "餐饮", "古柳里1号楼"]),
        ("设施台账", ["设施类型", "设施编号", "小区", "楼栋"], ["消火栓", "XHS-01", "古柳里", "1号楼"]),
        ("重点关爱名册", ["姓名", "身份证号", "关爱类别", *DOOR], ["程兰因", id_no(2), "高龄老人", *place]),
        ("房屋台账", ["网格编码", *HOME], [f"{OTHER}002", "海河花园", "5号楼", "1单元", "103", "空置"]),
        ("房屋台账", HOME, ["古柳里", "7号楼", "1单元", "101", "空置"]),
    ):
        refused(lead, imported(lead, title, [head, values]))
    assert Dwelling.objects.count() == 2
    assert not Organization.objects.exists()
    trusted = imported(lead, "房屋台账", [["网格编码", *HOME], [GRID, *place, "空置"]])
    assert (trusted.n_created, trusted.n_refused) == (1, 0)
    new_estate = imported(lead, "房屋台账", [HOME, ["海河新苑", "2号楼", "1单元", "101", "空置"]])
    assert (new_estate.n_created, new_estate.n_refused) == (1, 0), "an estate nobody has is here"
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    rows = [["社区", *HOME], ["君临天下", "古柳里", "1号楼", "1单元", "103", "空置"]]
    whole = imported(centre, "房屋台账", rows, scope="120105001")
    assert whole.n_refused == 1, "its building stands in 林古里, whatever the column says"


def test_a_community_nobody_knows_is_said_at_its_row(lead: Client) -> None:
    rows = [["社区", *HOME], ["花园里", "海河新苑", "2号楼", "1单元", "101", "空置"]]
    ledger = imported(lead, "房屋台账", rows)
    assert (ledger.n_created, ledger.n_refused) == (1, 0)
    assert "写的社区认不出，按导入时选的社区办了" in lead.get(f"/imports/{ledger.pk}/").content.decode()
    assert StagedRow.objects.get(of=ledger).faults[0]["column"] == "A"


def test_what_is_known_by_a_number_stays_with_the_community_that_has_it(lead: Client, sign_in: SignIn) -> None:
    there = sign_in(Role.COMMUNITY_LEAD, OTHER)
    shop = [["单位名称", "统一社会信用代码", *DOOR], ["古柳便民店", uscc(1), "古柳里", "1号楼", "1单元", "101"]]
    assert imported(there, "单位台账", shop, scope=OTHER).n_created == 1
    person = [[*DOOR, "姓名", "身份证号"], ["古柳里", "1号楼", "1单元", "101", "程兰因", id_no(2)]]
    assert imported(there, "实有人口台账", person, scope=OTHER).n_created == 1

    again = [["单位名称", "统一社会信用代码", "联系人", *DOOR]]
    again.append(["古柳便民店", uscc(1), "胡芳", "海河花园", "5号楼", "1单元", "101"])
    ledger = imported(lead, "单位台账", again)
    assert (ledger.n_refused, ledger.n_created, Organization.objects.get().contact_name) == (1, 0, "")
    assert "这个统一社会信用代码登记在“林古里”，没有导入" in lead.get(f"/imports/{ledger.pk}/").content.decode()
    care = imported(lead, "重点关爱名册", [["姓名", "身份证号", "关爱类别"], ["程兰因", id_no(2), "高龄老人"]])
    assert (care.n_refused, CareLabel.objects.count()) == (1, 0)


def test_a_comparison_leaves_such_rows_out_and_says_so(lead: Client) -> None:
    rows = [
        ["社区", *HOME],
        ["君临天下", "海河花园", "5号楼", "1单元", "101", "有人住"],
        ["林古里", "古柳里", "9号楼", "1", "101", "空置"],
    ]
    answer = lead.post(
        "/comparisons/upload/", {"file": workbook("房屋台账", rows), "scope": COMMUNITY, "source": "ledger"}
    )
    pk = answer.headers["Location"].split("/")[-2]
    lead.post(f"/comparisons/{pk}/mapping/", {"do": "compare"})
    comparing.run(actor=signed_in(lead), at=clock.now(), comparison=uuid.UUID(pk))
    done = Comparison.objects.get()
    assert (done.state, done.n_union, done.n_equal) == ("done", 1, 1)
    assert not Unmatched.objects.filter(what="ledger_only").exists()
    assert "1 行是别的社区的，没有比" in lead.get(f"/comparisons/{pk}/").content.decode()
