"""怎样走得最快 beside the gap list: what an advice's button does, in words; times that can still be walked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from gridwalk.campaigns import rules as campaigns
from gridwalk.campaigns.rules import Slot
from gridwalk.core import clock
from gridwalk.visits.advice import Advice
from gridwalk.visits.queries.advice import Planning
from gridwalk.visits.steps import BAND_WORDS

WEEKDAYS = "一二三四五六日"
EVENING = (dt.time(18, 30), dt.time(20))
"""When an evening's walk is made, as it is offered."""
SHOWS = {
    "call": "看这些户，逐户拨打",
    "second_source": "看这些户，核空房",
    "decide": "看这些户，去核对",
    "missed": "看这些户，重新排",
}
"""Advice → what its link says: its rows, each with the button of its next step."""


def name_of(slot: Slot, today: dt.date, quiet_from: dt.time) -> str:
    """A slot in words: 今晚 18:30–20:00, 周三 12月2日晚间, 周六 12月5日; an evening ends where quiet hours begin."""
    near = {0: "今", 1: "明"}.get((slot.on - today).days)
    if near and slot.band == "evening":
        until = min(EVENING[1], quiet_from)
        return f"{near}晚 {EVENING[0]:%H:%M}–{until:%H:%M}" if until > EVENING[0] else f"{near}晚"
    if near and not slot.band:
        return f"{near}天"
    band = "" if slot.band == "weekend" else BAND_WORDS.get(slot.band, "")
    return f"周{WEEKDAYS[slot.on.weekday()]} {slot.on.month}月{slot.on.day}日{band}"


@dataclasses.dataclass(frozen=True)
class Offer:
    """An advice with what can be done about it: slots to put its doors into, or a link to its rows."""

    advice: Advice
    slots: list[tuple[str, str]]
    shows: str


@dataclasses.dataclass(frozen=True)
class Times:
    """The times that can still be walked, from now on: days, evenings and weekends, the nearest first."""

    now: dt.datetime
    quiet_from: dt.time
    ends_on: dt.date

    @classmethod
    def of(cls, campaign: Any, at: dt.datetime) -> Times:
        """Those of a campaign."""
        return cls(clock.local(at), campaign.quiet_from, campaign.ends_on)

    @property
    def slots(self) -> list[Slot]:
        """Evenings and days of weekends."""
        return campaigns.slots(self.now, self.quiet_from, self.ends_on)

    @property
    def day(self) -> Slot | None:
        """The first day on which anything can be walked: today, or tomorrow once quiet hours have begun."""
        days = (Slot(self.now.date() + dt.timedelta(days=n), "") for n in (0, 1))
        return next((d for d in days if not campaigns.why_not_on(d.on, self.now, self.quiet_from, self.ends_on)), None)

    @property
    def day_words(self) -> str:
        """今日 or 明日; "" where no day is left."""
        return {0: "今日", 1: "明日"}.get((self.day.on - self.now.date()).days, "") if self.day else ""

    def next(self, band: str) -> Slot | None:
        """The nearest time in a band."""
        return campaigns.next_slot(band, self.now, self.quiet_from, self.ends_on)

    def choices(self, band: str = "") -> list[tuple[str, str]]:
        """(code, words) of the evenings and weekends to choose from."""
        return [(s.code, name_of(s, self.now.date(), self.quiet_from)) for s in self.slots if band in {"", s.band}]

    def words(self, slot: Slot | None) -> str:
        """A slot in words; "" for none."""
        return name_of(slot, self.now.date(), self.quiet_from) if slot else ""


def offers(planning: Planning, times: Times) -> list[Offer]:
    """The advices of an area, each with its act."""
    return [
        Offer(
            advice=advice,
            slots=times.choices(advice.code) if advice.code in BAND_WORDS else [],
            shows=SHOWS.get(advice.code, ""),
        )
        for advice in planning.advices
    ]


def slot_of(typed: str) -> Slot | None:
    """The slot a form names; None where it is none."""
    on, _, band = typed.partition("/")
    try:
        return Slot(dt.date.fromisoformat(on), band) if band in campaigns.BANDS or not band else None
    except ValueError:
        return None
