"""Daily events as they are read: the last ones of an area, one with what it wrote, and where the next would
be recorded.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import operator
import uuid
from collections.abc import Collection, Sequence

from django.db.models import Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.events import kinds
from gridwalk.events.models import Event
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.queries import titles


@dataclasses.dataclass(frozen=True, kw_only=True)
class EventRow:
    """An event as a row: what, where or whom, by whom; ``undoable``: within seven days and not taken back."""

    id: uuid.UUID
    code: str
    label: str
    kind: str
    entity: uuid.UUID
    title: str
    by: str
    at: dt.datetime
    undone_at: dt.datetime | None
    undone_by: str
    undoable: bool


def recent(viewer: Viewer, at: dt.datetime, *, limit: int = 12) -> list[EventRow]:
    """The last events the viewer recorded, newest first; at most four queries.

    What others recorded stands in the histories of its records: a list of it would say who did how much (red line 2).
    """
    inside = in_scopes(viewer.scopes(Verb.EDIT_REGISTER), "grid__code")
    own = Event.objects.filter(inside, actor=viewer.id, actor__isnull=False)
    return _rows(viewer, list(own.order_by("-at", "-id")[:limit]), at)


def get_event(viewer: Viewer, event: uuid.UUID) -> Event:
    """One event. Raises NotHere."""
    recorded = Event.objects.filter(pk=event).first()
    if recorded is None or not viewer.may(Verb.EDIT_REGISTER, recorded.grid_id):
        raise NotHere
    return recorded


def row(viewer: Viewer, event: Event, at: dt.datetime) -> EventRow:
    """One event as a row."""
    return _rows(viewer, [event], at)[0]


def _rows(viewer: Viewer, events: Sequence[Event], at: dt.datetime) -> list[EventRow]:
    named: dict[uuid.UUID, titles.Title] = {}
    for kind in ("dwelling", "person", "organization"):
        named |= titles.titles(viewer, kind, {e.entity for e in events if e.kind == kind})
    return [
        EventRow(
            id=e.id,
            code=e.code,
            label=kinds.EVENTS[e.code].label,
            kind=e.kind,
            entity=e.entity,
            title=named.get(e.entity, ("", ""))[0],
            by=e.actor_name,
            at=e.at,
            undone_at=e.undone_at,
            undone_by=e.undone_by_name,
            undoable=e.undone_at is None and at - e.at <= clock.UNDO_FOR,
        )
        for e in events
    ]


def changes_of(events: Sequence[Event]) -> list[Change]:
    """Everything some events wrote, in the order written; one query, by the streams' versions they hold."""
    pairs = [(stream, version) for event in events for stream, version in event.versions.items()]
    if not pairs:
        return []
    written = functools.reduce(operator.or_, (Q(stream_id=stream, version=version) for stream, version in pairs))
    return list(Change.objects.filter(written, op__in=[event.id for event in events]).order_by("id"))


def events_of(entities: Collection[uuid.UUID], ops: Collection[uuid.UUID]) -> list[Event]:
    """The events at these entities, and those these ops are (or took back)."""
    wanted = Q(entity__in=list(entities)) | Q(pk__in=list(ops)) | Q(undone_as__in=list(ops))
    return list(Event.objects.filter(wanted).order_by("-at")[:60])


def home_of(viewer: Viewer, person: Person) -> Dwelling | None:
    """The door a person's events are recorded at: where they live, else where they are registered."""
    links = Residence.objects.filter(person=person, to_on__isnull=True).select_related("dwelling")
    visible = [link for link in links if viewer.may(Verb.SEE_ROWS, link.grid_id)]
    best = min(visible, key=lambda link: (link.kind not in LIVING, link.created_at), default=None)
    return best.dwelling if best else None


def same_stairwell(viewer: Viewer, dwelling: Dwelling) -> list[Dwelling]:
    """The doors of a door's stairwell in walking order, where the next event of the kind may be recorded."""
    if not viewer.may(Verb.SEE_ROWS, dwelling.grid_id) or dwelling.stairwell_id is None:
        return []
    doors = Dwelling.objects.filter(stairwell=dwelling.stairwell_id, grid_id=dwelling.grid_id)
    return list(doors.exclude(status="struck_off").order_by("walk_key", "id"))
