"""A step for the split and merge of grids: what stands in the old grids goes to the new ones, building by building."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from gridwalk.core.actions import Writing
from gridwalk.registry import columns
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Organization, Person, Recheck, Residence, Site
from gridwalk.territory.models import Building


def move_grids(writing: Writing, old: Sequence[str], to: Mapping[uuid.UUID, str], *, rest: str) -> None:
    """Move every building, door, person, organization and site of ``old``: a building's as ``to`` says, the others to ``rest``.

    Persons go with their home, organizations with their door. Both sides' streams must be locked; both get change rows.
    """
    for building in Building.objects.filter(grid_id__in=old):
        Building.objects.filter(pk=building.pk).update(grid_id=to.get(building.pk, rest))
    for grid in {*to.values(), rest}:
        of_grid = Dwelling.objects.filter(grid_id__in=old, building__grid_id=grid)
        _move(writing, of_grid, grid)
    _move(writing, Dwelling.objects.filter(grid_id__in=old), rest)
    for grid in {*to.values(), rest}:
        Residence.objects.filter(grid_id__in=old, dwelling__grid_id=grid).update(grid_id=grid)
        _move(
            writing,
            Person.objects.filter(grid_id__in=old, residences__to_on__isnull=True, residences__grid_id=grid),
            grid,
        )
        _move(writing, Organization.objects.filter(grid_id__in=old, dwelling__grid_id=grid), grid)
    for table in (Person, Organization, Site):
        _move(writing, table._default_manager.filter(grid_id__in=old), rest)
    for grid in {*to.values(), rest}:
        CareLabel.objects.filter(grid_id__in=old, person__grid_id=grid).update(grid_id=grid)
        for kind, entities in columns.TABLES.items():
            of_kind = entities._default_manager.filter(grid_id=grid).values("pk")
            for waiting in (Difference, Recheck):
                waiting._default_manager.filter(grid_id__in=old, kind=kind, entity__in=of_kind).update(grid_id=grid)


def _move(writing: Writing, entities: QuerySet[Any], grid: str) -> None:
    for entity in entities.distinct():
        writing.left(entity.grid_id, entity.KIND, entity.id, source="office")
        writing.change(grid, entity.KIND, entity.id, "grid", entity.grid_id, grid, source="office")
        type(entity)._default_manager.filter(pk=entity.pk).update(grid_id=grid)
