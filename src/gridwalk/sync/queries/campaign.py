"""The campaign a phone works in: its days and rules, outside the rows."""

from __future__ import annotations

from typing import Any

from gridwalk.campaigns import queries as campaigns

USUAL = ["20:30", "09:00"]


def of_grid(grid: str) -> dict[str, Any] | None:
    """The running campaign over a grid, as the wire has it; None where there is none."""
    campaign = campaigns.running_for(grid)
    if campaign is None:
        return None
    return {
        "id": str(campaign.id),
        "name": campaign.name,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "max_visits": campaign.max_visits,
        "quiet": [f"{campaign.quiet_from:%H:%M}", f"{campaign.quiet_until:%H:%M}"],
    }


def quiet_hours(grid: str) -> list[str]:
    """From when until when nobody is disturbed."""
    campaign = of_grid(grid)
    return list(campaign["quiet"]) if campaign else USUAL
