"""What documents say of figures and days, and how small reasons are merged: both sides of each bound, by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.reports import rules


@pytest.mark.parametrize(
    ("n", "d", "words"),
    [
        (0, 0, "—"),
        (3, 0, "—"),
        (0, 7, "0.0%"),
        (7, 7, "100.0%"),
        (9999, 10000, "99.9%"),
        (2, 3, "66.6%"),
        (1, 1000, "0.1%"),
        (1, 1001, "0.0%"),
    ],
)
def test_a_percentage_is_rounded_down_so_that_only_all_reads_100(n: int, d: int, words: str) -> None:
    assert rules.percent(n, d) == words


def test_a_day_is_written_with_its_year_where_it_is_asked_for() -> None:
    on = dt.date(2026, 11, 3)
    assert (rules.day(on), rules.day(on, year=True)) == ("11月3日", "2026年11月3日")
    assert rules.days(on, dt.date(2026, 12, 31)) == "2026年11月3日至12月31日"
    assert rules.days(on, dt.date(2027, 1, 1)) == "2026年11月3日至2027年1月1日"
    assert rules.as_of(dt.datetime(2026, 11, 3, 9, 5, tzinfo=dt.UTC)) == "数据截至 2026年11月3日 09:05"


@pytest.mark.parametrize(("on", "monday"), [(15, 9), (16, 16), (17, 16), (22, 16), (23, 23)])
def test_a_week_begins_on_monday(on: int, monday: int) -> None:
    assert rules.monday(dt.date(2026, 11, on)) == dt.date(2026, 11, monday)


@pytest.mark.parametrize(
    ("parts", "scope"),
    [
        (["120199001001001"], "120199001001001"),
        (["120199001001", "120199001001002"], "120199001001"),
        (["120199001002", "120199001001", "120199001003"], "12019900100"),
        (["120199001", "130000"], "1"),
        (["", "12"], ""),
        (["21", "12"], ""),
    ],
)
def test_the_common_scope_is_what_all_codes_begin_with(parts: list[str], scope: str) -> None:
    assert rules.common_scope(parts) == scope


def test_what_no_document_can_hold_becomes_a_space() -> None:
    assert rules.clean("一\n二\t三\x00四\ue000五\ud800六") == "一 二 三 四 五 六"
    assert rules.clean("12 号（甲）") == "12 号（甲）"


OTHER, ALL = rules.OTHER_REASONS, rules.ALL_REASONS


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"refused": 5, "absent": 9}, [("absent", 9), ("refused", 5)]),
        ({"refused": 4, "absent": 9, "away": 30}, [("away", 30), (OTHER, 13)]),
        ({"refused": 4, "absent": 4}, [(ALL, 8)]),
        ({"refused": 1, "absent": 1, "away": 3, "else": 6}, [("else", 6), (OTHER, 5)]),
        ({"refused": 1, "absent": 1, "away": 2, "else": 6}, [(ALL, 10)]),
        ({"refused": 0, "absent": 9, "away": 30}, [("away", 30), (OTHER, 9)]),
        ({"b": 7, "a": 7, "c": 8}, [("c", 8), ("a", 7), ("b", 7)]),
        ({}, []),
        ({"refused": 0}, []),
    ],
)
def test_small_reasons_of_one_group_are_merged_until_none_is_told(
    counts: dict[str, int], shown: list[tuple[str, int]]
) -> None:
    assert rules.merge_small(counts, list(counts), split_shown=True) == shown
    assert rules.merge_small(counts, [], split_shown=True) == shown


def test_what_is_explained_and_what_remains_are_merged_each_by_itself() -> None:
    counts = {"refused": 4, "absent": 9, "away": 30, "untried": 3, "tried": 20, "planned": 40}
    explained = {"refused", "absent", "away"}
    assert rules.merge_small(counts, explained, split_shown=True) == [("planned", 40), (OTHER, 36), ("away", 30)]
    assert rules.merge_small(counts, explained, split_shown=False) == [(ALL, 106)]
