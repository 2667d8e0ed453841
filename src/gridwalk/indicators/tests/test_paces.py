"""When an area will be done: worked by hand on days of November 2026, Monday to Friday."""

from __future__ import annotations

import datetime as dt

from gridwalk.indicators import paces
from gridwalk.indicators.paces import Ahead, Pace
from gridwalk.method.workdays import Workdays

MONDAY = dt.date(2026, 11, 16)
DUE = dt.date(2026, 11, 20)
WEEK = {dt.date(2026, 11, 9) + dt.timedelta(days=n): 100 + 10 * min(n, 4) for n in range(7)}
"""From Monday the 9th: 100, 110 … 140 on Friday, and no more at the weekend."""


def test_the_end_at_a_steady_pace_its_lateness_and_the_days_to_come() -> None:
    """10 a day, 150 today, 50 left: five working days, Monday the 23rd, one working day late."""
    pace = paces.pace(Workdays(), WEEK | {MONDAY: 150}, total=200, today=MONDAY, due=DUE)
    assert pace.since_week == 50
    assert pace.ending is not None
    assert (pace.ending.on, pace.ending.late) == (dt.date(2026, 11, 23), 1)
    assert (pace.ending.first, pace.ending.last) == (dt.date(2026, 11, 23), dt.date(2026, 11, 23))
    assert [(day.on.day, day.n) for day in pace.ahead] == [(16, 150), (17, 160), (18, 170), (19, 180), (20, 190)]
    assert pace.ahead[-1] == Ahead(on=DUE, n=190, lowest=190, highest=190)


def test_of_an_uneven_pace_the_band_lies_around_the_line_and_ends_at_the_total() -> None:
    uneven = {day: 100 + sum((2, 30, 4, 40)[: min(n, 4)]) for n, day in enumerate(WEEK)}
    pace = paces.pace(Workdays(), uneven | {MONDAY: 190}, total=200, today=MONDAY, due=dt.date(2026, 12, 31))
    assert pace.ending is not None and pace.ending.first <= pace.ending.on <= pace.ending.last
    assert pace.ending.late == 0
    assert all(day.lowest <= day.n <= day.highest <= 200 for day in pace.ahead)
    assert pace.ahead[-1].lowest == 200, "nobody visits more doors than there are"


def test_without_kept_days_nothing_is_said() -> None:
    assert paces.pace(Workdays(), {}, total=200, today=MONDAY, due=DUE) == Pace()
    assert paces.pace(Workdays(), {MONDAY: 5}, total=200, today=MONDAY, due=DUE) == Pace(since_week=None)
    all_done = paces.pace(Workdays(), WEEK | {MONDAY: 200}, total=200, today=MONDAY, due=DUE)
    assert (all_done.since_week, all_done.ending) == (100, None)
