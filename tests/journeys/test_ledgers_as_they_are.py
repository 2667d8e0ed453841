"""Ledgers of odd layout through the pages: the sum, what is left out, several records in a row, and the file back."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridwalk import ledger
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.ledger import template
from gridwalk.reconcile.actions import applying
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.models import Dwelling, Person
from gridwalk.territory.models import Building
from tests.harness.campaign import COMMUNITY, DOORS, confirm, id_no, upload, workbook
from tests.harness.people import SignIn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CASES = Path(ledger.__file__).parent / "tests" / "cases"


def case(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (CASES / name).read_bytes())


def as_shown(client: Client, imported: Import) -> dict[str, str]:
    """The columns as the page offers them, which its button sends along."""
    shown = html.unescape(client.get(f"/imports/{imported.pk}/").content.decode())
    selects = re.findall(r'<select[^>]*name="(column:[^"]+)">(.*?)</select>', shown, re.S)
    chosen = {name: re.search(r'value="([^"]*)"\s+selected', options) for name, options in selects}
    return {name: option[1] for name, option in chosen.items() if option}


def confirm_as_shown(client: Client, imported: Import) -> Import:
    client.post(f"/imports/{imported.pk}/mapping/", {"do": "apply", **as_shown(client, imported)})
    applying.apply(actor=SYSTEM, at=clock.now(), imported=imported.pk)
    return Import.objects.get(pk=imported.pk)


def filled(client: Client, kind: str, **changed: str) -> SimpleUploadedFile:
    """A template as it is downloaded, with one row under its headings."""
    answer = client.get(f"/imports/template/{kind}/")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    for column, (name, value) in enumerate(template.EXAMPLES[kind].items(), start=1):
        book.worksheets[0].cell(2, column).value = changed.get(name, value) or None
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("模板.xlsx", out.getvalue())


def test_a_template_is_downloaded_filled_in_and_recognised_whole(lead: Client, sign_in: SignIn) -> None:
    assert "重点场所模板" in lead.get("/imports/").content.decode()
    assert lead.get("/imports/template/suspects/").status_code == 404
    assert sign_in(Role.GRID_WORKER, f"{COMMUNITY}001").get("/imports/template/person/").status_code == 403
    imported = upload(lead, filled(lead, "dwelling", community="君临天下"))
    assert "没有用的列" not in lead.get(f"/imports/{imported.pk}/").content.decode()
    done = confirm_as_shown(lead, imported)
    assert (done.state, done.n_created, done.n_faulty) == ("done", 1, 0)


def relations() -> dict[str, str]:
    return dict(Person.objects.values_list("name", "relation"))


def test_members_beside_their_head_are_registered_each_and_their_rows_are_counted_once(lead: Client) -> None:
    imported = upload(lead, case("members_side_by_side.xlsx"))
    assert "4 行，5 人：2 行读入，2 表头表尾，0 要看" in lead.get(f"/imports/{imported.pk}/").content.decode()
    done = confirm_as_shown(lead, imported)
    assert (done.state, done.n_created) == ("done", 5)
    assert "4 行，5 人：2 行读入，2 表头表尾，0 要看" in lead.get(f"/imports/{imported.pk}/").content.decode()
    assert relations() == {"胡芳": "02", "高伟芳": "10", "宋伟文": "20", "刘桂": "02", "何伟": "10"}
    assert sorted(StagedRow.objects.filter(of=done).values_list("row_no", "part")) == [
        (3, 0),
        (3, 1),
        (3, 2),
        (4, 0),
        (4, 1),
    ]
    assert Dwelling.objects.count() == 2
    sealed = StagedRow.objects.get(of=done, row_no=3, part=2)
    assert sealed.opened()["name"] == "宋伟文"  # each record's numbers are sealed to its own part of the row


def test_a_second_table_makes_no_door_of_a_name_and_other_readers_see_each_table_by_its_own_columns(
    lead: Client, sign_in: SignIn
) -> None:
    imported = upload(lead, case("stacked_tables.xlsx"))
    shown = lead.get(f"/imports/{imported.pk}/").content.decode()
    assert "11 行，6 人" in shown and "小标题" in shown
    done = confirm_as_shown(lead, imported)
    assert done.n_created == 6 and done.n_refused == 0
    assert set(Building.objects.values_list("name", flat=True)) == {"88号楼"}
    other = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    sheet: Any = openpyxl.load_workbook(io.BytesIO(b"".join(other.get(f"/imports/{done.pk}/annotated/")))).worksheets[0]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert "刘桂" in cells and "88号楼" in cells
    assert not any(re.fullmatch(r"\d{17}[\dX]|1\d{10}", cell) for cell in cells)


def test_a_row_struck_out_is_listed_left_out_and_marked_in_the_file(lead: Client) -> None:
    imported = upload(lead, case("struck_out_row.xlsx"))
    shown = lead.get(f"/imports/{imported.pk}/").content.decode()
    assert "5 行，3 人：3 行读入，1 表头表尾，1 要看" in shown and "整行划掉了" in shown
    done = confirm_as_shown(lead, imported)
    assert "孙玲" not in relations() and done.n_created == 3
    back = openpyxl.load_workbook(io.BytesIO(b"".join(lead.get(f"/imports/{done.pk}/annotated/"))))
    sheet: Any = back.worksheets[0]
    assert "整行划掉了" in " ".join(str(cell.value) for cell in sheet[3])


def test_a_row_with_a_wrong_part_of_an_address_makes_no_door(lead: Client) -> None:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    rows = [
        ["小区", "楼栋", "单元", "室号", "姓名", "身份证号", "性别", "出生日期"],
        ["海河花园", "5号楼", "12012345678", "101", "王伟", id_no(11), "男", "1980-01-01"],
        ["海河花园", "王桂芳", "1单元", "101", "李芳", id_no(12), "女", "1980-01-01"],
        ["海河花园", "5号楼", "1单元", id_no(13), "赵强", id_no(13), "男", "1980-01-01"],
        ["海河花园", "5号楼", "1单元", "101", "程望舒", id_no(14), "女", "1980-01-01"],
    ]
    before = Dwelling.objects.count()
    done = confirm_as_shown(lead, upload(lead, workbook("人口台账", rows)))
    assert (Dwelling.objects.count(), done.n_created) == (before, 4)
    assert [p.residences.count() for p in Person.objects.order_by("name") if p.name != "程望舒"] == [0, 0, 0]
    assert Person.objects.get(name="程望舒").residences.count() == 1
    shown = lead.get(f"/imports/{done.pk}/").content.decode()
    assert "这一格不像单元" in shown and "这一格不像楼栋" in shown and "这一格不像室号" in shown


def test_ticks_and_missing_headings_hold_after_they_were_confirmed(lead: Client) -> None:
    ticks = confirm_as_shown(lead, upload(lead, case("ticks_under_a_heading_of_two_rows.csv")))
    assert ticks.kind == "dwelling" and ticks.n_faulty <= ticks.n_rows
    staged = [row.opened() for row in StagedRow.objects.filter(of=ticks).order_by("row_no")[:3]]
    assert [values["occupancy"] for values in staged] == ["occupied", "occupied", "vacant"]
    headless = upload(lead, case("no_heading_at_all.csv"))
    assert len(headless.questions) == 4
    lead.post(f"/imports/{headless.pk}/mapping/", {"do": "apply"})
    headless.refresh_from_db()
    assert headless.state == "mapping"  # nothing goes in that nobody has confirmed
    assert confirm_as_shown(lead, headless).n_created == 6


def test_a_row_that_is_refused_makes_no_door(lead: Client) -> None:
    rows = [
        ["小区", "楼栋", "单元", "室号", "姓名", "证件类型", "身份证号"],
        ["海河花园", "77号楼", "1", "101", "王试甲", "", id_no(1)],
        ["海河花园", "77号楼", "1", "102", "", "", id_no(2)],
    ]
    imported = upload(lead, workbook("人口", rows))
    done = confirm_as_shown(lead, imported)
    assert (done.n_created, done.n_refused) == (1, 1)
    assert [door.room for door in Dwelling.objects.filter(building__key="77")] == ["101"]
    assert done.unused == [], "证件类型 is empty, and what it would say is no field of its own"
