"""The user's own file back: bad cells coloured and explained, nothing else touched; large and other files rebuilt."""

from __future__ import annotations

import dataclasses
import io
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import column_index_from_string

from gridwalk.ledger import cells, frames, headers

KEEP_FILE_ROWS = 50_000
MAX_COMMENTS = 5_000
LARGE_BYTES = 4 << 20
"""Size from which a file of one's own is read as a frame of texts to be rebuilt."""
COLUMN = headers.OURS
AUTHOR = "网格走访"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BAD = "#F9E6E1"
_FILL = PatternFill("solid", start_color=BAD[1:], end_color=BAD[1:])


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


@dataclasses.dataclass(frozen=True)
class Table:
    """A further sheet behind the user's own: rows of texts and numbers below a header."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]


def annotate(data: bytes, name: str, marks: Sequence[Mark], tables: Sequence[Table] = ()) -> Annotated:
    """The file with its marks and further sheets. Raises errors.LedgerError where the file cannot be read any more."""
    kind, sheets = cells.read(data, name)
    longest = sum(len(s.rows) for s in sheets)
    if kind == "xlsx" and not marks and not tables:
        return Annotated(data, "")
    if kind == "xlsx" and longest <= KEEP_FILE_ROWS:
        try:
            return Annotated(_kept(data, marks, tables), "")
        except Exception:  # openpyxl raises all sorts of things on files that table programs open
            why = "原文件有这里改不了的内容"
    else:
        why = "原文件不是 xlsx" if kind != "xlsx" else f"原文件有 {longest:,} 行"
    return _remade([(s.name, s.rows) for s in sheets], marks, tables, why)


def annotate_file(source: Path, format_: str, marks: Sequence[Mark], tables: Sequence[Table]) -> Annotated:
    """The same of the user's own file, however long. Raises errors.LedgerError."""
    if format_ in frames.FORMATS and source.stat().st_size >= LARGE_BYTES:
        wide = frames.read(source, format_)
        return _remade(
            [(s.name, s.frame.iter_rows()) for s in wide], marks, tables, f"原文件有 {source.stat().st_size >> 20} MB"
        )
    return annotate(source.read_bytes(), source.name, marks, tables)


def _remade(
    sheets: Sequence[tuple[str, Iterable[Sequence[Any]]]], marks: Sequence[Mark], tables: Sequence[Table], why: str
) -> Annotated:
    return Annotated(_rebuilt(sheets, marks, tables), f"{why}，这是按原样重做的 xlsx，版式从简。")


def _by_row(marks: Sequence[Mark]) -> dict[tuple[str, int], list[Mark]]:
    found: dict[tuple[str, int], list[Mark]] = defaultdict(list)
    for mark in marks:
        found[mark.sheet, mark.row_no].append(mark)
    return found


def _kept(data: bytes, marks: Sequence[Mark], tables: Sequence[Table]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=False)
    commented: dict[tuple[str, str], list[str]] = {}
    columns: dict[str, int] = {}
    merged = {sheet.title: _top_left(sheet) for sheet in book.worksheets}
    for (sheet_name, row_no), of_row in _by_row(marks).items():
        sheet = book[sheet_name]
        for mark in of_row:
            if not mark.column:
                continue
            at = (row_no, column_index_from_string(mark.column))
            cell = sheet.cell(*merged[sheet_name].get(at, at))
            cell.fill = _FILL
            if len(commented) < MAX_COMMENTS:
                said = commented.setdefault((sheet_name, cell.coordinate), [cell.comment.text] if cell.comment else [])
                if mark.text not in said:
                    said.append(mark.text)
                cell.comment = Comment("；".join(said), AUTHOR, height=60, width=260)
        if len(commented) >= MAX_COMMENTS or any(not m.column for m in of_row):
            column = columns.setdefault(sheet_name, sheet.max_column + 1)
            explained = sheet.cell(row_no, column, "；".join(m.text for m in of_row))
            explained.fill = _FILL
            _keep_text(explained)
    for sheet_name, column in columns.items():
        sheet = book[sheet_name]
        sheet.cell(1, column, COLUMN)
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = 46
    for table in tables:
        sheet = book.create_sheet(_free(table.name, book.sheetnames))
        for row in (table.header, *table.rows):
            sheet.append(list(row))
            for cell in sheet[sheet.max_row]:
                _keep_text(cell)
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _keep_text(cell: Any) -> None:
    """A text of ours that looks like a formula stays text, also once somebody edits it."""
    if isinstance(cell.value, str) and cell.value.startswith(FORMULA_STARTS):
        cell.data_type, cell.quotePrefix = "s", True


def _free(name: str, taken: Collection[str]) -> str:
    """The name of a further sheet; a workbook that has one of that name keeps its own."""
    names = itertools.chain([name], (f"{name}（比对{n or ''}）" for n in itertools.count()))
    return next(n for n in names if n not in taken)


def _top_left(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """For each covered cell of a merge the cell that shows: only that one can be seen and can hold a comment."""
    return {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }


def _rebuilt(
    sheets: Sequence[tuple[str, Iterable[Sequence[Any]]]], marks: Sequence[Mark], tables: Sequence[Table]
) -> bytes:
    out = io.BytesIO()
    by_row = _by_row(marks)
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bad, bad_text = book.add_format({"bg_color": BAD}), book.add_format({"bg_color": BAD, "quote_prefix": True})
    plain_text = book.add_format({"quote_prefix": True})  # stays text when somebody edits it: =1+1 is never run
    names: list[str] = []
    for name, rows in sheets:
        names.append(_free(name[:31], names))
        target, width = book.add_worksheet(names[-1]), 0
        explained: list[tuple[int, str]] = []
        for index, row in enumerate(rows):
            width = max(width, len(row))
            of_row = by_row.get((name, index + 1), [])
            marked = {column_index_from_string(m.column) - 1 for m in of_row if m.column}
            for column, value in enumerate(row):
                if isinstance(value, str) and value.startswith(FORMULA_STARTS):
                    target.write_string(index, column, value, bad_text if column in marked else plain_text)
                elif value not in ("", None) or column in marked:
                    target.write(index, column, value, bad if column in marked else None)
            if of_row:
                explained.append((index, "；".join(m.text for m in of_row)))
        for index, text in explained:
            target.write_string(index, width, text, bad)
        target.write_string(0, width, COLUMN)
        target.set_column(width, width, 46)
    for table in tables:
        names.append(_free(table.name, names))
        target = book.add_worksheet(names[-1])
        for index, row in enumerate([table.header, *table.rows]):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    target.write_string(index, column, value, plain_text if value.startswith(FORMULA_STARTS) else None)
                elif value is not None:
                    target.write(index, column, value)
        target.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
