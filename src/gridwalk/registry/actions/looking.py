"""That somebody looked: a search by a whole number that found people, a list of who looked.

The number is never on record.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.method.text import reason_kept
from gridwalk.registry.models import Person
from gridwalk.registry.queries import access


class LookError(Exception):
    """A look that is not allowed so; the text says why."""


def note_number_search(*, actor: Viewer, at: dt.datetime, field: str, persons: Sequence[uuid.UUID]) -> None:
    """Somebody typed a whole number and it was these persons': that stands on their records, they can read it."""
    grids = dict(Person.objects.filter(pk__in=list(persons)).values_list("id", "grid_id"))
    with core.write_to(actor=actor, at=at) as writing:
        for person, grid in sorted(grids.items()):
            writing.audit(AuditVerb.NUMBER_SEARCHED, scope=grid, kind="person", subject=person, data={"field": field})


def list_looks(*, actor: Viewer, at: dt.datetime, person: Person, reason: str) -> list[access.Look]:
    """Who looked at a person, for a reason that is itself on record. Raises NotHere, LookError."""
    access.require(actor, person)
    reason = reason_kept(reason)
    if len(reason) < 4:
        raise LookError("没有打开：请写明谁来查、为什么（不少于 4 个字），这也会记下。")
    looks = access.looks_at(actor, person)
    core.record_reading(
        actor=actor,
        at=at,
        verb=AuditVerb.ACCESS_LISTED,
        scope=person.grid_id,
        kind="person",
        subject=person.id,
        reason=reason,
    )
    return looks
