"""The plan's line over the working days, and what a campaign may ask of a door; plain values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gridwalk.method.workdays import Workdays

MOST_VISITS = 6
"""How often a door is visited at most (red line 6)."""
LEAST_QUIET = (dt.time(20, 30), dt.time(9, 0))
"""From when until when nobody is disturbed, at least (red line 6)."""

UNITS = {"dwelling": "户", "organization": "家", "site": "处"}
"""What a wave makes targets of, each with its measure word."""


class CampaignError(Exception):
    """What cannot be done about a campaign or its targets; the text says why."""


def planned(days: Workdays, starts_on: dt.date, ends_on: dt.date, total: int, today: dt.date) -> int:
    """How many should be done by ``today`` when the work is spread evenly over the working days."""
    whole = days.count(starts_on, ends_on)
    gone = days.count(starts_on, min(today, ends_on))
    return 0 if not whole else round(total * gone / whole)


def in_units(counted: Mapping[str, int]) -> str:
    """Targets by kind in words, unlike things never added up: 80 户、3 家; "" for none."""
    return "、".join(f"{n:,} {unit}" for kind, unit in UNITS.items() if (n := counted.get(kind, 0)))


def pilots(waves: Sequence[Sequence[str]]) -> Sequence[str]:
    """The areas that go first, of waves in their order; none where all go at once."""
    return waves[0] if len(waves) > 1 else ()


def paused_days(pauses: Iterable[tuple[dt.date, dt.date | None]], until: dt.date) -> Iterator[dt.date]:
    """The days of pauses (first, last or open) up to ``until``."""
    for first, last in pauses:
        end = min(until, last) if last else until
        yield from (first + dt.timedelta(days=i) for i in range((end - first).days + 1))


BANDS = {"morning": "上", "afternoon": "下", "evening": "晚", "weekend": "末"}
