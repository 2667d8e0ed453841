"""The plan's line."""

from __future__ import annotations

import datetime as dt

from gridwalk.campaigns import rules
from gridwalk.method.workdays import Workdays

MONDAY = dt.date(2026, 11, 2)
DAYS = Workdays()


def test_the_plan_spreads_the_doors_over_the_working_days() -> None:
    last = DAYS.nth(MONDAY, 60)
    on = {n: DAYS.nth(MONDAY, n) for n in (1, 45, 60)}
    assert rules.planned(DAYS, MONDAY, last, 13046, on[45]) == round(13046 * 45 / 60)
    assert rules.planned(DAYS, MONDAY, last, 13046, last + dt.timedelta(days=30)) == 13046
    assert rules.planned(DAYS, MONDAY, last, 13046, MONDAY - dt.timedelta(days=1)) == 0


def test_the_plan_stands_still_over_a_holiday_and_grows_on_a_saturday_that_is_worked() -> None:
    first, last = dt.date(2026, 9, 28), dt.date(2026, 10, 16)
    # worked: 28, 29, 30 September, 8, 9, 10, 12, 13, 14, 15, 16 October
    line = [rules.planned(DAYS, first, last, 1100, dt.date(2026, 9, 28) + dt.timedelta(days=i)) for i in range(14)]
    assert line == [100, 200, 300, 300, 300, 300, 300, 300, 300, 300, 400, 500, 600, 600]
