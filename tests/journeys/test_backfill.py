"""What was decided goes back to the official sides: each in its own columns, ticked off by grid, proved by its
next export.
"""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.reconcile.models import BackfillItem, Comparison, Unmatched
from gridwalk.reconcile.queries.backfill import items
from gridwalk.registry.actions import creation
from gridwalk.registry.models import Difference, Dwelling, Person, Recheck
from tests.harness.campaign import COMMUNITY, GRID, confirm, id_no, upload, workbook
from tests.harness.people import SignIn
from tests.journeys.test_comparing import compared

pytestmark = pytest.mark.slow
PLATFORM = ["证件号码", "姓名", "手机", "小区", "楼栋", "单元", "室号"]
AT_101 = ["海河花园", "5号楼", "1单元", "101"]


def export(phone: str, name: str = "程望舒") -> list[list[Any]]:
    return [
        PLATFORM,
        [id_no(11), name, phone, *AT_101],
        [id_no(2, "19500203"), "程兰因", "12012345671", *AT_101],
    ]


def text(client: Client, path: str, **given: str) -> str:
    answer = client.get(path, given)
    assert answer.status_code == 200
    return answer.content.decode()


def sheets(client: Client, source: str, kind: str) -> dict[str, list[list[Any]]]:
    answer = client.post("/backfill/workbook/", {"source": source, "kind": kind, "scope": COMMUNITY})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return {s.title: [[c.value or None for c in row] for row in s.iter_rows()] for s in book.worksheets}


def test_a_decision_goes_back_to_the_platform_in_its_own_columns_and_is_proved(street: Client, actor: Any) -> None:
    compared(street, actor, export("12099999999"), source="platform")
    person = Person.objects.get(name="程望舒")
    assert "平台导出 1" in text(street, "/differences/")
    shown = text(street, f"/people/{person.pk}/")
    assert "市平台导出1 项待决定：电话" in shown
    assert "没有要改回去的了" in text(street, "/backfill/", source="platform", kind="person")  # not decided yet
    listing = text(street, "/differences/", source="platform", kind="person", field="phone")
    pk = listing.split("/decide/")[0].rsplit("/", 1)[-1]
    street.post(f"/differences/{pk}/decide/", {"decision": "keep", "next": ""})
    assert "市平台导出有 1 项待回填：电话" in text(street, f"/people/{person.pk}/")
    listed = text(street, "/backfill/", source="platform", kind="person", scope=GRID)
    assert "*******9999" in listed
    assert "*******5671" in listed
    assert "12012345671" not in listed
    assert "这样筛没有了" in text(street, "/backfill/", source="platform", kind="person", field="name")
    assert "没有要改回去" in text(street, "/backfill/", source="platform", kind="person", scope=f"{COMMUNITY}002")
    found_sheets = sheets(street, "platform", "person")
    own = next(iter(found_sheets.values()))
    assert own == [PLATFORM, [id_no(11), "程望舒", "12012345671", *AT_101]]
    ticks = found_sheets["核销清单"]
    assert ticks[1][3:6] == ["电话", "12099999999", "12012345671"]
    assert ticks[1][0] == "君临天下 第一网格"
    assert AuditEntry.objects.get(verb="backfill.handed_out").data["items"] == 1
    assert AuditEntry.objects.get(verb="number.handed_out").subject == person.pk
    compared(street, actor, export("12099999999"), source="platform")
    assert BackfillItem.objects.get().state == "still_open"
    assert "还没改" in text(street, "/backfill/", source="platform", kind="person", state="还没改")
    compared(street, actor, export("12012345671"), source="platform")
    assert BackfillItem.objects.get().state == "proved"
    assert "市平台导出与系统登记一致" in text(street, f"/people/{person.pk}/")


def test_what_begins_like_a_formula_is_text_in_the_workbook(street: Client, actor: Any) -> None:
    compared(street, actor, export("12012345671", name="=程望舒"), source="platform")
    person = Person.objects.get(name="程望舒")
    listing = text(street, "/differences/", source="platform")
    if "/decide/" in listing:
        street.post(f"/differences/{listing.split('/decide/')[0].rsplit('/', 1)[-1]}/decide/", {"decision": "keep"})
    for rows in sheets(street, "platform", "person").values():
        for row in rows:
            assert not any(str(cell or "").startswith("=") and cell != "=程望舒" for cell in row)
    assert person.name == "程望舒"


