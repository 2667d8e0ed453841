"""What documents for those who see counts only may not give away (domain.md, red line 5)."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from gridwalk.indicators.rules import SMALLEST_CELL, Cell
from gridwalk.reports import rules

EXPLAINED = ("拒访", "多时段无人")
counts = st.dictionaries(st.sampled_from([*EXPLAINED, "还没去", "无人", "待复核"]), st.integers(0, 40))


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
    assert rules.merge_small({"拒访": 0, "多时段无人": 8, "还没去": 40}, EXPLAINED, split_shown=True) == [
        ("还没去", 40),
        ("其余原因", 8),
    ]


@given(counts)
def test_no_reason_that_is_shown_is_small_and_nothing_is_lost(given_counts: dict[str, int]) -> None:
    said = sum(n for code, n in given_counts.items() if code in EXPLAINED)
    whole = sum(given_counts.values())
    split_shown = not Cell(said, whole - said).is_small
    found = rules.merge_small(given_counts, EXPLAINED, split_shown=split_shown)
    assert sum(n for _, n in found) == whole
    assert not any(0 < n < SMALLEST_CELL for _, n in found) or whole < SMALLEST_CELL
    kept = {code: n for code, n in found if code in given_counts}
    if split_shown:
        for group in (EXPLAINED, tuple(set(given_counts) - set(EXPLAINED))):
            hidden = [given_counts[c] for c in group if c in given_counts and c not in kept]
            assert len(hidden) != 1
            assert not 0 < sum(hidden) < SMALLEST_CELL
