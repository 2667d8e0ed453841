"""The user's own file back: bad cells coloured and explained, nothing else touched; other and huge files rebuilt."""

from __future__ import annotations

import bisect
import dataclasses
import io
import itertools
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from gridwalk.ledger import cells, frames, guard, headers
from gridwalk.ledger.inplace.book import Book
from gridwalk.ledger.inplace.layout import LAST_COLUMN, Area, column_number
from gridwalk.ledger.inplace.package import NotInPlace

MAX_COMMENTS = 5_000
LARGE_BYTES = 4 << 20
"""Size from which a text table of one's own is read as a frame of texts to be rebuilt."""
REMADE = "，这是按原样重做的 xlsx，版式从简。"
OTHER_ENDINGS = frozenset({"xls", "ods", "csv", "txt", "tsv", "parquet"})
SIGNATURE_ENDED = "原文件有电子签名；加了说明的文件不再是签过名的那一份，签名已去掉。"
COLUMN = headers.OURS
AUTHOR = "网格走访"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BAD = "#F9E6E1"
SHEET_NAME = 31
"""Characters of a sheet's name, at most."""
_NO_SHEET = re.compile(r"[\[\]:*?/\\]")


@dataclasses.dataclass(frozen=True)
class Mark:
    """An explanation for one cell, or for the whole row where ``column`` is empty."""

    sheet: str
    row_no: int
    column: str
    text: str


@dataclasses.dataclass(frozen=True)
class Annotated:
    """The workbook's bytes; ``note``: what is not as in the user's own file, rebuilt where it had to be; the ending
    that its name needs.
    """

    data: bytes
    note: str
    ending: str


@dataclasses.dataclass(frozen=True)
class Table:
    """A further sheet behind the user's own: rows of texts and numbers below a header."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]


def annotate(
    data: bytes, name: str, marks: Sequence[Mark], tables: Sequence[Table] = (), *, missing: Sequence[str] = ()
) -> Annotated:
    """The file with its marks and further sheets. ``missing``: what of it was not kept, named in its first line.

    Raises errors.LedgerError where the file cannot be read any more.
    """
    first_line = f"{COLUMN}。没有存，所以这里是空的：{'；'.join(missing)}。其余都是原样。" if missing else COLUMN
    if guard.format_of(data, name) == "xlsx":
        try:
            return _kept(data, name, marks, tables, first_line)
        except (NotInPlace, ValueError, LookupError):  # whatever a part says that no table program would write
            why = "原文件有这里改不了的内容"
    else:
        why = "原文件不是 xlsx"
    _, sheets = cells.read(data, name)
    return _remade([(s.name, s.rows) for s in sheets], marks, tables, why, first_line)


def annotate_file(source: Path, format_: str, marks: Sequence[Mark], tables: Sequence[Table]) -> Annotated:
    """The same of the user's own file, however long. Raises errors.LedgerError."""
    if format_ in frames.FORMATS and _is_large(source, format_):
        wide = frames.read(source, format_)
        return _remade(
            [(s.name, s.frame.iter_rows()) for s in wide], marks, tables, f"原文件有 {source.stat().st_size >> 20} MB"
        )
    return annotate(source.read_bytes(), source.name, marks, tables)


def _is_large(source: Path, format_: str) -> bool:
    """Whether a file is rebuilt from a frame of texts: a workbook only where its cells fill no memory of ours."""
    if format_ != "xlsx":
        return source.stat().st_size >= LARGE_BYTES
    with zipfile.ZipFile(source) as archive:
        return sum(entry.file_size for entry in archive.infolist()) > guard.MAX_UNPACKED


def _remade(
    sheets: Sequence[tuple[str, Iterable[Sequence[Any]]]],
    marks: Sequence[Mark],
    tables: Sequence[Table],
    why: str,
    first_line: str = COLUMN,
) -> Annotated:
    return Annotated(rebuilt(sheets, marks, tables, first_line=first_line), f"{why}{REMADE}", "xlsx")


def _by_row(marks: Sequence[Mark]) -> dict[tuple[str, int], list[Mark]]:
    by_row: dict[tuple[str, int], list[Mark]] = defaultdict(list)
    for mark in marks:
        by_row[mark.sheet, mark.row_no].append(mark)
    return by_row


def _explanation(marks: Sequence[Mark]) -> str:
    return "；".join(mark.text for mark in marks)


def _kept(data: bytes, name: str, marks: Sequence[Mark], tables: Sequence[Table], first_line: str) -> Annotated:
    by_row = _by_row(marks)
    book = _KeptBook(data, by_row, first_line)
    for (sheet, row_no), row_marks in by_row.items():
        book.mark_row(sheet, row_no, row_marks)
    for table in tables:
        book.add(table)
    annotated = book.data(data)
    if name.rsplit(".", 1)[-1].lower() in OTHER_ENDINGS:  # it was kept as a workbook of its cells
        return dataclasses.replace(annotated, note=f"原文件不是 xlsx{REMADE}")
    return annotated


