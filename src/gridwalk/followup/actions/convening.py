"""A progress meeting is planned, changed, held or cancelled; what is decided at it is a matter from that moment on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from django.db import IntegrityError

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.followup import meetings
from gridwalk.followup.actions import taking_in
from gridwalk.followup.meetings import MeetingError, State
from gridwalk.followup.models import Matter, Meeting
from gridwalk.followup.queries.meetings import get_meeting
from gridwalk.followup.rules import LONGEST_TITLE, Kind
from gridwalk.method.text import without_numbers
from gridwalk.territory import queries as territory


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arrangement:
    """When and where a meeting is, and which posts are asked."""

    on: dt.date | None
    begins: dt.time | None
    place: str
    asked: str


def plan(*, actor: Viewer, at: dt.datetime, street: str, arrangement: Arrangement) -> Meeting:
    """Plan the next meeting of a street; one waits at a time. Raises NotPermitted, MeetingError."""
    access.require(actor, Verb.MANAGE_CAMPAIGN, street)
    if len(street) != access.ONE_STREET or not territory.is_place(street):
        raise MeetingError("没有排：座谈会由街道来开，请选街道。")
    columns = _columns(arrangement, at)
    last = Meeting.objects.filter(street=street).order_by("-number").first()
    number = last.number + 1 if last else 1
    meeting = Meeting(street=street, number=number, state=State.PLANNED, **columns)
    try:
        with core.write_to(actor=actor, at=at) as writing:
            meeting.save(force_insert=True)
            writing.audit(AuditVerb.MEETING_PLANNED, scope=street, kind="meeting", subject=meeting.id)
    except IntegrityError as error:  # one that waits, of whoever came first
        raise MeetingError("没有排：已经有一次排好了还没开。开了，或记为没开成，再排下一次。") from error
    return meeting


def rearrange(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID, arrangement: Arrangement) -> None:
    """Another day, place or circle, while it is planned. Raises NotHere, NotPermitted, MeetingError."""
    _change(actor, at, meeting, {State.PLANNED}, AuditVerb.MEETING_CHANGED, **_columns(arrangement, at))


def commend(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID, practice: str) -> None:
    """Write what is worth spreading. Raises NotHere, NotPermitted, MeetingError."""
    text = without_numbers(practice.strip())[: meetings.LONGEST_PRACTICE]
    _change(actor, at, meeting, {State.PLANNED, State.HELD}, AuditVerb.MEETING_CHANGED, practice=text)


def hold(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID) -> None:
    """It takes place; from now on it decides. Raises NotHere, NotPermitted, MeetingError."""
    meetings.check_held(get_meeting(actor, meeting).on, clock.local_date(at))
    _change(actor, at, meeting, {State.PLANNED}, AuditVerb.MEETING_HELD, state=State.HELD)


def cancel(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID, why: str) -> None:
    """It does not take place; its pack stays. Raises NotHere, NotPermitted, MeetingError."""
    text = without_numbers(why.strip())[: meetings.LONGEST_WHY]
    if not text:
        raise MeetingError("没有取消：请写为什么没开成。")
    _change(actor, at, meeting, {State.PLANNED}, AuditVerb.MEETING_CANCELLED, state=State.CANCELLED, why=text)


def decide(
    *, actor: Viewer, at: dt.datetime, meeting: uuid.UUID, title: str, scope: str, due_on: dt.date | None
) -> Matter:
    """Enter what was decided: a matter at once, with owner and day. Raises NotHere, NotPermitted, MatterError."""
    seen = get_meeting(actor, meeting)
    access.require(actor, Verb.MANAGE_CAMPAIGN, seen.street)
    if seen.stands is not State.HELD:
        raise MeetingError("没有立：会开了才能记定下的事。请先按“会开了，开始记”。")
    title = without_numbers(title.strip())[:LONGEST_TITLE]
    day = meetings.check_decision(title, scope, due_on, clock.local_date(at))
    if not scope.startswith(seen.street):
        raise MeetingError("没有立：请选本街道的社区，或街道自己。")
    with core.write_to(*taking_in.streams(taking_in.grid_of(scope)), actor=actor, at=at) as writing:
        return taking_in.take_in(writing, actor, scope=scope, kind=Kind.DECISION, title=title, due_on=day, meeting=seen)


def _columns(arrangement: Arrangement, at: dt.datetime) -> dict[str, object]:
    place = without_numbers(arrangement.place.strip())[: meetings.LONGEST_PLACE]
    on = meetings.check_planned(arrangement.on, place, clock.local_date(at))
    if arrangement.begins is None:
        raise MeetingError("没有排：请写几点开，如 14:30。")
    asked = without_numbers(arrangement.asked.strip())[: meetings.LONGEST_ASKED] or meetings.ASKED
    return {"on": on, "begins": arrangement.begins, "place": place, "asked": asked}


def _change(
    actor: Viewer, at: dt.datetime, meeting: uuid.UUID, states: set[State], verb: AuditVerb, **columns: object
) -> None:
    """Step: change the row where it is in one of these states, in one statement, so that two at once need no lock."""
    seen = get_meeting(actor, meeting)
    access.require(actor, Verb.MANAGE_CAMPAIGN, seen.street)
    with core.write_to(actor=actor, at=at) as writing:
        if not Meeting.objects.filter(pk=meeting, state__in=states).update(**columns):
            seen.refresh_from_db()
            raise MeetingError(f"这次会{meetings.STATES[seen.stands]}，不能再改了。请刷新后看一眼。")
        writing.audit(verb, scope=seen.street, kind="meeting", subject=seen.id)