def test_no_paper_and_no_file_says_which_doors_stand_empty_or_are_let(street: Client, actor: Any) -> None:
    rows = [
        ["小区", "楼栋", "单元", "室号", "居住状况", "建筑面积"],
        ["海河花园", "5号楼", "1单元", "401", "有人住", "60"],
        ["海河花园", "5号楼", "1单元", "201", "空置", "60"],
    ]
    compared(street, actor, rows)
    shown = text(street, "/differences/", kind="dwelling", field="occupancy")
    while "/decide/" in shown:
        pk = shown.split("/decide/")[0].rsplit("/", 1)[-1]
        street.post(f"/differences/{pk}/decide/", {"decision": "keep", "next": ""})
        shown = text(street, "/differences/", kind="dwelling", field="occupancy")
    shown = text(street, "/differences/", kind="dwelling", field="area_m2")
    while "/decide/" in shown:
        pk = shown.split("/decide/")[0].rsplit("/", 1)[-1]
        street.post(f"/differences/{pk}/decide/", {"decision": "keep", "next": ""})
        shown = text(street, "/differences/", kind="dwelling", field="area_m2")
    listed = text(street, "/backfill/", source="ledger", kind="dwelling")
    assert '<tr class="secret">' in listed  # on the screen, and not on paper
    assert "居住状况、使用情况只在这一页上看" in listed
    for name, listing in sheets(street, "ledger", "dwelling").items():
        cells = [str(cell) for row in listing[1:] for cell in row if cell is not None]
        assert cells, name
        assert not {"空置", "空房", "有人住", "居住状况"} & set(cells), name
    assert Dwelling.objects.get(address__endswith="401").occupancy == "vacant"


def test_a_list_is_handed_out_by_who_may(street: Client, actor: Any, sign_in: SignIn) -> None:
    compared(street, actor, export("12099999999"), source="platform")
    form = {"source": "platform", "kind": "person", "scope": COMMUNITY}
    assert sign_in(Role.GRID_WORKER, GRID).post("/backfill/workbook/", form).status_code == 403
    assert sign_in(Role.COMMUNITY_LEAD, "120105001024").post("/backfill/workbook/", form).status_code == 404
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    assert "程望舒" not in text(centre, "/backfill/", source="platform", kind="person")
    assert centre.post("/backfill/workbook/", form).status_code == 403
    assert not BackfillItem.objects.exists()


def test_what_the_register_learns_after_the_comparison_goes_back_too(street: Client, actor: Any) -> None:
    compared(street, actor, export("12012345671"), source="platform")
    assert "没有要改回去的了" in text(street, "/backfill/", source="platform", kind="person")
    person = Person.objects.get(name="程望舒")
    street.post(f"/correct/person/{person.pk}/", {"phone": "12012340000", "reason": "本人来电"})
    listed = text(street, "/backfill/", source="platform", kind="person")
    assert "*******0000" in listed
    assert "程兰因" not in listed
    other = Dwelling.objects.get(address__endswith="201")
    mother = Person.objects.get(name="程兰因")
    with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing:
        creation.link(
            writing,
            [creation.NewResidence(person=mother.pk, dwelling=other.pk, grid=GRID, kind="lives_here", source="visit")],
        )
    moved = text(street, "/backfill/", source="platform", kind="person", field="address")
    assert "海河花园 5号楼 1单元 101</td>" in moved
    assert "海河花园 5号楼 1单元 201</td>" in moved
    own, ticks = sheets(street, "platform", "person").values()
    assert [row[3:] for row in own if row[1] == "程兰因"] == [["海河花园", "5号楼", "1单元", "201"]]
    assert [row[5] for row in ticks if row[1] == "程兰因"] == ["海河花园 5号楼 1单元 201"]


