"""Deciding many differences by one rule, a transaction a grid, and taking the whole batch back within seven days."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, records
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions.decisions import DECISIONS, UNDO_FOR, Along, DecisionError, Grids, require_door
from gridwalk.differences.models import DecisionBatch
from gridwalk.differences.queries import batches
from gridwalk.differences.queries.batches import Rule
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims, queue
from gridwalk.registry.models import Difference
from gridwalk.registry.rules import Claim, Verdict

CHUNK = 2000
COLUMNS = ["state", "decided_by", "decided_by_name", "decided_at", "reason", "batch", "current", "head", "grid"]


def start(*, actor: Viewer, at: dt.datetime, scope: str, rule: Rule, expected: int) -> DecisionBatch:
    """Set the batch up: the differences the rule speaks of now belong to it. ``run`` decides them.

    ``expected``: how many the preview counted; other than that, nothing is done. Raises NotPermitted, DecisionError.
    """
    access.require(actor, Verb.DECIDE_DIFFERENCE, scope)
    if not rule.is_sound:
        raise DecisionError("规则没有写全，没有决定任何一条。请选好项目和办法再来。")
    if rule.decision == "to_door":
        require_door(rule.kind)
    chosen = batches.matching(actor, scope, rule, clock.local_date(at))
    if len(chosen) != expected:
        raise DecisionError(
            f"刚才有变动，现在说到的是 {len(chosen):,} 条，不是 {expected:,} 条。没有动，再看一眼再定。"
        )
    if not chosen:
        raise DecisionError("这句话一条也没说到，没有动。换一种情形再看。")
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
            "difference.decided_by_rule",
            scope=scope,
            kind=rule.kind,
            subject=batch.id,
            reason=rule.sentence,
            data={"field": rule.field, "decision": rule.decision, "n": len(chosen)},
        )
    return batch


def run(
    *, actor: Viewer, at: dt.datetime, batch: uuid.UUID, along: Along | None = None, grids: Grids | None = None
) -> DecisionBatch:
    """Decide what of the batch is still open, a transaction a grid; run again, it goes on where it stopped. A
    batch that is done, or being taken back, stays as it is.

    ``along``, ``grids``: see ``decisions.decide``. Raises NotHere, NotPermitted.
    """
    found = _get(actor, batch)
    if found.state not in {"running", "paused"} or found.undone_by_name:
        return found
    DecisionBatch.objects.filter(pk=batch).update(state="running")
    for rows in _by_grid(found, ("open",)):
        asked = grids(rows) if grids and found.decision == "to_door" else set()
        with core.write_to(*_grids_of(rows), *asked, actor=actor, at=at) as writing:
            found = DecisionBatch.objects.select_for_update().get(pk=batch)
            rows = list(Difference.objects.select_for_update().filter(pk__in=[d.id for d in rows], state="open"))
            sent = _decide(writing, found, rows)
            if sent and along and found.decision == "to_door":
                along(writing, sent)
            found.save()
    with core.write_to(actor=actor, at=at):
        found = DecisionBatch.objects.select_for_update().get(pk=batch)
        Difference.objects.filter(batch=batch).exclude(state__in=DECISIONS.values()).update(batch=None)
        found.state, found.finished_at = "done", at
        found.save()
    return found


def pause(*, batch: uuid.UUID) -> None:
    """Note that a batch was cut off; what is decided stays decided."""
    DecisionBatch.objects.filter(pk=batch, state__in=("running", "undoing")).update(state="paused")


def _get(actor: Viewer, batch: uuid.UUID) -> DecisionBatch:
    found = DecisionBatch.objects.filter(pk=batch).first()
    if found is None:
        raise NotHere
    access.require(actor, Verb.DECIDE_DIFFERENCE, found.scope)
    return found


def _by_grid(batch: DecisionBatch, states: Sequence[str]) -> Iterator[list[Difference]]:
    """The batch's differences grid by grid, in parts that one transaction carries."""
    keys = Difference.objects.filter(batch=batch.id, state__in=states).order_by("grid_id", "id")
    of_grid: dict[str, list[uuid.UUID]] = defaultdict(list)
    for pk, grid in keys.values_list("id", "grid_id"):
        of_grid[grid].append(pk)
    for chosen in of_grid.values():
        for first in range(0, len(chosen), CHUNK):
            some = Difference.objects.filter(pk__in=chosen[first : first + CHUNK])
            yield list(some.only("id", "grid_id", "kind", "entity"))


def _entities(rows: Sequence[Difference]) -> dict[uuid.UUID, Any]:
    found: dict[uuid.UUID, Any] = {}
    for kind in {d.kind for d in rows}:
        found |= columns.TABLES[kind]._default_manager.in_bulk([d.entity for d in rows if d.kind == kind])
    return found


def _grids_of(rows: Sequence[Difference]) -> set[str]:
    grids = {d.grid_id for d in rows}
    for kind in {d.kind for d in rows}:
        entities = columns.TABLES[kind]._default_manager.filter(pk__in=[d.entity for d in rows if d.kind == kind])
        grids |= set(entities.values_list("grid_id", flat=True))
    return grids


