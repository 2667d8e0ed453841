"""A ledger goes back whole to who brought it, through the gate to others, and without what is not taken to anybody."""

from __future__ import annotations

import html
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock, files
from gridwalk.core.models import AuditEntry, Change
from gridwalk.reconcile.actions import applying
from gridwalk.reconcile.models import Comparison, Import
from gridwalk.registry.models import Person
from tests.harness.campaign import COMMUNITY, DOORS, PEOPLE, confirm, id_no, upload, workbook
from tests.harness.people import SignIn
from tests.journeys.test_comparing import compared, people

pytestmark = pytest.mark.slow


def everything(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return html.unescape("\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist()))


def ledger() -> SimpleUploadedFile:
    """The people of the harness, one of them with a formula that starts a program, in a second table doors' states."""
    rows = [[*row] for row in PEOPLE]
    for row in rows[1:]:
        row[-1] = "汉族"
    rows[0] += ["备注", "计算"]
    rows[1] += ["信教，常去聚会", "=cmd|'/C calc'!A0"]
    rows[2] += ["", "=1+1"]
    return workbook("实有人口台账", rows)


def taken(client: Client, url: str) -> bytes:
    answer = client.get(url)
    assert answer.status_code == 200, answer.headers
    return bytes(answer.content)


def test_a_ledger_goes_back_to_who_brought_it_and_to_others_through_the_gate(lead: Client, sign_in: SignIn) -> None:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    imported = confirm(lead, upload(lead, ledger()))
    for refused in ("汉族", "信教"):
        assert refused not in everything(files.read(imported.file_id)), "kept without what is not taken"
        assert imported.annotated is not None
        assert refused not in everything(files.read(imported.annotated.pk))
    url = f"/imports/{imported.pk}/annotated/"

    own = everything(taken(lead, url))
    assert id_no(11) in own and "12012345671" in own
    sheet: Any = openpyxl.load_workbook(io.BytesIO(taken(lead, url))).active
    first = next(cell.value for cell in sheet[1] if str(cell.value).startswith("网格走访说明"))
    assert "“民族”" in first and "“备注”" in first and "其余都是原样" in first and "M4" in first
    formulas = {cell.coordinate: cell.data_type for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
    assert formulas == {"M5": "f"} and sheet["M4"].value == "=cmd|'/C calc'!A0"

    colleague = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    theirs = taken(colleague, url)
    shown = everything(theirs)
    assert "程望舒" in shown and id_no(11) not in shown and "12012345671" not in shown
    assert "cmd|" not in shown and b"<f>" not in theirs

    before = AuditEntry.objects.filter(verb="file.exported").count()
    centre = sign_in(Role.STREET_CENTRE, COMMUNITY[:9])
    page = centre.get(f"/imports/{imported.pk}/").content.decode()
    assert "只给上传的人" in page and "下载批注工作簿" not in page
    assert "下载批注工作簿" in lead.get(f"/imports/{imported.pk}/").content.decode()
    answer = centre.get(url, follow=True)
    assert "只给上传的人" in answer.content.decode() and "程望舒" not in answer.content.decode()
    assert AuditEntry.objects.filter(verb="file.exported").count() == before
    other = sign_in(Role.COMMUNITY_LEAD, "120105001001")
    assert other.get(url).status_code == 404


def test_vacancy_and_letting_come_back_to_who_wrote_them_and_to_nobody_else(lead: Client, sign_in: SignIn) -> None:
    imported = confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    url = f"/imports/{imported.pk}/annotated/"
    assert "空置" in everything(taken(lead, url))
    shown = everything(taken(sign_in(Role.COMMUNITY_LEAD, COMMUNITY), url))
    assert "居住状况" in shown and "有人住" not in shown and "空置<" not in shown and "出租<" not in shown


def test_what_a_comparison_says_of_rows_is_for_who_brought_the_ledger(street: Client, sign_in: SignIn) -> None:
    comparison = compared(street, SYSTEM, people())
    url = f"/comparisons/{comparison.pk}/annotated/"
    assert id_no(11) in everything(taken(street, url))
    for colleague in (sign_in(Role.COMMUNITY_LEAD, COMMUNITY), sign_in(Role.STREET_CENTRE, COMMUNITY[:9])):
        answer = colleague.get(url, follow=True)
        assert "只" in answer.content.decode() and "没有下载" in answer.content.decode()
    again = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    pk = again.post(f"/comparisons/{comparison.pk}/again/").headers["Location"].split("/")[-2]
    assert Comparison.objects.get(pk=pk).file.owner == comparison.file.owner, "comparing again makes nobody its owner"


def test_a_refused_list_is_not_kept_and_a_refused_sheet_is_named(lead: Client) -> None:
    answer = lead.post(
        "/imports/upload/",
        {"file": workbook("社区矫正人员名册", PEOPLE), "scope": COMMUNITY, "kind": "person"},
        follow=True,
    )
    assert "社区矫正人员名册" in answer.content.decode() and "没有存" in answer.content.decode()
    assert not Import.objects.exists() and not Person.objects.exists()
    for name in ("房屋台账", "实有人口台账"):
        book = openpyxl.load_workbook(workbook(name, DOORS if name == "房屋台账" else PEOPLE))
        extra = book.create_sheet("吸毒人员")
        for row in [
            PEOPLE[0],
            ["海河花园", "5号楼", "1单元", "102", "李某某", "男", id_no(21), "1980-01-01", "", "", "汉"],
        ]:
            extra.append(row)
        out = io.BytesIO()
        book.save(out)
        imported = upload(lead, SimpleUploadedFile(f"{name}.xlsx", out.getvalue()))
        assert "“吸毒人员”整张表" in lead.get(f"/imports/{imported.pk}/").content.decode()
        confirm(lead, imported)
    assert not Person.objects.filter(name="李某某").exists() and Person.objects.filter(name="程望舒").exists()


def test_an_upload_out_of_bounds_is_refused_with_its_place_and_not_kept(lead: Client) -> None:
    wide = SimpleUploadedFile("台账.csv", ("姓名,身份证号," + ",".join(f"列{n}" for n in range(1000))).encode())
    imported = upload(lead, wide)
    assert imported.state == "failed" and "第 1 行有 1,002 列" in imported.message
    assert files.read(imported.file_id) == b""
    answer = lead.post(f"/imports/{imported.pk}/mapping/", {"do": "again", "kind": "person"}, follow=True)
    assert "重新上传" in answer.content.decode()


def test_where_a_value_came_from_is_a_row_and_the_file_is_named_to_who_may_see_the_import(
    lead: Client, sign_in: SignIn
) -> None:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    imported = confirm(lead, upload(lead, workbook("独居老人走访实有人口台账", PEOPLE)))
    person = Person.objects.get(name="程望舒")
    changes = Change.objects.filter(entity=person.pk)
    assert {person.source_ref, *changes.values_list("source_ref", flat=True)} == {f"{imported.file_id}:0:4"}
    page = f"/people/{person.pk}/"
    assert "独居老人走访实有人口台账.xlsx 第 4 行" in lead.get(page).content.decode()
    worker = sign_in(Role.GRID_WORKER, person.grid_id).get(page).content.decode()
    assert "独居老人" not in worker and "台账 第 4 行" in worker


def test_free_text_is_never_mapped_into_an_address(lead: Client) -> None:
    rows = [[*row] for row in PEOPLE]
    rows[0][-1], rows[1][-1], rows[2][-1] = "情形", "社区矫正期内,信教", "天津市河北区民族路12号"
    rows[3][-1] = "人很好，能配合"
    imported = upload(lead, workbook("实有人口台账", rows))
    lead.post(
        f"/imports/{imported.pk}/mapping/", {"do": "again", "kind": "person", "column:left:情形": "registered_address"}
    )
    confirm_mapped = {"do": "apply", "column:left:情形": "registered_address"}
    lead.post(f"/imports/{imported.pk}/mapping/", confirm_mapped)
    applying.apply(actor=SYSTEM, at=clock.now(), imported=imported.pk)
    kept = set(Person.objects.values_list("registered_address", flat=True))
    assert kept == {"", "天津市河北区民族路12号"}
    shown = lead.get(f"/imports/{imported.pk}/").content.decode()
    assert "这一格写着不收的内容" in shown and "这一格不像地址" in shown
