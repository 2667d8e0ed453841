"""Where the rows and cells of a worksheet stand in its bytes.

The part is read once by a parser that keeps offsets and builds nothing, so a sheet of any length costs little more
than its bytes.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Container, Iterable, Mapping
from typing import Any
from xml.parsers import expat

from gridwalk.ledger.inplace.package import NotInPlace

LAST_COLUMN = 16_384
Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 1."""
_CELL_END = re.compile(rb"</(?:[\w.-]+:)?c\s*>")
_ROW_END = re.compile(rb"</(?:[\w.-]+:)?row\s*>")
_DATA_END = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>")
_ROOT = re.compile(rb"<([\w.-]+:)?worksheet\b")
_MERGE = re.compile(rb"""<(?:[\w.-]+:)?mergeCell\s+[^>]*?ref\s*=\s*["']([A-Z]+)(\d+):([A-Z]+)(\d+)["']""")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]|<!DOCTYPE")
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["'](?!utf-?8|us-ascii)""", re.IGNORECASE)


class Every:
    """Holds everything: every row, every column."""

    def __contains__(self, _: object) -> bool:
        return True


EVERY: Container[int] = Every()


@dataclasses.dataclass(slots=True)
class Cell:
    """A cell and its place in the bytes. ``row`` and ``column`` count from 1. ``shared``: the group of its formula."""

    row: int
    column: int
    start: int
    end: int
    style: int
    type: str
    formula: str | None = None
    shared: str = ""

    @property
    def at(self) -> tuple[int, int]:
        """Row and column."""
        return self.row, self.column


@dataclasses.dataclass(slots=True)
class Row:
    """A row and its place in the bytes; ``cells``: those that were asked for."""

    number: int
    start: int
    end: int
    cells: list[Cell]


class Layout:
    """Where things stand in a worksheet. ``rows``: all of them, with the cells that were asked for.

    ``widest``: the last column that holds anything.
    """

    def __init__(
        self,
        xml: bytes,
        *,
        rows: Container[int] = (),
        columns: Container[int] = (),
        formulas: bool = False,
    ) -> None:
        """``rows``, ``columns``: whose cells are wanted; ``formulas``: those with a formula as well.

        Raises NotInPlace.
        """
        self.rows: list[Row] = []
        self.widest = 0
        self.body = (0, 0)
        """Where the rows begin and end, tags included."""
        self.behind_body: list[tuple[str, int]] = []
        self.columns_end = -1
        root = _ROOT.search(xml)
        if root is None or _ENCODING.match(xml):
            raise NotInPlace("no worksheet in UTF-8")
        self.prefix = (root[1] or b"").decode()
        self.end = 0
        self._read(xml, rows, columns, formulas)

    def _read(self, xml: bytes, rows: Container[int], columns: Container[int], formulas: bool) -> None:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.ordered_attributes = False
        reading = _Reading(self, xml, parser, rows, columns, formulas)
        parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.finish
        try:
            parser.Parse(xml, True)
        except (expat.ExpatError, ValueError) as error:
            raise NotInPlace("a worksheet is no XML") from error
        if not self.body[1]:
            raise NotInPlace("a worksheet without rows")

    def cells(self) -> Iterable[Cell]:
        """Those that were asked for."""
        return itertools.chain.from_iterable(row.cells for row in self.rows)


def _refuse_doctype(*_: object) -> None:
    raise NotInPlace("a worksheet declares a document type")


