"""The doors of a campaign that a sample may draw: whatever is claimed of them is on record, settled."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Avg, Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat, Left

from gridwalk.accounts.rules import ONE_COMMUNITY
from gridwalk.campaigns import predicates
from gridwalk.inspection import rules
from gridwalk.inspection.queries import doors
from gridwalk.inspection.rules import Group
from gridwalk.method.sampling.draws import Unit
from gridwalk.registry import predicates as registry
from gridwalk.registry.models import Dwelling

REACHED = ("met", "phone")
"""Outcomes by which somebody of the household was spoken to."""


def _settled(campaign: uuid.UUID, scope: str) -> QuerySet[Any]:
    rows = predicates.in_scope(campaign, "dwelling").filter(
        predicates.visited() | predicates.explained(), grid__code__startswith=scope
    )
    group = Case(
        When(predicates.explained(), then=Value(Group.EXPLAINED.value)),
        When(outcome__in=REACHED, then=Value(Group.REACHED.value)),
        default=Value(Group.VACANT.value),
        output_field=CharField(),
    )
    return rows.annotate(stratum=Concat(Left("grid_id", ONE_COMMUNITY), Value("|"), group, output_field=CharField()))


def frame(campaign: uuid.UUID, scope: str) -> list[Unit]:
    """The doors a sample is drawn from, in one query; a street is asked as a district is."""
    rows = _settled(campaign, scope).annotate(key=Cast("entity", CharField())).order_by()
    return [Unit(*row) for row in rows.values_list("stratum", "grid_id", "walk_key", "key")]


def populations(campaign: uuid.UUID, scope: str) -> dict[str, int]:
    """How many doors each stratum has now; what has none is missing."""
    return dict(_settled(campaign, scope).order_by("stratum").values_list("stratum").annotate(n=Count("pk")))


def due(campaign: uuid.UUID, scope: str) -> dict[str, int]:
    """How many doors are to be visited, by community."""
    rows = predicates.in_scope(campaign, "dwelling").filter(grid__code__startswith=scope)
    areas = rows.annotate(area=Left("grid_id", ONE_COMMUNITY)).order_by("area")
    return dict(areas.values_list("area").annotate(n=Count("pk")))


def pace(campaign: uuid.UUID, scope: str) -> tuple[float, float]:
    """The share of these doors with a telephone to dial, and how many visits a visited door took."""
    settled = _settled(campaign, scope)
    numbers = Exists(doors.with_telephone().filter(dwelling=OuterRef("entity")))
    counted = settled.aggregate(
        n=Count("pk"), phones=Count("pk", filter=numbers), visits=Avg("n_visits", filter=Q(state="visited"))
    )
    share = counted["phones"] / counted["n"] if counted["n"] else 0.0
    return share, max(1.0, counted["visits"] or 1.0)


AREA = "area"
"""The one stratum of an area sample: its stairwells are drawn over the whole street."""


def stairwells(scope: str) -> list[Unit]:
    """The frame of an area sample: a line for each door that stands in a stairwell, with the stairwell as its key. So
    the doors drawn of it hit stairwells with chances in proportion to their doors.
    """
    doors_of = Dwelling.objects.filter(
        registry.dwelling_active(), grid__code__startswith=scope, stairwell__isnull=False
    ).annotate(key=Cast("stairwell", CharField()))
    return [Unit(AREA, *row) for row in doors_of.values_list("grid_id", "walk_key", "key").order_by()]


def by_community(strata: Mapping[str, int]) -> Counter[str]:
    """Doors by community."""
    doors: Counter[str] = Counter()
    for name, n in strata.items():
        doors[rules.community_of(name)] += n
    return doors