class _KeptBook:
    """The user's own workbook, in which cells get a colour and a comment, rows an explanation in a column of ours."""

    def __init__(self, data: bytes, marked: Collection[tuple[str, int]], first_line: str) -> None:
        self._book = Book(data, author=AUTHOR, colour=BAD[1:])
        self._first_line = first_line
        self._columns: dict[str, int] = {}
        self._areas: dict[tuple[str, int], list[Area]] = defaultdict(list)
        rows_of: dict[str, list[int]] = defaultdict(list)
        for sheet, row in sorted(marked):
            rows_of[sheet].append(row)
        for sheet, rows in rows_of.items():
            self._look_at(sheet, rows)
        if first_line != COLUMN:
            shown = [sheet.name for sheet in self._book.sheets.values() if not sheet.hidden]
            self._new_column(next(iter(shown or self._book.sheets)))

    def _look_at(self, sheet: str, rows: Sequence[int]) -> None:
        """Which merged areas the marked rows (in order) of a sheet lie in, and which rows there are to be changed."""
        tops = {1}
        for area in self._book.merged(sheet):
            first = bisect.bisect_left(rows, area[0])
            for row in rows[first : bisect.bisect_right(rows, area[2], first)]:
                self._areas[sheet, row].append(area)
                tops.add(area[0])
        self._book.expect(sheet, {*tops, *rows})

    def mark_row(self, sheet: str, row_no: int, marks: Sequence[Mark]) -> None:
        """Mark the cells of a row; explain the row where it is meant as a whole or a comment would not be seen."""
        beside = [self._mark_cell(mark) for mark in marks if mark.column]
        if not all(beside) or any(not mark.column for mark in marks):
            self._explain(sheet, row_no, _explanation(marks))

    def _mark_cell(self, mark: Mark) -> bool:
        row, column = self._shown(mark.sheet, mark.row_no, column_number(mark.column))
        self._book.colour(mark.sheet, row, column)
        return self._book.n_comments < MAX_COMMENTS and self._book.comment(mark.sheet, row, column, mark.text)

    def _shown(self, sheet: str, row: int, column: int) -> tuple[int, int]:
        """The cell that shows where one is covered by a merge: only that one can be seen and can hold a comment."""
        for top, left, _, right in self._areas[sheet, row]:
            if left <= column <= right:
                return top, left
        return row, column

    def _explain(self, sheet: str, row_no: int, explanation: str) -> None:
        column = self._columns.get(sheet) or self._new_column(sheet)
        self._book.write(
            sheet, row_no, column, explanation, coloured=True, quoted=explanation.startswith(FORMULA_STARTS)
        )

    def _new_column(self, sheet: str) -> int:
        """Our column, behind everything that the sheet holds or shows as one."""
        merged = (right for _, _, _, right in self._book.merged(sheet) if right < LAST_COLUMN)
        column = self._columns[sheet] = 1 + max(self._book.layout(sheet).widest, *merged, 0)
        is_first = len(self._columns) == 1
        self._book.write(sheet, 1, column, self._first_line if is_first else COLUMN, coloured=False, quoted=False)
        self._book.widen(sheet, column, 46)
        return column

    def add(self, table: Table) -> None:
        """A further sheet behind the user's own."""
        self._book.add(free_name(table.name, self._book.sheets), [table.header, *table.rows], quote=FORMULA_STARTS)

    def data(self, original: bytes) -> Annotated:
        """The file, with what else had to change; the original where nothing did."""
        if not self._book.is_changed:
            return Annotated(original, "", self._book.package.ending)
        signed = self._book.package.end_signatures()
        return Annotated(self._book.data(), SIGNATURE_ENDED if signed else "", self._book.package.ending)


def free_name(name: str, taken: Collection[str]) -> str:
    """A name that a further sheet may have; a workbook that has one of that name keeps its own."""
    name = _NO_SHEET.sub("_", name)[:SHEET_NAME].strip("'") or "表"
    names = itertools.chain([name], (f"{name[: SHEET_NAME - 6]}（比对{n or ''}）" for n in itertools.count()))
    lowered = {other.lower() for other in taken}
    return next(n for n in names if n.lower() not in lowered)


def rebuilt(
    sheets: Sequence[tuple[str, Iterable[Sequence[Any]]]],
    marks: Sequence[Mark],
    tables: Sequence[Table] = (),
    *,
    first_line: str = COLUMN,
) -> bytes:
    """A workbook of the cells of ``sheets``, with the marks in a column of ours that ``first_line`` heads."""
    book = _RebuiltBook(marks, first_line)
    for name, rows in sheets:
        book.copy(name, rows)
    for table in tables:
        book.add(table)
    return book.data()


class _RebuiltBook:
    """A workbook written anew: the cells of the user's own file, the bad ones coloured, rows with an explanation."""

    def __init__(self, marks: Sequence[Mark], first_line: str) -> None:
        self._first_line = first_line
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
        self._names.append(free_name(name, self._names))
        return self._book.add_worksheet(self._names[-1])

    def copy(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """One of the user's sheets, with a column of explanations behind its widest row."""
        sheet, width = self._sheet(name), 0
        explained: list[tuple[int, str]] = []
        for index, row in enumerate(rows):
            width = max(width, len(row))
            marks = self._marks.get((name, index + 1), [])
            self._copy_row(sheet, index, row, {column_number(m.column) - 1 for m in marks if m.column})
            if marks:
                explained.append((index, _explanation(marks)))
        for index, explanation in explained:
            sheet.write_string(index, width, explanation, self._bad)
        sheet.write_string(0, width, self._first_line if len(self._names) == 1 else COLUMN)
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
