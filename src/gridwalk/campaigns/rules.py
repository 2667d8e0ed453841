"""Working days and the plan's line; plain values only."""

from __future__ import annotations

import datetime as dt


class CampaignError(Exception):
    """What cannot be done about a campaign or its targets; the text says why."""


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday. Public holidays move every year and are not kept here: a plan line a day off does no harm."""
    return day.weekday() < 5


def working_days(first: dt.date, last: dt.date) -> int:
    """How many working days lie from ``first`` to ``last``, both included; 0 where the order is wrong."""
    if last < first:
        return 0
    weeks, rest = divmod((last - first).days + 1, 7)
    return weeks * 5 + sum(is_working_day(first + dt.timedelta(days=weeks * 7 + i)) for i in range(rest))


def nth_working_day(first: dt.date, n: int) -> dt.date:
    """The ``n``-th working day from ``first`` on (1: the first one)."""
    day = first
    while True:
        if is_working_day(day):
            n -= 1
            if n <= 0:
                return day
        day += dt.timedelta(days=1)


def planned(total: int, starts_on: dt.date, ends_on: dt.date, today: dt.date) -> int:
    """How many should be done by ``today`` when the work is spread evenly over the working days."""
    days = working_days(starts_on, ends_on)
    done = working_days(starts_on, min(today, ends_on))
    return 0 if not days else round(total * done / days)


BANDS = {"morning": "上", "afternoon": "下", "evening": "晚", "weekend": "末"}
