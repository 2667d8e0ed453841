"""Small cells, and what would give them away, are not shown to those who see counts only (red line 5)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridwalk.indicators import rules
from gridwalk.indicators.tallies import Figure

figures = st.integers(0, 60).flatmap(lambda d: st.integers(0, d).map(lambda n: Figure(n, d)))


def lines(*cells: Figure) -> list[tuple[str, str, int, dict[str, Figure | None]]]:
    return [(str(i), str(i), 1, {"x": cell}) for i, cell in enumerate(cells)]


def test_a_single_small_cell_takes_another_with_it() -> None:
    cells = (Figure(3, 40), Figure(20, 40), Figure(10, 30))
    shown, total = rules.suppress(lines(*cells), {"x": Figure(33, 110)})
    assert [row[3]["x"] for row in shown] == [None, Figure(20, 40), None]
    assert total["x"] == Figure(33, 110)


def test_without_another_line_the_sum_goes_too() -> None:
    shown, total = rules.suppress(lines(Figure(3, 40)), {"x": Figure(3, 40)})
    assert shown[0][3]["x"] is None
    assert total["x"] is None


def test_large_cells_stay() -> None:
    shown, total = rules.suppress(lines(Figure(20, 40), Figure(0, 0), Figure(9, 9)), {"x": Figure(29, 49)})
    assert None not in [row[3]["x"] for row in shown]
    assert total["x"] == Figure(29, 49)


@given(st.lists(figures, min_size=1, max_size=8))
def test_no_small_cell_is_shown_or_can_be_reckoned(cells: list[Figure]) -> None:
    shown, total = rules.suppress(lines(*cells), {"x": sum(cells, Figure())})
    kept = [row[3]["x"] for row in shown]
    assert not any(cell is not None and rules.is_small(cell) for cell in kept)
    hidden = [cells[i] for i, cell in enumerate(kept) if cell is None]
    if any(rules.is_small(cell) for cell in hidden) and total["x"] is not None:
        assert len(hidden) >= 2
