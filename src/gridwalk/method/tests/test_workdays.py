"""Working days. Right values from the notices of the State Council's office for 2026 (国办发明电〔2025〕7 号)."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method import workdays
from gridwalk.method.workdays import Workdays

NATIONAL = Workdays()
MONDAY = dt.date(2026, 11, 2)
DAYS = st.dates(dt.date(2025, 12, 1), dt.date(2027, 12, 31))
KEPT = st.dictionaries(DAYS, st.booleans(), max_size=12)


@pytest.mark.parametrize(
    ("day", "worked", "name"),
    [
        ("2026-01-01", False, "元旦"),
        ("2026-01-02", False, "元旦"),
        ("2026-01-04", True, "元旦"),  # a Sunday, worked instead
        ("2026-02-14", True, "春节"),  # a Saturday, worked instead
        ("2026-02-23", False, "春节"),
        ("2026-05-09", True, "劳动节"),
        ("2026-10-01", False, "国庆节"),
        ("2026-10-07", False, "国庆节"),
        ("2026-10-08", True, ""),
        ("2026-10-10", True, "国庆节"),  # a Saturday, worked instead
        ("2026-10-11", False, ""),  # a Sunday like any other
        ("2026-11-30", True, ""),
    ],
)
def test_holidays_are_free_and_the_days_worked_instead_are_worked(day: str, worked: bool, name: str) -> None:
    date = dt.date.fromisoformat(day)
    assert (NATIONAL.is_worked(date), workdays.name_of(date)) == (worked, name)


def test_october_2026_has_eighteen_working_days() -> None:
    # 22 days from Monday to Friday; 1, 2, 5, 6 and 7 October are free; Saturday the 10th is worked
    assert NATIONAL.count(dt.date(2026, 10, 1), dt.date(2026, 10, 31)) == 18


def test_a_year_that_is_not_arranged_yet_counts_monday_to_friday() -> None:
    year = workdays.LAST_ARRANGED + 1
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    assert NATIONAL.count(first, last) == sum(
        (first + dt.timedelta(days=i)).weekday() < 5 for i in range((last - first).days + 1)
    )


def test_what_the_office_set_comes_before_the_arrangement() -> None:
    flood, national_day = dt.date(2026, 11, 3), dt.date(2026, 10, 1)
    kept = Workdays({flood: False, national_day: True})
    assert (kept.is_worked(flood), kept.is_worked(national_day)) == (False, True)
    assert kept.count(MONDAY, MONDAY + dt.timedelta(days=6)) == 4
    assert NATIONAL.count(MONDAY, MONDAY + dt.timedelta(days=6)) == 5
    assert NATIONAL.count(MONDAY, MONDAY - dt.timedelta(days=1)) == 0


@given(DAYS, DAYS, KEPT)
def test_counting_day_by_day_gives_the_same(a: dt.date, b: dt.date, kept: dict[dt.date, bool]) -> None:
    days = Workdays(kept)
    by_hand = sum(days.is_worked(a + dt.timedelta(days=i)) for i in range((b - a).days + 1))
    assert days.count(a, b) == by_hand


@given(DAYS, st.integers(1, 80), KEPT)
def test_the_nth_working_day_is_n_working_days_away(first: dt.date, n: int, kept: dict[dt.date, bool]) -> None:
    days = Workdays(kept)
    assert days.count(first, days.nth(first, n)) == n
    assert days.is_worked(days.nth(first, n))


def test_the_arrangement_of_a_year_is_told_in_stretches() -> None:
    told = [(s.first.isoformat(), s.last.isoformat(), s.works, s.name) for s in workdays.arrangement(2026)]
    assert told[:3] == [
        ("2026-01-01", "2026-01-03", False, "元旦"),
        ("2026-01-04", "2026-01-04", True, "元旦"),
        ("2026-02-14", "2026-02-14", True, "春节"),
    ]
    assert told[-2:] == [
        ("2026-10-01", "2026-10-07", False, "国庆节"),
        ("2026-10-10", "2026-10-10", True, "国庆节"),
    ]
    assert workdays.arrangement(workdays.LAST_ARRANGED + 1) == []
