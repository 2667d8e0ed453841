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
from openpyxl.utils import column_index_from_string, get_column_letter

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
    by_row: dict[tuple[str, int], list[Mark]] = defaultdict(list)
    for mark in marks:
        by_row[mark.sheet, mark.row_no].append(mark)
    return by_row


def _explanation(marks: Sequence[Mark]) -> str:
    return "；".join(mark.text for mark in marks)


def _kept(data: bytes, marks: Sequence[Mark], tables: Sequence[Table]) -> bytes:
    book = _KeptBook(data)
    for (sheet, row_no), row_marks in _by_row(marks).items():
        book.mark_row(sheet, row_no, row_marks)
    for table in tables:
        book.add(table)
    return book.data()


class _KeptBook:
    """The user's own workbook, in which cells get a colour and a comment, rows an explanation in a column of ours."""

    def __init__(self, data: bytes) -> None:
        self._book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=False)
        self._shown = {sheet.title: _top_left(sheet) for sheet in self._book.worksheets}
        self._comments: dict[tuple[str, str], list[str]] = {}
        self._columns: dict[str, int] = {}

    def mark_row(self, sheet: str, row_no: int, marks: Sequence[Mark]) -> None:
        """Mark the cells of a row; explain the row where it is meant as a whole or comments are used up."""
        for mark in marks:
            if mark.column:
                self._mark_cell(mark)
        if len(self._comments) >= MAX_COMMENTS or any(not mark.column for mark in marks):
            self._explain(sheet, row_no, _explanation(marks))

    def _mark_cell(self, mark: Mark) -> None:
        at = (mark.row_no, column_index_from_string(mark.column))
        cell = self._book[mark.sheet].cell(*self._shown[mark.sheet].get(at, at))
        cell.fill = _FILL
        if len(self._comments) >= MAX_COMMENTS:
            return
        own = [cell.comment.text] if cell.comment else []
        texts = self._comments.setdefault((mark.sheet, cell.coordinate), own)
        if mark.text not in texts:
            texts.append(mark.text)
        cell.comment = Comment("；".join(texts), AUTHOR, height=60, width=260)

    def _explain(self, name: str, row_no: int, explanation: str) -> None:
        sheet = self._book[name]
        if name not in self._columns:
            self._columns[name] = sheet.max_column + 1
        cell = sheet.cell(row_no, self._columns[name], explanation)
        cell.fill = _FILL
        _keep_text(cell)

    def add(self, table: Table) -> None:
        """A further sheet behind the user's own."""
        sheet = self._book.create_sheet(_free(table.name, self._book.sheetnames))
        for row in (table.header, *table.rows):
            sheet.append(list(row))
            for cell in sheet[sheet.max_row]:
                _keep_text(cell)
        sheet.freeze_panes = "A2"

    def data(self) -> bytes:
        """The file, its columns of explanations headed."""
        for name, column in self._columns.items():
            sheet = self._book[name]
            sheet.cell(1, column, COLUMN)
            sheet.column_dimensions[get_column_letter(column)].width = 46
        out = io.BytesIO()
        self._book.save(out)
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
    book = _RebuiltBook(marks)
    for name, rows in sheets:
        book.copy(name, rows)
    for table in tables:
        book.add(table)
    return book.data()


class _RebuiltBook:
    """A workbook written anew: the cells of the user's own file, the bad ones coloured, rows with an explanation."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._out = io.BytesIO()
        self._marks = _by_row(marks)
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(self._out, options)
        self._bad = self._book.add_format({"bg_color": BAD})
        self._bad_text = self._book.add_format({"bg_color": BAD, "quote_prefix": True})
        # Stays text when somebody edits it: =1+1 is never run.
        self._plain_text = self._book.add_format({"quote_prefix": True})
        self._names: list[str] = []

    def _sheet(self, name: str) -> Any:
        self._names.append(_free(name, self._names))
        return self._book.add_worksheet(self._names[-1])

    def copy(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """One of the user's sheets, with a column of explanations behind its widest row."""
        sheet, width = self._sheet(name[:31]), 0
        explained: list[tuple[int, str]] = []
        for index, row in enumerate(rows):
            width = max(width, len(row))
            marks = self._marks.get((name, index + 1), [])
            self._copy_row(sheet, index, row, {column_index_from_string(m.column) - 1 for m in marks if m.column})
            if marks:
                explained.append((index, _explanation(marks)))
        for index, explanation in explained:
            sheet.write_string(index, width, explanation, self._bad)
        sheet.write_string(0, width, COLUMN)
        sheet.set_column(width, width, 46)

    def _copy_row(self, sheet: Any, index: int, row: Sequence[Any], marked: Collection[int]) -> None:
        for column, value in enumerate(row):
            if isinstance(value, str) and value.startswith(FORMULA_STARTS):
                sheet.write_string(index, column, value, self._bad_text if column in marked else self._plain_text)
            elif value not in ("", None) or column in marked:
                sheet.write(index, column, value, self._bad if column in marked else None)

    def add(self, table: Table) -> None:
        """A further sheet behind the user's own."""
        sheet = self._sheet(table.name)
        for index, row in enumerate([table.header, *table.rows]):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    is_formula = value.startswith(FORMULA_STARTS)
                    sheet.write_string(index, column, value, self._plain_text if is_formula else None)
                elif value is not None:
                    sheet.write(index, column, value)
        sheet.freeze_panes(1, 0)

    def data(self) -> bytes:
        """The file."""
        self._book.close()
        return self._out.getvalue()
