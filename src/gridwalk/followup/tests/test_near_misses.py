"""Matters and meetings are told and changed by area, kind and moment: beside each stands what comes near it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.rules import Held, NotPermitted, Role, Viewer
from gridwalk.core import clock, ids
from gridwalk.core.queries import NotHere
from gridwalk.followup.actions import convening, taking_in
from gridwalk.followup.actions.convening import Arrangement
from gridwalk.followup.meetings import MeetingError, State
from gridwalk.followup.models import Matter, Meeting
from gridwalk.followup.queries import as_of, matters, meetings, sheets
from gridwalk.followup.rules import Kind, Level, Stage
from gridwalk.followup.tests.conftest import CENTRE, STREET, of
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, SECOND, Street, lead, worker
from gridwalk.retention.tests.test_over_its_time import row

pytestmark = pytest.mark.slow  # tables over a whole room
DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 10, 13)
NEXT_STREET = "120105002"


def matter(grid: str = GRID, **values: Any) -> Matter:
    facts: dict[str, Any] = {
        "grid": grid,
        "street": grid[:9],
        "number": Matter.objects.count() + 1,
        "year": 2026,
        "level": Level.GRID,
        "kind": Kind.HAZARD,
        "stage": Stage.HANDLING,
        "due_on": TODAY,
        "place": ids.new_id(),
    }
    return row(Matter, **{**facts, **values})  # type: ignore[no-any-return]


def test_matters_stand_are_due_and_overdue_in_a_part_of_what_one_sees(street: Street) -> None:
    own = {
        "due": matter(),
        "over": matter(due_on=TODAY - DAY),
        "next grid": matter(NEXT_GRID, due_on=TODAY + DAY, kind=Kind.REQUEST),
        "effect": matter(stage=Stage.EFFECT, due_on=TODAY - DAY),
        "effect today": matter(stage=Stage.EFFECT),
    }
    ended = [matter(stage=stage, due_on=TODAY - DAY, ended_at=street.at) for stage in (Stage.CLOSED, Stage.DROPPED)]
    far = matter(f"{SECOND}001", due_on=TODAY - 2 * DAY)
    next_street = matter(f"{NEXT_STREET}001001", due_on=TODAY - 3 * DAY)
    assert matters.n_waiting(lead(), FIRST, TODAY) == (5, 1, 1)
    assert matters.n_waiting(lead(), GRID, TODAY) == (4, 1, 1)
    assert matters.n_waiting(CENTRE, STREET, TODAY) == (6, 1, 2)
    assert (matters.n_standing(lead()), matters.n_standing(worker(NEXT_GRID))) == (5, 1)
    assert matters.n_listed(lead()) == {"hazard": 4, "request": 1}
    assert matters.n_listed(lead(), ended=True) == {"hazard": 2}
    listed = {each.id for each in matters.worklist(lead(), TODAY)}
    assert listed == {each.pk for each in own.values()}
    assert [each.id for each in matters.worklist(lead(), TODAY, kind=Kind.REQUEST)] == [own["next grid"].pk]
    assert {each.id for each in matters.worklist(lead(), TODAY, ended=True)} == {each.pk for each in ended}
    group = of(Role.LEADING_GROUP)
    assert [(each.community, each.days) for each in matters.overdue(group, TODAY)] == [("乙", 2), ("甲", 1)]
    assert matters.overdue(of(Role.LEADING_GROUP, "120105003"), TODAY) == []
    assert matters.get_matter(CENTRE, far.pk) == far
    for viewer, pk in ((lead(), far.pk), (CENTRE, next_street.pk), (group, far.pk), (CENTRE, ids.new_id())):
        with pytest.raises(NotHere):
            matters.get_matter(viewer, pk)


def test_a_phone_has_what_its_workers_own_in_their_grids(street: Street) -> None:
    own = matter()
    matter(NEXT_GRID)
    matter(level=Level.COMMUNITY)
    matter(stage=Stage.CLOSED)
    assert [each.row.id for each in sheets.on_phone(worker(), TODAY, n_lines=1)] == [own.pk]
    assert (sheets.n_on_phone(worker()), sheets.n_on_phone(CENTRE)) == (1, 0)


def test_matters_as_they_stood_are_those_of_the_area_recorded_by_then(street: Street) -> None:
    at = street.at

    def opened(scope: str, days: int, kind: Kind = Kind.FINDING) -> Matter:
        made = taking_in.open_matter(
            actor=CENTRE, at=at + days * DAY, scope=scope, kind=Kind.FINDING, title="漏登", text="查"
        )
        Matter.objects.filter(pk=made.pk).update(kind=kind)
        return made

    first, far, decision, later = (
        opened(FIRST, 0),
        opened(SECOND, 0),
        opened(FIRST, 1, Kind.DECISION),
        opened(FIRST, 3),
    )

    def told(rows: list[as_of.MatterAsOf]) -> set[Any]:
        return {each.row.id for each in rows}

    until = at + 2 * DAY
    assert told(as_of.stood(CENTRE, FIRST, until)) == {first.pk, decision.pk}
    assert told(as_of.stood(CENTRE, STREET, until)) == {first.pk, decision.pk, far.pk}
    assert told(as_of.stood(lead(), STREET, until)) == {first.pk, decision.pk}
    assert told(as_of.recorded(CENTRE, FIRST, until)) == {first.pk, decision.pk}
    assert told(as_of.recorded(CENTRE, FIRST, at + 9 * DAY, kind=Kind.FINDING)) == {first.pk, later.pk}
    assert told(as_of.recorded(CENTRE, FIRST, until, since=TODAY + DAY)) == {decision.pk}
    one, other = (row(Meeting, street=STREET, number=n, state=State.CANCELLED, why="x") for n in (1, 2))
    for each, meeting in ((first, one), (later, one), (decision, other)):
        Matter.objects.filter(pk=each.pk).update(meeting=meeting)
    assert told(as_of.decided(CENTRE, STREET, one.pk, until)) == {first.pk}
    assert told(as_of.decided(CENTRE, STREET, one.pk, at + 9 * DAY)) == {first.pk, later.pk}
    assert as_of.decided(CENTRE, NEXT_STREET, one.pk, until) == []


def test_the_meeting_before_was_held_in_the_same_street(street: Street) -> None:
    def met(number: int, state: State = State.HELD, of_street: str = STREET, days: int = 0) -> Meeting:
        facts: dict[str, Any] = {"held_on": TODAY + days * DAY} if state is State.HELD else {}
        facts |= {"why": "下雪"} if state is State.CANCELLED else {}
        return row(Meeting, street=of_street, number=number, state=state, **facts)  # type: ignore[no-any-return]

    first, second = met(1, days=-30), met(2, days=-15)
    met(3, State.CANCELLED)
    this = met(4)
    met(3, of_street=NEXT_STREET)
    assert [meetings.meeting_before(each) for each in (first, second, this)] == [None, first, second]
    both = Viewer(ids.new_id(), "区", (Held(Role.DISTRICT_CENTRE, STREET[:6]),))
    planned = met(4, State.PLANNED, NEXT_STREET)
    asked = [STREET, NEXT_STREET]
    assert [(each.street, each.last_on) for each in meetings.proposals(both, asked, TODAY)] == [(STREET, TODAY)]
    planned.delete()
    told = {each.street: each.last_on for each in meetings.proposals(both, asked, TODAY)}
    assert told == {STREET: TODAY, NEXT_STREET: TODAY}
    assert (meetings.n_meetings(both), meetings.n_meetings(CENTRE)) == (5, 4)
    with pytest.raises(NotHere):
        meetings.get_meeting(of(Role.LEADING_GROUP, NEXT_STREET), this.pk)


def test_one_meeting_is_changed_in_its_state_by_who_runs_the_campaign(street: Street) -> None:
    plan = Arrangement(on=TODAY, begins=dt.time(14, 30), place="三楼会议室", asked="")
    at, group = street.at, of(Role.LEADING_GROUP)
    row(Meeting, street=NEXT_STREET, number=7, state=State.PLANNED, on=TODAY)
    meeting = convening.plan(actor=CENTRE, at=at, street=STREET, arrangement=plan)
    assert meeting.number == 1, "counted in the street"
    beside = row(Meeting, street=STREET, number=9, state=State.HELD, held_on=TODAY - DAY, on=TODAY - DAY)
    given: dict[str, Any] = {"at": at, "meeting": meeting.pk}
    acts: list[tuple[Any, dict[str, Any]]] = [
        (convening.rearrange, {"arrangement": plan}),
        (convening.commend, {"practice": "一户一册"}),
        (convening.hold, {}),
        (convening.attend, {"present": "书记", "excused": ""}),
        (convening.cancel, {"why": "下雪"}),
        (convening.decide, {"title": "补登", "scope": FIRST, "due_on": TODAY + 9 * DAY}),
    ]
    for act, values in acts:
        with pytest.raises(NotPermitted):
            act(actor=group, **given, **values)
        with pytest.raises(NotHere):
            act(actor=of(Role.STREET_CENTRE, NEXT_STREET), **given, **values)
    with pytest.raises(NotPermitted):
        convening.plan(actor=group, at=at, street=STREET, arrangement=plan)
    for act, values in (acts[3], acts[5]):
        with pytest.raises(MeetingError):
            act(actor=CENTRE, **given, **values)
    tomorrow = Arrangement(on=TODAY + DAY, begins=dt.time(9), place="社区", asked="")
    convening.rearrange(actor=CENTRE, **given, arrangement=tomorrow)
    with pytest.raises(MeetingError):
        convening.hold(actor=CENTRE, **given)
    convening.hold(actor=CENTRE, at=at + DAY, meeting=meeting.pk)
    for act, values in ((convening.rearrange, {"arrangement": tomorrow}), acts[2], acts[4]):
        with pytest.raises(MeetingError, match="请刷新后看一眼"):
            act(actor=CENTRE, at=at + DAY, meeting=meeting.pk, **values)
    convening.commend(actor=CENTRE, **given, practice="一户一册")
    convening.attend(actor=CENTRE, **given, present="书记", excused="")
    states = {each.number: (each.state, each.place, each.practice) for each in Meeting.objects.filter(street=STREET)}
    assert states == {1: (State.HELD, "社区", "一户一册"), 9: (State.HELD, beside.place, "")}
    assert Meeting.objects.get(pk=meeting.pk).held_on == clock.local_date(at + DAY)
    assert Meeting.objects.get(street=NEXT_STREET).state == State.PLANNED
