"""Steps that carry what was found at doors into the register; one entry feeds every ledger."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q

from gridwalk.core.actions import Writing
from gridwalk.registry import columns, holders, rules
from gridwalk.registry.actions import claims, corrections, creation, ends, takeovers
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.holders import Comer
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Entity, Person, Residence
from gridwalk.registry.rules import Claim
from gridwalk.territory import rules as codes
from gridwalk.visits.actions import caring
from gridwalk.visits.models import Visit
from gridwalk.visits.outcomes import CONTACTS
from gridwalk.visits.values import Arrival, Found


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """Visits of one author with what they found, and their places.

    ``proved``: the visits whose report of vacancy has its second source; they say that the dwelling is vacant, without
    anybody's writing it down a second time.
    """

    writing: Writing
    visits: Sequence[tuple[Visit, Found]]
    entities: Mapping[uuid.UUID, Entity]
    proved: Collection[uuid.UUID]

    @property
    def vacancies(self) -> list[Visit]:
        """Those that prove a dwelling vacant."""
        return [visit for visit, _ in self.visits if visit.kind == "dwelling" and visit.id in self.proved]


def carry(writing: Writing, contents: Sequence[Content]) -> list[list[Judged]]:
    """Apply what all visits of several batches found, set-based; returns by batch what became of the claims.

    What visits say of records and that somebody was met takes as many statements for all batches as for one; only who
    comes, leaves or has ended is a batch's own. The batches write to different grids, so none waits for another's.
    """
    claims_of = [_claims(content) for content in contents]
    of_records = claims.apply_claims(writing, [claim for of_batch in claims_of for claim in of_batch])
    judged = [
        [*_own(of_batch, of_records), *_move(content)] for of_batch, content in zip(claims_of, contents, strict=True)
    ]
    visits = [pair for content in contents for pair in content.visits]
    confirmed = [(person, visit.on) for visit, findings in visits for person in findings.confirmed]
    claims.confirm(writing, "person", confirmed, source="visit")
    entities = {visit.entity: content.entities[visit.entity] for content in contents for visit, _ in content.visits}
    _confirm_places(writing, visits, entities)
    _prove_vacancies(writing, [visit for content in contents for visit in content.vacancies], entities)
    _care(writing, visits)
    return judged


def _claims(content: Content) -> list[Claim]:
    """What is said of records that stand; a proof of vacancy says that the dwelling is vacant."""
    spoken = {(claim.entity, claim.field) for _, findings in content.visits for claim in findings.claims}
    vacancy_claims = [
        Claim("dwelling", visit.entity, "occupancy", "vacant", "visit", op=visit.id)
        for visit in content.vacancies
        if (visit.entity, "occupancy") not in spoken  # who says it in so many words also says what they saw before
    ]
    return [*(claim for _, findings in content.visits for claim in findings.claims), *vacancy_claims]


def _own(of_batch: Sequence[Claim], judged: Sequence[Judged]) -> list[Judged]:
    """What became of a batch's claims: no two batches speak of one record (``record_in``), and of records that are gone
    nothing is said, so that places in the lists do not tell.
    """
    own = {claim.entity for claim in of_batch}
    return [judgement for judgement in judged if judgement.claim.entity in own]


def _move(content: Content) -> list[Judged]:
    """Who comes, who leaves and who has ended; what became of what is said of those who come."""
    judged = arrive(content.writing, content.visits)
    _depart(content.writing, content.visits)
    _propose_ends(content.writing, content.visits)
    return judged


def _prove_vacancies(writing: Writing, visits: Sequence[Visit], entities: Mapping[uuid.UUID, Entity]) -> None:
    """The latest proof stands; paper visits are typed in later."""
    latest: dict[uuid.UUID, tuple[Any, str, dt.date | None]] = {}
    for visit in visits:
        dwelling: Any = entities[visit.entity]
        _, _, known_on = latest.get(visit.entity, (dwelling, "", dwelling.vacancy_confirmed_on))
        if known_on is None or visit.on >= known_on:
            latest[visit.entity] = (dwelling, visit.second_source, visit.on)
    corrections.prove_vacancies(writing, list(latest.values()), source="visit")


def _propose_ends(writing: Writing, visits: Sequence[tuple[Visit, Found]]) -> None:
    """Ends heard at the door wait for a second person; who has ended already has nothing to wait for."""
    heard = dict(end for _, findings in visits for end in findings.ends)
    for person in Person.objects.select_for_update().filter(pk__in=heard, status="active") if heard else ():
        ends.propose(writing, person, heard[person.id], reason="上门时得知", evidence="at_the_door")


def hear_of_others(writing: Writing, visits: Sequence[tuple[Visit, Found]]) -> None:
    """Step: ends and care contacts of people who belong to other doors by now; the grids of the people are locked."""
    _propose_ends(writing, visits)
    _care(writing, visits)


def arrive(writing: Writing, visits: Sequence[tuple[Visit, Found]]) -> list[Judged]:
    """Step: whoever was found living at a door is registered, or moves in where their ID number is on record; where
    the record is of another community or has another name, its side is asked. Returns what became of the claims.
    """
    coming = [(visit, arrival) for visit, findings in visits for arrival in findings.arrivals]
    if not coming:
        return []
    comers = [_comer(visit, arrival) for visit, arrival in coming]
    elsewhere = holders.elsewhere(comers)
    takeovers.ask(writing, comers, elsewhere)
    coming = [(visit, arrival) for visit, arrival in coming if arrival.id not in elsewhere]
    standing = holders.of(comers)
    homes = _homes([person.pk for person in standing.values()])
    persons: dict[str, uuid.UUID] = {}
    new: dict[uuid.UUID, creation.New] = {}
    links: list[creation.NewResidence] = []
    new_claims: list[Claim] = []
    for visit, arrival in coming:
        index = columns.index_of("id_no", arrival.values.get("id_no"))
        person = standing.get(arrival.id)
        if person is not None:
            person_id = person.pk
            moves = (person_id, visit.entity) not in homes
            new_claims += takeovers.claims_of(person, arrival.values, source="visit", op=visit.id, moves=moves)
            new_claims.append(Claim("person", person_id, "status", "active", "visit", op=visit.id))
        elif index and index in persons:  # twice in one batch
            person_id = persons[index]
            new_claims += [
                Claim("person", person_id, name, value, "visit", seen=None, op=visit.id)
                for name, value in arrival.values.items()
            ]
        else:
            person_id = arrival.id
            if index:
                persons[index] = person_id
            new[person_id] = creation.New(
                grid=visit.grid_id,
                values=rules.with_identity(arrival.values),
                source="visit",
                verified_on=visit.on,
                id=person_id,
                op=visit.id,
            )
        links.append(
            creation.NewResidence(
                person=person_id,
                dwelling=visit.entity,
                grid=visit.grid_id,
                kind=arrival.residence_kind,
                source="visit",
                from_on=visit.on,
            )
        )
    creation.register(writing, "person", list(new.values()))
    judged = claims.apply_claims(writing, new_claims)
    known_on = [(link.person, link.from_on) for link in links if link.person not in new and link.from_on]
    claims.confirm(writing, "person", known_on, source="visit")
    creation.link(writing, links)
    creation.place_persons(writing, [link.person for link in links])
    takeovers.tell_moved(writing, {(standing[a.id].grid_id, visit.grid_id) for visit, a in coming if a.id in standing})
    return judged


def _comer(visit: Visit, arrival: Arrival) -> Comer:
    return Comer(
        id=arrival.id,
        values=arrival.values,
        kind=arrival.residence_kind,
        dwelling=visit.entity,
        grid=visit.grid_id,
        source="visit",
        op=visit.id,
    )


def _homes(persons: Collection[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """(person, door) of where these people live."""
    links = Residence.objects.filter(person_id__in=persons, to_on__isnull=True, kind__in=LIVING) if persons else None
    return set(links.values_list("person_id", "dwelling_id")) if links is not None else set()


def brings_or_takes(content: Found) -> bool:
    """Whether a visit moves people, so that grids beyond those of the people it names may be written to."""
    return bool(content.arrivals or content.departures)


def grids_touched(grid: str, findings: Sequence[Found]) -> set[str]:
    """The further grids that visits write to: a person met here may belong to the grid of a home elsewhere."""
    persons = {p for f in findings for p in f.persons}
    indexes = {columns.index_of("id_no", a.values.get("id_no")) for f in findings for a in f.arrivals} - {""}
    if not persons and not indexes:
        return set()
    persons_there = Person.objects.filter(Q(pk__in=persons) | Q(id_no_index__in=indexes)).exclude(status="struck_off")
    grids = {grid for pair in persons_there.values_list("grid_id", "care_labels__grid_id") for grid in pair if grid}
    moving = {p for f in findings for p in f.departures}
    homes = Residence.objects.filter(Q(person_id__in=moving) | Q(person__id_no_index__in=indexes), to_on__isnull=True)
    grids |= set(homes.values_list("grid_id", flat=True))
    return grids | ({codes.unassigned_of(grid)} if moving else set())


def _depart(writing: Writing, visits: Sequence[tuple[Visit, Found]]) -> None:
    gone = {(person, visit.entity) for visit, findings in visits for person in findings.departures}
    if not gone:
        return
    links = Residence.objects.filter(person_id__in={p for p, _ in gone}, to_on__isnull=True, kind__in=LIVING)
    left = [link for link in links if (link.person_id, link.dwelling_id) in gone]
    creation.leave_homes(writing, left, source="visit", reason="上门核实，已不在此住")
    creation.place_persons(writing, [p for p, _ in gone])


def _confirm_places(
    writing: Writing, visits: Sequence[tuple[Visit, Found]], entities: Mapping[uuid.UUID, Entity]
) -> None:
    met: dict[str, list[tuple[uuid.UUID, dt.date]]] = {}
    touched: dict[str, list[Entity]] = {}
    for visit, _ in visits:
        if visit.outcome not in CONTACTS:
            continue
        entity: Any = entities[visit.entity]
        met.setdefault(visit.kind, []).append((visit.entity, visit.on))
        entity.last_contact_on = max(visit.on, entity.last_contact_on or visit.on)  # paper visits are typed in later
        touched.setdefault(visit.kind, []).append(entity)
    for kind, confirmed in met.items():
        claims.confirm_loaded(writing, touched[kind], confirmed, source="visit")


def _care(writing: Writing, visits: Sequence[tuple[Visit, Found]]) -> None:
    """Whoever was seen and is cared for was contacted; a need found is followed from now on (P22)."""
    contacts = [
        caring.Contact(need, visit.on, visit.worker, visit.worker_name, visit)
        for visit, findings in visits
        for need in findings.care
    ]
    if contacts:
        caring.record(writing, contacts, source="visit")