class _Reading:
    """What the parser tells, element by element; offsets are those of the first byte of a tag."""

    def __init__(
        self,
        layout: Layout,
        xml: bytes,
        parser: Any,
        rows: Container[int],
        columns: Container[int],
        formulas: bool,
    ) -> None:
        self._layout, self._xml, self._parser = layout, xml, parser
        self._rows, self._columns, self._formulas = rows, columns, formulas
        self._space = ""
        self._names: dict[str, str] = {}
        self._letters: dict[str, int] = {}
        self._depth = 0
        self._row: Row | None = None
        self._column = 0
        self._open: tuple[int, Mapping[str, str]] = (0, {})
        self._formula: list[str] | None = None
        self._shared = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._space:
            self._space = name.rpartition("}")[0]
            self._names = {
                f"{self._space}}}{local}": local for local in ("sheetData", "row", "c", "v", "is", "f", "cols")
            }
        local = self._names.get(name, "")
        if self._row is not None:
            self._inside_row(local, attributes)
            return
        self._depth += 1
        if local == "row" and self._depth == 3:
            last = self._layout.rows[-1].number if self._layout.rows else 0
            number = int(attributes.get("r", last + 1))
            self._row, self._column = Row(number, self._parser.CurrentByteIndex, 0, []), 0
        elif self._depth == 2:
            at = self._parser.CurrentByteIndex
            if local == "sheetData":
                self._layout.body = (at, 0)
            elif self._layout.body[1]:
                self._layout.behind_body.append((name.rpartition("}")[2], at))

    def _inside_row(self, local: str, attributes: Mapping[str, str]) -> None:
        if local == "c":
            reference = attributes.get("r")
            self._column = self._number(reference) if reference else self._column + 1
            self._open = self._parser.CurrentByteIndex, attributes
        elif local in {"v", "is", "f"}:
            if self._column > self._layout.widest:
                self._layout.widest = self._column
            if local == "f":
                self._formula, self._shared = [], attributes.get("si", "") if attributes.get("t") == "shared" else ""
                if self._formulas:
                    self._parser.CharacterDataHandler = self._formula.append

    def _number(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        number = self._letters.get(letters)
        if number is None:
            number = self._letters[letters] = column_number(letters)
        return number

    def finish(self, name: str) -> None:
        local = self._names.get(name, "")
        row = self._row
        if row is None:
            self._finish_outside(local)
        elif local == "c":
            self._finish_cell(row)
        elif local == "f":
            self._parser.CharacterDataHandler = None
        elif local == "row":
            row.end = _end(self._xml, _ROW_END, self._parser.CurrentByteIndex)
            self._layout.rows.append(row)
            self._row = None
            self._depth -= 1

    def _finish_cell(self, row: Row) -> None:
        formula, self._formula = self._formula, None
        column = self._column
        if row.number in self._rows or column in self._columns or (self._formulas and formula is not None):
            start, attributes = self._open
            row.cells.append(
                Cell(
                    row=row.number,
                    column=column,
                    start=start,
                    end=_end(self._xml, _CELL_END, self._parser.CurrentByteIndex),
                    style=int(attributes.get("s", 0)),
                    type=attributes.get("t", "n"),
                    formula=None if formula is None else "".join(formula),
                    shared=self._shared if formula is not None else "",
                )
            )

    def _finish_outside(self, local: str) -> None:
        at = self._parser.CurrentByteIndex
        if self._depth == 1:
            self._layout.end = at
        elif self._depth == 2 and local == "sheetData":
            self._layout.body = (self._layout.body[0], _end(self._xml, _DATA_END, at))
        elif self._depth == 2 and local == "cols":
            self._layout.columns_end = at
        self._depth -= 1


def _end(xml: bytes, closing: re.Pattern[bytes], at: int) -> int:
    """The end of an element: ``at`` is its closing tag, or what stands behind an element of one tag."""
    tag = closing.match(xml, at)
    return tag.end() if tag else at


def is_without_formulas(xml: bytes) -> bool:
    """Whether a worksheet surely holds no formula, told by its bytes: most ledgers need no parser for that."""
    return _ROOT.search(xml) is not None and not _ENCODING.match(xml) and not _FORMULA.search(xml)


def column_number(letters: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def merges(xml: bytes) -> list[Area]:
    """The merged areas; they stand behind the rows."""
    tail = xml[max(0, xml.rfind(b"sheetData")) :]
    return [
        (int(m[2]), column_number(m[1].decode()), int(m[4]), column_number(m[3].decode()))
        for m in _MERGE.finditer(tail)
    ]


def letters_of(column: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
