"""Steps that carry what was found at doors into the register; one entry feeds every ledger."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from gridwalk.core import bulk, envelope, ids
from gridwalk.core.actions import Writing
from gridwalk.registry import rules
from gridwalk.registry.actions import claims, corrections, creation, endings
from gridwalk.registry.models import CareLabel, Dwelling, Entity, Person, Residence
from gridwalk.registry.rules import LIVING, Claim
from gridwalk.visits.models import CareContact, Visit

NEEDS = {
    "daily_life": "生活照料",
    "medical": "就医买药",
    "repair": "维修安全",
    "benefit": "政策办理",
    "company": "陪伴探望",
    "other": "其他",
}
HELP = {"given": "当场帮了", "referred": "已转介", "none": "暂无需要"}


@dataclasses.dataclass(frozen=True)
class Arrival:
    """Somebody found living at the door; ``values`` by dictionary names, already parsed; ``id``: theirs where they are new."""

    values: Mapping[str, Any]
    residence_kind: str
    id: uuid.UUID = dataclasses.field(default_factory=ids.new_id)


@dataclasses.dataclass(frozen=True)
class Need:
    """What a care contact brought: a need found (key of NEEDS) and what was done (key of HELP)."""

    person: uuid.UUID
    need: str = ""
    help: str = ""


@dataclasses.dataclass(frozen=True)
class Found:
    """What one visit says of the register. ``ends``: (person, proposed end), each to be rechecked."""

    claims: tuple[Claim, ...] = ()
    confirmed: tuple[uuid.UUID, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    departures: tuple[uuid.UUID, ...] = ()
    ends: tuple[tuple[uuid.UUID, str], ...] = ()
    care: tuple[Need, ...] = ()

    @property
    def n_changed(self) -> int:
        """How many facts the visit says are otherwise than recorded."""
        return len(self.claims) + len(self.arrivals) + len(self.departures) + len(self.ends)


def carry(writing: Writing, visits: Sequence[tuple[Visit, Found]], entities: Mapping[uuid.UUID, Entity]) -> None:
    """Apply what all visits of a batch found, set-based."""
    claims.apply_claims(writing, [claim for visit, found in visits for claim in (*found.claims, *_vacancy(visit))])
    _arrive(writing, visits)
    _depart(writing, visits)
    for _, found in visits:
        for person, proposed in found.ends:
            endings.propose(writing, Person.objects.select_for_update().get(pk=person), proposed, reason="上门时得知")
    confirmed = [(person, visit.on) for visit, found in visits for person in found.confirmed]
    claims.confirm(writing, "person", confirmed, source="visit")
    _confirm_places(writing, visits, entities)
    _care(writing, visits)


def _vacancy(visit: Visit) -> list[Claim]:
    """Whoever confirms a door vacant by a second source says that it is, without writing it down a second time."""
    if visit.kind != "dwelling" or visit.outcome != "vacant_confirmed" or not visit.second_source:
        return []
    return [Claim("dwelling", visit.entity, "occupancy", "vacant", "visit")]


def _arrive(writing: Writing, visits: Sequence[tuple[Visit, Found]]) -> None:
    coming = [(visit, arrival) for visit, found in visits for arrival in found.arrivals]
    if not coming:
        return
    indexes = {envelope.blind_index(a.values.get("id_no") or "", purpose="id_no") for _, a in coming} - {""}
    known = {p.id_no_index: p.id for p in Person.objects.filter(id_no_index__in=indexes).exclude(status="struck_off")}
    new: dict[uuid.UUID, creation.New] = {}
    links: list[creation.NewResidence] = []
    said: list[Claim] = []
    for visit, arrival in coming:
        index = envelope.blind_index(arrival.values.get("id_no") or "", purpose="id_no")
        person_id = known.get(index) if index else None
        if person_id is None:
            person_id = arrival.id
            new[person_id] = creation.New(
                visit.grid_id, rules.with_identity(arrival.values), "visit", verified_on=visit.on, id=person_id
            )
            if index:
                known[index] = person_id
        else:
            values = {**arrival.values, "status": "active"}
            said += [Claim("person", person_id, name, value, "visit") for name, value in values.items()]
        links.append(
            creation.NewResidence(
                person_id, visit.entity, visit.grid_id, arrival.residence_kind, "visit", from_on=visit.on
            )
        )
    creation.register(writing, "person", list(new.values()))
    claims.apply_claims(writing, said)
    known_on = [(link.person, link.from_on) for link in links if link.person not in new and link.from_on]
    claims.confirm(writing, "person", known_on, source="visit")
    creation.link(writing, links)
    creation.settle_grids(writing, [link.person for link in links])


def grids_touched(grid: str, found: Sequence[Found]) -> set[str]:
    """The further grids that visits write to: a person met here may belong to the grid of a home elsewhere."""
    persons = {p for f in found for p in (*f.confirmed, *f.departures)}
    persons |= {p for f in found for p, _ in f.ends} | {need.person for f in found for need in f.care}
    persons |= {claim.entity for f in found for claim in f.claims if claim.kind == "person"}
    indexes = {
        envelope.blind_index(a.values.get("id_no") or "", purpose="id_no") for f in found for a in f.arrivals
    } - {""}
    if not persons and not indexes:
        return set()
    known = Person.objects.filter(Q(pk__in=persons) | Q(id_no_index__in=indexes)).exclude(status="struck_off")
    grids = set(known.values_list("grid_id", flat=True))
    moving = {p for f in found for p in f.departures}
    homes = Residence.objects.filter(Q(person_id__in=moving) | Q(person__id_no_index__in=indexes), to_on__isnull=True)
    grids |= set(homes.values_list("grid_id", flat=True))
    return grids | ({f"{grid[:12]}000"} if moving else set())


def _depart(writing: Writing, visits: Sequence[tuple[Visit, Found]]) -> None:
    gone = {(person, visit.entity) for visit, found in visits for person in found.departures}
    if not gone:
        return
    links = Residence.objects.filter(person_id__in={p for p, _ in gone}, to_on__isnull=True, kind__in=LIVING)
    left = [link for link in links if (link.person_id, link.dwelling_id) in gone]
    creation.leave_homes(writing, left, source="visit", reason="上门核实，已不在此住")
    creation.settle_grids(writing, [p for p, _ in gone])


def _confirm_places(
    writing: Writing, visits: Sequence[tuple[Visit, Found]], entities: Mapping[uuid.UUID, Entity]
) -> None:
    met: dict[str, list[tuple[uuid.UUID, dt.date]]] = {}
    touched: dict[str, list[Entity]] = {}
    for visit, _ in visits:
        if visit.outcome not in {"met", "phone", "vacant_confirmed"}:
            continue
        entity: Any = entities[visit.entity]
        met.setdefault(visit.kind, []).append((visit.entity, visit.on))
        entity.last_contact_on = max(visit.on, entity.last_contact_on or visit.on)  # paper visits are typed in later
        touched.setdefault(visit.kind, []).append(entity)
        if isinstance(entity, Dwelling) and visit.outcome == "vacant_confirmed" and visit.second_source:
            corrections.set_vacancy(writing, entity, visit.second_source, on=visit.on, source="visit")
    for kind, confirmed in met.items():
        claims.confirm(writing, kind, confirmed, source="visit")
        bulk.update(touched[kind], ["last_contact_on"])


def _care(writing: Writing, visits: Sequence[tuple[Visit, Found]]) -> None:
    """A care contact counts for every label of the person; a need found is noted with it (P22)."""
    reached = {need.person: (visit, need) for visit, found in visits for need in found.care}
    if not reached:
        return
    labels = list(CareLabel.objects.filter(person_id__in=list(reached)))
    contacts = []
    for label in labels:
        visit, need = reached[label.person_id]
        old = label.last_contact_on.isoformat() if label.last_contact_on else None
        writing.change(label.grid_id if label.grid_id in writing.versions else visit.grid_id, "care", label.id,
                       "last_contact_on", old, visit.on.isoformat(), source="visit")  # fmt: skip
        label.last_contact_on = max(visit.on, label.last_contact_on or visit.on)
        contacts.append(
            CareContact(
                id=ids.new_id(), grid_id=label.grid_id, label=label, visit=visit, on=visit.on, worker=visit.worker,
                worker_name=visit.worker_name, need=need.need, help=need.help, created_at=writing.at,
            )
        )  # fmt: skip
    bulk.update(labels, ["last_contact_on"])
    bulk.insert(contacts)


def contact_by_phone(
    writing: Writing, label: CareLabel, *, on: dt.date, need: str, help_: str, worker_name: str
) -> CareContact:
    """Step: a care contact made outside a visit (a call, help given later)."""
    label.last_contact_on = max(on, label.last_contact_on or on)
    label.save(update_fields=["last_contact_on"])
    writing.change(label.grid_id, "care", label.id, "last_contact_on", None, on.isoformat(), source="office")
    return CareContact.objects.create(
        grid_id=label.grid_id, label=label, on=on, worker=writing.actor.id, worker_name=worker_name, need=need,
        help=help_, created_at=writing.at,
    )  # fmt: skip
