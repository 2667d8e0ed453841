"""Progress meetings (座谈会, P20: every half month): when the next is proposed, and what is refused. Pure."""

from __future__ import annotations

import datetime as dt
import enum

from gridwalk.followup.rules import MatterError
from gridwalk.method.workdays import Workdays

HALF_MONTH = 15
"""Days from one meeting to the next."""
LONGEST_PLACE, LONGEST_ASKED, LONGEST_PRACTICE, LONGEST_WHY = 60, 200, 500, 100
ASKED = "各社区书记、街道网格中心"
"""Who is asked where nobody writes anything else: posts, no names."""


class State(enum.StrEnum):
    """How far a meeting is."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


STATES = {State.PLANNED: "待开", State.HELD: "已开", State.CANCELLED: "没开成"}


class MeetingError(MatterError):
    """Why something is not done about a meeting, in words that say what to do."""


def proposed_on(last: dt.date | None, today: dt.date, workdays: Workdays) -> dt.date:
    """The day to propose: the first working day from half a month after the last meeting on, and never one that is
    over. Without a last one: the first working day from half a month from today on.
    """
    earliest = (last or today) + dt.timedelta(days=HALF_MONTH)
    return workdays.nth(max(earliest, today), 1)


def check_planned(on: dt.date | None, place: str, today: dt.date) -> dt.date:
    """The day of a meeting. Raises MeetingError where it has none to come, or no place."""
    if on is None or not today <= on <= today + dt.timedelta(days=366):
        raise MeetingError("没有排：会期从今天起选，最远一年。")
    if not place:
        raise MeetingError("没有排：请写在哪里开。")
    return on


def check_held(on: dt.date, today: dt.date) -> None:
    """Raises MeetingError before its day."""
    if today < on:
        raise MeetingError(f"没有开始记：还没到会期，这次会排在{on.month}月{on.day}日。提前开的，先改会期。")


def check_decision(title: str, scope: str, due_on: dt.date | None, today: dt.date) -> dt.date:
    """The day of a decision. Raises MeetingError for one that no matter can be made of."""
    if not title:
        raise MeetingError("没有立项：请写定了什么事。")
    if not scope:
        raise MeetingError("没有立项：请选责任单位，由哪个社区或街道来办。")
    if due_on is None:
        raise MeetingError("没有立项：请填写办理期限。")
    if not today <= due_on <= today + dt.timedelta(days=366):
        raise MeetingError("没有立项：办理期限从今天起选，最远一年。")
    return due_on
