"""The user's own file back: bad cells coloured and explained, nothing else touched; large and other files rebuilt."""

from __future__ import annotations

import dataclasses
import io
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import column_index_from_string

from gridwalk.ledger import cells

KEEP_FILE_ROWS = 50_000
MAX_COMMENTS = 5_000
COLUMN = "网格走访说明"
AUTHOR = "网格走访"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_FILL = PatternFill("solid", start_color="F9E6E1", end_color="F9E6E1")


@dataclasses.dataclass(frozen=True)
class Mark:
    """An explanation for one cell, or for the whole row where ``column`` is empty."""

    sheet: str
    row_no: int
    column: str
    text: str


@dataclasses.dataclass(frozen=True)
class Annotated:
    """The workbook's bytes (xlsx), and whether it was rebuilt instead of kept, with the reason."""

    data: bytes
    rebuilt: str


def safe(value: Any) -> Any:
    """A cell that no table program runs as a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def annotate(data: bytes, name: str, marks: Sequence[Mark]) -> Annotated:
    """The file with its marks. Raises errors.LedgerError where the file cannot be read any more."""
    kind, sheets = cells.read(data, name)
    longest = sum(len(s.rows) for s in sheets)
    if kind == "xlsx" and not marks:
        return Annotated(data, "")
    if kind == "xlsx" and longest <= KEEP_FILE_ROWS:
        return Annotated(_kept(data, marks), "")
    why = "原文件不是 xlsx" if kind != "xlsx" else f"原文件有 {longest:,} 行"
    return Annotated(_rebuilt(sheets, marks), f"{why}，这是按原样重做的 xlsx，版式从简。")


def _by_row(marks: Sequence[Mark]) -> dict[tuple[str, int], list[Mark]]:
    found: dict[tuple[str, int], list[Mark]] = defaultdict(list)
    for mark in marks:
        found[mark.sheet, mark.row_no].append(mark)
    return found


def _kept(data: bytes, marks: Sequence[Mark]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=False)
    n_comments = 0
    columns: dict[str, int] = {}
    for (sheet_name, row_no), of_row in _by_row(marks).items():
        sheet = book[sheet_name]
        for mark in of_row:
            if not mark.column:
                continue
            cell = sheet.cell(row_no, column_index_from_string(mark.column))
            cell.fill = _FILL
            if n_comments < MAX_COMMENTS and not isinstance(cell, openpyxl.cell.cell.MergedCell):
                cell.comment = Comment(mark.text, AUTHOR, height=60, width=260)
                n_comments += 1
        if n_comments >= MAX_COMMENTS or any(not m.column for m in of_row):
            column = columns.setdefault(sheet_name, sheet.max_column + 1)
            sheet.cell(row_no, column, "；".join(m.text for m in of_row)).fill = _FILL
    for sheet_name, column in columns.items():
        sheet = book[sheet_name]
        top = min(row_no for (name, row_no) in _by_row(marks) if name == sheet_name)
        sheet.cell(max(1, top - 1), column, COLUMN)
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = 46
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rebuilt(sheets: Sequence[cells.Sheet], marks: Sequence[Mark]) -> bytes:
    out = io.BytesIO()
    by_row = _by_row(marks)
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bad = book.add_format({"bg_color": "#F9E6E1"})
    for sheet in sheets:
        target = book.add_worksheet(sheet.name[:31])
        width = max((len(row) for row in sheet.rows), default=0)
        for index, row in enumerate(sheet.rows):
            of_row = by_row.get((sheet.name, index + 1), [])
            marked = {column_index_from_string(m.column) - 1 for m in of_row if m.column}
            for column, value in enumerate(row):
                if value not in ("", None) or column in marked:
                    target.write(index, column, safe(value), bad if column in marked else None)
            if of_row:
                target.write_string(index, width, "；".join(m.text for m in of_row), bad)
        target.write_string(0, width, COLUMN)
        target.set_column(width, width, 46)
    book.close()
    return out.getvalue()
