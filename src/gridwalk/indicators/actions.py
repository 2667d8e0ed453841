"""Keeping the day's counts, and counting ahead of the first reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.indicators import queries, tallies
from gridwalk.indicators.definitions import INDICATORS, Indicator
from gridwalk.territory.models import Grid

EVERY = tuple(INDICATORS.values())


def _running() -> list[tuple[Campaign, list[str]]]:
    return _with_grids(Campaign.objects.filter(state="running").order_by("starts_on"))


def _with_grids(campaigns: Iterable[Campaign]) -> list[tuple[Campaign, list[str]]]:
    grids = list(Grid.objects.filter(valid_to__isnull=True).order_by("code").values_list("code", flat=True))
    return [(campaign, [g for g in grids if g.startswith(campaign.scope)]) for campaign in campaigns]


def keep_day(*, at: dt.datetime, indicators: Sequence[Indicator] = EVERY) -> int:
    """Keep the counts of the day of ``at`` for every running campaign, and the last counts of one that ended on that
    day; returns how many rows were kept.
    """
    midnight = clock.at_local(clock.local_date(at), 0)
    ended = Campaign.objects.filter(state="closed", closed_at__gte=midnight, closed_at__lte=at)
    return sum(
        tallies.keep_day(indicators, queries.moment(campaign, at), grids, at=at)
        for campaign, grids in [*_running(), *_with_grids(ended)]
    )


def recount(*, at: dt.datetime) -> None:
    """Recount what is stale for the day of ``at``, so that the first reader of the day need not."""
    for campaign, grids in _running():
        tallies.figures(EVERY, queries.moment(campaign, at), grids, at=at)
