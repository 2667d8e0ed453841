"""Where a reference points after a row of a sheet was repeated: in formulas, names, and lists of areas."""

from __future__ import annotations

import dataclasses
import re

from gridwalk.ledger.inplace.layout import LAST_COLUMN, Area, column_number, letters_of

LAST_ROW = 1 << 20
_NAME = r"[^\s'\"!(),+\-*/^&=<>{}:;\[\]]+"
_CELL = r"\$?[A-Z]{1,3}\$?[1-9]\d*"
_AREA = rf"(?:{_CELL}:{_CELL}|\$?[1-9]\d*:\$?[1-9]\d*|{_CELL})(?![\w.(!\[])"
_TOKEN = re.compile(
    r'"[^"]*"'  # a text
    rf"|\[[^\[\]]*\]{_NAME}!{_AREA}"  # a cell of another file
    r"|\[(?:[^\[\]]|\[[^\[\]]*\])*\]"  # a column of a table
    rf"|(?P<of>(?:'(?:[^']|'')*'|{_NAME}(?::{_NAME})?)!)?(?<![\w.$])(?P<area>{_AREA})"
    rf"|'(?:[^']|'')*'!|{_NAME}"  # a name, whose end is never taken for a cell
)
_END = re.compile(r"(\$?)([A-Z]*)(\$?)(\d+)")
_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d*)(?::([A-Z]{1,3})([1-9]\d*))?")


@dataclasses.dataclass(frozen=True)
class Repeated:
    """Row ``row`` of the sheet ``sheet`` is followed by ``n`` copies of itself; what stood below stands ``n`` lower."""

    sheet: str
    row: int
    n: int

    def line(self, number: int) -> int:
        """Where a row stands now."""
        return number + self.n if number > self.row else number

    def area(self, area: Area) -> Area:
        """Where an area lies now; one that takes in the row takes in its copies."""
        top, left, bottom, right = area
        return self.line(top), left, bottom + self.n if bottom >= self.row else bottom, right

    def areas(self, written: str, *, grows: bool = True) -> str:
        """A list of areas (``B5:B9 D5``) as it is written now; ``grows``: one on the row is for the copies too."""
        return " ".join(self._written(place, grows) for place in written.split())

    def _written(self, place: str, grows: bool) -> str:
        match = _PLACE.fullmatch(place)
        if match is None:  # whole columns
            return place
        left, top, right, bottom = match[1], int(match[2]), match[3] or match[1], int(match[4] or match[2])
        first, _, last, _ = self.area((top, 1, bottom, 1))
        if top == bottom and not grows:
            last = first
        return f"{left}{first}" if match[3] is None and first == last else f"{left}{first}:{right}{last}"

    def formula(self, formula: str, *, own: bool) -> str:
        """A formula as it is written now. ``own``: it stands in the sheet itself, whose name it need not say.

        A range that ends in the row ends in its last copy, so that a total stays one over all of them. A range within
        the row that is wider than a column is the row's own sum, and stays.
        """

        def moved(match: re.Match[str]) -> str:
            if match["area"] is None or not self._is_meant(match["of"], own):
                return match[0]
            return (match["of"] or "") + self._moved(match["area"])

        return _TOKEN.sub(moved, formula)

    def _is_meant(self, of: str | None, own: bool) -> bool:
        if of is None:
            return own
        name = of[:-1]
        if name.startswith("'"):
            name = name[1:-1].replace("''", "'")
        return name.lower() == self.sheet.lower()

    def _moved(self, written: str) -> str:
        first, colon, last = written.partition(":")
        if not colon:
            return self._end(first, self.line(_row_of(first)))
        top, bottom = _row_of(first), _row_of(last)
        is_own_sum = top == bottom == self.row and _column_of(first) != _column_of(last)
        bottom = bottom if is_own_sum or bottom < self.row else bottom + self.n
        return f"{self._end(first, self.line(top))}:{self._end(last, bottom)}"

    @staticmethod
    def _end(written: str, row: int) -> str:
        return f"{written.rstrip('0123456789')}{row}"


def copied(formula: str, *, rows: int, columns: int = 0) -> str:
    """A formula as it reads when its cell is copied so far down and to the right: what is not fixed goes along."""

    def end(match: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, digits = match.groups()
        if not letters:  # of whole rows the sign stands before the number
            return f"{fixed_column}{digits if fixed_column else int(digits) + rows}"
        column = column_number(letters) + (0 if fixed_column else columns)
        row = int(digits) + (0 if fixed_row else rows)
        if not (1 <= column <= LAST_COLUMN and 1 <= row <= LAST_ROW):
            return "#REF!"
        return f"{fixed_column}{letters_of(column)}{fixed_row}{row}"

    def moved(match: re.Match[str]) -> str:
        return match[0] if match["area"] is None else (match["of"] or "") + _END.sub(end, match["area"])

    return _TOKEN.sub(moved, formula)


def _row_of(end: str) -> int:
    return int(end.lstrip("$ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def _column_of(end: str) -> str:
    return end.replace("$", "").rstrip("0123456789")
