"""The open doors of a sample are handed to inspectors, to none who lives there or visited there."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Mapping

from gridwalk.accounts.models import User
from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.inspection import rules
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.queries import doors as queries
from gridwalk.inspection.queries import staffing
from gridwalk.inspection.rules import DoorState


@dataclasses.dataclass(frozen=True)
class HandedOut:
    """How many doors were given, how many are barred to everybody, how many nobody is to be sent to; how many wait, as
    whoever is to go there has no post yet.
    """

    n_given: int = 0
    n_barred: int = 0
    n_closed: int = 0
    n_waiting: int = 0
    is_of_stairwells: bool = False

    def __add__(self, more: HandedOut) -> HandedOut:
        return HandedOut(
            self.n_given + more.n_given,
            self.n_barred + more.n_barred,
            self.n_closed + more.n_closed,
            self.n_waiting + more.n_waiting,
        )


def hand_out(writing: Writing, sample: Sample) -> HandedOut:
    """Step: whatever of a sample is open and with nobody who has a post is given; the sample is held.

    A door that is to be left alone, or that no inspector may go to, is closed: nobody would ever close it.
    """
    staff_of = staffing.by_community(sample, clock.local_date(writing.at))
    staff = list({user.pk: user for users in staff_of.values() for user in users}.values())
    doors = list(
        SampledDoor.objects.select_for_update()
        .filter(sample=sample, state=DoorState.OPEN, instalment__lte=sample.n_instalments)
        .exclude(inspector__in=staff)
        .order_by("turn")
    )
    closed = queries.left_alone(sample, [door.dwelling for door in doors])
    remaining = [door.dwelling for door in doors if door.dwelling not in closed]
    barred = queries.barred_to(remaining, staff)
    community_of = {door.dwelling: rules.community_of(door.stratum) for door in doors}
    inspector_of = fairly(remaining, {user.pk: barred[user.pk] for user in staff}, _whose(staff_of, community_of))
    staffed = {door for door in remaining if staff_of[community_of[door]]}
    nowhere = staffed - inspector_of.keys()
    states = closed | dict.fromkeys(nowhere, DoorState.BARRED)
    for door in doors:
        door.inspector_id = inspector_of.get(door.dwelling)
        if door.dwelling in states:
            door.state, door.closed_at = states[door.dwelling], writing.at
    bulk.update(doors, ["state", "closed_at", "inspector"])
    writing.audit(
        AuditVerb.SAMPLE_GIVEN, scope=sample.scope, kind="sample", subject=sample.pk, data={"n": len(inspector_of)}
    )
    return HandedOut(len(inspector_of), len(nowhere), len(closed), len(remaining) - len(staffed))


def _whose(
    staff_of: Mapping[str, Collection[User]], community_of: Mapping[uuid.UUID, str]
) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Door → who may be given doors of its community."""
    staff = {code: {user.pk for user in users} for code, users in staff_of.items()}
    return {door: staff[code] for door, code in community_of.items()}


def fairly(
    doors: Collection[uuid.UUID],
    inspectors: Mapping[uuid.UUID, Collection[uuid.UUID]],
    whose: Mapping[uuid.UUID, Collection[uuid.UUID]],
) -> dict[uuid.UUID, uuid.UUID]:
    """Door → inspector, by whom fewest were given so far; ``inspectors``: each with the doors barred to them;
    ``whose``: door → who may go there at all. A door that is barred to all is missing.
    """
    inspector_of: dict[uuid.UUID, uuid.UUID] = {}
    load = dict.fromkeys(inspectors, 0)
    for door in doors:
        free = [user for user, barred in inspectors.items() if user in whose[door] and door not in barred]
        if free:
            inspector_of[door] = inspector = min(free, key=load.__getitem__)
            load[inspector] += 1
    return inspector_of
