"""The rows of one table → its records, and the rows that are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Parsed
from gridwalk.ledger import body, captions, groups, headers
from gridwalk.ledger.body import Printed, Stretch
from gridwalk.ledger.cells import Sheet
from gridwalk.ledger.groups import Group
from gridwalk.ledger.headers import Column
from gridwalk.ledger.records import Row
from gridwalk.ledger.tally import LeftOut
from gridwalk.ledger.values import Cells, paper_beside
from gridwalk.method import address_parts

LONGEST_ALONE = 8
"""Characters of a name or room that is a record without anything beside it; what is longer is a remark."""
STRUCK_SHARE = 0.8
"""Of the filled cells of a row that is struck out as a whole."""


class Table:
    """The records of one table, and the rows of it that are none."""

    def __init__(
        self,
        sheet: Sheet,
        stretch: Stretch,
        columns: Sequence[Column],
        kind: str,
        of_titles: Mapping[str, str],
        place: captions.Place,
    ) -> None:
        self._sheet, self._stretch, self._kind = sheet, stretch, kind
        self._given, self._place = of_titles, place
        self._used = {c.index for c in columns if c.field}
        self._numbering = {c.index for c in columns if c.header in headers.NUMBERING}
        self._groups = groups.of(columns)
        self._cells = [
            Cells(kind, group.columns, from_1904=sheet.from_1904, paper=paper_beside(columns, group.columns))
            for group in self._groups
        ]
        rows = sheet.rows[stretch.first : stretch.last]
        self._households = captions.Households(rows, columns if len(self._groups) == 1 else (), kind)
        self.left_out: list[LeftOut] = []
        self._distrust_estates(columns)

    def _distrust_estates(self, columns: Sequence[Column]) -> None:
        rows = self._sheet.rows[self._stretch.first : self._stretch.last]
        for column in columns:
            if column.field == "estate":
                written = [str(row[column.index]) for row in rows if column.index < len(row) and row[column.index]]
                fault = Parsed(None, address_parts.FAULT, address_parts.TEXTS["estate"])
                for cells_of in self._cells:
                    cells_of.distrust("estate", address_parts.odd_estates(written), fault)

    def records(self) -> Iterator[Row]:
        """Every record in order; the other rows go to ``left_out``."""
        printed = Printed(self._sheet.rows[: self._stretch.first], self._stretch.header)
        for index in range(self._stretch.first, self._stretch.last):
            row = self._sheet.rows[index]
            if not any(c not in ("", None) for c in row):
                continue
            why = body.around(row, printed, is_first=index == self._stretch.first) or self._no_record(index, row)
            records = [] if why else list(self._of_row(index, row))
            yield from records
            if not records:
                self.left_out.append(
                    LeftOut(self._sheet.name, index + 1, why or body.says_nothing(row, self._used, self._numbering))
                )

    def _no_record(self, index: int, row: Sequence[Any]) -> str:
        struck = self._sheet.struck.get(index, ())
        n_filled = sum(1 for c in row if c not in ("", None))
        if len(struck) >= STRUCK_SHARE * n_filled:
            return "struck"
        words = body.only_text(row)
        if words and self._place.take(index, words):
            return "caption"
        if words and not self._is_record_alone(row):
            return "caption" if body.is_subtitle(words) else "alone"
        return ""

    def _is_record_alone(self, row: Sequence[Any]) -> bool:
        """Whether the one text of a row is a record in a table of so few columns, or stands where a required one is."""
        at = next(i for i, c in enumerate(row) if c not in ("", None))
        required = {f.name for f in dictionary.fields(self._kind) if f.required} | {"room", "address"}
        for group in self._groups:
            column = next((c for c in group.columns if c.index == at), None)
            if column is not None and column.field in required:
                is_value = dictionary.parse(self._kind, column.field, row[at]).value is not None
                return len(self._used) < 2 or (is_value and len(row[at]) <= LONGEST_ALONE)
        return False

    def _of_row(self, index: int, row: Sequence[Any]) -> Iterator[Row]:
        for part, (group, cells_of) in enumerate(zip(self._groups, self._cells, strict=True)):
            if len(self._groups) > 1 and group.is_empty(row):
                continue
            values, faults, written = cells_of.read(row, self._sheet.struck.get(index, ()))
            if not values and not faults:
                continue
            self._complete(row, group, values)
            faults.extend(cells_of.missing(row, values, faults))
            yield Row(
                sheet=self._sheet.name,
                row_no=index + 1,
                kind=self._kind,
                values=values,
                faults=faults,
                written=written,
                part=part,
            )

    def _complete(self, row: Sequence[Any], group: Group, values: dict[str, Any]) -> None:
        """What the row's own cells do not say: the household's door, the caption's place, the title's, the group's."""
        self._households.fill(row, values)
        for name, part in {**self._place.parts, **self._given, **group.given}.items():
            values.setdefault(name, part)


def filled_down(sheet: Sheet, first: int, last: int) -> list[list[Any]]:
    """The matrix with vertical merges of the body filled down: a household merged over its members."""
    matrix = sheet.rows
    for top, left, bottom, right in sheet.merged:
        if not first <= top < last or bottom == top or top >= len(matrix):
            continue
        value = matrix[top][left] if left < len(matrix[top]) else ""
        for row in matrix[top + 1 : bottom + 1]:
            for column in range(left, right + 1):
                if column < len(row) and row[column] in ("", None):
                    row[column] = value
    return matrix