def test_a_side_is_not_told_to_fill_in_what_it_has_no_column_for(street: Client, actor: Any) -> None:
    """The first export knew birth dates; the second has no such column, and leaves 程兰因 out, who stays as the first
    one said her.
    """
    first = [[*row, more] for row, more in zip(export("12012345671"), ("出生日期", "", "1950-02-04"), strict=True)]
    compared(street, actor, first, source="platform")
    compared(street, actor, export("12099999999")[:2], source="platform")
    asked = Difference.objects.get(field="phone", source="platform", state="open")
    street.post(f"/differences/{asked.pk}/decide/", {"decision": "keep", "next": ""})
    listing = items(actor, source="platform", kind="person", scope=COMMUNITY)
    assert [(item.title, item.field) for item in listing] == [("程望舒", "phone")]


def decide(client: Client, comparison: Comparison, what: str, decision: str, *names: str) -> None:
    """Decide what only the register has, of these people, or of all."""
    open_ones = Unmatched.objects.filter(of=comparison, what=what, state="open")
    if names:
        open_ones = open_ones.filter(entity__in=Person.objects.filter(name__in=names).values("pk"))
    rows = [str(pk) for pk in open_ones.values_list("pk", flat=True)]
    client.post(f"/comparisons/{comparison.pk}/decide/", {"what": what, "decision": decision, "row": rows})


def test_a_kept_record_that_a_side_lacks_is_a_new_row_and_its_next_export_proves_it(
    street: Client, actor: Any, sign_in: SignIn
) -> None:
    """The platform has the two of 101 and lacks 孟昭宁 of 501 and 韩书言 of 102; only 孟昭宁 is kept."""
    comparison = compared(street, actor, export("12012345671"), source="platform")
    decide(sign_in(Role.COMMUNITY_LEAD, "120105001024"), comparison, "register_only", "kept", "孟昭宁")
    assert "没有要改回去的了" in text(street, "/backfill/", source="platform", kind="person")
    decide(street, comparison, "register_only", "kept", "孟昭宁")
    person = Person.objects.get(name="孟昭宁")
    assert "市平台导出有 1 项待回填：加一条" in text(street, f"/people/{person.pk}/")
    listed = text(street, "/backfill/", source="platform", kind="person")
    assert "孟昭宁" in listed and "没有这一条" in listed and "补上整条" in listed
    assert "韩书言" not in listed
    own, ticks = sheets(street, "platform", "person").values()
    assert own == [PLATFORM, [id_no(4), "孟昭宁", None, "海河花园", "5号楼", "1单元", "501"]]
    assert ticks[1][1:7] == [
        "孟昭宁",
        "海河花园 5号楼 1单元 501",
        "加一条",
        "没有这一条",
        "补上整条",
        "加在后面",
    ]
    handed = AuditEntry.objects.get(verb="number.handed_out")
    assert (handed.subject, handed.data["field"]) == (person.pk, "id_no")  # no phone is on record

    compared(street, actor, export("12012345671"), source="platform")
    assert BackfillItem.objects.get().state == "still_open"
    assert "还没改" in text(street, "/backfill/", source="platform", kind="person")
    added = [*export("12012345671"), own[1]]
    compared(street, actor, added, source="platform")
    assert BackfillItem.objects.get().state == "proved"
    assert "没有要改回去的了" in text(street, "/backfill/", source="platform", kind="person")
    assert "市平台导出与系统登记一致" in text(street, f"/people/{person.pk}/")


def test_a_decision_taken_back_takes_the_new_row_back(street: Client, actor: Any) -> None:
    comparison = compared(street, actor, export("12012345671"), source="platform")
    decide(street, comparison, "register_only", "kept")
    listed = text(street, "/backfill/", source="platform", kind="person")
    assert "孟昭宁" in listed and "韩书言" in listed
    kept = Unmatched.objects.filter(of=comparison, state="kept").values_list("pk", flat=True)
    street.post(f"/comparisons/{comparison.pk}/undo/", {"what": "register_only", "row": [str(pk) for pk in kept]})
    assert "没有要改回去的了" in text(street, "/backfill/", source="platform", kind="person")


