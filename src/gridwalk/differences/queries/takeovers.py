"""待对方确认: whom a door counts until another side has given its word, and what has waited too long for it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet, Subquery

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.method import names
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.models import Difference, Dwelling, Person, TakeOver
from gridwalk.registry.queries import entities
from gridwalk.registry.rules import WAITING
from gridwalk.territory import queries as territory

ANSWER_WITHIN = dt.timedelta(days=7)
"""After so long without an answer, who rechecks for both sides decides."""
TOLD_FOR = dt.timedelta(days=30)


@dataclasses.dataclass(frozen=True)
class AtDoor:
    """Somebody met at a door, by what the door's side said. ``refused``: the other side did not give them away."""

    name: str
    kind: str
    asked_at: dt.datetime
    refused: bool


def at_door(viewer: Viewer, dwelling: Dwelling, at: dt.datetime) -> list[AtDoor]:
    """Whom a door awaits, and who was refused it lately, each once. Nothing of their records."""
    rows = TakeOver.objects.filter(dwelling=dwelling.pk).select_related("difference").order_by("asked_at", "id")
    return [
        AtDoor(
            entities.shown_name(viewer, dwelling.grid_id, row.name),
            RESIDENCE_LABELS.get(row.residence_kind, ""),
            row.asked_at,
            row.difference.state not in WAITING,
        )
        for row in _first_reports(rows)
        if row.difference.state in WAITING
        or (row.difference.state == "kept" and at - (row.difference.decided_at or at) <= TOLD_FOR)
    ]


def _first_reports(rows: Iterable[TakeOver]) -> list[TakeOver]:
    """Of several reports of one person at one door the first."""
    return list({row.difference_id: row for row in reversed(list(rows))}.values())[::-1]


def said_of(viewer: Viewer, difference: uuid.UUID) -> dict[str, str]:
    """What the other door's side calls the person: for the side that decides, beside its own record."""
    rows = TakeOver.objects.select_related("difference").filter(difference=difference).order_by("asked_at", "id")
    if not rows or not viewer.may(Verb.SEE_ROWS, rows[0].difference.grid_id):
        return {}
    return {"name": "、".join(dict.fromkeys(row.name for row in rows if row.name))}


@dataclasses.dataclass(frozen=True)
class LateRow:
    """A take-over nobody answered, for who sees rows masked. ``alike``: both sides write the same name."""

    difference: uuid.UUID
    name: str
    said: str
    alike: bool
    here: str
    there: str
    asked_at: dt.datetime


def _late(viewer: Viewer, scope: str, at: dt.datetime) -> QuerySet[TakeOver]:
    """Those whose both sides the viewer rechecks for, one of them in the scope."""
    scopes, here = viewer.scopes(Verb.RECHECK), viewer.within(Verb.RECHECK, scope)
    waiting = TakeOver.objects.filter(difference__state__in=WAITING, asked_at__lte=at - ANSWER_WITHIN)
    both = waiting.filter(in_scopes(scopes, "grid__code"), in_scopes(scopes, "difference__grid__code"))
    both = both.filter(in_scopes(here, "grid__code") | in_scopes(here, "difference__grid__code"))
    earlier = TakeOver.objects.filter(difference=OuterRef("difference")).order_by("asked_at", "id")
    both = both.filter(pk=Subquery(earlier.values("pk")[:1]))  # each person once, whoever reported them again
    return both.select_related("difference").order_by("asked_at", "id")


def late(viewer: Viewer, scope: str, at: dt.datetime, *, limit: int = 100, offset: int = 0) -> list[LateRow]:
    """Take-overs of a scope without an answer whose both sides the viewer rechecks for, the longest waiting first."""
    rows = list(_late(viewer, scope, at)[offset : offset + limit])
    people = dict(Person.objects.filter(pk__in=[r.difference.entity for r in rows]).values_list("id", "name"))
    places = territory.place_names({code for r in rows for code in (r.grid_id, r.difference.grid_id)})
    return [
        LateRow(
            difference=row.difference_id,
            name=entities.shown_name(viewer, row.difference.grid_id, people.get(row.difference.entity, "")),
            said=entities.shown_name(viewer, row.grid_id, row.name),
            alike=names.bare(row.name) == names.bare(people.get(row.difference.entity, "")),
            here=places[row.difference.grid_id],
            there=places[row.grid_id],
            asked_at=row.asked_at,
        )
        for row in rows
    ]


def n_late(viewer: Viewer, scope: str, at: dt.datetime) -> int:
    """How many of a scope wait too long."""
    return _late(viewer, scope, at).count()


def get_late(viewer: Viewer, difference: uuid.UUID, at: dt.datetime) -> Difference:
    """One that waits too long. Raises NotHere."""
    row = _late(viewer, "", at).filter(difference=difference).first()
    if row is None:
        raise NotHere
    return row.difference
