"""Who is in post in the grids of a phone, and what the grids are called, outside the rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from gridwalk.accounts import queries as accounts
from gridwalk.territory.models import Grid


def of_grids(grids: Collection[str], on: dt.date) -> list[dict[str, Any]]:
    """Who visits the doors of some grids on a day, as the wire has it: a phone says by it whose an open door is."""
    return [
        {
            "grid": post.grid,
            "user": str(post.user),
            "name": post.name,
            "responsible": post.responsible,
            "covers": str(post.covers) if post.covers else None,
        }
        for post in accounts.posts(grids, on)
    ]


def named(grids: Sequence[Grid]) -> list[dict[str, str]]:
    """Grids with their names; with their communities' where there are several, for each has a first grid."""
    several = len({grid.area_id for grid in grids}) > 1
    return [{"code": grid.code, "name": f"{grid.area.short} {grid.name}" if several else grid.name} for grid in grids]
