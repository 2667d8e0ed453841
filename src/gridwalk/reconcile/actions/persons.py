"""Applying rows of persons and of care recipients."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from typing import Any

from gridwalk.core.actions import Writing
from gridwalk.method import idcards
from gridwalk.reconcile.actions import places_rows
from gridwalk.reconcile.actions.batch import Batch, claims_of, facts, id_index, n_open
from gridwalk.reconcile.places import Place, doors
from gridwalk.registry.actions import claims, creation
from gridwalk.registry.models import Person, Residence
from gridwalk.registry.rules import Claim

NameAtDoor = tuple[str, uuid.UUID | None, str]


def apply_persons(writing: Writing, work: Batch) -> None:
    """Find or register each row's person and door, say the facts as claims, link them."""
    places = _doors(writing, work)
    _settle_identity(work)
    by_id = {
        p.id_no_index: p.id
        for p in Person.objects.filter(id_no_index__in=work.id_indexes() - {""}).exclude(status="struck_off")
    }
    by_name = _known_by_name(work, places)
    new: list[creation.New] = []
    said: list[tuple[int, Claim]] = []
    persons: dict[int, uuid.UUID] = {}
    for index, values in enumerate(work.values):
        if work.rows[index].state == "refused":
            continue
        if not values.get("name"):
            work.rows[index].state = "refused"
            continue
        pk = by_id.get(id_index(values)) if values.get("id_no") else by_name.get(_name_key(values, places[index]))
        if pk is None:
            status = values.pop("status", "active")
            one = creation.New(
                grid=places[index].grid or f"{places[index].community}000",
                values=facts("person", values, without=frozenset({"residence_kind"})),
                source="ledger",
                source_ref=work.source_refs[index],
            )
            new.append(one)
            pk = one.id
            by_name[_name_key(values, places[index])] = pk
            if values.get("id_no"):
                by_id[id_index(values)] = pk
            work.became(index, pk, "created")
            if status != "active":
                said.append(
                    (
                        index,
                        Claim(
                            kind="person",
                            entity=pk,
                            field="status",
                            value=status,
                            source="ledger",
                            source_ref=work.source_refs[index],
                        ),
                    )
                )
        else:
            work.rows[index].entity = pk
            skip = frozenset({"residence_kind", "id_no"}) if values.get("id_no") else frozenset({"residence_kind"})
            said += [
                (index, c) for c in claims_of("person", pk, values, source_ref=work.source_refs[index], without=skip)
            ]
        persons[index] = pk
    creation.register(writing, "person", new)
    _say(writing, work, said)
    _link(writing, work, places, persons)


