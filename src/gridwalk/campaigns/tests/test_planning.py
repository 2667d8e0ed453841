"""Working days and the plan's line."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from gridwalk.campaigns import rules

MONDAY = dt.date(2026, 11, 2)
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))


def test_working_days_leave_out_weekends() -> None:
    assert rules.working_days(MONDAY, MONDAY) == 1
    assert rules.working_days(MONDAY, MONDAY + dt.timedelta(days=6)) == 5
    assert rules.working_days(MONDAY, MONDAY + dt.timedelta(days=7)) == 6
    assert rules.working_days(MONDAY + dt.timedelta(days=5), MONDAY + dt.timedelta(days=6)) == 0
    assert rules.working_days(MONDAY, MONDAY - dt.timedelta(days=1)) == 0


@given(days, st.integers(1, 80))
def test_the_nth_working_day_is_n_working_days_away(first: dt.date, n: int) -> None:
    assert rules.working_days(first, rules.nth_working_day(first, n)) == n


@given(days, days)
def test_counting_day_by_day_gives_the_same(a: dt.date, b: dt.date) -> None:
    by_hand = sum(1 for i in range((b - a).days + 1) if (a + dt.timedelta(days=i)).weekday() < 5) if b >= a else 0
    assert rules.working_days(a, b) == by_hand


def test_the_plan_spreads_the_doors_over_the_working_days() -> None:
    last = rules.nth_working_day(MONDAY, 60)
    assert rules.planned(13046, MONDAY, last, rules.nth_working_day(MONDAY, 45)) == round(13046 * 45 / 60)
    assert rules.planned(13046, MONDAY, last, last + dt.timedelta(days=30)) == 13046
    assert rules.planned(13046, MONDAY, last, MONDAY - dt.timedelta(days=1)) == 0
