"""When the doors of a street will be done, from its kept days: for the pack of a meeting, and to get it again."""

from __future__ import annotations

import datetime as dt

from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.indicators import paces
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.paces import Ending
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import rules


def ending(viewer: Viewer, scope: str, campaign: Campaign, at: dt.datetime, visits: Figure) -> Ending | None:
    """The day, its interval and how late; None where too few days are kept, or all is done."""
    act = next(phase for phase in campaign.phases.all() if phase.kind == "act")
    today = clock.local_date(at)
    kept = indicators.trend(viewer, scope=scope, campaign=campaign, at=at, live=visits)
    days = campaigns.workdays(campaign, today)
    visited = {day: figure.n for day, figure in kept.items()}
    return paces.pace(days, visited, total=visits.d, today=today, due=act.ends_on).ending


def values(forecast: Ending) -> dict[str, int | str]:
    """The four figures of a forecast, as they are printed."""
    return {
        "on": rules.day(forecast.on),
        "first": rules.day(forecast.first),
        "last": rules.day(forecast.last),
        "late": forecast.late,
    }
