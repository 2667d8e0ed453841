"""The estates' other names a comparison has learnt, kept by community for the imports and comparisons that follow."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from gridwalk.method import addresses
from gridwalk.reconcile.actions.noting import Versus, Work
from gridwalk.reconcile.models import Comparison, EstateAlias
from gridwalk.territory.models import Building


def remember(comparison: Comparison, versus: Sequence[Versus], work: Work) -> None:
    """Step: keep each name with the communities in which rows bear it; the latest comparison's word stands."""
    new: dict[tuple[str, str], str] = {}
    for side, grid_of in zip(versus, work.grid_of_left, strict=True):
        names = side.compared.aliases
        if not names:
            continue
        rows = side.compared.left.frame.filter(pl.col("estate_key").is_in(list(names))).select("row", "estate_key")
        for row, name in rows.iter_rows():
            if row in grid_of:
                new[grid_of[row][:12], name] = names[name]
    EstateAlias.objects.bulk_create(
        [EstateAlias(community=c, alias=a[:60], estate=e[:60], learnt_from=comparison) for (c, a), e in new.items()],
        update_conflicts=True,
        unique_fields=["community", "alias"],
        update_fields=["estate", "learnt_from"],
    )


def renamed(buildings: Sequence[Building], estate: str) -> None:
    """Step: an estate has another name; ledgers that write the old one, and doors new to the register, are read
    under the new.
    """
    new = addresses.estate_key(estate)[:60]
    old = {(building.grid_id[:12], addresses.estate_key(building.estate)[:60]) for building in buildings}
    for community, name in old:
        EstateAlias.objects.filter(community=community, alias=new).delete()
        EstateAlias.objects.filter(community=community, estate=name).update(estate=new)
    EstateAlias.objects.bulk_create(
        [EstateAlias(community=community, alias=name, estate=new) for community, name in old if name != new],
        update_conflicts=True,
        unique_fields=["community", "alias"],
        update_fields=["estate", "learnt_from"],
    )
