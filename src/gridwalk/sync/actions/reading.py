"""From what an op says to what the rooms below take: references resolved, values read, faults in words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.core import ids
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry.ends import PROPOSALS
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.rules import Claim
from gridwalk.sync import messages
from gridwalk.sync.actions.references import References
from gridwalk.sync.messages import Unreadable
from gridwalk.sync.rules import Intention
from gridwalk.visits.values import Arrival

MOST_FAULTS = 50


def key_of(kind: str, entity: uuid.UUID, field: str) -> str:
    """How a fact is named in an op's result."""
    return f"{kind}:{entity}:{field}"


def claims_of(
    op: uuid.UUID, kind: str, entity: uuid.UUID, facts: messages.Facts, references: References
) -> tuple[Claim, ...]:
    """The facts an op states about one entity, each with what its author saw. Raises Unreadable."""
    claims = []
    for field, fact in facts.items():
        if dictionary.find(kind, field) is None or (kind, field) == ("person", "residence_kind"):
            raise Unreadable("有一项不是系统登记的内容。")
        seen = references.heads.get((key_of(kind, entity, field), fact.p), fact.p) if fact.p else None
        evidence = {"op": str(op), "parent": str(fact.p) if fact.p else None}
        value = _value(kind, field, fact.v)
        claims.append(Claim(kind, entity, field, value, "visit", seen=seen, op=op, evidence=evidence))
    return tuple(claims)


def _value(kind: str, field: str, raw: Any) -> Any:
    parsed = dictionary.parse(kind, field, raw)
    if parsed.fault:
        raise Unreadable(f"{dictionary.label(kind, field)}：{parsed.text}。")
    return parsed.value


def _values_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    facts = {field: value for field, value in raw.items() if field != "residence_kind"}
    if any(dictionary.find("person", field) is None for field in facts):
        raise Unreadable("有一项不是系统登记的内容。")
    values = {field: _value("person", field, value) for field, value in facts.items()}
    if not values.get("name"):
        raise Unreadable("新添的人没有填姓名。")
    return {field: value for field, value in values.items() if value is not None and field != "status"}


def arrival_of(pk: uuid.UUID | None, person: messages.Arrival | messages.NewPerson) -> Arrival:
    """Somebody found living at a door. Raises Unreadable."""
    if person.residence_kind not in RESIDENCE_LABELS:
        raise Unreadable(messages.WORDS["residence_kind"])
    return Arrival(_values_of(person.values), person.residence_kind, pk or ids.drawn_id())


def end_of(person: uuid.UUID, end: str, references: References) -> tuple[uuid.UUID, str]:
    """(person, proposed end). Raises Unreadable."""
    if end not in PROPOSALS["person"]:
        raise Unreadable(messages.WORDS["end"])
    return references.reach(person), end


def faults_of_extra(intention: Intention, references: References) -> dict[str, str]:
    """By fact: what an op says of fields that exist for a time.

    None is defined yet, so each is a fault of its own; the rest of the op stands, and its body keeps what was said.
    """
    edits = intention.data.get("edits")
    extras: list[tuple[str, uuid.UUID | None, Any]] = [(intention.kind, intention.entity, intention.extra)]
    for row in edits if isinstance(edits, list) else ():
        if isinstance(row, Mapping):
            extras.append((str(row.get("kind"))[:16], messages.as_uuid(row.get("entity")), row.get("extra")))
    keys = [
        key_of(kind, references.reach(entity), f"extra.{str(field)[:40]}")
        for kind, entity, extra in extras
        if entity is not None and isinstance(extra, Mapping)
        for field in extra
    ]
    return dict.fromkeys(keys[:MOST_FAULTS], "unknown_field")
