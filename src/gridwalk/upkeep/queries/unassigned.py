"""Doors without a grid: the buildings of a community's grid 000, and how many doors stand there."""

from __future__ import annotations

import dataclasses
import uuid
from collections import Counter

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.registry import predicates
from gridwalk.registry.models import Dwelling
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.models import Area, Building


@dataclasses.dataclass(frozen=True)
class Unassigned:
    """A building of grid 000 with its number of doors."""

    id: uuid.UUID
    name: str
    n_doors: int


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
    standing = Building.objects.filter(grid_id=grid, ended_on__isnull=True)
    return [Unassigned(b.pk, f"{b.estate} {b.name}".strip(), n[b.pk]) for b in sorted(standing, key=territory.walking)]
