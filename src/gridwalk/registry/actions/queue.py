"""The queue of differences: asking once, and taking back a question that has answered itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

from gridwalk.core import bulk, clock, plain
from gridwalk.core.actions import Writing
from gridwalk.registry.models import Difference
from gridwalk.registry.rules import WAITING, Verdict

BY_ITSELF = "系统"


def ask(asked: Sequence[Difference]) -> set[uuid.UUID]:
    """Queue differences, each once.

    Returns those not queued because a person has kept the fact as it stands against them.
    """
    if not asked:
        return set()
    earlier = Difference.objects.filter(
        entity__among={d.entity for d in asked},
        claimed_hash__among={d.claimed_hash for d in asked},
        state__in=("kept", "to_door"),
    ).values_list("entity", "field", "claimed_hash", "source", "state", "head")
    at_door = {(*question, "") for *question, state, _ in earlier if state == "to_door"}
    kept = {(*question, head) for *question, state, head in earlier if state == "kept"}
    fresh, repeated = [], set()
    for difference in asked:
        question = (difference.entity, difference.field, difference.claimed_hash, difference.source)
        if (*question, difference.head) in kept:
            repeated.add(difference.id)
        elif (*question, "") not in at_door:
            fresh.append(difference)
    Difference.objects.bulk_create(fresh, ignore_conflicts=True)
    return repeated


@dataclasses.dataclass(frozen=True)
class Said:
    """A fact as a claim left it: written just now, or stated by a visit."""

    entity: uuid.UUID
    field: str
    value_hash: str
    verdict: Verdict


def close_answered(writing: Writing, statements: Sequence[Said]) -> None:
    """Close the questions that what was said has answered.

    A fact now is what was claimed; or a question sent to the door has its answer from the door; or what somebody is to
    a new head has been said.
    """
    if not statements:
        return
    by_fact = {(statement.entity, statement.field): statement for statement in statements}
    closed = []
    about = list({statement.entity for statement in statements})
    for waiting in plain.select(Difference, "t.entity = ANY(%s) AND t.state = ANY(%s)", [about, list(WAITING)]):
        statement = by_fact.get((waiting.entity, waiting.field))
        if statement is None:
            continue
        if statement.verdict is Verdict.APPLY and statement.value_hash == waiting.claimed_hash:
            closed.append(_close(writing, waiting, "系统登记已与此相同"))
        elif waiting.state == "to_door" and statement.verdict is not Verdict.ASK:
            closed.append(_close(writing, waiting, "上门已核实"))
        elif waiting.why == "head_changed" and statement.verdict is Verdict.APPLY:
            closed.append(_close(writing, waiting, "已重新问过"))
    bulk.update(closed, ["state", "decided_at", "decided_by_name", "reason"])


def close_confirmed(writing: Writing, days: Mapping[uuid.UUID, dt.date]) -> None:
    """Close the questions at the door that a visit on these days has answered: nothing has changed there.

    A visit before the day the question was sent knew nothing of it, however late it is written down.
    """
    closed = [
        _close(writing, waiting, "上门已核实，没有变化")
        for waiting in plain.select(Difference, "t.entity = ANY(%s) AND t.state = 'to_door'", [list(days)])
        if waiting.why != "taken_over"  # another side waits for the answer, whoever was met here
        and waiting.decided_at is not None
        and clock.local_date(waiting.decided_at) <= days[waiting.entity]
    ]
    bulk.update(closed, ["state", "decided_at", "decided_by_name", "reason"])


def _close(writing: Writing, waiting: Difference, reason: str) -> Difference:
    waiting.state, waiting.decided_at = "closed", writing.at
    waiting.decided_by_name, waiting.reason = BY_ITSELF, reason
    return waiting


def close(writing: Writing, waiting: Sequence[Difference], reason: str) -> None:
    """Close questions that nobody asks any more."""
    bulk.update([_close(writing, row, reason) for row in waiting], ["state", "decided_at", "decided_by_name", "reason"])


def close_withdrawn(
    writing: Writing,
    source: str,
    facts: Collection[tuple[uuid.UUID, str]],
    still: Collection[tuple[uuid.UUID, str, str]],
) -> int:
    """Close open questions a newer ledger of the same source no longer asks.

    ``facts``: (entity, field) it speaks of; ``still``: (entity, field, claimed hash) it asks now. Returns how many
    closed.
    """
    entities = {entity for entity, _ in facts}
    closed = [
        _close(writing, waiting, "新一份里已经不这样写了")
        for waiting in Difference.objects.filter(entity__in=entities, source=source, state__in=WAITING)
        if (waiting.entity, waiting.field) in facts
        and (waiting.entity, waiting.field, waiting.claimed_hash) not in still
    ]
    bulk.update(closed, ["state", "decided_at", "decided_by_name", "reason"])
    return len(closed)
