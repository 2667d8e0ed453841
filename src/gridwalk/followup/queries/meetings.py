"""Reads of the meetings of a street, and the days to propose for the next."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.followup import meetings as calendar
from gridwalk.followup.meetings import State
from gridwalk.followup.models import Meeting
from gridwalk.territory import queries as territory


@dataclasses.dataclass(frozen=True, kw_only=True)
class MeetingRow:
    """A meeting as a row. ``held_on``: None of one that was not held."""

    id: uuid.UUID
    street: str
    street_name: str
    number: int
    on: dt.date
    begins: dt.time
    place: str
    asked: str
    practice: str
    state: State
    state_label: str
    held_on: dt.date | None
    present: str
    excused: str
    why: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Proposal:
    """The day proposed for the next meeting of a street. ``last_on``: of the last one held, None before the first."""

    street: str
    name: str
    on: dt.date
    last_on: dt.date | None


def get_meeting(viewer: Viewer, meeting: uuid.UUID) -> Meeting:
    """One meeting of a street whose meetings the viewer sees. Raises NotHere."""
    row = _meetings(viewer).filter(pk=meeting).first()
    if row is None:
        raise NotHere
    return row


def meeting_row(viewer: Viewer, meeting: uuid.UUID) -> MeetingRow:
    """The same as a row. Raises NotHere."""
    return _meeting_rows([get_meeting(viewer, meeting)])[0]


def meetings(viewer: Viewer, *, limit: int = 24, offset: int = 0) -> list[MeetingRow]:
    """The meetings the viewer sees, the last ones first."""
    return _meeting_rows(_meetings(viewer).order_by("-on", "street", "-number")[offset : offset + limit])


def n_meetings(viewer: Viewer) -> int:
    """How many meetings the viewer sees."""
    return _meetings(viewer).count()


def _meeting_rows(rows: Iterable[Meeting]) -> list[MeetingRow]:
    rows = list(rows)
    names = territory.place_names([row.street for row in rows])
    return [
        MeetingRow(
            id=row.id,
            street=row.street,
            street_name=names[row.street],
            number=row.number,
            on=row.on,
            begins=row.begins,
            place=row.place,
            asked=row.asked,
            practice=row.practice,
            state=row.stands,
            state_label=calendar.STATES[row.stands],
            held_on=row.held_on,
            present=row.present,
            excused=row.excused,
            why=row.why,
        )
        for row in rows
    ]


def meeting_before(meeting: Meeting) -> Meeting | None:
    """The meeting of the same street that was held last before this one."""
    earlier = Meeting.objects.filter(street=meeting.street, state=State.HELD, number__lt=meeting.number)
    return earlier.order_by("-number").first()


def proposals(viewer: Viewer, streets: Sequence[str], today: dt.date) -> list[Proposal]:
    """For each of some streets in which none is planned, the day to propose. A meeting that was cancelled counts for
    nothing.
    """
    of_streets = _meetings(viewer).filter(street__in=streets)
    waiting = set(of_streets.filter(state=State.PLANNED).values_list("street", flat=True))
    held = of_streets.filter(state=State.HELD).order_by("number").values_list("street", "held_on")
    last_on, names, workdays = dict(held), territory.place_names(streets), territory.workdays()
    return [
        Proposal(
            street=street,
            name=names[street],
            on=calendar.proposed_on(last_on.get(street), today, workdays),
            last_on=last_on.get(street),
        )
        for street in streets
        if street not in waiting
    ]


def _meetings(viewer: Viewer) -> QuerySet[Meeting]:
    return Meeting.objects.filter(in_scopes(viewer.scopes(Verb.SEE_MEETING), "street"))
