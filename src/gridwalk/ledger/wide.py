"""One sheet as columns of texts: what every reader of cells gives, and all that a ledger is read from."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable
from typing import Any

import polars as pl

from gridwalk.ledger.cells import Sheet
from gridwalk.method import text

LOST = 1e15
"""From here on a number of a table program no longer has all of its digits."""


@dataclasses.dataclass
class Wide:
    """Every cell a text as it is written, from A1 on; null where it says nothing. ``merged``: (top, left, bottom,
    right), 0-based. ``struck``: 0-based row → 0-based columns of the cells that are struck out.
    """

    name: str
    frame: pl.DataFrame
    merged: list[tuple[int, int, int, int]] = dataclasses.field(default_factory=list)
    hidden: bool = False
    from_1904: bool = False
    """Whether day numbers that no format shows as dates count from 1904."""
    struck: dict[int, list[int]] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet) -> Wide:
        """A sheet of typed cells."""
        columns = itertools.zip_longest(*sheet.rows, fillvalue="")
        frame = pl.DataFrame([_texts(f"column_{n}", column) for n, column in enumerate(columns, 1)])
        return cls(sheet.name, spoken(frame), sheet.merged, sheet.hidden, sheet.from_1904, sheet.struck)

    def rows(self, first: int, last: int) -> list[list[str]]:
        """Some rows with their cells folded, "" where one says nothing."""
        return [[text.fold(c) for c in row] for row in self.frame[first:last].iter_rows()]

    def body(self, first: int, last: int) -> pl.DataFrame:
        """Some rows with their vertical merges filled down: a household merged over its members."""
        rows = self.frame[first:last]
        fills: dict[int, dict[int, str]] = {}
        for top, left, bottom, right in self.merged:
            if not first <= top < last or bottom == top or left >= rows.width:
                continue
            value = self.frame[top, left]
            covered = range(top + 1 - first, min(bottom + 1 - first, len(rows)))
            for column in range(left, min(right + 1, rows.width)) if value else ():
                fills.setdefault(column, {}).update(dict.fromkeys(covered, value))
        filled = [
            rows.to_series(column).fill_null(_scattered(len(rows), below).alias("below"))
            for column, below in fills.items()
        ]
        return rows.with_columns(filled)

    def n_spoken(self) -> int:
        """How many rows say anything."""
        return int(self.frame.select(pl.any_horizontal(pl.all().is_not_null()).sum()).item()) if self.frame.width else 0


def spoken(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame of texts with null for every cell of which nothing is seen."""
    return frame.with_columns(pl.when(pl.all().str.contains(text.SAYS)).then(pl.all()))


def text_of(cell: Any) -> str:
    """A typed cell as it would be written; a number that has lost digits shows it (1.2019e+17)."""
    if isinstance(cell, (int, float)) and abs(cell) >= LOST:
        return repr(float(cell))
    return cell if isinstance(cell, str) else text.fold(cell)


def _texts(name: str, cells: Iterable[Any]) -> pl.Series:
    texts = list(map(text_of, cells))
    try:
        return pl.Series(name, texts, dtype=pl.String)
    except UnicodeEncodeError:  # half a character, which no text holds
        return pl.Series(name, list(map(text.fold, texts)), dtype=pl.String)


def _scattered(n: int, values: dict[int, str]) -> pl.Series:
    return pl.repeat(None, n, dtype=pl.String, eager=True).scatter(list(values), list(values.values()))
