"""Steps about who was erased, and about places whose contact was: that it is known, and that an end stays an end."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from gridwalk.core.actions import Writing
from gridwalk.registry.actions import creation
from gridwalk.registry.models import Erased, Person, Residence


def mark(kind: str, records: Collection[uuid.UUID], *, why: str, at: dt.datetime) -> None:
    """Step: nothing that is said of these records is taken any more."""
    Erased.objects.bulk_create(
        [Erased(id=record, kind=kind, at=at, why=why) for record in records],
        update_conflicts=True,
        update_fields=["at", "why"],
        unique_fields=["id"],
    )


def end_again(writing: Writing, person: Person, *, status: str, on: dt.date) -> None:
    """Step: somebody who was de-registered after these data were saved, and then erased, is de-registered again."""
    if person.status != "active":
        return
    writing.change(
        stream=person.grid_id,
        kind="person",
        entity=person.pk,
        field="status",
        old="active",
        new=status,
        source="office",
    )
    person.status, person.ended_on, person.heads = status, on, {**person.heads, "status": str(writing.op)}
    person.save(update_fields=["status", "ended_on", "heads"])
    links = list(Residence.objects.filter(person=person, to_on__isnull=True))
    creation.end_residences(writing, links, source="office", reason="", on=on)
