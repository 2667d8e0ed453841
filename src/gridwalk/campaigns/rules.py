"""The plan's line over the working days; plain values only."""

from __future__ import annotations

import datetime as dt

from gridwalk.method.workdays import Workdays


class CampaignError(Exception):
    """What cannot be done about a campaign or its targets; the text says why."""


def planned(days: Workdays, starts_on: dt.date, ends_on: dt.date, total: int, today: dt.date) -> int:
    """How many should be done by ``today`` when the work is spread evenly over the working days."""
    whole = days.count(starts_on, ends_on)
    gone = days.count(starts_on, min(today, ends_on))
    return 0 if not whole else round(total * gone / whole)


BANDS = {"morning": "上", "afternoon": "下", "evening": "晚", "weekend": "末"}
