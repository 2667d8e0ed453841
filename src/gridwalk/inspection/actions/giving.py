"""The doors drawn are given to inspectors, to none who lives there or visited there."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from gridwalk.accounts import persons
from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules as access
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.inspection import rules
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.queries.samples import get_sample, inspectors
from gridwalk.inspection.rules import DoorState, SampleError, Stage
from gridwalk.method import names
from gridwalk.registry import columns
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Residence
from gridwalk.visits.models import Visit


@dataclasses.dataclass(frozen=True)
class Given:
    """How many doors were given, how many are barred to everybody, how many nobody is to be sent to."""

    n_given: int
    n_barred: int
    n_closed: int


def give(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> Given:
    """Give the doors that are drawn and nobody's to the inspectors over them, evenly.

    Raises NotHere, NotPermitted, SampleError.
    """
    seen = get_sample(actor, sample)
    access.require(actor, Verb.DRAW_SAMPLE, seen.scope)
    if seen.stands is not Stage.DRAWN:
        raise SampleError("没有派：还没有抽签，或者这一轮已经结束了。")
    if not inspectors(seen.scope, clock.local_date(at)):
        raise SampleError("没有派：这个范围还没有核查员。请管理员先设核查员的岗位。")
    with core.write_to(actor=actor, at=at) as writing:
        return hand_out(writing, seen)


def hand_out(writing: Writing, sample: Sample) -> Given:
    """Step: whatever of a sample is drawn and nobody's is given."""
    staff = inspectors(sample.scope, clock.local_date(writing.at))
    doors = list(
        SampledDoor.objects.select_for_update()
        .filter(sample=sample, inspector=None, state=DoorState.OPEN, instalment__lte=sample.n_instalments)
        .order_by("turn")
    )
    closed = _closed(sample, doors)
    for door in doors:
        if door.dwelling in closed:
            door.state, door.closed_at = closed[door.dwelling], writing.at
    standing = [door for door in doors if door.dwelling not in closed]
    barred = _barred(sample, staff, [door.dwelling for door in standing])
    given = rules.fairly([door.dwelling for door in standing], {user.pk: barred[user.pk] for user in staff})
    for door in standing:
        door.inspector_id = given.get(door.dwelling)
    bulk.update(doors, ["state", "closed_at", "inspector"])
    outcome = Given(len(given), len(standing) - len(given), len(closed))
    writing.audit(
        AuditVerb.SAMPLE_GIVEN, scope=sample.scope, kind="sample", subject=sample.pk, data={"n": outcome.n_given}
    )
    return outcome


def _closed(sample: Sample, doors: Collection[SampledDoor]) -> dict[uuid.UUID, DoorState]:
    """Where nobody is to be sent: the door is gone, its people refused a visit, or want no more of these questions."""
    asked = [door.dwelling for door in doors]
    gone = set(asked) - set(Dwelling.objects.filter(pk__in=asked, status="active").values_list("pk", flat=True))
    refused = Visit.objects.filter(
        entity__in=asked, outcome="refused", withdrawn_at=None, on__gte=sample.campaign.starts_on
    ).values_list("entity", flat=True)
    earlier = SampledDoor.objects.filter(
        dwelling__in=asked, state=DoorState.OPTED_OUT, sample__campaign=sample.campaign_id
    ).values_list("dwelling", flat=True)
    return (
        dict.fromkeys(refused, DoorState.BY_RECORD)
        | dict.fromkeys(earlier, DoorState.OPTED_OUT)
        | dict.fromkeys(gone, DoorState.GONE)
    )


def _barred(sample: Sample, staff: Sequence[User], doors: Collection[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Inspector → where they visited, by whatever account, or somebody of their name or telephone lives."""
    barred: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    visits = list(Visit.objects.filter(entity__in=doors, worker__isnull=False).values_list("entity", "worker"))
    person = persons.among({worker for _, worker in visits if worker} | {user.pk for user in staff})
    for user in staff:
        barred[user.pk] |= {door for door, worker in visits if worker and person[worker] == person[user.pk]}
    at_home = _homes(staff)
    links = Residence.objects.filter(dwelling__in=doors, to_on=None, kind__in=LIVING)
    for door, name, index in links.values_list("dwelling", "person__name", "person__phone_index"):
        for mark in {("name", names.bare(name)), ("phone", index)}:
            for inspector in at_home.get(mark, ()):
                barred[inspector].add(door)
    return barred


def _homes(staff: Sequence[User]) -> Mapping[tuple[str, str], list[uuid.UUID]]:
    """By what somebody at a door would be told to be an inspector → those inspectors."""
    marks: defaultdict[tuple[str, str], list[uuid.UUID]] = defaultdict(list)
    for user in staff:
        marks["name", names.bare(user.name)].append(user.pk)
        if phone := accounts.work_phone(user) if user.work_phone_sealed else "":
            marks["phone", columns.index_of("phone", phone)].append(user.pk)
    return marks
