"""What was brought into the register by mistake just now leaves it, untouched since: nobody ever counted on it."""

from __future__ import annotations

from collections.abc import Sequence

from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.registry.models import Dwelling, Entity, Person

LEFT = {
    "person": "struck_off",
    "dwelling": "struck_off",
    "organization": "closed",
    "site": "closed",
    "facility": "removed",
}
"""Kind → the state of a record that left so."""


def unmake(writing: Writing, entities: Sequence[Entity]) -> None:
    """Step: records of one kind leave; their links have ended."""
    if not entities:
        return
    touched = ["status", "heads"]
    for entity in entities:
        left = LEFT[entity.KIND]
        writing.change(
            stream=entity.grid_id,
            kind=entity.KIND,
            entity=entity.pk,
            field="status",
            old=entity.status,  # type: ignore[attr-defined]
            new=left,
            source="office",
        )
        entity.status = left  # type: ignore[attr-defined]
        entity.heads = {**entity.heads, "status": str(writing.op)}
        if isinstance(entity, Person | Dwelling):
            entity.ended_on = clock.local_date(writing.at)
            touched.append("ended_on")
        if isinstance(entity, Dwelling):
            entity.ended_as = left
            touched.append("ended_as")
    bulk.update(list(entities), touched)
