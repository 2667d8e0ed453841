"""Deciding many differences by one rule, a transaction a grid, and taking the whole batch back within seven days."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, ids, records
from gridwalk.core.actions import Writing
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims, queue
from gridwalk.registry.actions.decisions import DECISIONS, UNDO_FOR, DecisionError
from gridwalk.registry.models import Difference
from gridwalk.registry.queries import batches
from gridwalk.registry.queries.batches import Rule
from gridwalk.registry.rules import Claim, Verdict

CHUNK = 1000
COLUMNS = ["state", "decided_by", "decided_by_name", "decided_at", "reason", "batch", "current", "head", "grid"]


@dataclasses.dataclass
class Outcome:
    """``batch``: what undoes it. ``n_changed``: facts that changed since they were asked, so they are asked again.

    ``n_taken``: numbers that stand on another record.
    """

    batch: uuid.UUID
    n_done: int = 0
    n_changed: int = 0
    n_taken: int = 0


def decide_by_rule(*, actor: Viewer, at: dt.datetime, scope: str, rule: Rule, reason: str = "") -> Outcome:
    """Decide every open difference the rule speaks of. Raises NotPermitted, DecisionError."""
    if rule.decision not in DECISIONS:
        raise DecisionError("只能采纳、保留或送上门核实。")
    access.require(actor, Verb.DECIDE_DIFFERENCE, scope)
    reason = rules.reason_kept(reason) or rule.sentence[:200]
    outcome = Outcome(ids.new_id())
    for chosen in _by_grid(batches.matching(actor, scope, rule).values_list("id", "grid_id")):
        grids = {grid for _, grid in chosen}
        held = list(Difference.objects.filter(pk__in=[pk for pk, _ in chosen]))
        grids |= {e.grid_id for e in _entities(held).values()}
        with core.write_to(*grids, actor=actor, at=at) as writing:
            rows = list(Difference.objects.select_for_update().filter(pk__in=[d.id for d in held], state="open"))
            _decide(writing, rows, rule, reason, outcome)
            writing.audit("difference.decided_by_rule", scope=chosen[0][1], kind=rule.kind, subject=outcome.batch,
                          data={"field": rule.field, "decision": rule.decision, "n": len(rows)}, reason=reason)  # fmt: skip
    return outcome


def _by_grid(found: Iterable[tuple[uuid.UUID, str]]) -> Iterable[list[tuple[uuid.UUID, str]]]:
    rows = sorted(found, key=lambda row: row[1])
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end][1] == rows[start][1] and end - start < CHUNK:
            end += 1
        yield rows[start:end]
        start = end


def _entities(rows: Sequence[Difference]) -> dict[uuid.UUID, Any]:
    found: dict[uuid.UUID, Any] = {}
    for kind in {d.kind for d in rows}:
        found |= columns.TABLES[kind]._default_manager.in_bulk([d.entity for d in rows if d.kind == kind])
    return found


def _decide(writing: Writing, rows: Sequence[Difference], rule: Rule, reason: str, outcome: Outcome) -> None:
    entities = _entities(rows)
    standing = []
    for row in rows:
        entity = entities[row.entity]
        if (columns.read(entity, row.field) or "") == (row.opened("current") or ""):
            standing.append(row)
        else:
            _ask_again(row, entity)
            outcome.n_changed += 1
    taken: set[int] = set()
    if rule.decision == "accept":
        said = [
            Claim(d.kind, d.entity, d.field, d.opened("claimed"), "office", source_ref=d.source_ref, reason=reason)
            for d in standing
        ]
        taken = {id(j.claim) for j in claims.apply_claims(writing, said) if j.verdict is Verdict.ASK}
        standing, refused = _parted(standing, said, taken)
        outcome.n_taken += len(refused)
    for row in standing:
        row.state, row.reason, row.batch = DECISIONS[rule.decision], reason, outcome.batch
        row.decided_by, row.decided_by_name, row.decided_at = writing.actor.id, writing.actor.name, writing.at
    bulk.update(list(rows), COLUMNS)
    outcome.n_done += len(standing)


def _parted(
    rows: Sequence[Difference], said: Sequence[Claim], taken: set[int]
) -> tuple[list[Difference], list[Difference]]:
    pairs = list(zip(rows, said, strict=True))
    return [d for d, c in pairs if id(c) not in taken], [d for d, c in pairs if id(c) in taken]


def _ask_again(row: Difference, entity: Any) -> None:
    """Bring a question up to date with the present value; it stays open, or closes where both now say the same."""
    present, head = columns.read(entity, row.field), entity.heads.get(row.field)
    row.current = records.seal_value(row.kind, row.field, present, table=claims.TABLE, column="current", row=row.id)
    row.head, row.grid_id = (uuid.UUID(head) if head else None), entity.grid_id
    if (present or "") == (row.opened("claimed") or ""):
        row.state, row.decided_by_name, row.reason = "closed", queue.BY_ITSELF, "现值已与此相同"


@dataclasses.dataclass
class Undone:
    """How many decisions were taken back; ``left``: those that stay because somebody has changed the fact since."""

    n_done: int = 0
    left: list[uuid.UUID] = dataclasses.field(default_factory=list)


def undo_batch(*, actor: Viewer, at: dt.datetime, batch: uuid.UUID) -> Undone:
    """Take back a whole batch within seven days; what was changed since stays and is listed. Raises DecisionError."""
    found = list(Difference.objects.filter(batch=batch, state__in=DECISIONS.values()))
    if not found or any(not actor.may(Verb.DECIDE_DIFFERENCE, d.grid_id) for d in found):
        raise DecisionError("没有这一批，或已经撤回了。")
    if any(d.decided_at is None or at - d.decided_at > UNDO_FOR for d in found):
        raise DecisionError("过了 7 天，不能整批撤回了。请到房屋或人员页直接更正。")
    undone = Undone()
    for chosen in _by_grid((d.id, d.grid_id) for d in found):
        of_chunk = [d for d in found if d.id in {pk for pk, _ in chosen}]
        grids = {d.grid_id for d in of_chunk} | {e.grid_id for e in _entities(of_chunk).values()}
        with core.write_to(*grids, actor=actor, at=at) as writing:
            rows = list(Difference.objects.select_for_update().filter(pk__in=[d.id for d in of_chunk], batch=batch))
            _take_back(writing, rows, undone)
            writing.audit("difference.batch_undone", scope=chosen[0][1], subject=batch, data={"n": len(rows)})
    return undone


def _take_back(writing: Writing, rows: Sequence[Difference], undone: Undone) -> None:
    entities = _entities(rows)
    asked_again = set(
        Difference.objects.filter(entity__in=[d.entity for d in rows], state="open").values_list(
            "entity", "field", "claimed_hash", "source"
        )
    )
    back, said = [], []
    for row in rows:
        now = columns.read(entities[row.entity], row.field) or ""
        changed = row.state == "accepted" and now != (row.opened("claimed") or "")
        if changed or (row.entity, row.field, row.claimed_hash, row.source) in asked_again:
            undone.left.append(row.id)
            continue
        if row.state == "accepted":
            said.append(
                Claim(row.kind, row.entity, row.field, row.opened("current") or "", "office", reason="整批撤回")
            )
        back.append(row)
    claims.apply_claims(writing, said)
    for row in back:
        row.state, row.decided_by, row.decided_by_name, row.decided_at, row.batch = "open", None, "", None, None
    bulk.update(back, COLUMNS)
    undone.n_done += len(back)
