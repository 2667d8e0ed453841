"""Which days are worked: what the office set itself, else the State Council's yearly arrangement (放假、调休), else Monday
to Friday.

The arrangement (国务院办公厅关于部分节假日安排的通知) comes out each November for the next year; `chinesecalendar` has it as data.
"""

from __future__ import annotations

import bisect
import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping

import chinese_calendar
from chinese_calendar import Holiday

ARRANGED = {day: False for day in chinese_calendar.holidays if day.weekday() < 5} | {
    day: True for day in chinese_calendar.workdays if day.weekday() >= 5
}
"""Days on which the national arrangement differs from Monday to Friday, and whether they are worked."""

LAST_ARRANGED = max(day.year for day in chinese_calendar.holidays)
"""The last year whose arrangement is known; later ones count Monday to Friday."""

_NAMES = {**chinese_calendar.holidays, **chinese_calendar.workdays}


def name_of(day: dt.date) -> str:
    """The holiday for which a day is free, or is worked instead of another (国庆节); "" for any other day."""
    english = _NAMES.get(day)
    return Holiday(english).chinese if english else ""


@dataclasses.dataclass(frozen=True)
class Stretch:
    """Days in a row that the national arrangement makes free, or worked, for one holiday; both ends included."""

    first: dt.date
    last: dt.date
    works: bool
    name: str


def arrangement(year: int) -> list[Stretch]:
    """The national arrangement of a year, in its order; nothing where it is not known."""
    stretches: list[Stretch] = []
    for day in sorted(day for day in _NAMES if day.year == year):
        works, name = day in chinese_calendar.workdays, name_of(day)
        before = stretches[-1] if stretches else None
        if before and (before.last + dt.timedelta(days=1), before.works, before.name) == (day, works, name):
            stretches[-1] = dataclasses.replace(before, last=day)
        else:
            stretches.append(Stretch(day, day, works, name))
    return stretches


class Workdays:
    """Working days. ``kept``: days the office set itself, and whether they are worked."""

    def __init__(self, kept: Mapping[dt.date, bool] | None = None) -> None:
        self._kept = dict(kept or {})
        worked = ARRANGED | self._kept
        self._differs = {day: works for day, works in sorted(worked.items()) if works != (day.weekday() < 5)}
        self._days = list(self._differs)
        self._more = list(itertools.accumulate((1 if works else -1 for works in self._differs.values()), initial=0))

    def without(self, free: Iterable[dt.date]) -> Workdays:
        """The same working days but for ``free`` ones."""
        return Workdays({**self._kept, **dict.fromkeys(free, False)})

    def is_worked(self, day: dt.date) -> bool:
        """Whether people are at work on that day."""
        return self._differs.get(day, day.weekday() < 5)

    def count(self, first: dt.date, last: dt.date) -> int:
        """How many working days lie from ``first`` to ``last``, both included; 0 where the order is wrong."""
        if last < first:
            return 0
        weeks, rest = divmod((last - first).days + 1, 7)
        odd = sum((first.weekday() + i) % 7 < 5 for i in range(rest))
        begin, end = bisect.bisect_left(self._days, first), bisect.bisect_right(self._days, last)
        return weeks * 5 + odd + self._more[end] - self._more[begin]

    def from_day(self, first: dt.date) -> Iterator[dt.date]:
        """The working days from ``first`` on, one after the other."""
        days = (first + dt.timedelta(days=i) for i in itertools.count())
        return (day for day in days if self.is_worked(day))

    def nth(self, first: dt.date, n: int) -> dt.date:
        """The ``n``-th working day from ``first`` on (1: the first one)."""
        return next(itertools.islice(self.from_day(first), max(n, 1) - 1, None))
