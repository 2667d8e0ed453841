"""What documents for those who see counts only may not give away (domain.md, red line 5)."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from gridwalk.indicators import rules as disclosure
from gridwalk.indicators.tallies import Figure as Pair
from gridwalk.reports import rules

EXPLAINED = ("拒访", "多时段无人")
counts = st.dictionaries(st.sampled_from([*EXPLAINED, "还没去", "无人", "待复核"]), st.integers(0, 40))


pairs = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda p: Pair(min(p), max(p)))


def test_percentages_are_rounded_down_and_an_empty_denominator_is_no_percentage() -> None:
    assert rules.percent(2999, 3000) == "99.9%"
    assert rules.percent(3000, 3000) == "100.0%"
    assert rules.percent(0, 0) == "—"


def test_the_common_scope_of_parts_is_the_longest_prefix_they_share() -> None:
    assert rules.common_scope(["120105001001", "120105001007"]) == "120105001001"[:11]
    assert rules.common_scope(["120105001007"]) == "120105001007"


def test_the_week_begins_on_monday_and_days_read_as_people_say_them() -> None:
    assert rules.monday(dt.date(2026, 10, 18)) == dt.date(2026, 10, 12)
    assert rules.monday(dt.date(2026, 10, 12)) == dt.date(2026, 10, 12)
    assert rules.as_of(dt.datetime(2026, 10, 8, 9, 5, tzinfo=dt.UTC)) == "数据截至 2026年10月8日 09:05"
    assert rules.clean("甲\x00乙\n丙") == "甲 乙 丙"


def test_small_reasons_are_merged_until_what_is_merged_is_not_small() -> None:
    found = rules.merge_small(
        {"拒访": 9, "多时段无人": 8, "还没去": 40, "无人": 12, "待复核": 2}, EXPLAINED, split_shown=True
    )
    assert found == [("还没去", 40), ("其余原因", 14), ("拒访", 9), ("多时段无人", 8)]
    assert rules.merge_small({"拒访": 3, "还没去": 40}, EXPLAINED, split_shown=False) == [("各种原因合计", 43)]
    assert rules.merge_small({}, EXPLAINED, split_shown=True) == []


@given(counts)
def test_no_reason_that_is_shown_is_small_and_nothing_is_lost(given_counts: dict[str, int]) -> None:
    said = sum(n for code, n in given_counts.items() if code in EXPLAINED)
    whole = sum(given_counts.values())
    split_shown = not disclosure.is_small(Pair(said, whole))
    found = rules.merge_small(given_counts, EXPLAINED, split_shown=split_shown)
    assert sum(n for _, n in found) == whole
    assert not any(0 < n < disclosure.SMALLEST_CELL for _, n in found) or whole < disclosure.SMALLEST_CELL
    kept = {code: n for code, n in found if code in given_counts}
    if split_shown:
        for group in (EXPLAINED, tuple(set(given_counts) - set(EXPLAINED))):
            hidden = [given_counts[c] for c in group if given_counts.get(c) and c not in kept]
            assert len(hidden) != 1
            assert not 0 < sum(hidden) < disclosure.SMALLEST_CELL


@given(st.lists(pairs, min_size=1, max_size=5), st.booleans())
def test_a_grid_s_small_cell_does_not_follow_from_its_community_s(cells: list[Pair], shown: bool) -> None:
    lines: list[disclosure.Row[Pair]] = [(str(i), "", 1, {"visits": cell}) for i, cell in enumerate(cells)]
    whole = Pair(sum(c.n for c in cells), sum(c.d for c in cells))
    above = {"visits": whole if shown and not disclosure.is_small(whole) else None}
    kept = [row[3]["visits"] for row in rules.suppress_below(lines, {"visits": whole}, above)]
    assert not any(cell and disclosure.is_small(cell) for cell in kept)
    if above["visits"] is None:
        assert kept == [None] * len(cells)
    else:
        hidden = [cell for cell, after in zip(cells, kept, strict=True) if after is None and cell.d]
        assert len(hidden) != 1
