"""The plan's line over the working days, and what a campaign may ask of a door; plain values only."""

from __future__ import annotations

import dataclasses
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

AHEAD = 7
"""Days ahead, with today, that a door may be put on a list."""


@dataclasses.dataclass(frozen=True)
class Slot:
    """A time band of a day, in which doors can be walked."""

    on: dt.date
    band: str

    @property
    def code(self) -> str:
        """What it is called in a form."""
        return f"{self.on.isoformat()}/{self.band}"


def slots(now: dt.datetime, quiet_from: dt.time, ends_on: dt.date) -> list[Slot]:
    """The evenings and days of weekends still to come, from now (the street's clock) on, the nearest first.

    Once quiet hours have begun, today is over; nothing lies behind the campaign's last day.
    """
    return [slot for slot in _coming(now, quiet_from, ends_on) if slot.band in {"evening", "weekend"}]


def next_slot(band: str, now: dt.datetime, quiet_from: dt.time, ends_on: dt.date) -> Slot | None:
    """The nearest time in a band at which doors can still be walked; None where the campaign is over before it."""
    return next((slot for slot in _coming(now, quiet_from, ends_on) if slot.band == band), None)


def _coming(now: dt.datetime, quiet_from: dt.time, ends_on: dt.date) -> Iterator[Slot]:
    until = {"morning": dt.time(12), "afternoon": dt.time(18), "evening": quiet_from, "weekend": quiet_from}
    for day in (now.date() + dt.timedelta(days=n) for n in range(AHEAD)):
        bands = ["weekend"] if day.weekday() >= 5 else ["morning", "afternoon", "evening"]
        if quiet_from <= until["afternoon"] and "evening" in bands:
            bands.remove("evening")  # all of it is quiet in this campaign
        for band in bands:
            if day <= ends_on and (day > now.date() or now.time() < until[band]):
                yield Slot(day, band)


def why_not_on(on: dt.date, now: dt.datetime, quiet_from: dt.time, ends_on: dt.date) -> str:
    """Why doors cannot be put on a day's list; empty where they can."""
    if on < now.date():
        return "没有排：这一天已经过了，请选今天或以后。"
    if on == now.date() and now.time() >= quiet_from:
        return f"没有排：{quiet_from:%H:%M} 以后不上门，今天排不了，请排到明天或以后。"
    if on >= now.date() + dt.timedelta(days=AHEAD):
        return f"没有排：只排 {AHEAD} 天以内的，远的到时再排。"
    if on > ends_on:
        return "没有排：这一天行动已经结束，请选行动结束以前的日子。"
    return ""


def is_worth_a_walk(state: str, outcome: str, n_visits: int, max_visits: int) -> bool:
    """Whether a door may be put on a list: never after a refusal, not while it waits for its recheck, not once it has
    been to its cap (red line 6).
    """
    return state in {"remaining", "explained"} and outcome != "refused" and n_visits < max_visits
