"""The open doors of a sample are handed to inspectors, to none who lives there or visited there."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Mapping

from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.queries import doors as queries
from gridwalk.inspection.queries.samples import inspectors
from gridwalk.inspection.rules import DoorState


@dataclasses.dataclass(frozen=True)
class HandedOut:
    """How many doors were given, how many are barred to everybody, how many nobody is to be sent to."""

    n_given: int = 0
    n_barred: int = 0
    n_closed: int = 0

    def __add__(self, more: HandedOut) -> HandedOut:
        return HandedOut(self.n_given + more.n_given, self.n_barred + more.n_barred, self.n_closed + more.n_closed)


def hand_out(writing: Writing, sample: Sample) -> HandedOut:
    """Step: whatever of a sample is open and with nobody who has a post is given; the sample is held.

    A door that is to be left alone, or that no inspector may go to, is closed: nobody would ever close it.
    """
    staff = inspectors(sample.scope, clock.local_date(writing.at))
    doors = list(
        SampledDoor.objects.select_for_update()
        .filter(sample=sample, state=DoorState.OPEN, instalment__lte=sample.n_instalments)
        .exclude(inspector__in=staff)
        .order_by("turn")
    )
    closed = queries.left_alone(sample, [door.dwelling for door in doors])
    remaining = [door.dwelling for door in doors if door.dwelling not in closed]
    barred = queries.barred_to(remaining, staff)
    inspector_of = fairly(remaining, {user.pk: barred[user.pk] for user in staff})
    n_barred = len(remaining) - len(inspector_of)
    states = closed | (dict.fromkeys(set(remaining) - inspector_of.keys(), DoorState.BARRED) if staff else {})
    for door in doors:
        door.inspector_id = inspector_of.get(door.dwelling)
        if door.dwelling in states:
            door.state, door.closed_at = states[door.dwelling], writing.at
    bulk.update(doors, ["state", "closed_at", "inspector"])
    writing.audit(
        AuditVerb.SAMPLE_GIVEN, scope=sample.scope, kind="sample", subject=sample.pk, data={"n": len(inspector_of)}
    )
    return HandedOut(len(inspector_of), n_barred, len(closed))


def fairly(
    doors: Collection[uuid.UUID], inspectors: Mapping[uuid.UUID, Collection[uuid.UUID]]
) -> dict[uuid.UUID, uuid.UUID]:
    """Door → inspector, by whom fewest were given so far; ``inspectors``: each with the doors barred to them. A door
    that is barred to all is missing.
    """
    inspector_of: dict[uuid.UUID, uuid.UUID] = {}
    load = dict.fromkeys(inspectors, 0)
    for door in doors:
        free = [inspector for inspector, barred in inspectors.items() if door not in barred]
        if free:
            inspector_of[door] = inspector = min(free, key=load.__getitem__)
            load[inspector] += 1
    return inspector_of
