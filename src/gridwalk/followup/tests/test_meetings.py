"""When the next meeting is proposed, and how a matter stood: the worked examples of docs/algorithms/followup.md."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.followup import meetings
from gridwalk.followup.meetings import MeetingError
from gridwalk.followup.rules import Act, Kind, Stage
from gridwalk.followup.standings import Step, standing
from gridwalk.method.workdays import Workdays

STREET = "120105001"
COMMUNITY = STREET + "001"


def on(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


def at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2026, month, day, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("last", "today", "proposed"),
    [
        (on(9, 14), on(9, 15), on(9, 29)),
        (on(9, 21), on(9, 22), on(10, 8)),  # the 6th of October is a holiday
        (on(9, 14), on(10, 14), on(10, 14)),  # never a day that is over
        (None, on(9, 14), on(9, 29)),
    ],
)
def test_the_next_meeting_is_proposed_half_a_month_after_the_last(
    last: dt.date | None, today: dt.date, proposed: dt.date
) -> None:
    assert meetings.proposed_on(last, today, Workdays()) == proposed


def test_before_its_day_nothing_begins() -> None:
    meetings.check_held(on(9, 14), on(9, 14))
    with pytest.raises(MeetingError, match="没有开始记：还没到会期，这次会排在9月14日"):
        meetings.check_held(on(9, 14), on(9, 13))


STEPS = [
    Step(act=Act.OPENED, at=at(9, 1), data={}),
    Step(act=Act.DUE_CHANGED, at=at(9, 8), data={"old": "2026-09-10", "new": "2026-09-20"}),
    Step(act=Act.HANDED_OVER, at=at(9, 15), data={"old": COMMUNITY, "new": STREET}),
    Step(act=Act.HANDED_IN, at=at(9, 18), data={}),
    Step(act=Act.PASSED, at=at(9, 19), data={}),
]


@pytest.mark.parametrize(
    ("moment", "owner", "due_on", "stage"),
    [
        (at(9, 5), COMMUNITY, on(9, 10), Stage.HANDLING),
        (at(9, 8), COMMUNITY, on(9, 20), Stage.HANDLING),
        (at(9, 16), STREET, on(9, 20), Stage.HANDLING),
        (at(9, 20), STREET, on(9, 20), Stage.CLOSED),
    ],
)
def test_a_matter_is_told_as_it_stood(moment: dt.datetime, owner: str, due_on: dt.date, stage: Stage) -> None:
    stood = standing(Kind.DECISION, STREET, on(9, 20), STEPS, moment)
    assert (stood.owner, stood.due_on, stood.stage) == (owner, due_on, stage)
    assert stood.ended_at == (at(9, 19) if stage is Stage.CLOSED else None)
