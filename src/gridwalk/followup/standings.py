"""How a matter stood at some moment, told again from what it is now and from its entries. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from gridwalk.followup import rules
from gridwalk.followup.rules import ENDED, Act, Kind, Stage


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """An entry as far as it moves a matter. ``at``: when it was recorded, which is when it was judged."""

    act: Act
    at: dt.datetime
    data: Mapping[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """Whose a matter is, by when, how far; ``ended_at`` where it is over."""

    owner: str
    due_on: dt.date
    stage: Stage
    ended_at: dt.datetime | None

    def is_overdue(self, on: dt.date) -> bool:
        """As ``rules.is_overdue`` has it."""
        return rules.is_overdue(self.stage, self.due_on, on)


def standing(kind: Kind, owner: str, due_on: dt.date, steps: Sequence[Step], at: dt.datetime) -> Standing:
    """How a matter that is ``owner``'s and due ``due_on`` now stood at a moment. ``steps``: all of them, as they
    were recorded.

    Stages are told forward from the first one; owner and day backward, for each change says what was before it. An
    area that was redrawn since owns it as if it always had: that is no step.
    """
    stage, ended_at = rules.first_stage(kind), None
    for step in steps:
        if step.at <= at and step.act is not Act.OPENED:
            stage = rules.stage_after(kind, stage, step.act)
            ended_at = (ended_at or step.at) if stage in ENDED else None
    for step in reversed(steps):
        if step.at > at and step.act is Act.HANDED_OVER:
            owner = step.data["old"]
        elif step.at > at and step.act in {Act.DUE_CHANGED, Act.REOPENED} and "old" in step.data:
            due_on = dt.date.fromisoformat(step.data["old"])
    return Standing(owner=owner, due_on=due_on, stage=stage, ended_at=ended_at)
