"""How areas get on with matters: pairs and days, as of a moment; never by whoever handled them (red line 2)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence

from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock
from gridwalk.followup.queries import as_of
from gridwalk.followup.queries.as_of import MatterAsOf
from gridwalk.followup.rules import Act, Kind, Stage

SELDOM = 3
"""Fewer ended matters than this have no middle of their days."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Course:
    """How an area gets on with a kind: pairs, and the days half and nine tenths of what is closed took (None: too few).

    In time is what passed its recheck by its day; how long one took is counted from when it was recorded
    until then. The look at the effect comes after both, and takes the days it has to.
    """

    ended: tuple[int, int]
    in_time: tuple[int, int]
    sent_back: tuple[int, int]
    dropped: tuple[int, int]
    half: int | None
    most: int | None


def course(viewer: Viewer, kind: Kind, scope: str, since: dt.date, at: dt.datetime) -> Course:
    """How an area gets on with a kind since a day."""
    return course_of(as_of.recorded(viewer, scope, at, kind=kind, since=since))


def course_of(matters: Sequence[MatterAsOf]) -> Course:
    """How these matters got on."""
    closed = [matter for matter in matters if matter.standing.stage is Stage.CLOSED]
    acts = Counter(act for matter in matters for act in matter.acts)
    passed = [(matter, matter.passed_at) for matter in closed if matter.passed_at]
    days = sorted((passed_at - matter.recorded_at).days for matter, passed_at in passed)
    return Course(
        ended=(len(closed), len(matters)),
        in_time=(sum(clock.local_date(at) <= matter.standing.due_on for matter, at in passed), len(closed)),
        sent_back=(acts[Act.SENT_BACK] + acts[Act.RELAPSED], acts[Act.HANDED_IN] + acts[Act.CAME_BACK]),
        dropped=(sum(matter.standing.stage is Stage.DROPPED for matter in matters), len(matters)),
        half=_reached(days, 0.5),
        most=_reached(days, 0.9),
    )


def _reached(days: Sequence[int], share: float) -> int | None:
    """The days within which this share of sorted ones lies: the nearest rank, None of too few."""
    if len(days) < SELDOM:
        return None
    return days[max(0, -(-len(days) * int(share * 10) // 10) - 1)]
