"""Of every count that is withheld at least five values fit all that was shown (red line 5)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.indicators import rules
from gridwalk.indicators.rules import FIRST_TIME, Cell, Memory, Plan, Tree
from tests.harness.attacker import Attacker

GRIDS = [f"1201050010{community:02d}00{grid}" for community in (1, 2, 7) for grid in (0, 1, 2, 3)]
FIRST, SECOND, SEVENTH = "120105001001", "120105001002", "120105001007"

cells = st.tuples(st.integers(0, 40), st.integers(0, 40) | st.integers(0, 6)).map(lambda c: Cell(*c))
streets = st.lists(st.sampled_from(GRIDS), min_size=1, unique=True).flatmap(
    lambda grids: st.fixed_dictionaries(dict.fromkeys(sorted(grids), cells))
)


def planned(by_grid: dict[str, Cell], *, population_is_public: bool, memory: Memory = FIRST_TIME) -> tuple[Tree, Plan]:
    tree = rules.tree(list(by_grid))
    sums = tree.sums(by_grid)
    return tree, rules.plan(tree, sums, population_is_public=population_is_public, memory=memory)


def learnt(tree: Tree, by_grid: dict[str, Cell], plan: Plan) -> Attacker:
    """All that a plan shows, with every population that it does not pool."""
    attacker = Attacker()
    for code, grids in tree.grids.items():
        both = [sum(cell) for cell in zip(*((by_grid[g].count, by_grid[g].rest) for g in grids), strict=True)]
        for value, side in zip(both, ("count", "rest"), strict=True):
            if code not in plan.withheld:
                attacker.learn({(side, grid): 1 for grid in grids}, value)
        if code not in plan.pooled:
            attacker.learn({(side, grid): 1 for grid in grids for side in ("count", "rest")}, sum(both))
    return attacker


def cells_of(by_grid: dict[str, Cell], grids: Iterable[str]) -> Cell:
    return sum((by_grid[grid] for grid in grids), Cell())


def assert_hidden(tree: Tree, by_grid: dict[str, Cell], plan: Plan) -> None:
    attacker = learnt(tree, by_grid, plan)
    for code in plan.withheld:
        grids = tree.grids[code]
        at_least = 5 if code in plan.pooled else min(5, cells_of(by_grid, grids).population + 1)
        for sides in (("count",), ("rest",), *([("count", "rest")] if code in plan.pooled else [])):
            values = attacker.fitting({(side, grid): 1 for grid in grids for side in sides})
            assert len(values) >= at_least, (code, sides, values)


def test_an_area_with_one_part_is_that_part() -> None:
    tree = rules.tree([FIRST + "001", FIRST + "002", SECOND + "001"])
    assert tree.root == "120105001"
    assert tree.children == {"120105001": (FIRST, SECOND + "001"), FIRST: (FIRST + "001", FIRST + "002")}
    assert [tree.same[prefix] for prefix in ("", "12", "120105", SECOND)] == [*["120105001"] * 3, SECOND + "001"]
    assert tree.cover({FIRST + "001", FIRST + "002"}) == {FIRST}


def test_a_single_small_cell_takes_another_with_it_and_neither_is_told_by_a_sum() -> None:
    """448 of 449, 416 of 421, 432 of 438: the sum of the three is shown, so a second grid is withheld."""
    by_grid = {FIRST + "001": Cell(448, 1), FIRST + "002": Cell(416, 5), FIRST + "003": Cell(432, 6)}
    tree, plan = planned(by_grid, population_is_public=True)
    assert plan.withheld == {FIRST + "001", FIRST + "002"}
    below, fitting = rules.ranges(tree, tree.sums(by_grid), plan.withheld)
    assert fitting[FIRST + "001"] == (443, 449)  # the two lack six together
    assert below[FIRST + "001"] == (0, 449)
    assert learnt(tree, by_grid, plan).fitting({("count", FIRST + "001"): 1}) == range(443, 450)


def test_two_that_lack_too_little_together_take_a_third() -> None:
    """One lacks 1 and one lacks 2: with 3 together only four values fit, so the next one goes as well."""
    by_grid = {FIRST + f"00{i}": Cell(90, rest) for i, rest in enumerate((1, 2, 20, 30), 1)}
    _, plan = planned(by_grid, population_is_public=True)
    assert plan.withheld == {FIRST + "001", FIRST + "002", FIRST + "003"}


def test_all_and_none_are_withheld_like_one() -> None:
    by_grid = {FIRST + "001": Cell(12, 0), FIRST + "002": Cell(0, 12), FIRST + "003": Cell(30, 30)}
    _, plan = planned(by_grid, population_is_public=True)
    assert plan.withheld == {FIRST + "001", FIRST + "002"}


def test_where_all_parts_are_withheld_and_lack_too_little_the_sum_is_withheld_too() -> None:
    by_grid = {FIRST + "001": Cell(60, 1), FIRST + "002": Cell(60, 1)} | {
        SEVENTH + f"00{i}": Cell(40, 20) for i in (1, 2)
    }
    _, plan = planned(by_grid, population_is_public=True)
    assert {FIRST, FIRST + "001", FIRST + "002"} <= plan.withheld
    assert SEVENTH in plan.withheld and "120105001" not in plan.withheld


def test_a_population_that_is_itself_protected_is_told_of_no_small_area_and_of_two_beside_it() -> None:
    """In grid 000 without a door nobody is linked: with one partner, the partner's count would be the sum."""
    by_grid = {FIRST + "000": Cell(0, 3)} | {FIRST + f"00{i}": Cell(90 + i, 10 + i) for i in (1, 2, 3)}
    _, plan = planned(by_grid, population_is_public=False)
    assert plan.pooled == plan.withheld == {FIRST + "000", FIRST + "001", FIRST + "002"}


