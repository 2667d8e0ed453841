"""Steps daily events are made of: the event itself, people who come and go, what is said of the door."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.events import kinds
from gridwalk.events.actions.reading import Coming, comer_of
from gridwalk.events.models import Event
from gridwalk.registry import columns, holders, rules
from gridwalk.registry.actions import claims, corrections, creation, ends, takeovers
from gridwalk.registry.living import LIVING, REGISTERED
from gridwalk.registry.models import Dwelling, Entity, Person, Residence
from gridwalk.registry.rules import Claim
from gridwalk.territory import rules as codes


@contextmanager
def happening(
    code: str,
    subject: Entity,
    *,
    actor: Viewer,
    at: dt.datetime,
    on: dt.date | None,
    told: str,
    grids: Iterable[str] = (),
) -> Iterator[tuple[Writing, Event]]:
    """One event and everything it writes: one op, one reason, one line in the audit.

    ``grids``: those beside the subject's.
    """
    reason = kinds.reason(code, on, told)
    with core.write_to(subject.grid_id, *grids, actor=actor, at=at, reason=reason) as writing:
        event = Event(
            id=writing.op,
            grid_id=subject.grid_id,
            code=code,
            kind=subject.KIND,
            entity=subject.pk,
            versions=writing.versions,
            actor=actor.id,
            actor_name=actor.name,
            at=at,
        )
        yield writing, event
        bulk.insert([event])
        writing.audit(
            AuditVerb.DAILY_RECORDED,
            scope=event.grid_id,
            kind=event.kind,
            subject=event.entity,
            data={"event": code, "op": str(event.id)},
            reason=reason,
        )


def grids_of(persons: Collection[uuid.UUID], coming: Iterable[Coming] = ()) -> set[str]:
    """Every grid that moving these people may write to: theirs, their doors', and the community's for who has
    no door left. ``coming``: also those where somebody is asked for.
    """
    numbers = [comer.values.get("id_no") for comer in coming if comer.elsewhere]
    persons = [*persons, *columns.holders("person", numbers).values()]
    own = set(Person.objects.filter(pk__in=persons).values_list("grid_id", flat=True))
    doors = Residence.objects.filter(person_id__in=persons, to_on__isnull=True).values_list("grid_id", flat=True)
    return own | {codes.unassigned_of(grid) for grid in own} | set(doors)


def on_record(coming: Iterable[Coming]) -> list[uuid.UUID]:
    """Those who are on record already."""
    return [comer.person.pk for comer in coming if comer.person is not None]


def arrive(
    writing: Writing, door: Dwelling, coming: Sequence[Coming], kind: str, *, on: dt.date | None, source: str
) -> list[uuid.UUID]:
    """Who comes is registered, or moves in from where they lived; what was typed of a person on record fills what is
    empty, and asks where something else stands. Whose record another side holds is asked for there, and not returned.
    """
    today = clock.local_date(writing.at)
    comers = [
        comer_of(comer.values, door, kind=kind, source=source, op=writing.op) for comer in coming if comer.elsewhere
    ]
    takeovers.ask(writing, comers, holders.of(comers))
    coming = [comer for comer in coming if not comer.elsewhere]
    if not coming:
        return []
    new = [
        creation.New(grid=door.grid_id, values=rules.with_identity(comer.values), source=source, verified_on=today)
        for comer in coming
        if comer.person is None
    ]
    new_persons = iter(creation.register(writing, "person", new))
    claims.apply_claims(
        writing,
        [claim for comer in coming if comer.person for claim in _claims_of(comer.person, comer, door, source)],
    )
    persons = [comer.person.pk if comer.person else next(new_persons) for comer in coming]
    for pk in on_record(coming):
        ends.withdraw(writing, pk)  # whoever comes has not moved away
    house(writing, door, persons, kind, on=on, source=source)
    claims.confirm(writing, "person", [(pk, today) for pk in on_record(coming)], source=source)
    takeovers.tell_moved(writing, {(comer.person.grid_id, door.grid_id) for comer in coming if comer.person})
    return persons


def _claims_of(person: Person, comer: Coming, door: Dwelling, source: str) -> list[Claim]:
    here = Residence.objects.filter(person=person, dwelling=door, to_on__isnull=True, kind__in=LIVING)
    facts = takeovers.claims_of(person, comer.values, source=source, op=None, moves=not here.exists())
    if person.status == "moved_away":
        facts.append(Claim("person", person.pk, "status", "active", source))
    return facts


def house(
    writing: Writing, door: Dwelling, persons: Sequence[uuid.UUID], kind: str, *, on: dt.date | None, source: str
) -> None:
    """People on record are linked to a door; where they live now they leave, and nobody is registered twice."""
    if kind == "lives_here":
        elsewhere = Residence.objects.filter(person_id__in=persons, to_on__isnull=True, kind=REGISTERED)
        standing = list(elsewhere.exclude(dwelling=door))
        creation.end_residences(writing, standing, source=source, reason=writing.reason, on=on)
    links = [
        creation.NewResidence(person=pk, dwelling=door.pk, grid=door.grid_id, kind=kind, source=source, from_on=on)
        for pk in persons
    ]
    creation.link(writing, links)
    creation.place_persons(writing, persons)


def current(links: Sequence[Residence]) -> list[Residence]:
    """Those of the links that are still current, now that their grids are locked."""
    return list(
        Residence.objects.filter(pk__in=[link.pk for link in links], to_on__isnull=True).order_by("created_at", "id")
    )


def depart(
    writing: Writing,
    links: Sequence[Residence],
    *,
    keeps: bool,
    on: dt.date | None,
    source: str,
    for_good: str = "",
) -> None:
    """People no longer live at a door; ``keeps``: their registration stays where it is.

    ``for_good``: how it is known that they left the street: who then has no door left is proposed as moved away, for
    a second person to confirm.
    """
    links = current(links)
    leave = creation.leave_homes if keeps else creation.end_residences
    leave(writing, links, source=source, reason=writing.reason, on=on)
    persons = [link.person_id for link in links]
    creation.place_persons(writing, persons)
    if for_good:
        homed = set(
            Residence.objects.filter(person__in=persons, to_on__isnull=True).values_list("person_id", flat=True)
        )
        for person in Person.objects.select_for_update().filter(pk__in=set(persons) - homed, status="active"):
            evidence = kinds.evidence("person", "moved_away", for_good)
            ends.propose(writing, person, "moved_away", reason=writing.reason, evidence=evidence)


def say(writing: Writing, entity: Entity, source: str, **values: Any) -> None:
    """What an event says of a record, through the one door for claims; empty values say nothing.

    That something is unknown is the office's word whoever brings it: a visit that did not find out says nothing.
    """
    claims.apply_claims(
        writing,
        [
            Claim(entity.KIND, entity.pk, field, value, "office" if value == "unknown" else source)
            for field, value in values.items()
            if value not in (None, "")
        ],
    )


def say_after(writing: Writing, door: Dwelling, after: str, *, source: str) -> None:
    """What a door is once people have left: lived in by its owner, vacant (with who confirmed it), or not known."""
    state, _, second = after.partition(":")
    says = {
        "owner": {"occupancy": "occupied", "tenure": "owner"},
        "vacant": {"occupancy": "vacant", "tenure": "unknown"},
        "unknown": {"occupancy": "unknown", "tenure": "unknown"},
    }
    if state not in says:
        return
    say(writing, door, source, **says[state])
    today = clock.local_date(writing.at)
    if second:
        door = Dwelling.objects.select_for_update().get(pk=door.pk)
        corrections.prove_vacancies(writing, [(door, second, today)], source=source)
    if state != "unknown":
        claims.confirm(writing, "dwelling", [(door.pk, today)], source=source)
