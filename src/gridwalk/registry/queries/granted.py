"""What is opened to somebody for a time (临时授权), as whoever answers for the record's grid sees it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable

from gridwalk.accounts.models import Grant
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import columns


@dataclasses.dataclass(frozen=True, kw_only=True)
class Granted:
    """A grant that holds. ``grid``: of the record it opens."""

    id: uuid.UUID
    name: str
    kind: str
    grid: str
    reason: str
    until_at: dt.datetime


def granted(viewer: Viewer, at: dt.datetime) -> list[Granted]:
    """The grants that hold on records where the viewer dispatches, those that end first on top."""
    standing = (
        Grant.objects.filter(until_at__gt=at, kind__in=columns.TABLES).select_related("user").order_by("until_at")
    )
    grids = _grids(standing)
    return [
        Granted(
            id=grant.pk,
            name=grant.user.name,
            kind=dictionary.KINDS[grant.kind],
            grid=grids[grant.entity],
            reason=grant.reason,
            until_at=grant.until_at,
        )
        for grant in standing
        if grant.entity in grids and viewer.may(Verb.DISPATCH, grids[grant.entity])
    ]


def _grids(grants: Iterable[Grant]) -> dict[uuid.UUID, str]:
    """Record → its grid; a query a kind of record."""
    of_kind: dict[str, list[uuid.UUID]] = {}
    for grant in grants:
        of_kind.setdefault(grant.kind, []).append(grant.entity)
    return {
        pk: grid
        for kind, entities in of_kind.items()
        for pk, grid in columns.TABLES[kind]._default_manager.filter(pk__in=entities).values_list("pk", "grid_id")
    }


def get_grant(viewer: Viewer, pk: uuid.UUID, at: dt.datetime) -> Granted:
    """One of them. Raises NotHere."""
    row = next((row for row in granted(viewer, at) if row.id == pk), None)
    if row is None:
        raise NotHere
    return row
