"""A target follows from its standing visits, whatever the order in which they were written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridwalk.campaigns.models import Target
from gridwalk.core import bulk
from gridwalk.core.actions import Writing
from gridwalk.visits import rules
from gridwalk.visits.models import Visit

COLUMNS = [
    "state",
    "outcome",
    "settled_at",
    "met_in_person",
    "n_visits",
    "bands",
    "last_visit_at",
    "revisit_at",
    "planned_on",
    "planned_band",
]


def attempt(visit: Visit) -> rules.Attempt:
    """A visit as the rules see it."""
    return rules.Attempt(visit.outcome, visit.at, visit.worker, visit.second_source, visit.recheck)


def settle(target: Target, visits: Sequence[Visit], *, new: Visit | None = None) -> None:
    """Set the target's columns from the standing visits of its entity; ``new``: the one recorded just now.

    A target that has left the scope stays out: a second person saw to that.
    """
    of_target = sorted((v for v in visits if v.target_id == target.id), key=lambda v: v.at)
    settled = rules.settle([attempt(v) for v in of_target])
    last = of_target[-1] if of_target else None
    if target.state != "left":
        target.state, target.outcome, target.settled_at = settled.state, settled.outcome, settled.at
        target.met_in_person = settled.met_in_person
    target.n_visits = len(of_target)
    target.bands = sorted({v.band for v in of_target})
    target.last_visit_at = last.at if last else None
    refused = any(v.outcome == "refused" for v in of_target)  # whatever was agreed before it: nobody comes again
    target.revisit_at = last.revisit_at if last and target.state != "visited" and not refused else None
    if refused:
        target.planned_on, target.planned_band = None, ""
    if new is not None and target.planned_on and (target.state == "visited" or new.on >= target.planned_on):
        target.planned_on, target.planned_band = None, ""


def save(writing: Writing, targets: Sequence[Target], was: Mapping[Target, str], *, source: str) -> None:
    """Save the columns; a target whose state is no longer what it ``was`` gets a change row.

    Its grid must be locked.
    """
    bulk.update(targets, COLUMNS)
    for target in targets:
        if target.state != was[target]:
            writing.change(
                stream=target.grid_id,
                kind="target",
                entity=target.id,
                field="state",
                old=was[target],
                new=target.state,
                source=source,
            )
