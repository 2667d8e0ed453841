"""A progress meeting is planned, changed, held or cancelled; what is decided at it is a matter from that moment on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping

from django.db import IntegrityError
from django.db.models import Q

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
    _change(actor, at, meeting, REARRANGED, _columns(arrangement, at))


def commend(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID, practice: str) -> None:
    """Write what is worth spreading. Raises NotHere, NotPermitted, MeetingError."""
    text = without_numbers(practice.strip())[: meetings.LONGEST_PRACTICE]
    _change(actor, at, meeting, COMMENDED, {"practice": text})


def hold(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID) -> None:
    """It takes place today; from now on it decides. Raises NotHere, NotPermitted, MeetingError."""
    today = clock.local_date(at)
    _change(actor, at, meeting, HELD, {"state": State.HELD, "held_on": today}, Q(on__lte=today))


def attend(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID, present: str, excused: str) -> None:
    """Write down which posts came and which could not. Raises NotHere, NotPermitted, MeetingError."""
    text = without_numbers(present.strip())[: meetings.LONGEST_ASKED]
    if not text:
        raise MeetingError("没有记出席：请写哪些岗位到了。")
    away = without_numbers(excused.strip())[: meetings.LONGEST_ASKED]
    _change(actor, at, meeting, ATTENDED, {"present": text, "excused": away})


def cancel(*, actor: Viewer, at: dt.datetime, meeting: uuid.UUID, why: str) -> None:
    """It does not take place; its pack stays. Raises NotHere, NotPermitted, MeetingError."""
    text = without_numbers(why.strip())[: meetings.LONGEST_WHY]
    if not text:
        raise MeetingError("没有登记没开成：请写为什么没开成。")
    _change(actor, at, meeting, CANCELLED, {"state": State.CANCELLED, "why": text})


def decide(
    *, actor: Viewer, at: dt.datetime, meeting: uuid.UUID, title: str, scope: str, due_on: dt.date | None
) -> Matter:
    """Enter what was decided: a matter at once, with owner and day. Raises NotHere, NotPermitted, MatterError."""
    row = get_meeting(actor, meeting)
    access.require(actor, Verb.MANAGE_CAMPAIGN, row.street)
    if row.stands is not State.HELD:
        raise MeetingError("没有立项：会开了才能记议定事项。请先按“会开了，开始记”。")
    title = without_numbers(title.strip())[:LONGEST_TITLE]
    day = meetings.check_decision(title, scope, due_on, clock.local_date(at))
    if not scope.startswith(row.street):
        raise MeetingError("没有立项：请选本街道的社区，或街道自己。")
    with core.write_to(*taking_in.streams(taking_in.grid_of(scope)), actor=actor, at=at) as writing:
        return taking_in.take_in(writing, actor, scope=scope, kind=Kind.DECISION, title=title, due_on=day, meeting=row)


def _columns(arrangement: Arrangement, at: dt.datetime) -> dict[str, object]:
    place = without_numbers(arrangement.place.strip())[: meetings.LONGEST_PLACE]
    on = meetings.check_planned(arrangement.on, place, clock.local_date(at))
    if arrangement.begins is None:
        raise MeetingError("没有排：请写几点开，如 14:30。")
    asked = without_numbers(arrangement.asked.strip())[: meetings.LONGEST_ASKED] or meetings.ASKED
    return {"on": on, "begins": arrangement.begins, "place": place, "asked": asked}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """A change of a meeting: the states it is done in, its verb, and the words where it is not done."""

    states: frozenset[State]
    verb: AuditVerb
    not_done: str


WAITING = frozenset({State.PLANNED})
REARRANGED = Change(states=WAITING, verb=AuditVerb.MEETING_CHANGED, not_done="没有改安排")
COMMENDED = Change(states=WAITING | {State.HELD}, verb=AuditVerb.MEETING_CHANGED, not_done="没有写上做法")
HELD = Change(states=WAITING, verb=AuditVerb.MEETING_HELD, not_done="没有开始记")
ATTENDED = Change(states=frozenset({State.HELD}), verb=AuditVerb.MEETING_CHANGED, not_done="没有记出席")
CANCELLED = Change(states=WAITING, verb=AuditVerb.MEETING_CANCELLED, not_done="没有登记没开成")


def _change(
    actor: Viewer,
    at: dt.datetime,
    meeting: uuid.UUID,
    change: Change,
    columns: Mapping[str, object],
    condition: Q = Q(),  # noqa: B008 never changed
) -> None:
    """Step: change the row as it stands now, in one statement, so that two at once need no lock."""
    street = get_meeting(actor, meeting).street
    access.require(actor, Verb.MANAGE_CAMPAIGN, street)
    with core.write_to(actor=actor, at=at) as writing:
        if not Meeting.objects.filter(condition, pk=meeting, state__in=change.states).update(**columns):
            row = Meeting.objects.get(pk=meeting)
            if row.stands in change.states:
                meetings.check_held(row.on, clock.local_date(at))
            raise MeetingError(f"{change.not_done}：这次会现在是“{meetings.STATES[row.stands]}”。请刷新后看一眼。")
        writing.audit(change.verb, scope=street, kind="meeting", subject=meeting)
