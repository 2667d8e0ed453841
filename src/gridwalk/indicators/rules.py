"""Disclosure control on plain values: what may be shown to those who see counts only (domain.md, red line 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self, TypeVar

SMALLEST_CELL = 5


class Pair(Protocol):
    """Anything with a numerator, a denominator and named parts of what is between them."""

    @property
    def n(self) -> int: ...
    @property
    def d(self) -> int: ...
    def part(self, name: str) -> int: ...
    def without_parts(self) -> Self: ...


P = TypeVar("P", bound=Pair)
Row = tuple[str, str, int, dict[str, P | None]]


def is_small(figure: Pair) -> bool:
    """Whether a pair shows a cell of 1–4 people or doors: its numerator or what is missing from it."""
    return 0 < figure.n < SMALLEST_CELL or 0 < figure.d - figure.n < SMALLEST_CELL


def has_small_part(figure: Pair) -> bool:
    """Whether what is missing, as boards split it, falls into a part of 1–4: explained, or not explained."""
    explained = figure.part("explained")
    return any(0 < cell < SMALLEST_CELL for cell in (explained, figure.d - figure.n - explained))


def suppress(lines: Sequence[Row[P]], total: dict[str, P]) -> tuple[list[Row[P]], dict[str, P | None]]:
    """``lines`` and ``total`` with small cells, and what would give them away, taken out (None).

    Where exactly one line of a column is suppressed, total minus the others would reveal it: the smallest other
    line goes too (complementary suppression); with no other line, the total goes.
    """
    kept = [(code, name, n_grids, dict(figures)) for code, name, n_grids, figures in lines]
    shown: dict[str, P | None] = dict(total)
    for column, sum_ in total.items():
        cells = [(index, row[3][column]) for index, row in enumerate(kept)]
        shown_cells = [(index, cell) for index, cell in cells if cell is not None]
        small = [index for index, cell in shown_cells if is_small(cell)]
        if is_small(sum_):
            shown[column] = None
        if len(small) == 1:
            others = sorted((cell.d, index) for index, cell in shown_cells if index not in small and cell.d)
            if others:
                small.append(others[0][1])
            else:
                shown[column] = None
        for index in small:
            kept[index][3][column] = None
        _withhold_parts([row[3] for row in kept], shown, column)
    return kept, shown


def _withhold_parts(lines: Sequence[dict[str, P | None]], shown: dict[str, P | None], column: str) -> None:
    """Where one part of a column is small, no part of that column is shown: the others would give it away."""
    cells = [cell for figures in (*lines, shown) if (cell := figures[column]) is not None]
    if any(has_small_part(cell) for cell in cells):
        for figures in (*lines, shown):
            cell = figures[column]
            figures[column] = None if cell is None else cell.without_parts()