def test_who_was_pooled_stays_so_while_another_would_be_told_by_it() -> None:
    by_grid = {FIRST + "001": Cell(0, 3)} | {FIRST + f"00{i}": Cell(90, 20 - i) for i in (2, 3, 4)}
    tree, first = planned(by_grid, population_is_public=False)
    memory = FIRST_TIME.after(first, tree)
    by_grid[FIRST + "002"] = Cell(90, 9)  # now the smallest of those that could be a partner
    _, second = planned(by_grid, population_is_public=False, memory=memory)
    assert first.pooled == second.pooled == {FIRST + "001", FIRST + "004"}
    grown = {grid: Cell(90, 20) for grid in by_grid}
    _, third = planned(grown, population_is_public=False, memory=memory)
    assert not third.pooled  # all can be shown, so none is told by the others


def test_who_was_a_partner_is_shown_once_the_small_ones_hide_one_another() -> None:
    """3 and 4 needed a third to come to ten; 5 and 6 do not."""
    by_grid = {FIRST + "001": Cell(0, 3), FIRST + "002": Cell(0, 4)} | {FIRST + f"00{i}": Cell(90, 20) for i in (3, 4)}
    tree, first = planned(by_grid, population_is_public=False)
    assert first.pooled == {FIRST + "001", FIRST + "002", FIRST + "003"}
    by_grid |= {FIRST + "001": Cell(0, 5), FIRST + "002": Cell(0, 6)}
    _, second = planned(by_grid, population_is_public=False, memory=FIRST_TIME.after(first, tree))
    assert second.pooled == {FIRST + "001", FIRST + "002"}


def test_a_grid_that_was_shown_is_a_partner_only_where_there_is_no_other() -> None:
    by_grid = {FIRST + "001": Cell(0, 3)} | {FIRST + f"00{i}": Cell(90, 20 - i) for i in (2, 3, 4)}
    memory = Memory(shown=frozenset({FIRST + "004", FIRST + "003"}))
    _, plan = planned(by_grid, population_is_public=False, memory=memory)
    assert plan.pooled == {FIRST + "001", FIRST + "002"}
    memory = Memory(shown=memory.shown | {FIRST + "002"})
    _, plan = planned(by_grid, population_is_public=False, memory=memory)
    assert plan.pooled == {FIRST + "001", FIRST + "003", FIRST + "004"}


def test_what_was_withheld_is_withheld_again_rather_than_another() -> None:
    by_grid = {FIRST + f"00{i}": Cell(50, rest) for i, rest in enumerate((2, 20, 30), 1)}
    _, plan = planned(by_grid, population_is_public=True)
    assert plan.withheld == {FIRST + "001", FIRST + "002"}
    memory = Memory(Plan(withheld=frozenset({FIRST + "003"})))
    _, again = planned(by_grid, population_is_public=True, memory=memory)
    assert again.withheld == {FIRST + "001", FIRST + "003"}


def test_where_the_viewer_sees_rows_nothing_is_withheld_and_the_rest_is_not_told_by_it() -> None:
    by_grid = {FIRST + "001": Cell(50, 2), FIRST + "002": Cell(50, 2), FIRST + "003": Cell(50, 20)}
    tree = rules.tree(list(by_grid))
    seen = frozenset({FIRST + "001"})
    plan = rules.plan(tree, tree.sums(by_grid), population_is_public=True, seen=seen)
    assert plan.withheld == {FIRST + "002", FIRST + "003"}


@given(streets, st.sets(st.sampled_from(GRIDS)))
def test_who_sees_some_rows_solves_nothing_of_the_others(by_grid: dict[str, Cell], rows: set[str]) -> None:
    tree = rules.tree(list(by_grid))
    sums = tree.sums(by_grid)
    seen = frozenset(code for code, grids in tree.grids.items() if grids <= rows)
    plan = rules.plan(tree, sums, population_is_public=True, seen=seen)
    assert not plan.withheld & seen
    _, fitting = rules.ranges(tree, sums, plan.withheld)
    for code in plan.withheld:
        room = cells_of(by_grid, tree.grids[code] - rows).population
        assert fitting[code][1] - fitting[code][0] >= min(4, room), code


@pytest.mark.slow
@given(streets)
def test_of_every_withheld_count_five_values_fit(by_grid: dict[str, Cell]) -> None:
    tree, plan = planned(by_grid, population_is_public=True)
    shown = set(tree.order) - plan.withheld
    assert not any(cell.is_small and cell.population for cell in (cells_of(by_grid, tree.grids[c]) for c in shown))
    assert_hidden(tree, by_grid, plan)
    _, fitting = rules.ranges(tree, tree.sums(by_grid), plan.withheld)
    attacker = learnt(tree, by_grid, plan)
    for code in tree.order:
        values = attacker.fitting({("count", grid): 1 for grid in tree.grids[code]})
        assert fitting[code] == (values.start, values.stop - 1)


@pytest.mark.slow
@given(streets)
def test_of_every_withheld_count_and_population_five_values_fit(by_grid: dict[str, Cell]) -> None:
    tree, plan = planned(by_grid, population_is_public=False)
    shown = set(tree.order) - plan.withheld
    assert not any(cells_of(by_grid, tree.grids[c]).is_small for c in shown)
    assert_hidden(tree, by_grid, plan)
