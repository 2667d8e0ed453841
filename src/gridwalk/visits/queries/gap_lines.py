"""The gap list as it leaves in a file: neither how a door is used nor a next step, which follows from it."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.visits import steps
from gridwalk.visits.queries import worklist
from gridwalk.visits.queries.worklist import Cut, GapRow

SLICE = 500
BEEN_TO = "还没办成"
"""What is said of every door that calls and visits have not settled: any other words would part the vacant ones."""
COLUMNS = ("网格", "楼栋单元", "室、名称", "原因", "试过的时段", "上次上门", "网格员")


def lines(
    viewer: Viewer, campaign: Campaign, scope: str, cut: Cut, *, at: dt.datetime, most: int
) -> list[tuple[uuid.UUID, tuple[str, ...]]]:
    """(entity, cells under ``COLUMNS``) of the gap list as it may leave; ``most`` and one more at the most."""
    pks, _ = worklist.chosen(viewer, campaign, scope, cut, at)
    listed: list[tuple[uuid.UUID, tuple[str, ...]]] = []
    for first in range(0, min(len(pks), most + 1), SLICE):
        page = pks[first : first + SLICE]
        targets = {t.id: t for t in Target.objects.filter(pk__in=page).select_related("assignee", "grid__area")}
        names = {t.entity: f"{t.grid.area.short} {t.grid.name}" for t in targets.values()}
        listed += [
            (row.entity, (names[row.entity], *_cells(row)))
            for row in worklist.rows(viewer, [targets[pk] for pk in page], at)
        ]
    return listed


def _cells(row: GapRow) -> tuple[str, ...]:
    reason = BEEN_TO if row.reason in steps.TELL_VACANCY else row.reason_label
    tried = " ".join(words for _, words, is_tried, _ in row.bands if is_tried)
    last = f"{clock.local_date(row.last_visit_at)}" if row.last_visit_at else ""
    return ("" if row.kind != "dwelling" else row.group, row.room, reason, tried, last, row.assignee)
