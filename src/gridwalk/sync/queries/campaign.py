"""The campaign a phone works in: its days and rules, outside the rows."""

from __future__ import annotations

from typing import Any

from gridwalk.sync.queries.rows import campaign_for

USUAL = ["20:30", "09:00"]


def of_grid(grid: str) -> dict[str, Any] | None:
    """The running campaign over a grid, as the wire has it; None where there is none."""
    found = campaign_for(grid)
    if found is None:
        return None
    return {
        "id": str(found.id),
        "name": found.name,
        "starts_on": found.starts_on.isoformat(),
        "ends_on": found.ends_on.isoformat(),
        "max_visits": found.max_visits,
        "quiet": [f"{found.quiet_from:%H:%M}", f"{found.quiet_until:%H:%M}"],
    }


def quiet_hours(grid: str) -> list[str]:
    """From when until when nobody is disturbed."""
    found = of_grid(grid)
    return list(found["quiet"]) if found else USUAL
