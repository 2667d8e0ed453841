"""``bench forms``: records into a department's blank with one row drawn for them, beside openpyxl writing the same."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import xlsxwriter

from benchmarks.annotating import seconds
from benchmarks.results import Result
from gridwalk.ledger.inplace import rows
from gridwalk.ledger.inplace.package import Package

COLUMNS = 14
SHEET = "名册"
DRAWN = 3


def _blank() -> bytes:
    """Title, header, one row drawn and a total below it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, look = book.add_worksheet(SHEET), book.add_format({"border": 1})
    sheet.merge_range(0, 0, 0, COLUMNS - 1, "高龄老人名册")
    sheet.write_row(1, 0, [f"第{column}列" for column in range(COLUMNS)], look)
    for column in range(COLUMNS):
        sheet.write_blank(DRAWN - 1, column, None, look)
    sheet.write_row(DRAWN, 0, ["合计", f"=COUNTA(B{DRAWN}:B{DRAWN})"], look)
    book.close()
    return out.getvalue()


def _records(n: int) -> list[dict[int, rows.Content]]:
    """A serial, a long number that has to stay a text, and words."""
    words: dict[int, rows.Content] = dict.fromkeys(range(3, COLUMNS + 1), "林古里5号楼2单元301")
    return [{1: k, 2: f"120199{k:012d}", **words} for k in range(1, n + 1)]


def _in_place(data: bytes, records: list[dict[int, rows.Content]]) -> bytes:
    package = Package(data)
    rows.fill(package, SHEET, range(DRAWN, DRAWN + 1), records)
    return package.data()


def _by_openpyxl(data: bytes, records: list[dict[int, rows.Content]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet: Any = book[SHEET]
    looks = {column: sheet.cell(DRAWN, column)._style for column in range(1, COLUMNS + 1)}
    sheet.insert_rows(DRAWN + 1, len(records) - 1)
    for at, record in enumerate(records, start=DRAWN):
        for column, content in record.items():
            cell = sheet.cell(at, column, content)
            cell._style = looks[column]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def everything(*, quick: bool) -> Iterator[Result]:
    """10,000 records of 14 cells, in processor seconds."""
    n = 1_000 if quick else 10_000
    data, records = _blank(), _records(n)
    ours = seconds(lambda: _in_place(data, records), 5)
    theirs = seconds(lambda: _by_openpyxl(data, records), 1 if quick else 3)
    what = f"{n:,} records of {COLUMNS} cells into a row drawn once"
    yield Result(name="forms", value=ours, unit="s", goal=2.0, note=what)
    yield Result(
        name="forms.openpyxl", value=ours, unit="s", peer=theirs, note=f"{what} / openpyxl, which moves no total"
    )
