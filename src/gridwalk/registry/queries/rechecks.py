"""What another person must confirm before it counts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from django.db.models import Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.registry.models import Dwelling, Person, Recheck
from gridwalk.registry.queries.entities import shown_name
from gridwalk.registry.rules import PROPOSALS


@dataclasses.dataclass(frozen=True)
class Waiting:
    """A proposed end waiting for a second person."""

    id: uuid.UUID
    kind: str
    entity: uuid.UUID
    title: str
    proposed: str
    reason: str
    proposed_by: str
    proposed_at: dt.datetime
    mine: bool


def waiting(viewer: Viewer, scope: str, *, limit: int = 200) -> list[Waiting]:
    """Open rechecks inside a scope, oldest first."""
    inside = Q(pk__in=[])
    for held in viewer.scopes(Verb.RECHECK):
        if held.startswith(scope) or scope.startswith(held):
            inside |= Q(grid__code__startswith=max(held, scope, key=len))
    rows = list(Recheck.objects.filter(inside, state="open").order_by("proposed_at")[:limit])
    titles = dict(Person.objects.filter(pk__in=[r.entity for r in rows]).values_list("id", "name"))
    doors = dict(Dwelling.objects.filter(pk__in=[r.entity for r in rows]).values_list("id", "address"))
    return [
        Waiting(
            r.id, r.kind, r.entity, shown_name(viewer, r.grid_id, titles[r.entity]) if r.entity in titles else doors.get(r.entity, ""),
            PROPOSALS[r.kind][r.proposed], r.reason, r.proposed_by_name, r.proposed_at,
            r.proposed_by is not None and r.proposed_by == viewer.id,
        )
        for r in rows
    ]  # fmt: skip
