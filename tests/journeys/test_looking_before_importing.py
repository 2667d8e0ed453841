"""预看: what an import would do is counted by grid before anything is in the register, and the counts are then true."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, Change
from gridwalk.reconcile import jobs
from gridwalk.reconcile.actions import applying, rehearsing
from gridwalk.reconcile.actions.submissions import SubmissionRefused
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.models import Difference, Dwelling, Person
from tests.harness.campaign import COMMUNITY, DOORS, GRID, PEOPLE, confirm, id_no, upload, workbook
from tests.harness.people import SignIn, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECOND = f"{COMMUNITY}002"
AT = ["海河花园", "5号楼", "1单元"]


def looked_at(client: Client, title: str, rows: list[list[Any]]) -> Import:
    """Press “预览入库结果” and let the job run; nothing has come of it."""
    ledger = upload(client, workbook(title, rows))
    before = (Change.objects.count(), Dwelling.objects.count(), Person.objects.count(), Difference.objects.count())
    client.post(f"/imports/{ledger.pk}/mapping/", {"do": "preview"})
    assert "正在预览入库结果，什么都还没有入库" in client.get(f"/imports/{ledger.pk}/").content.decode()
    jobs.rehearse(imported=str(ledger.pk), user=str(signed_in(client).id))
    after = (Change.objects.count(), Dwelling.objects.count(), Person.objects.count(), Difference.objects.count())
    assert after == before
    assert not StagedRow.objects.filter(of=ledger).exclude(state__in=("waiting", "refused")).exists()
    ledger.refresh_from_db()
    assert ledger.state == "ready", ledger.message
    return ledger


def sums(ledger: Import) -> tuple[int, ...]:
    of_grids = ledger.preview["grids"].values()
    return tuple(sum(n.get(what, 0) for n in of_grids) for what in ("created", "changed", "same", "refused", "asked"))


def applied(client: Client, ledger: Import) -> Import:
    """Press 入库 on the page that shows the preview."""
    client.post(f"/imports/{ledger.pk}/mapping/", {"do": "apply"})
    applying.apply(actor=SYSTEM, at=clock.now(), imported=ledger.pk)
    return Import.objects.get(pk=ledger.pk)


def test_the_counts_are_true_for_every_kind_of_ledger(lead: Client) -> None:
    doors = [
        *DOORS,
        [GRID, "海河花园", "5号楼", "1单元", "101", "空置", "", ""],
        ["", "", "", "", "", "有人住", "", ""],
    ]
    people = [
        *PEOPLE,
        ["海河花园", "5号楼", "1单元", "102", "", "女", "", "", "", "常住", ""],
        ["海河花园", "6号楼", "1单元", "101", "程望舒", "男", id_no(11), "", "", "常住", ""],
    ]
    more = [PEOPLE[0], [*AT, "102", "孟昭宁", "女", id_no(4), "", "12012345688", "常住", ""]]
    ledgers: list[tuple[str, list[list[Any]]]] = [
        ("房屋台账", doors),
        ("实有人口台账", people),
        ("又一份人口", more),
        (
            "重点关爱名册",
            [["姓名", "身份证号", "关爱类别"], ["程兰因", id_no(2, "19500203"), "高龄老人"], ["无名", "", "高龄老人"]],
        ),
        ("单位台账", [["单位名称", *DOORS[0][1:5]], ["海河便民店", *AT, "101"], ["海河便民店", *AT, "101"]]),
        ("重点场所台账", [["场所名称", "场所类型", "地址"], ["海河小吃店", "餐饮", "5号楼"]]),
        ("设施台账", [["设施类型", "设施编号", "楼栋", "上次巡检日期"], ["消火栓", "XHS-01", "5号楼", "2026-11-01"]]),
    ]
    for title, rows in ledgers:
        ledger = looked_at(lead, title, rows)
        shown = sums(ledger)
        by_grid = ledger.preview["grids"]
        done = applied(lead, ledger)
        became = (done.n_created, done.n_changed, done.n_same, done.n_refused, done.n_differences)
        assert shown == became, title
        for grid, counts in by_grid.items():
            here = StagedRow.objects.filter(of=ledger, grid=grid)
            for state in ("created", "changed", "same"):
                assert here.filter(state=state).count() == counts.get(state, 0), (title, grid, state)
    assert AuditEntry.objects.filter(verb="import.previewed").count() == len(ledgers)


def test_the_page_names_grids_that_are_none_and_columns_that_are_not_used(lead: Client, sign_in: SignIn) -> None:
    rows = [
        [*DOORS[0], "网格名称", "经办人签字", "民族"],
        *[["", *AT, room, "有人住", "", "", "第九网格", "甲", "汉"] for room in ("101", "102")],
        [SECOND, *AT, "103", "有人住", "", "", "", "王乙", "汉"],
    ]
    ledger = upload(lead, workbook("房屋台账", rows))
    assert "经办人签字（3 格，文字，1–2 字）" in lead.get(f"/imports/{ledger.pk}/").content.decode()
    opened = lead.post(f"/imports/{ledger.pk}/cells/", {"header": "经办人签字"}).content.decode()
    assert '<td class="wrap">甲</td><td class="r">2</td>' in opened and "王乙" in opened
    other = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert "看里面写的" not in other.get(f"/imports/{ledger.pk}/").content.decode()
    refused = other.post(f"/imports/{ledger.pk}/cells/", {"header": "经办人签字"}, follow=True).content.decode()
    assert "只给上传这份台账的人看" in refused and "王乙" not in refused
    for header in ("室号", "民族", "没有这一列"):
        assert lead.post(f"/imports/{ledger.pk}/cells/", {"header": header}).status_code == 404
    ledger = looked_at(lead, "房屋台账", rows)
    shown = lead.get(f"/imports/{ledger.pk}/").content.decode()
    assert "认不出的网格：第九网格（2 行）" in shown
    assert "没有用的列" in shown and "经办人签字（3 格，文字，1–2 字）" in shown
    lines = re.findall(r"<tr><td>([^<]+)</td>((?:<td class=\"r\">\d+</td>)+)</tr>", shown)
    assert [(name, re.findall(r">(\d+)<", cells)) for name, cells in lines[-1:]] == [
        ("合计", ["3", "0", "0", "0", "0"])
    ]
    assert {"君临天下 第二网格", "君临天下 未划入网格"} <= {name for name, _ in lines}

    lead.post(f"/imports/{ledger.pk}/mapping/", {"do": "again"})
    assert Import.objects.get(pk=ledger.pk).state == "mapping", "wrong: the columns are chosen anew"
    given = {"do": "preview"}
    lead.post(f"/imports/{ledger.pk}/mapping/", given)
    jobs.rehearse(imported=str(ledger.pk), user=str(signed_in(lead).id))
    assert applied(lead, ledger).n_created == 3
    shown = lead.get(f"/imports/{ledger.pk}/").content.decode()
    assert "各网格入库情况" in shown and "认不出网格的：第九网格（2 行）" in shown and "看房屋名单" in shown
    lines = re.findall(r"<tr[^>]*><td>([^<]+)</td><td class=\"r\">(\d+)</td>", shown.split("接下来")[0])
    assert lines[-1] == ("合计", "3") and sum(int(n) for _, n in lines[:-1]) == 3
    answer = lead.post(f"/imports/{ledger.pk}/mapping/", given, follow=True)
    assert "已经开始办了，不能再改列" in answer.content.decode()


def test_who_sees_no_rows_is_told_of_none_by_a_preview(street: Client, sign_in: SignIn) -> None:
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    ledger = looked_at(centre, "实有人口台账", PEOPLE)
    shown = centre.get(f"/imports/{ledger.pk}/").content.decode()
    assert "入库结果" in shown
    assert "本来就一样" not in shown
    assert "补上空项" not in shown


def test_a_ledger_of_nothing_but_its_heading_is_not_imported(lead: Client) -> None:
    ledger = upload(lead, workbook("房屋台账", DOORS[:1]))
    page = lead.post(f"/imports/{ledger.pk}/mapping/", {"do": "apply"}, follow=True).content.decode()
    assert "表头下面没有数据行，没有导入。" in page
    ledger.refresh_from_db()
    assert (ledger.state, StagedRow.objects.count(), Dwelling.objects.count()) == ("mapping", 0, 0)


def test_a_preview_that_fails_leaves_the_ledger_where_it_was(lead: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = upload(lead, workbook("房屋台账", DOORS))
    lead.post(f"/imports/{ledger.pk}/mapping/", {"do": "preview"})

    def cut(*arguments: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(rehearsing, "_count", cut)
    with pytest.raises(RuntimeError):
        jobs.rehearse(imported=str(ledger.pk), user=str(signed_in(lead).id))
    assert "没有预览成，什么都没有入库" in lead.get(f"/imports/{ledger.pk}/").content.decode()
    assert (confirm(lead, ledger).n_created, Dwelling.objects.count()) == (7, 7)
    with pytest.raises(SubmissionRefused, match="刚才有人办过了"):
        rehearsing.go_on(actor=signed_in(lead), at=clock.now(), imported=ledger.pk)
