"""The same ledger in every format an office sends gives the same rows."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import polars
import pytest
import xlwt

from gridwalk.ledger import cells, clearing, read
from gridwalk.ledger.tests import books

pytestmark = pytest.mark.usefixtures("started_parser")

CASES = Path(__file__).parent / "cases"
TABLE = [
    books.PERSON,
    books.person(1),
    books.person(2, phone=" 120 0000 0002 "),
    books.person(3, id_no=f"'{books.id_no(3)}"),
]


def as_csv(encoding: str, delimiter: str = ",", *, quoted_formula: bool = False) -> bytes:
    out = io.StringIO()
    rows = [[f'="{c}"' if quoted_formula and len(str(c)) == 18 else c for c in row] for row in TABLE]
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for row_no, row in enumerate(TABLE):
        for column, value in enumerate(row):
            sheet.write(row_no, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_parquet() -> bytes:
    out = io.BytesIO()
    polars.DataFrame(TABLE[1:], schema=TABLE[0], orient="row").write_parquet(out)
    return out.getvalue()


def as_ods() -> bytes:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join("<table:table-row>" + "".join(cell.format(c) for c in row) + "</table:table-row>" for row in TABLE)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        "<table:table "
        f'table:name="Sheet1">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        book.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()


FORMATS = {
    "台账.xlsx": books.xlsx({"Sheet1": TABLE}),
    "台账.xls": as_xls(),
    "台账.xlsb": (CASES / "binary.xlsb").read_bytes(),
    "台账.ods": as_ods(),
    "台账.parquet": as_parquet(),
    "导出.csv": as_csv("utf-8-sig"),
    "国标.csv": as_csv("gb18030"),
    "分号.csv": as_csv("utf-8", ";"),
    "制表.txt": as_csv("utf-16", "\t"),
    "网页导出.csv": as_csv("gb18030", quoted_formula=True),
}


@pytest.mark.parametrize("name", FORMATS)
def test_it_reads_the_same_rows_from_every_format(name: str) -> None:
    ledger = read.read(FORMATS[name], name)
    assert ledger.kind == "person" and not ledger.questions
    assert [row.row_no for row in ledger.rows] == [2, 3, 4]
    assert [row.values["id_no"] for row in ledger.rows] == [books.id_no(n) for n in (1, 2, 3)]
    assert [row.values["phone"] for row in ledger.rows] == [books.phone(n) for n in (1, 2, 3)]
    assert not any(row.faults for row in ledger.rows)


def test_it_knows_a_format_by_content_and_not_by_its_ending() -> None:
    assert cells.read(FORMATS["台账.xlsx"], "台账.csv")[0] == "xlsx"
    assert cells.read(FORMATS["台账.xls"], "台账.xlsx")[0] == "xls"
    assert cells.read(FORMATS["导出.csv"], "无后缀")[0] == "csv"


def test_of_a_binary_workbook_only_its_cells_are_kept_and_none_that_is_not_taken() -> None:
    data = (CASES / "binary-with-a-refused-column.xlsb").read_bytes()
    kept = clearing.clear(data, "台账.xlsb")
    assert kept.says[0] == "Sheet1 H 列“民族”（民族不收）"
    assert [row.values["name"] for row in read.read(kept.data, "台账.xlsb").rows] == ["王二", "王三", "王四"]
    with zipfile.ZipFile(io.BytesIO(kept.data)) as book:
        parts = [book.read(name) for name in book.namelist()]
    assert not any("满".encode(code) in part for part in parts for code in ("utf-8", "utf-16-le"))


def test_it_keeps_long_numbers_of_typed_columns_whole() -> None:
    out = io.BytesIO()
    number = next(n for n in map(books.id_no, range(1, 99, 2)) if n.isdigit())
    polars.DataFrame({"姓名": ["王一"], "身份证号": [int(number)], "性别": ["男"]}).write_parquet(out)
    assert read.read(out.getvalue(), "台账.parquet").rows[0].values["id_no"] == number


def test_it_fills_merged_doors_down_in_old_workbooks_too() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for column, value in enumerate(books.PERSON):
        sheet.write(0, column, value)
    for column, value in enumerate(["5号楼", "2单元", "301"]):
        sheet.write_merge(1, 2, column, column, value)
    for row in (1, 2):
        for column, value in enumerate(books.person(row)[3:], start=3):
            sheet.write(row, column, value)
    out = io.BytesIO()
    book.save(out)
    rows = read.read(out.getvalue(), "台账.xls").rows
    assert [(r.row_no, r.values["building"], r.values["room"]) for r in rows] == [
        (2, "5号楼", "301"),
        (3, "5号楼", "301"),
    ]
