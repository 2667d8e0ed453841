"""Who covers whom, and who can: for whoever answers for the grids."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from gridwalk.accounts import queries
from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes


@dataclasses.dataclass(frozen=True, kw_only=True)
class SubstituteRow:
    """Somebody who covers another's days in a grid, both days included; ``begun``: from today or before."""

    id: uuid.UUID
    name: str
    covers: str
    grid: str
    from_on: dt.date
    to_on: dt.date
    begun: bool


def substitutes(viewer: Viewer, on: dt.date) -> list[SubstituteRow]:
    """Who covers whom now or later, in code order. What is over stands in the audit alone: nobody's absences are
    listed (red line 2).
    """
    inside = in_scopes(viewer.scopes(Verb.DISPATCH), "scope")
    rows = Assignment.objects.filter(inside, covers__isnull=False, to_on__gte=on).select_related("user", "covers")
    return [
        SubstituteRow(
            id=row.pk,
            name=row.user.name,
            covers=row.covers.name if row.covers else "",
            grid=row.scope,
            from_on=row.from_on,
            to_on=row.to_on or row.from_on,
            begun=row.from_on <= on,
        )
        for row in rows.order_by("scope", "from_on", "id")
    ]


def workers(viewer: Viewer, on: dt.date) -> list[tuple[uuid.UUID, str, str]]:
    """Who can be covered, and who can cover: the grid workers of the viewer's areas as (user, name, grid)."""
    return [row for scope in viewer.scopes(Verb.DISPATCH) for row in queries.workers(scope, on)]


def get_substitute(viewer: Viewer, post: uuid.UUID) -> Assignment:
    """One substitute's assignment. Raises NotHere."""
    row = Assignment.objects.select_related("user", "covers").filter(pk=post, covers__isnull=False).first()
    if row is None or not viewer.may(Verb.DISPATCH, row.scope):
        raise NotHere
    return row