def test_a_new_row_of_a_door_does_not_say_whether_it_stands_empty_or_is_let(street: Client, actor: Any) -> None:
    """The ledger has 401 and 201 only: five doors of the first import and 501 of the people's are new rows."""
    header = ["社区", "网格名称", "小区", "楼栋", "单元", "室号", "居住状况", "使用情况", "建筑面积"]
    places = ["君临天下", "第一网格", "海河花园", "5号楼", "1单元"]
    rows = [header, [*places, "401", "空置", "不清楚", ""], [*places, "201", "有人住", "自住", "74.2"]]
    comparison = compared(street, actor, rows)
    decide(street, comparison, "register_only", "kept")
    own, _ = sheets(street, "ledger", "dwelling").values()
    added = [row for row in own[1:] if row[5] not in {"401", "201"}]
    assert [row[5] for row in added] == ["101", "102", "202", "301", "302", "501"]
    assert added[0] == [*places, "101", None, None, "74.2"]
    assert {(row[6], row[7]) for row in added} == {(None, None)}


def imported(client: Client, rows: list[list[Any]]) -> None:
    done = confirm(client, upload(client, workbook("人口台账（改）", rows)))
    assert (done.state, done.n_refused) == ("done", 0)


def test_an_imported_ledger_is_told_what_was_decided_and_its_next_import_proves_it(
    street: Client, sign_in: SignIn
) -> None:
    """The second import has another phone for 程望舒; the register's is kept, so the ledger must change its own."""
    imported(street, export("12099999999"))
    assert "没有要改回去的了" in text(street, "/backfill/", source="ledger", kind="person")  # not decided yet
    asked = Difference.objects.get(field="phone", source="ledger", state="open")
    decision = {"decision": "keep", "next": ""}
    stranger = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert stranger.post(f"/differences/{asked.pk}/decide/", decision).status_code == 404
    assert "没有要改回去的了" in text(street, "/backfill/", source="ledger", kind="person")
    street.post(f"/differences/{asked.pk}/decide/", decision)
    own, ticks = sheets(street, "ledger", "person").values()
    assert own == [PLATFORM, [id_no(11), "程望舒", "12012345671", *AT_101]]
    assert ticks[1][3:7] == ["电话", "12099999999", "12012345671", "Sheet 第 4 行"]
    assert "程望舒" not in text(stranger, "/backfill/", source="ledger", kind="person")

    imported(street, export("12099999999"))
    assert BackfillItem.objects.get().state == "still_open"
    imported(street, [row[:2] + row[3:] for row in export("")])  # no column of phones: that proves nothing
    assert BackfillItem.objects.get().state == "still_open"
    imported(street, export("12012345671"))
    assert BackfillItem.objects.get().state == "proved"
    assert "没有要改回去的了" in text(street, "/backfill/", source="ledger", kind="person")
    person = Person.objects.get(name="程望舒")
    assert "台账与系统登记一致" in text(street, f"/people/{person.pk}/")


def test_what_an_import_leaves_empty_goes_back_and_a_row_it_adds_is_proved(street: Client, actor: Any) -> None:
    """The ledger has no phone for 程望舒, the register has one; 孟昭宁 was kept and stands in the next import."""
    comparison = compared(street, actor, export("12012345671"))
    decide(street, comparison, "register_only", "kept", "孟昭宁")
    added = next(iter(sheets(street, "ledger", "person").values()))[1]
    imported(street, [*export(""), added])
    assert BackfillItem.objects.get().state == "proved"
    own, _ = sheets(street, "ledger", "person").values()
    assert own == [PLATFORM, [id_no(11), "程望舒", "12012345671", *AT_101]]


def ticked(client: Client, do: str, person: Person, field: str = "", **headers: str) -> Any:
    form = {"source": "platform", "kind": "person", "entity": str(person.pk), "field": field, "scope": GRID}
    return client.post(f"/backfill/today/{do}/", form, headers={"HX-Request": "true"} | headers)


