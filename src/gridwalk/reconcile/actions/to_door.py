"""Differences and cases of the bench decided in the office, with the task at the door that goes with 上门核实."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from gridwalk.accounts.rules import Viewer
from gridwalk.bench.actions import settling
from gridwalk.campaigns import actions as campaigns
from gridwalk.campaigns.actions import Joining
from gridwalk.core.actions import Writing
from gridwalk.differences.actions import batches, decisions
from gridwalk.differences.models import DecisionBatch
from gridwalk.differences.queries import at_doors
from gridwalk.registry.models import Difference, Settled


def decide(*, actor: Viewer, at: dt.datetime, difference: uuid.UUID, decision: str, reason: str = "") -> Difference:
    """Decide one difference; sent to the door, its door joins the running campaign where it is not in it.

    Raises NotHere, NotPermitted, ChangedMeanwhile, DecisionError.
    """
    return decisions.decide(
        actor=actor, at=at, difference=difference, decision=decision, reason=reason, along=_join, grids=_grids
    )


def run(*, actor: Viewer, at: dt.datetime, batch: uuid.UUID) -> DecisionBatch:
    """Decide a batch that was set up by a rule, with the tasks that go with it. Raises NotHere, NotPermitted."""
    return batches.run(actor=actor, at=at, batch=batch, along=_join, grids=_grids)


def settle(
    *,
    actor: Viewer,
    at: dt.datetime,
    check: str,
    lead: uuid.UUID,
    seen: str,
    choice: str,
    reason: str = "",
    home: uuid.UUID | None = None,
) -> Settled:
    """Decide a case of the bench; what is asked at a door puts the door on its worker's list.

    Raises NotHere, NotPermitted, DecisionError.
    """
    return settling.settle(
        actor=actor,
        at=at,
        check=check,
        lead=lead,
        seen=seen,
        choice=choice,
        reason=reason,
        home=home,
        along=_join,
        grids=_grids,
    )


def _grids(asked: Sequence[Difference]) -> set[str]:
    return {door.grid for door in at_doors.doors_of(asked).values()}


def _join(writing: Writing, sent: Sequence[Difference]) -> None:
    """Step: the doors of what was sent to the door are on their workers' lists."""
    doors = {d.entity: d for d in at_doors.doors_of(sent).values() if d.grid in writing.versions}
    campaigns.join_targets(writing, [Joining(d.grid, d.kind, d.entity, d.walk_key) for d in doors.values()])
