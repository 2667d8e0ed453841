"""Keeping the day's counts. Recounting itself is a read with a cache and stands in ``tallies``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from gridwalk.campaigns.models import Campaign
from gridwalk.indicators import queries, tallies
from gridwalk.indicators.definitions import INDICATORS, Indicator
from gridwalk.territory.models import Grid


def keep_day(*, at: dt.datetime, indicators: Sequence[Indicator] = tuple(INDICATORS.values())) -> int:
    """Keep today's counts of every grid for every running campaign; returns how many rows were kept."""
    grids = list(Grid.objects.filter(valid_to__isnull=True).order_by("code").values_list("code", flat=True))
    running = Campaign.objects.filter(state="running").order_by("starts_on")
    return sum(
        tallies.keep_day(
            indicators,
            queries.moment(campaign, at),
            [g for g in grids if g.startswith(campaign.scope)],
            at=at,
        )
        for campaign in running
    )
