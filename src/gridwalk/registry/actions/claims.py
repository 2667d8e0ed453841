"""The one door for facts: ``apply_claims``. Nothing else changes a fact of an entity that exists."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridwalk.core import bulk, clock, envelope, ids, records
from gridwalk.core.actions import Writing
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Authority
from gridwalk.registry import columns, rules
from gridwalk.registry.models import Difference, Entity
from gridwalk.registry.rules import Claim, Verdict

TABLE = "registry_difference"


@dataclasses.dataclass(frozen=True)
class Judged:
    """What became of a claim."""

    claim: Claim
    verdict: Verdict


def apply_claims(writing: Writing, claims: Sequence[Claim]) -> list[Judged]:
    """Apply each claim or queue it as a difference, by the field's authority; the entities' grids must be locked.

    A constant number of queries for any number of claims. Claims about entities that are gone are passed over.
    """
    entities = _load(claims)
    judged: list[Judged] = []
    changed: dict[str, dict[uuid.UUID, Entity]] = defaultdict(dict)
    touched: dict[str, set[str]] = defaultdict(set)
    asked: list[Difference] = []
    for claim in claims:
        entity = entities.get((claim.kind, claim.entity))
        if entity is None:
            continue
        current = columns.read(entity, claim.field)
        verdict, why = rules.judge(
            _authority(claim), claim.source, current, claim.value,
            head=entity.heads.get(claim.field), seen=claim.seen,
        )  # fmt: skip
        if verdict is Verdict.APPLY:
            touched[claim.kind] |= put(writing, entity, claim.field, claim.value, claim=claim, current=current)
            changed[claim.kind][entity.id] = entity
        elif verdict is Verdict.ASK:
            asked.append(
                difference(
                    writing, grid=entity.grid_id, kind=claim.kind, entity=entity.id, field=claim.field,
                    current=current, claimed=claim.value, source=claim.source, source_ref=claim.source_ref, why=why,
                    head=entity.heads.get(claim.field), evidence=claim.evidence,
                )
            )  # fmt: skip
        judged.append(Judged(claim, verdict))
    for kind, of_kind in changed.items():
        bulk.update(list(of_kind.values()), [*sorted(touched[kind]), "heads"])
    Difference.objects.bulk_create(asked, ignore_conflicts=True)
    return judged


def put(writing: Writing, entity: Entity, field: str, value: Any, *, claim: Claim, current: Any) -> set[str]:
    """Set one fact on the loaded entity and note the change; returns the columns to be saved by the caller."""
    touched = columns.write(entity, field, value)
    entity.heads = {**entity.heads, field: str(writing.op)}
    writing.change(
        entity.grid_id, claim.kind, entity.id, field, current or None, value or None,
        source=claim.source, source_ref=claim.source_ref, reason=claim.reason,
    )  # fmt: skip
    return touched


def _authority(claim: Claim) -> Authority:
    found = dictionary.find(claim.kind, claim.field)
    return found.authority if found else Authority.DOOR


def _load(claims: Iterable[Claim]) -> dict[tuple[str, uuid.UUID], Entity]:
    wanted: dict[str, set[uuid.UUID]] = defaultdict(set)
    for claim in claims:
        wanted[claim.kind].add(claim.entity)
    return {
        (kind, entity.id): entity
        for kind, entity_ids in wanted.items()
        for entity in columns.TABLES[kind]._default_manager.filter(id__in=entity_ids)
    }


def difference(
    writing: Writing, *, grid: str, kind: str, entity: uuid.UUID, field: str, current: Any, claimed: Any, source: str,
    source_ref: str, why: str, head: str | None = None, evidence: Mapping[str, Any] | None = None,
) -> Difference:  # fmt: skip
    """A difference to be saved: both values sealed for its row, and a hash so that the same claim is asked once."""
    row = ids.new_id()
    return Difference(
        id=row, grid_id=grid, kind=kind, entity=entity, field=field,
        current=records.seal_value(kind, field, current, table=TABLE, column="current", row=row),
        claimed=records.seal_value(kind, field, claimed, table=TABLE, column="claimed", row=row),
        claimed_hash=envelope.blind_index(json.dumps(claimed, ensure_ascii=False), purpose="claim"),
        head=uuid.UUID(head) if head else None, source=source, source_ref=source_ref, evidence=dict(evidence or {}),
        why=why, created_at=writing.at,
    )  # fmt: skip


def confirm(writing: Writing, kind: str, entity_ids: Sequence[uuid.UUID], *, source: str) -> int:
    """Note that the facts of these entities were found unchanged today (无变化); returns how many."""
    today = clock.local_date(writing.at)
    rows = list(
        columns.TABLES[kind]._default_manager.filter(id__in=list(entity_ids)).only("id", "grid_id", "verified_on")
    )
    for entity in rows:
        old = entity.verified_on.isoformat() if entity.verified_on else None
        writing.change(entity.grid_id, kind, entity.id, "verified_on", old, today.isoformat(), source=source)
    columns.TABLES[kind]._default_manager.filter(id__in=[r.id for r in rows]).update(verified_on=today)
    return len(rows)
