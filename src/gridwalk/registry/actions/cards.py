"""照证件核对: a number typed from a card is compared by the server, never by eye, and each try is on record.

Steps of ``claims.apply_claims``, so that every way to claim a number counts: phone, console, what is released later.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection

from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.registry.models import Entity, Person


def tries(writing: Writing, persons: Collection[uuid.UUID]) -> Counter[uuid.UUID]:
    """How often today, by anybody, a number was typed from each of these persons' cards."""
    midnight = clock.at_local(clock.local_date(writing.at), 0)
    return writing.n_audited(AuditVerb.CARD_CHECKED, persons, since=midnight)


def is_recorded(person: Entity | None) -> bool:
    """Whether there is a number to compare with."""
    return isinstance(person, Person) and bool(person.id_no_sealed)


def note(writing: Writing, person: Entity, answer: str) -> None:
    """Put a try on record, where the person can read it; the number is not in it."""
    writing.audit(
        AuditVerb.CARD_CHECKED,
        scope=person.grid_id,
        kind="person",
        subject=person.id,
        data={"field": "id_no", "answer": answer},
    )


def mark(writing: Writing, person: Entity) -> set[str]:
    """Note that the number on record is the card's as of today (已核); returns the columns to be saved."""
    assert isinstance(person, Person)
    person.id_no_checked_on = clock.local_date(writing.at)
    return {"id_no_checked_on"}
