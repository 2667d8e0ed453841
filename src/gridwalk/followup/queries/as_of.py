"""Reads of matters as they stood at some moment: those that stood, and what a meeting had decided."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import QuerySet

from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock
from gridwalk.followup import standings
from gridwalk.followup.models import Entry, Matter
from gridwalk.followup.queries.matters import MatterRow, row_of, visible
from gridwalk.followup.rules import Act, Kind
from gridwalk.followup.standings import Standing, Step


@dataclasses.dataclass(frozen=True, kw_only=True)
class MatterAsOf:
    """A matter as it stood at some moment; ``community``: the area that owned it, a community or the street.

    ``recorded_at``: when the office had it, which may be later than it was noted; ``acts``: what was done about it
    until then; ``passed_at``: when it passed its recheck last.
    """

    row: MatterRow
    community: str
    standing: Standing
    recorded_at: dt.datetime
    acts: tuple[Act, ...]
    passed_at: dt.datetime | None


def stood(viewer: Viewer, scope: str, at: dt.datetime) -> list[MatterAsOf]:
    """The matters of an area that were not over at a moment, by number."""
    rows = visible(viewer).filter(grid__startswith=scope, at__lte=at).exclude(ended_at__lte=at)
    return [matter for matter in _as_of(rows, at) if matter.standing.ended_at is None]


def recorded(
    viewer: Viewer, scope: str, at: dt.datetime, *, kind: Kind | None = None, since: dt.date | None = None
) -> list[MatterAsOf]:
    """The matters of an area that were recorded until a moment, by number, over or not; those of a kind, and those
    noted since a day, where that is asked.
    """
    rows = visible(viewer).filter(grid__startswith=scope, at__lte=at)
    rows = rows.filter(kind=kind) if kind else rows
    return _as_of(rows.filter(at__gte=clock.at_local(since, 0)) if since else rows, at)


def decided(viewer: Viewer, street: str, meeting: uuid.UUID, at: dt.datetime) -> list[MatterAsOf]:
    """What a meeting had decided until a moment, by number, over or not."""
    return _as_of(visible(viewer).filter(meeting=meeting, street=street, at__lte=at), at)


def _as_of(rows: QuerySet[Matter], at: dt.datetime) -> list[MatterAsOf]:
    """Those that were recorded by then: what a phone noted before and sent later is not among them."""
    steps: defaultdict[uuid.UUID, list[Step]] = defaultdict(list)
    entries = Entry.objects.filter(matter__in=rows).order_by("recorded_at")
    for pk, act, recorded_at, data in entries.values_list("matter", "act", "recorded_at", "data"):
        steps[pk].append(Step(act=Act(act), at=recorded_at, data=data))
    ordered = rows.order_by("year", "number")
    return [_matter_as_of(m, steps[m.id], at) for m in ordered if steps[m.id] and steps[m.id][0].at <= at]


def _matter_as_of(matter: Matter, steps: Sequence[Step], at: dt.datetime) -> MatterAsOf:
    standing = standings.standing(matter.course, matter.scope, matter.due_on, steps, at)
    until = [step for step in steps if step.at <= at]
    return MatterAsOf(
        row=row_of(matter, clock.local_date(at)),
        community=standing.owner[:12],
        standing=standing,
        recorded_at=steps[0].at,
        acts=tuple(step.act for step in until),
        passed_at=next((step.at for step in reversed(until) if step.act is Act.PASSED), None),
    )
