"""A step for the split and merge of grids: what stands in the old grids goes to the new ones, building by building."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from gridwalk.core import clock, hanging
from gridwalk.core.actions import Writing
from gridwalk.registry import columns
from gridwalk.registry.models import Dwelling, Facility, Organization, Person, Residence, Site
from gridwalk.territory.models import Building, Stairwell


def move_grids(writing: Writing, old: Sequence[str], to: Mapping[uuid.UUID, str], *, rest: str) -> None:
    """Move every building, door, facility, person, organization and site of ``old`` to the grid ``to`` says, the
    others to ``rest``.

    ``to``: building or stairwell → grid; a stairwell without an entry goes with its building. A building whose
    stairwells part stands in each of their grids; one that stood in several of the old grids is one again where they
    meet. Persons go with their home, organizations with their door. ``rest`` may be one of ``old``: what goes there
    stays as it is. Both sides' streams must be locked; both get change rows.
    """
    for building in Building.objects.filter(grid_id__in=old, ended_on__isnull=True).order_by("grid_id", "id"):
        _move_building(writing, building, to, rest)
    for grid in {*to.values(), rest}:
        of_grid = Dwelling.objects.filter(grid_id__in=old, building__grid_id=grid)
        _move(writing, of_grid, grid)
        _move(writing, Facility.objects.filter(grid_id__in=old, building__grid_id=grid), grid)
    _move(writing, Dwelling.objects.filter(grid_id__in=old), rest)
    for grid in {*to.values(), rest}:
        Residence.objects.filter(grid_id__in=old, dwelling__grid_id=grid).update(grid_id=grid)
        _move(
            writing,
            Person.objects.filter(grid_id__in=old, residences__to_on__isnull=True, residences__grid_id=grid),
            grid,
        )
        _move(writing, Organization.objects.filter(grid_id__in=old, dwelling__grid_id=grid), grid)
    for table in (Person, Organization, Site, Facility):
        _move(writing, table._default_manager.filter(grid_id__in=old), rest)


def move_doors(writing: Writing, doors: Sequence[uuid.UUID], grid: str) -> None:
    """Move doors that stand in no building of ours, with the organizations behind them; their people are placed by
    who calls.
    """
    loose = Dwelling.objects.filter(pk__in=list(doors), building__isnull=True)
    _move(writing, loose, grid)
    Residence.objects.filter(dwelling__in=loose).update(grid_id=grid)
    _move(writing, Organization.objects.filter(dwelling__in=loose), grid)


def follow_records(old: Sequence[str], new: Sequence[str]) -> None:
    """Step: all that is kept by grid about what went from ``old`` grids to ``new`` ones goes along, in every room."""
    hanging.move_rows(old, new, list(columns.TABLES.values()))


def _move_building(writing: Writing, building: Building, to: Mapping[uuid.UUID, str], rest: str) -> None:
    own = to.get(building.pk, rest)
    parts: dict[str, list[uuid.UUID]] = defaultdict(list)
    for stairwell in Stairwell.objects.filter(building=building).order_by("key").values_list("id", flat=True):
        parts[to.get(stairwell, own)].append(stairwell)
    if parts and own not in parts and not Dwelling.objects.filter(building=building, stairwell__isnull=True).exists():
        own = min(parts)  # nothing of it is left where it would go
    for grid, stairwells in parts.items():
        if grid != own:
            _join(stairwells, _building_like(writing, building, grid))
    standing = Building.objects.filter(grid_id=own, estate=building.estate, key=building.key).first()
    if standing is None or standing.pk == building.pk:
        Building.objects.filter(pk=building.pk).update(grid_id=own)
        return
    Building.objects.filter(pk=standing.pk).update(ended_on=None)
    _join(parts[own], standing)
    Dwelling.objects.filter(building=building).update(building=standing)
    Facility.objects.filter(building=building).update(building=standing)
    Building.objects.filter(pk=building.pk).update(ended_on=clock.local_date(writing.at))


def _building_like(writing: Writing, building: Building, grid: str) -> Building:
    """The same building as it stands in another grid."""
    same, is_new = Building.objects.get_or_create(
        grid_id=grid,
        estate=building.estate,
        key=building.key,
        defaults={"name": building.name, "n_floors": building.n_floors, "lon": building.lon, "lat": building.lat},
    )
    if is_new:
        writing.created(grid, "building", same.pk, {"estate": same.estate, "key": same.key}, source="office")
    return same


def _join(stairwells: Sequence[uuid.UUID], building: Building) -> None:
    """Put stairwells with what is in them to a building; where it has that stairwell already, only what is in them."""
    standing = dict(Stairwell.objects.filter(building=building).values_list("key", "id"))
    for stairwell in Stairwell.objects.filter(pk__in=list(stairwells)):
        same = standing.get(stairwell.key)
        if not same:
            Stairwell.objects.filter(pk=stairwell.pk).update(building=building)
        for inside in (Dwelling, Facility):
            here = inside._default_manager.filter(stairwell=stairwell)
            here.update(building=building, stairwell_id=same or stairwell.pk)


def _move(writing: Writing, entities: QuerySet[Any], grid: str) -> None:
    for entity in entities.exclude(grid_id=grid).distinct():
        writing.left(entity.grid_id, entity.KIND, entity.id, source="office")
        writing.change(
            stream=grid, kind=entity.KIND, entity=entity.id, field="grid", old=entity.grid_id, new=grid, source="office"
        )
        type(entity)._default_manager.filter(pk=entity.pk).update(grid_id=grid)
