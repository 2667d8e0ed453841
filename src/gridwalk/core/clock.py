"""The only clock. Interfaces read it once and pass ``at`` down, so that actions and queries can be replayed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
UNDO_FOR = dt.timedelta(days=7)
"""How long what somebody did or decided can be taken back."""


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(tz=dt.UTC)


def local(at: dt.datetime) -> dt.datetime:
    """The same moment on the wall clock of the street (UTC+8)."""
    return at.astimezone(LOCAL)


def local_date(at: dt.datetime) -> dt.date:
    """The calendar day of ``at`` in the street."""
    return local(at).date()


def day_of(on: dt.date) -> dt.date:
    """The street's calendar day of a moment; a day as it is."""
    return local_date(on) if isinstance(on, dt.datetime) else on


def day_words(on: dt.date, *, year: bool = False) -> str:
    """11月23日, or 2026年11月23日."""
    return (f"{on.year}年" if year else "") + f"{on.month}月{on.day}日"


def at_local(on: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """The moment the street's wall clock shows ``hour:minute`` on ``on``."""
    return dt.datetime(on.year, on.month, on.day, hour, minute, tzinfo=LOCAL)
