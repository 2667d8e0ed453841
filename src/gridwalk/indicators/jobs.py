"""Night work: intervals fall due without a write, so every grid is recounted after midnight and the old day kept."""

from __future__ import annotations

import datetime as dt

from procrastinate.contrib.django import app

from gridwalk.core import clock
from gridwalk.indicators import actions


@app.periodic(cron="5 16 * * *")  # cron runs in UTC; 16:05 UTC is 00:05 in the street
@app.task(name="indicators.keep_day", queueing_lock="indicators.keep_day")
def keep_day(timestamp: int) -> None:
    """Keep the day that just ended as it stood at its last second, then count the new day before anyone asks."""
    now = clock.now()
    midnight = clock.at_local(clock.local_date(now), 0)
    actions.keep_day(at=midnight - dt.timedelta(seconds=1))
    actions.recount(at=now)
