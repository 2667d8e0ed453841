"""What leaves carries its stamp and no formula; what comes in is bounded before it is opened."""

from __future__ import annotations

import ast
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from gridwalk.core.models import AuditEntry
from gridwalk.ledger import annotate, cells
from gridwalk.ledger.annotate import Mark, Table
from gridwalk.ledger.errors import LedgerError
from tests.harness.campaign import DOORS, PEOPLE, confirm, upload, workbook
from tests.harness.database import tables_that_say
from tests.house.test_architecture import SOURCE, python_files

EVIL = ("=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1")


def _formulas(data: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_file_that_leaves_says_who_took_it_and_under_which_number_of_the_audit(lead: Client) -> None:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    one = confirm(lead, upload(lead, workbook("实有人口台账", PEOPLE, ("A4:A5", "B4:B5", "C4:C5", "D4:D5"))))
    for _ in range(2):
        back = lead.get(f"/imports/{one.pk}/annotated/")
        assert back.headers["X-Content-Type-Options"] == "nosniff"
        assert back.headers["Cache-Control"] == "no-store"
        assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%~-]+", back.headers["Content-Disposition"])
        (number,) = (
            AuditEntry.objects.filter(verb="file.exported").order_by("-at").values_list("data__number", flat=True)[:1]
        )
        for sheet in openpyxl.load_workbook(io.BytesIO(back.content)).worksheets:
            foot: Any = sheet.oddFooter
            assert re.fullmatch(
                rf"社区书记（网格长） \d{{4}}-\d\d-\d\d \d\d:\d\d 导出，编号 {number}，内部资料", foot.left.text
            )
    assert len(set(AuditEntry.objects.filter(verb="file.exported").values_list("data__number", flat=True))) == 2
    shown = lead.get("/reports/").content.decode()
    assert re.search(r'class="paper-only s">社区书记.* 打印', shown), "a printed page says so as well"


def test_files_leave_by_one_door() -> None:
    naming = {
        path.relative_to(SOURCE).as_posix()
        for path in python_files()
        if re.search("Content-Disposition|FileResponse|StreamingHttpResponse", path.read_text())
    }
    assert naming == {"console/downloads.py"}


@pytest.mark.parametrize("name", ["台账.xlsx", "台账.csv"], ids=["kept", "rebuilt"])
def test_no_text_of_ours_or_of_a_ledger_becomes_a_formula(name: str) -> None:
    if name.endswith("csv"):
        data = ("姓名,说明\n" + "\n".join(f'程望舒,"{text}"' for text in EVIL)).encode()
    else:
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in range(1, len(EVIL) + 2):
            book.active.cell(row, 1, "程望舒")
        out = io.BytesIO()
        book.save(out)
        data = out.getvalue()
    sheet = "Sheet" if name.endswith("xlsx") else cells.read(data, name)[1][0].name
    marks = [Mark(sheet, row, "", text) for row, text in enumerate(EVIL, start=2)]
    made = annotate.annotate(data, name, marks, [Table("差异", ["谁", *EVIL], [[text, *EVIL] for text in EVIL])])
    assert _formulas(made.data) == []


def test_every_workbook_of_ours_is_opened_for_text_only() -> None:
    """The ledgers of the imagined street are no exports."""
    for path in python_files():
        source = path.read_text("utf-8")
        if "simulate" in path.parts or not re.search("formula|csv|xlsxwriter", source):
            continue
        tree = ast.parse(source)
        texts = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Dict)}
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            called = ast.unparse(call.func)
            assert not re.search(r"\.write_(array_|dynamic_array_)?formula$|csv\.writer$", called), (path, called)
            if called == "xlsxwriter.Workbook":
                assert any("'strings_to_formulas': False" in one for one in texts), path


def test_a_workbook_cannot_have_files_of_this_machine_read_into_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("120199198001010115")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    out = io.BytesIO()
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["姓名", "程望舒"])
    book.save(out)
    swapped = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(swapped, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/sharedStrings.xml":
                text = entity + re.sub("程望舒", "&e;", text)
            new.writestr(name, text)
    try:
        sheets = cells.read(swapped.getvalue(), "台账.xlsx")[1]
    except LedgerError:
        return
    assert "120199" not in repr([sheet.rows for sheet in sheets])


def test_the_name_of_a_file_keeps_no_number(lead: Client) -> None:
    file = workbook("房屋台账", DOORS)
    file.name = "何洁120199195203070010和12012345678的20261013台账.xlsx"
    kept = upload(lead, file)
    assert kept.state == "mapping"
    assert {kept.name, kept.file.name} == {"何洁******和******的20261013台账.xlsx"}
    assert tables_that_say("120199195203070010", "12012345678") == []


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"<workbook/>")
        made.writestr("xl/worksheets/sheet1.xml", b" " * (20 << 20))
    return out.getvalue()


def test_a_file_that_is_too_large_or_swells_is_refused_before_it_is_opened(lead: Client, settings: Settings) -> None:
    swollen = upload(lead, SimpleUploadedFile("台账.xlsx", _bomb()))
    assert swollen.state == "failed"
    assert "展开后有 20 MB" in lead.get(f"/imports/{swollen.pk}/").content.decode()

    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
    large = {"file": SimpleUploadedFile("台账.csv", b"a," * (1 << 19)), "scope": "120105001023", "kind": ""}
    for page, said in (("/imports/", "没有导入"), ("/comparisons/", "没有比对")):
        large["file"].seek(0)  # type: ignore[attr-defined]
        answer = lead.post(f"{page}upload/", large, follow=True)
        assert f"超过 1 MB，{said}" in answer.content.decode()
    assert f"还没有选文件，{said}" in lead.post("/comparisons/upload/", {}, follow=True).content.decode()
    assert not list(Path("/tmp").glob("*.upload*")), "no upload lies in a temporary file"