def _decide(writing: Writing, batch: DecisionBatch, rows: Sequence[Difference]) -> list[Difference]:
    """Decide one grid's part; returns what was decided. What cannot be decided so leaves the batch and stays open."""
    entities = _entities(rows)
    standing = []
    for row in rows:
        entity = entities[row.entity]
        if rules.or_empty(columns.read(entity, row.field)) == rules.or_empty(row.opened("current")):
            standing.append(row)
        else:
            _ask_again(writing, row, entity)
            batch.n_changed += 1
    if batch.decision == "accept":
        standing = _accept(writing, batch, standing)
    done = {row.id for row in standing}
    for row in rows:
        if row.id not in done:
            row.batch = None
            continue
        row.state, row.reason = DECISIONS[batch.decision], batch.sentence[:200]
        row.decided_by, row.decided_by_name, row.decided_at = writing.actor.id, writing.actor.name, writing.at
        writing.audit(
            f"difference.{row.state}",
            scope=row.grid_id,
            kind=row.kind,
            subject=row.entity,
            data={"field": row.field, "difference": str(row.id), "batch": str(batch.id)},
            reason=row.reason,
        )
    bulk.update(list(rows), COLUMNS)
    batch.n_done += len(standing)
    return standing


def _accept(writing: Writing, batch: DecisionBatch, rows: Sequence[Difference]) -> list[Difference]:
    """Write what was claimed; returns the differences it was written for. Two claims about one fact need a person."""
    n_claims = Counter((d.entity, d.field) for d in rows)
    single = [d for d in rows if n_claims[d.entity, d.field] == 1]
    batch.n_several += len(rows) - len(single)
    said = [
        Claim(
            d.kind,
            d.entity,
            d.field,
            d.opened("claimed"),
            "office",
            source_ref=d.source_ref,
            reason=batch.sentence[:200],
        )
        for d in single
    ]
    taken = {(j.claim.entity, j.claim.field) for j in claims.apply_claims(writing, said) if j.verdict is Verdict.ASK}
    batch.n_taken += len(taken)
    return [d for d in single if (d.entity, d.field) not in taken]


def _ask_again(writing: Writing, row: Difference, entity: Any) -> None:
    """Bring a question up to date with the present value; it stays open, or closes where both now say the same."""
    present, head = columns.read(entity, row.field), entity.heads.get(row.field)
    row.current = records.seal_value(row.kind, row.field, present, table=claims.TABLE, column="current", row=row.id)
    row.head, row.grid_id = (uuid.UUID(head) if head else None), entity.grid_id
    if rules.or_empty(present) == rules.or_empty(row.opened("claimed")):
        row.state, row.decided_at = "closed", writing.at
        row.decided_by_name, row.reason = queue.BY_ITSELF, "现值已与此相同"


def start_undo(*, actor: Viewer, at: dt.datetime, batch: uuid.UUID) -> DecisionBatch:
    """Begin taking a batch back; ``run_undo`` does it. Raises NotHere, NotPermitted, DecisionError."""
    _get(actor, batch)
    with core.write_to(actor=actor, at=at) as writing:
        found = DecisionBatch.objects.select_for_update().get(pk=batch)
        if found.state not in {"done", "paused"}:
            raise DecisionError("这一批还在办，或已经撤回了。")
        if at - found.created_at > UNDO_FOR:
            raise DecisionError("过了 7 天，不能整批撤回了。请到房屋或人员页直接更正。")
        found.state, found.undone_by_name = "undoing", actor.name
        found.save()
        writing.audit(
            "difference.batch_undone", scope=found.scope, kind=found.kind, subject=batch, data={"n": found.n_done}
        )
    return found


def run_undo(*, actor: Viewer, at: dt.datetime, batch: uuid.UUID) -> DecisionBatch:
    """Take back what nobody has changed since; the rest stays as it is and is listed. Raises NotHere, NotPermitted."""
    found = _get(actor, batch)
    if found.state not in {"undoing", "paused"} or not found.undone_by_name:
        return found
    DecisionBatch.objects.filter(pk=batch).update(state="undoing")
    for rows in _by_grid(found, tuple(DECISIONS.values())):
        with core.write_to(*_grids_of(rows), actor=actor, at=at) as writing:
            found = DecisionBatch.objects.select_for_update().get(pk=batch)
            rows = list(Difference.objects.select_for_update().filter(pk__in=[d.id for d in rows], batch=batch))
            found.n_undone += _take_back(writing, rows)
            found.save()
    with core.write_to(actor=actor, at=at):
        found = DecisionBatch.objects.select_for_update().get(pk=batch)
        Difference.objects.filter(batch=batch, state="open").update(batch=None)
        found.n_left = Difference.objects.filter(batch=batch).count()
        found.state, found.undone_at = "undone", at
        found.save()
    return found


def _take_back(writing: Writing, rows: Sequence[Difference]) -> int:
    entities = _entities(rows)
    asked_again = set(
        Difference.objects.filter(entity__in=[d.entity for d in rows], state="open").values_list(
            "entity", "field", "claimed_hash", "source"
        )
    )
    back, said = [], []
    for row in rows:
        now = rules.or_empty(columns.read(entities[row.entity], row.field))
        changed = row.state == "accepted" and now != rules.or_empty(row.opened("claimed"))
        if changed or (row.entity, row.field, row.claimed_hash, row.source) in asked_again:
            continue
        if row.state == "accepted":
            before = rules.or_empty(row.opened("current"))
            said.append(Claim(row.kind, row.entity, row.field, before, "office", reason="整批撤回"))
        back.append(row)
    claims.apply_claims(writing, said)
    for row in back:
        row.state, row.decided_by, row.decided_by_name, row.decided_at, row.batch = "open", None, "", None, None
        writing.audit(
            "difference.reopened",
            scope=row.grid_id,
            kind=row.kind,
            subject=row.entity,
            data={"field": row.field, "difference": str(row.id)},
        )
    bulk.update(back, COLUMNS)
    return len(back)
