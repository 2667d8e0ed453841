"""For how long somebody may be another's substitute."""

from __future__ import annotations

import datetime as dt

MOST_DAYS = 31
"""Whoever is away for longer is replaced by a post, which two persons give."""


class SubstituteError(Exception):
    """A substitute who cannot be named so; the text says why."""


def require_days(from_on: dt.date, to_on: dt.date, today: dt.date) -> None:
    """Raises SubstituteError unless somebody may be a substitute on these days, both included."""
    if from_on < today:
        raise SubstituteError("没有安排：开始日期已经过了，最早从今天起。")
    if to_on < from_on:
        raise SubstituteError("没有安排：结束日期早于开始日期。")
    if (to_on - from_on).days >= MOST_DAYS:
        raise SubstituteError(f"没有安排：代班一次最长 {MOST_DAYS} 天。更久的，请管理员给岗位。")
