"""Grids drawn anew: open targets follow what they are about, to the worker of the new grid."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.registry.actions import regridding
from gridwalk.registry.models import Dwelling, Organization, Site
from gridwalk.territory import actions as territory


def replace_grids(
    *,
    actor: Viewer,
    at: dt.datetime,
    old: Sequence[str],
    buildings: Mapping[uuid.UUID, str],
    new: Sequence[str],
    from_on: dt.date,
) -> None:
    """Split or merge grids with all that stands in them; open targets follow, at the new grid's responsible worker.

    ``buildings``: building or stairwell → its new grid; whatever is not named goes to the first of ``new``. One
    transaction. Raises NotPermitted, TerritoryError.
    """
    with core.write_to(*old, actor=actor, at=at):
        territory.replace_grids(actor=actor, at=at, old=old, new=new, from_on=from_on)
        with core.write_to(*old, *new, actor=actor, at=at) as writing:
            regridding.move_grids(writing, old, {b: g for b, g in buildings.items() if g in new}, rest=new[0])
            follow_doors(writing, old, new)


def follow_doors(writing: Writing, old: Sequence[str], new: Sequence[str]) -> None:
    """Step: targets of what went from ``old`` grids to ``new`` ones follow, at the new grid's responsible worker."""
    workers = accounts.responsible(new, clock.local_date(writing.at))
    for grid in new:
        doors = Dwelling.objects.filter(grid_id=grid).values("pk")
        others: list[Any] = [table._default_manager.filter(grid_id=grid).values("pk") for table in (Organization, Site)]
        for entities in (doors, *others):
            moved = Target.objects.filter(grid_id__in=old, entity__in=entities)
            for target in moved.only("id", "grid_id"):
                writing.change(
                    stream=grid,
                    kind="target",
                    entity=target.id,
                    field="grid",
                    old=target.grid_id,
                    new=grid,
                    source="office",
                )
            worker = workers.get(grid)
            moved.update(grid_id=grid, assignee_id=worker.user if worker else None)
