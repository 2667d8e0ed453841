"""How fast an area goes and when it will be done: from its own kept days, beside the plan's line; plain values only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Mapping

from gridwalk.method import forecast
from gridwalk.method.workdays import Workdays

RECENT = 10
"""So many of the last working days tell the pace."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ending:
    """When an area will be done at its recent pace: expected, and between which days (80 %). ``late``: working days
    behind the plan's last day.
    """

    on: dt.date
    first: dt.date
    last: dt.date
    due: dt.date
    late: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ahead:
    """A day to come with how many doors will be visited by then, expected and between which numbers."""

    on: dt.date
    n: int
    lowest: int
    highest: int


@dataclasses.dataclass(frozen=True)
class Pace:
    """What the kept days tell. ``since_week``: newly visited in the last seven days, None where none of them is kept
    that far back.
    """

    since_week: int | None = None
    ending: Ending | None = None
    ahead: tuple[Ahead, ...] = ()


def pace(days: Workdays, visited: Mapping[dt.date, int], *, total: int, today: dt.date, due: dt.date) -> Pace:
    """The pace of an area. ``visited``: doors visited by the end of each kept day, today's as they stand now."""
    if today not in visited:
        return Pace()
    n = visited[today]
    week_ago = [visited[day] for day in sorted(visited) if day <= today - dt.timedelta(days=7)]
    since_week = n - week_ago[-1] if week_ago else None
    working = [visited[day] for day in sorted(visited) if days.is_worked(day)]
    recent = [b - a for a, b in itertools.pairwise(working)][-RECENT:]
    rest = forecast.remaining_days(recent, total - n)
    if rest is None or not rest.days:
        return Pace(since_week)
    on, first, last = (days.nth(today + dt.timedelta(days=1), k) for k in (rest.days, rest.lowest, rest.highest))
    late = days.count(due + dt.timedelta(days=1), on)
    ending = Ending(on=on, first=first, last=last, due=due, late=late)
    return Pace(since_week, ending, tuple(_ahead(days, rest, n, total, today, due)))


def _ahead(days: Workdays, rest: forecast.Forecast, n: int, total: int, today: dt.date, due: dt.date) -> list[Ahead]:
    """The days from today to the plan's last one: at the expected, the slow and the fast pace."""
    shown = []
    for day in (today + dt.timedelta(days=k) for k in range((due - today).days + 1)):
        worked = days.count(today + dt.timedelta(days=1), day)
        by = {k: n + (total - n) * min(1.0, worked / k) for k in (rest.days, rest.highest, rest.lowest)}
        shown.append(
            Ahead(on=day, n=round(by[rest.days]), lowest=round(by[rest.highest]), highest=round(by[rest.lowest]))
        )
    return shown