def test_what_is_typed_over_by_hand_is_ticked_and_told_anew_when_it_changes(
    street: Client, actor: Any, sign_in: SignIn
) -> None:
    """The platform has the two of 101. Since then one has another phone, one died, and somebody moved in."""
    path, second = "/backfill/today/", sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert "市平台还没有导入过，也没有比对过" in text(street, path, source="platform")
    compared(street, actor, export("12012345671"), source="platform")
    assert "没有要回填的了" in text(street, path), "the side that was heard of is shown; what lacks there is undecided"
    changed, dead = Person.objects.get(name="程望舒"), Person.objects.get(name="程兰因")
    door = Dwelling.objects.get(room="101")
    line = {"name-0": "程小甲", "id_no-0": id_no(101), "phone-0": "12012340001"}
    told = {"residence_kind": "lives_here", "told": "self", "seen": "1"}
    street.post(f"/daily/moved_in/dwelling/{door.pk}/", line | told)
    new = Person.objects.get(name="程小甲")
    street.post(f"/correct/person/{changed.pk}/", {"phone": "12012340000", "reason": "本人来电"})
    form = {"proposed": "deceased", "evidence": "death_certificate", "reason": "家属来电"}
    street.post(f"/ends/person/{dead.pk}/", form)
    waiting = Recheck.objects.get(state="open")
    second.post(f"/rechecks/end/{waiting.pk}/", {"confirmed": "1", "note": "看过证明"})

    shown = text(street, path)
    assert "3 条，3 项" in shown and all(f">{what}</span>" in shown for what in ("新增", "变更", "注销"))
    assert '<copy-value data-of="姓名">程小甲</copy-value>' in shown and "已去世，注销登记" in shown
    assert "*******0000" in shown and "12012340000" not in shown and "写事由后查看" in shown
    assert "孟昭宁" not in shown, "whether the side is to have it is not decided"
    assert "市平台导出有 1 项待回填：加一条" in text(street, f"/people/{new.pk}/")
    assert "注销登记" in text(street, "/backfill/", source="platform", kind="person")

    clerk = sign_in(Role.COMMUNITY_CLERK, COMMUNITY)
    assert "撤销" in ticked(clerk, "tick", changed, "phone").content.decode()
    again = ticked(street, "tick", changed, "phone")
    assert again.status_code == 422 and "已经回填好了" in again.content.decode()
    assert "2 条，2 项" in text(street, path) and "回填好的 1 条" in text(street, path)
    assert "已回填" in text(street, "/backfill/", source="platform", kind="person", state="已回填")
    assert "撤销" not in ticked(street, "untick", changed, "phone").content.decode()
    again = ticked(street, "untick", changed, "phone")
    assert again.status_code == 422 and "没有打过勾" in again.content.decode()
    assert (
        "已回填" in ticked(street, "tick", new).content.decode() and ticked(street, "tick", changed).status_code == 200
    )
    assert "1 条，1 项" in text(street, path)
    for person in (new, changed):
        street.post(f"/correct/person/{person.pk}/", {"phone": "12012340002", "reason": "又换了"})
    assert "3 条，3 项" in text(street, path), "what was typed is no longer so"

    for client, status in ((sign_in(Role.GRID_WORKER, GRID), 403), (sign_in(Role.STREET_CENTRE, "120105001"), 422)):
        assert ticked(client, "tick", changed).status_code == status
    assert "街道看不到明细" in text(sign_in(Role.STREET_CENTRE, "120105001"), path, source="platform")
    assert "程小甲" not in text(sign_in(Role.COMMUNITY_LEAD, "120105001024"), path, source="platform")
    assert ticked(street, "tick", dead, "nothing").status_code == 422

    own, ticks = sheets(street, "platform", "person").values()
    assert [row[1] for row in own[1:]] == ["程望舒", "程小甲"], "a row that stands there would be taken over again"
    assert ["程兰因", "注销登记", "还列着", "已去世，注销登记"] in [[row[1], *row[3:6]] for row in ticks]
    assert "没有要回填的了" in text(street, path), "what went as a file is not typed as well"
    of_501 = [id_no(4), "孟昭宁", None, *AT_101[:3], "501"]
    compared(street, actor, [*own, *export("12012345671")[2:], of_501], source="platform")
    assert set(BackfillItem.objects.values_list("field", "state")) == {
        ("phone", "proved"),
        ("new_row", "proved"),
        ("ended_row", "still_open"),
    }
    assert "1 条，1 项" in text(street, path)
    compared(street, actor, [*own, of_501], source="platform")
    assert BackfillItem.objects.get(field="ended_row").state == "proved"
    assert "没有要回填的了" in text(street, path)
