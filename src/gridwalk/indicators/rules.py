"""Disclosure control on plain values: what may be shown to those who see counts only (domain.md, red line 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

SMALLEST_CELL = 5


class Pair(Protocol):
    """Anything with a numerator and a denominator."""

    @property
    def n(self) -> int: ...
    @property
    def d(self) -> int: ...


P = TypeVar("P", bound=Pair)
Row = tuple[str, str, int, dict[str, P | None]]


def is_small(figure: Pair) -> bool:
    """Whether a pair shows a cell of 1–4 people or doors: its numerator or what is missing from it."""
    return 0 < figure.n < SMALLEST_CELL or 0 < figure.d - figure.n < SMALLEST_CELL


def suppress(lines: Sequence[Row[P]], total: dict[str, P]) -> tuple[list[Row[P]], dict[str, P | None]]:
    """``lines`` and ``total`` with small cells, and what would give them away, taken out (None).

    Where exactly one line of a column is suppressed, total minus the others would reveal it: the smallest other
    line goes too (complementary suppression); with no other line, the total goes.
    """
    kept = [(code, name, n_grids, dict(figures)) for code, name, n_grids, figures in lines]
    shown: dict[str, P | None] = dict(total)
    for column, sum_ in total.items():
        cells = [(index, row[3][column]) for index, row in enumerate(kept)]
        known = [(index, cell) for index, cell in cells if cell is not None]
        small = [index for index, cell in known if is_small(cell)]
        if is_small(sum_):
            shown[column] = None
        if len(small) == 1:
            others = sorted((cell.d, index) for index, cell in known if index not in small and cell.d)
            if others:
                small.append(others[0][1])
            else:
                shown[column] = None
        for index in small:
            kept[index][3][column] = None
    return kept, shown