def _doors(writing: Writing, work: Batch) -> list[Place]:
    """The places of the rows, with the doors that only this ledger has registered on the way."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for place in work.places:
        if place.key and place.community:
            wanted[place.community].add(place.key)
    known = doors(wanted)
    missing: dict[tuple[str, str], tuple[Place, dict[str, Any], str]] = {}
    for index, place in enumerate(work.places):
        if place.fault == "community_unknown":
            work.fault(index, place.fault)
        elif not place.key:
            work.fault(index, "no_door", "address")
        elif (place.community, place.key) not in known:
            work.fault(index, "door_only_here", "room")
            if place.fault:
                work.fault(index, place.fault)
            missing.setdefault((place.community, place.key), (place, {}, work.source_refs[index]))
    made = places_rows.doors_of_rows(writing, work, missing)
    found = []
    for place in work.places:
        door = (place.community, place.key)
        if place.key and door in known:
            pk, grid = known[door]
            found.append(_at(place, pk, grid))
        elif place.key and door in made:
            found.append(_at(place, made[door], place.grid))
        else:
            found.append(_at(place, None, f"{place.community}000" if place.community else ""))
    return found


def _at(place: Place, dwelling: uuid.UUID | None, grid: str) -> Place:
    return Place(community=place.community, grid=grid, address=place.address, key=place.key, dwelling=dwelling)


def _settle_identity(work: Batch) -> None:
    """Birth date and sex follow a valid ID number; what the row says otherwise is explained, not believed."""
    for index, values in enumerate(work.values):
        if not values.get("id_no"):
            continue
        card = idcards.check(values["id_no"])
        born_on = card.born_on.isoformat() if card.born_on else None
        if values.get("born_on") and values["born_on"] != born_on:
            work.fault(index, "id_disagrees_born", "born_on")
        if values.get("sex") and values["sex"] != card.sex:
            work.fault(index, "id_disagrees_sex", "sex")
        values["born_on"], values["sex"] = born_on, card.sex


def _name_key(values: dict[str, Any], place: Place) -> NameAtDoor:
    """Who a row without a usable ID number is: a name at a door, or a name and birth date where no door is known."""
    return (
        str(values["name"]),
        place.dwelling,
        "" if place.dwelling else f"{place.community}{values.get('born_on') or ''}",
    )


def _known_by_name(work: Batch, places: list[Place]) -> dict[NameAtDoor, uuid.UUID]:
    """Persons on record at the rows' doors, and persons without a door in the community's grid 000."""
    found: dict[NameAtDoor, uuid.UUID] = {}
    at_doors = {p.dwelling for p in places if p.dwelling}
    links = Residence.objects.filter(dwelling_id__in=at_doors, to_on__isnull=True, person__status="active")
    for name, dwelling, person_id in links.values_list("person__name", "dwelling_id", "person_id"):
        found[name, dwelling, ""] = person_id
    wanted = {str(v["name"]) for v, p in zip(work.values, places, strict=True) if v.get("name") and not p.dwelling}
    if wanted:
        loose = Person.objects.filter(
            grid_id__in={f"{p.community}000" for p in places if p.community}, name__in=wanted, status="active"
        )
        for person in loose:
            born_on = person.born_on.isoformat() if person.born_on else ""
            found.setdefault((person.name, None, f"{person.grid_id[:12]}{born_on}"), person.id)
    return found


def _say(writing: Writing, work: Batch, said: list[tuple[int, Claim]]) -> None:
    judged = claims.apply_claims(writing, [claim for _, claim in said])
    index_of = {id(claim): index for index, claim in said}
    work.judged([(index_of[id(one.claim)], one) for one in judged])
    places_rows.count_asked(work, judged)


def _link(writing: Writing, work: Batch, places: list[Place], persons: dict[int, uuid.UUID]) -> None:
    links = []
    for index, pk in persons.items():
        place = places[index]
        if place.dwelling is not None:
            kind = work.values[index].get("residence_kind") or "lives_here"
            links.append(
                creation.NewResidence(
                    person=pk,
                    dwelling=place.dwelling,
                    grid=place.grid,
                    kind=kind,
                    source="ledger",
                    source_ref=work.source_refs[index],
                )
            )
    before = n_open(list(persons.values()))
    creation.link(writing, links)
    work.n_differences += n_open(list(persons.values())) - before
    known = [pk for index, pk in persons.items() if work.rows[index].state != "created"]
    creation.place_persons(writing, known)
    for index in persons:
        if work.rows[index].state == "waiting":
            work.rows[index].state = "same"


def apply_care(writing: Writing, work: Batch) -> None:
    """Give care labels to persons on record; a row whose person is not found is not imported, and says so."""
    indexes = work.id_indexes() - {""}
    by_id = {p.id_no_index: p for p in Person.objects.filter(id_no_index__in=indexes, status="active")}
    at_doors = {p.dwelling for p in work.places if p.dwelling}
    links = Residence.objects.filter(
        dwelling_id__in=at_doors, to_on__isnull=True, person__status="active"
    ).select_related("person")
    by_name = {(r.person.name, r.dwelling_id): r.person for r in links}
    new: list[creation.NewCare] = []
    for index, (values, place) in enumerate(zip(work.values, work.places, strict=True)):
        person = (
            by_id.get(id_index(values))
            if values.get("id_no")
            else by_name.get((str(values.get("name")), place.dwelling or uuid.UUID(int=0)))
        )
        if person is None or person.grid_id not in writing.versions:
            work.fault(index, "person_unknown", "id_no")
            continue
        if not values.get("category"):
            work.rows[index].state = "refused"
            continue
        new.append(
            creation.NewCare(
                person=person.id,
                grid=person.grid_id,
                category=str(values["category"]),
                source="ledger",
                source_ref=work.source_refs[index],
                interval_days=values.get("interval_days"),
                starts_on=_date(values.get("starts_on")),
                ends_on=_date(values.get("ends_on")),
                review_on=_date(values.get("review_on")),
                consent=values.get("consent") or ("ledger" if values.get("consent_on") else ""),
                consent_on=_date(values.get("consent_on")),
            )
        )
        work.became(index, person.id, "created")
    n_made = len(creation.label_care(writing, new))
    if n_made < len(new):
        standing = [row for row in work.rows if row.state == "created"]
        for row in standing[n_made:]:
            row.state = "same"


def _date(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(str(value)) if value else None
