"""What became of the decisions of a meeting, in words and in counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from gridwalk.core import clock
from gridwalk.followup.queries.as_of import MatterAsOf
from gridwalk.followup.rules import STAGES, Stage
from gridwalk.reports import rules

PARTS = {"all": "议定", "closed": "办结", "open": "在办", "overdue": "过期"}


def outcome(decision: MatterAsOf, at: dt.datetime) -> str:
    """5月28日办结; 5月29日到期，过期 10 天; 6月10日到期，办理."""
    standing, today = decision.standing, clock.local_date(at)
    if standing.stage is Stage.CLOSED and standing.ended_at:
        return f"{rules.day(clock.local_date(standing.ended_at))}办结"
    if standing.stage is Stage.DROPPED:
        return STAGES[standing.stage]
    due = f"{rules.day(standing.due_on)}到期"
    if standing.is_overdue(today):
        return f"{due}，过期 {(today - standing.due_on).days} 天"
    return f"{due}，{STAGES[standing.stage]}"


def count(decisions: Sequence[MatterAsOf], part: str, at: dt.datetime) -> int:
    """How many were made, are closed, are still open, are overdue; one that was dropped is made alone."""
    today = clock.local_date(at)
    stages = [decision.standing for decision in decisions]
    return {
        "all": len(stages),
        "closed": sum(s.stage is Stage.CLOSED for s in stages),
        "open": sum(s.ended_at is None for s in stages),
        "overdue": sum(s.is_overdue(today) for s in stages),
    }[part]
