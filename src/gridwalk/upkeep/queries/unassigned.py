"""Doors without a grid: the buildings, stairwells and single doors of a community's grid 000, and what was put into
grids lately.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db.models import Count, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere
from gridwalk.registry import predicates
from gridwalk.registry.models import Dwelling
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.models import Area, Building


@dataclasses.dataclass(frozen=True)
class Unassigned:
    """A building of grid 000, a stairwell of it or a door in no building, with its number of doors; of a building with
    several stairwells each of them.
    """

    id: uuid.UUID
    name: str
    n_doors: int
    stairwells: Sequence[Unassigned] = ()


def n_doors(viewer: Viewer, scope: str) -> int:
    """How many doors of a scope have no grid; 0 where the viewer sees no counts."""
    if not viewer.may(Verb.SEE_COUNTS, scope):
        return 0
    return _doors(scope).count()


def _doors(scope: str) -> QuerySet[Dwelling]:
    return Dwelling.objects.filter(predicates.dwelling_active(), grid__kind="unassigned", grid__code__startswith=scope)


def communities(viewer: Viewer, scope: str) -> list[tuple[Area, int]]:
    """The communities of a scope in code order, each with how many of its doors have no grid."""
    if not viewer.may(Verb.SEE_COUNTS, scope):
        return []
    n = Counter(_doors(scope).values_list("community", flat=True))
    return [(area, n[area.code]) for area in territory.communities(scope)]


def buildings(viewer: Viewer, community: str) -> list[Unassigned]:
    """The standing buildings of a community's grid 000 in walking order. Raises NotHere."""
    if not viewer.may(Verb.IMPORT_LEDGER, community):
        raise NotHere
    grid = codes.unassigned_of(community)
    n = Counter(_doors(grid).values_list("building_id", flat=True))
    of_stairwell = Counter(_doors(grid).values_list("stairwell_id", flat=True))
    standing = Building.objects.filter(grid_id=grid, ended_on__isnull=True).prefetch_related("stairwells")
    rows = []
    for building in sorted(standing, key=territory.walking):
        parts = [
            Unassigned(part.pk, part.name, of_stairwell[part.pk])
            for part in sorted(building.stairwells.all(), key=lambda part: (len(part.key), part.key))
            if of_stairwell[part.pk]
        ]
        name = f"{building.estate} {building.name}".strip()
        rows.append(Unassigned(building.pk, name, n[building.pk], parts if len(parts) > 1 else ()))
    return rows


def single_doors(viewer: Viewer, community: str, *, limit: int) -> list[Unassigned]:
    """The doors of grid 000 that stand in no building of ours, in walking order. Raises NotHere."""
    if not viewer.may(Verb.SEE_ROWS_MASKED, community):
        raise NotHere
    loose = _doors(codes.unassigned_of(community)).filter(building__isnull=True).order_by("walk_key", "id")
    return [Unassigned(door.pk, door.address, 1) for door in loose[:limit]]


@dataclasses.dataclass(frozen=True)
class Assigned:
    """What was put into a grid in one go, as far as it is there still: ``op`` names it."""

    op: uuid.UUID
    at: dt.datetime
    grid: str
    doors: tuple[uuid.UUID, ...]


def lately(viewer: Viewer, community: str, at: dt.datetime) -> list[Assigned]:
    """What was put into grids of a community within the days in which it can be taken back, the latest first.

    Raises NotHere.
    """
    if not viewer.may(Verb.IMPORT_LEDGER, community):
        raise NotHere
    moved = _moved(community, at).order_by("-at", "id")
    of_op: dict[uuid.UUID, list[Change]] = defaultdict(list)
    for change in moved:
        of_op[change.op].append(change)
    there = dict(Dwelling.objects.filter(pk__in={c.entity for c in moved}).values_list("pk", "grid_id"))
    told = [_assigned(changes, there) for changes in of_op.values()]
    return [assigned for assigned in told if assigned.doors]


def _moved(community: str, at: dt.datetime) -> QuerySet[Change]:
    unassigned = codes.unassigned_of(community)
    grids = [code for code in territory.grid_codes(community) if code != unassigned]
    moved = Change.objects.filter(stream__in=grids, kind="dwelling", field="grid", old=unassigned)
    return moved.filter(at__gte=at - clock.UNDO_FOR)


def _assigned(changes: Sequence[Change], there: dict[uuid.UUID, str]) -> Assigned:
    first = changes[0]
    doors = tuple(change.entity for change in changes if there.get(change.entity) == change.stream_id)
    return Assigned(first.op, first.at, first.stream_id, doors)


def whole_parts(doors: Sequence[uuid.UUID], grid: str) -> tuple[dict[uuid.UUID, str], list[uuid.UUID]]:
    """Which buildings and stairwells of a grid hold none but these doors, and which of the doors stand in no building:
    what can go from there without taking others along. The buildings and stairwells lead to "".
    """
    here = Dwelling.objects.filter(grid_id=grid).exclude(status="struck_off")
    chosen = here.filter(pk__in=list(doors))
    parts: dict[uuid.UUID, str] = {}
    for column in ("building_id", "stairwell_id"):
        n_chosen = dict(chosen.exclude(**{column: None}).order_by().values_list(column).annotate(Count("pk")))
        n_here = dict(
            here.filter(**{f"{column}__in": list(n_chosen)}).order_by().values_list(column).annotate(Count("pk"))
        )
        parts |= {part: "" for part, n in n_chosen.items() if n == n_here[part]}
    return parts, list(chosen.filter(building__isnull=True).values_list("pk", flat=True))
