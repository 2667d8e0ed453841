"""Tries at a number: one that is typed or handed in, and is nobody's, is not the number of somebody who is on record.

Beside area code, birth date and sex 500 numbers fit a person (red line 4). Whoever brings one of these learns that it
is not theirs. So each such person can read of it, through whichever door it came: a try leaves the same line as a look
at the whole number and tells less, and without a line in a person's list all 500 stay open.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence

from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.registry import columns, rules
from gridwalk.registry.models import Entity, Person
from gridwalk.registry.queries import entities

TYPED, SEARCHED, HANDED_IN, RELEASED = "登记、更正时填写", "按完整号码查找", "交来的台账里写着", "另一人放行了台账"
"""Where a number came from: the reason in the person's list."""


def note(writing: Writing, numbers: Collection[str], *, scopes: Sequence[str], reason: str) -> None:
    """Step: a line in the list of everybody in ``scopes`` whose one of these numbers, which nobody has, could be."""
    tried = Counter(key for number in numbers if (key := rules.fitting_key(number)))
    if not tried or not scopes:
        return
    days = {dt.date.fromisoformat(f"{key[6:10]}-{key[10:12]}-{key[12:14]}") for key in tried}
    born_then = Person.objects.filter(entities.linked_in(scopes), born_on__in=days).exclude(id_no_index="")
    for person in born_then.exclude(status="struck_off").order_by("id"):
        if n := tried[rules.fitting_key(str(columns.read(person, "id_no")))]:
            _line(writing, person, n, reason)


def confirmed(writing: Writing, person: Entity) -> None:
    """Step: the very number on record was typed, and whoever typed it sees that nothing changed."""
    _line(writing, person, 1, TYPED)


def _line(writing: Writing, person: Entity, n: int, reason: str) -> None:
    writing.audit(
        AuditVerb.NUMBER_TRIED,
        scope=person.grid_id,
        kind="person",
        subject=person.id,
        data={"field": "id_no", "n": n},
        reason=reason,
    )
