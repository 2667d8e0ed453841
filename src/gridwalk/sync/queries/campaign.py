"""The campaign a phone works in: its days and rules, outside the rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.models import Campaign

USUAL = ["20:30", "09:00"]


def of_grid(grid: str, today: dt.date) -> dict[str, Any] | None:
    """The running campaign over a grid, as the wire has it; None where there is none. ``paused``: why, else ""."""
    campaign = campaigns.running_for(grid)
    if campaign is None:
        return None
    pause = campaigns.pause_on(campaign, today)
    return {
        "id": str(campaign.id),
        "name": campaign.name,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "max_visits": campaign.max_visits,
        "quiet": _quiet(campaign),
        "paused": pause.reason if pause else "",
    }


def quiet_hours(grid: str) -> list[str]:
    """From when until when nobody is disturbed."""
    campaign = campaigns.running_for(grid)
    return _quiet(campaign) if campaign else USUAL


def _quiet(campaign: Campaign) -> list[str]:
    return [f"{campaign.quiet_from:%H:%M}", f"{campaign.quiet_until:%H:%M}"]
