"""Deciding many differences by one rule, a transaction a grid, and taking the whole batch back within seven days."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions import deciding
from gridwalk.differences.actions.deciding import DECISIONS, NO_DOOR, WITHOUT_DOOR, DecisionError
from gridwalk.differences.actions.facts import SEVERAL, TAKEN
from gridwalk.differences.models import DecisionBatch
from gridwalk.differences.queries import batches
from gridwalk.differences.queries.batches import Rule
from gridwalk.registry.models import Difference

CHUNK = 2000


def start(*, actor: Viewer, at: dt.datetime, scope: str, rule: Rule, expected: int) -> DecisionBatch:
    """Set the batch up: the differences the rule speaks of now belong to it. ``run`` decides them.

    ``expected``: how many the preview counted; other than that, nothing is done. Raises NotPermitted, DecisionError.
    """
    access.require(actor, Verb.DECIDE_DIFFERENCE, scope)
    if not rule.is_sound:
        raise DecisionError("规则没有写全，没有决定任何一条。请选好项目和办法再来。")
    if rule.decision == "to_door" and rule.kind in WITHOUT_DOOR:
        raise DecisionError(NO_DOOR)
    chosen = batches.matching(actor, scope, rule, clock.local_date(at))
    if len(chosen) != expected:
        raise DecisionError(
            f"刚才有变动，现在符合的是 {len(chosen):,} 条，不是 {expected:,} 条。没有动，再看一眼再定。"
        )
    if not chosen:
        raise DecisionError("没有符合条件的记录，没有动。换一种情形再看。")
    with core.write_to(actor=actor, at=at) as writing:
        batch = DecisionBatch.objects.create(
            scope=scope,
            kind=rule.kind,
            field=rule.field,
            sentence=rule.sentence,
            decision=rule.decision,
            n_chosen=len(chosen),
            actor=actor.id,
            actor_name=actor.name,
            created_at=at,
        )
        for first in range(0, len(chosen), CHUNK):
            some = Difference.objects.filter(pk__in=chosen[first : first + CHUNK], state="open", batch__isnull=True)
            some.update(batch=batch.id)
        writing.audit(
            AuditVerb.DIFFERENCE_DECIDED_BY_RULE,
            scope=scope,
            kind=rule.kind,
            subject=batch.id,
            reason=rule.sentence,
            data={"field": rule.field, "decision": rule.decision, "n": len(chosen)},
        )
    return batch


def run(*, actor: Viewer, at: dt.datetime, batch: uuid.UUID) -> DecisionBatch:
    """Decide what of the batch is still open, a transaction a grid; run again, it goes on where it stopped. A
    batch that is done, or being taken back, stays as it is. Raises NotHere, NotPermitted.
    """
    current = _get(actor, batch)
    if current.state not in {"running", "paused"} or current.undone_by_name:
        return current
    DecisionBatch.objects.filter(pk=batch).update(state="running")
    _grid_by_grid(actor, at, current, ("open",), _decide)
    with core.write_to(actor=actor, at=at):
        current = DecisionBatch.objects.select_for_update().get(pk=batch)
        Difference.objects.filter(batch=batch).exclude(state__in=DECISIONS.values()).update(batch=None)
        current.state, current.finished_at = "done", at
        current.save()
    return current


def _decide(writing: Writing, batch: DecisionBatch, differences: list[Difference]) -> None:
    outcome = deciding.decide(writing, differences, batch.decision, batch.sentence[:200])
    refused = Counter(outcome.refusals.values())
    batch.n_done += len(outcome.done)
    batch.n_changed += len(outcome.changed)
    batch.n_several += refused[SEVERAL]
    batch.n_taken += refused[TAKEN]


def pause(*, batch: uuid.UUID) -> None:
    """Note that a batch was cut off; what is decided stays decided."""
    DecisionBatch.objects.filter(pk=batch, state__in=("running", "undoing")).update(state="paused")


def start_undo(*, actor: Viewer, at: dt.datetime, batch: uuid.UUID) -> DecisionBatch:
    """Begin taking a batch back; ``run_undo`` does it. Raises NotHere, NotPermitted, DecisionError."""
    _get(actor, batch)
    with core.write_to(actor=actor, at=at) as writing:
        current = DecisionBatch.objects.select_for_update().get(pk=batch)
        if current.state not in {"done", "paused"}:
            raise DecisionError("这一批还在办，或已经撤销了。")
        if at - current.created_at > clock.UNDO_FOR:
            raise DecisionError("过了 7 天，不能整批撤销了。请到房屋或人员页直接更正。")
        current.state, current.undone_by_name = "undoing", actor.name
        current.save()
        writing.audit(
            AuditVerb.DIFFERENCE_BATCH_UNDONE,
            scope=current.scope,
            kind=current.kind,
            subject=batch,
            data={"n": current.n_done},
        )
    return current


def run_undo(*, actor: Viewer, at: dt.datetime, batch: uuid.UUID) -> DecisionBatch:
    """Take back what nobody has changed since; the rest stays as it is and is listed. Raises NotHere, NotPermitted."""
    current = _get(actor, batch)
    if current.state not in {"undoing", "paused"} or not current.undone_by_name:
        return current
    DecisionBatch.objects.filter(pk=batch).update(state="undoing")
    _grid_by_grid(actor, at, current, tuple(DECISIONS.values()), _take_back)
    with core.write_to(actor=actor, at=at):
        current = DecisionBatch.objects.select_for_update().get(pk=batch)
        Difference.objects.filter(batch=batch, state="open").update(batch=None)
        current.n_left = Difference.objects.filter(batch=batch).count()
        current.state, current.undone_at = "undone", at
        current.save()
    return current


def _take_back(writing: Writing, batch: DecisionBatch, differences: list[Difference]) -> None:
    batch.n_undone += len(deciding.reopen(writing, differences, "整批撤销").done)


def _get(actor: Viewer, batch: uuid.UUID) -> DecisionBatch:
    current = DecisionBatch.objects.filter(pk=batch).first()
    if current is None:
        raise NotHere
    access.require(actor, Verb.DECIDE_DIFFERENCE, current.scope)
    return current


Step = Callable[[Writing, DecisionBatch, list[Difference]], None]


def _grid_by_grid(actor: Viewer, at: dt.datetime, batch: DecisionBatch, states: Collection[str], step: Step) -> None:
    """Do a step with the batch's differences in some states, a transaction a grid; the batch counts along."""
    for chosen in _parts(batch, states):
        grids = deciding.grids(list(Difference.objects.filter(pk__in=chosen)), batch.decision)
        with core.write_to(*grids, actor=actor, at=at) as writing:
            current = DecisionBatch.objects.select_for_update().get(pk=batch.id)
            waiting = Difference.objects.select_for_update().filter(pk__in=chosen, batch=batch.id, state__in=states)
            step(writing, current, list(waiting))
            current.save()


def _parts(batch: DecisionBatch, states: Collection[str]) -> Iterator[list[uuid.UUID]]:
    """The batch's differences grid by grid, in parts that one transaction carries."""
    keys = Difference.objects.filter(batch=batch.id, state__in=states).order_by("grid_id", "id")
    of_grid: dict[str, list[uuid.UUID]] = defaultdict(list)
    for pk, grid in keys.values_list("id", "grid_id"):
        of_grid[grid].append(pk)
    for chosen in of_grid.values():
        for first in range(0, len(chosen), CHUNK):
            yield chosen[first : first + CHUNK]
