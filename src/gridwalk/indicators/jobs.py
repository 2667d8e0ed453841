"""Night work: intervals fall due without a write, so every grid is recounted and kept after midnight."""

from __future__ import annotations

from procrastinate.contrib.django import app

from gridwalk.core import clock
from gridwalk.indicators import actions


@app.periodic(cron="5 0 * * *")
@app.task(name="indicators.keep_day", queueing_lock="indicators.keep_day")
def keep_day(timestamp: int) -> None:
    """Recount after midnight and keep the day; ``timestamp`` is the scheduler's and not used as a clock."""
    actions.keep_day(at=clock.now())
