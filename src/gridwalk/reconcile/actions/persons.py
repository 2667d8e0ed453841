"""Applying rows of persons and of care recipients."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any

from gridwalk.core import ids
from gridwalk.core.actions import Writing
from gridwalk.method import idcards
from gridwalk.reconcile.actions import places_rows
from gridwalk.reconcile.actions.batch import Batch, claims_of, facts, n_open
from gridwalk.reconcile.actions.children import Children
from gridwalk.reconcile.actions.namesakes import Namesakes
from gridwalk.reconcile.actions.places_rows import Door
from gridwalk.reconcile.actions.walking import RowClaims, claim, walk
from gridwalk.reconcile.places import Place, doors
from gridwalk.registry import holders, predicates, rules
from gridwalk.registry.actions import creation, looking, takeovers
from gridwalk.registry.holders import Comer
from gridwalk.registry.models import Person
from gridwalk.territory import rules as codes

NOT_CLAIMED = frozenset({"residence_kind", "id_no"})
"""Of a person who stands: the link to a door is made apart, and the number is what the person was found by."""


class Listed:
    """The persons the rows of a batch speak of: those that stand, by number, else by name and door; and new ones."""

    def __init__(self, work: Batch, places: list[Place]) -> None:
        self.work, self.places = work, places
        self.new: list[creation.New] = []
        self.row_claims: RowClaims = []
        numbers = Person.objects.filter(predicates.holds_number(work.numbers))
        self._holders = {p.id_no_index: p for p in numbers}
        self._by_id = {number: p.id for number, p in self._holders.items()}
        self._namesakes = Namesakes(work, places)
        self._children = Children(work, places)

    def find(self, index: int) -> uuid.UUID | None:
        """The person a row means: by number, else by name and door, or a child by its door and day of birth; refuses
        the row where it may mean several.
        """
        values = self.work.values[index]
        if values.get("id_no") and (holder := self._by_id.get(self.work.numbers[index])):
            return holder
        person = self._children.find(index) or self._of_name(index)
        if person is not None and values.get("id_no"):
            number = {"id_no": values["id_no"]}
            of_person = claims_of("person", person, number, source_ref=self.work.source_ref(index))
            self.row_claims += [(index, claim) for claim in of_person]
            self._by_id[self.work.numbers[index]] = person
        return person

    def _of_name(self, index: int) -> uuid.UUID | None:
        """The only one of the row's name at its door whom it can mean."""
        values, place = self.work.values[index], self.places[index]
        if self._children.speaks_of_one(index):  # of two without a name neither is the other
            return None
        meant = self._namesakes.meant(values, place)
        if len(meant) > 1:
            self.work.fault(index, "namesakes", "name")
        elif meant:
            meant[0].learn(values)
            return meant[0].id
        elif any(not (namesake.has_number and values.get("id_no")) for namesake in self._namesakes.of(values, place)):
            self.work.fault(index, "namesake_apart", "name")
        return None

    def holder(self, index: int) -> Person | None:
        """Whoever of the register has the number of a row."""
        return self._holders.get(self.work.numbers[index]) if self.work.numbers[index] else None

    def elsewhere(self, index: int) -> Person | None:
        """Whoever has the number of a row without a door, and whom this side may not simply take for them."""
        values, place = self.work.values[index], self.places[index]
        holder = self.holder(index) if place.dwelling is None else None
        if holder is None or rules.comes_freely(
            str(values["name"]), place.community, recorded_name=holder.name, recorded_grid=holder.grid_id
        ):
            return None
        return holder

    def begin(self, index: int) -> uuid.UUID:
        """A person to be registered; that they are gone is a claim, which a second person rechecks."""
        values, place, source_ref = self.work.values[index], self.places[index], self.work.source_ref(index)
        status = values.pop("status", "active")
        new = creation.New(
            grid=place.grid or codes.unassigned_of(place.community),
            values=facts("person", values, without=frozenset({"residence_kind"})),
            source="ledger",
            source_ref=source_ref,
        )
        self.new.append(new)
        self._namesakes.add(new.id, values, place)
        if values.get("id_no"):
            self._by_id[self.work.numbers[index]] = new.id
        if status != "active":
            self.row_claims += [
                (index, gone) for gone in claims_of("person", new.id, {"status": status}, source_ref=source_ref)
            ]
        return new.id


def apply_persons(writing: Writing, work: Batch) -> None:
    """Find or register each row's person and door, make the facts claims, link them."""
    places = _doors(writing, work)
    _settle_identity(work)
    listed = Listed(work, places)
    asked = _ask_elsewhere(writing, work, listed) | _pass_over(writing, work, listed)
    row_claims = walk(
        work, "person", field="name", find=listed.find, begin=listed.begin, without=NOT_CLAIMED, besides=asked
    )
    creation.register(writing, "person", listed.new)
    claim(writing, work, [*row_claims, *listed.row_claims])
    _link(writing, work, places, new={person.id for person in listed.new})


def _ask_elsewhere(writing: Writing, work: Batch, listed: Listed) -> set[int]:
    """The rows whose person another side has to give away first; it is asked. Nothing is claimed of their records."""
    comers: dict[int, Comer] = {}
    for index in work.present(field="name"):
        values, place = work.values[index], listed.places[index]
        if listed.holder(index) and place.dwelling is not None:
            comers[index] = Comer(
                id=ids.drawn_id(),
                values=facts("person", values, without=frozenset({"residence_kind", "status"})),
                kind=values.get("residence_kind") or "lives_here",
                dwelling=place.dwelling,
                grid=place.grid,
                source="ledger",
                source_ref=work.source_ref(index),
            )
    elsewhere = holders.elsewhere(list(comers.values()))
    takeovers.ask(writing, list(comers.values()), elsewhere)
    asked = {index for index, comer in comers.items() if comer.id in elsewhere}
    for index in asked:
        work.fault(index, "id_elsewhere", "id_no")
        work.rows[index].state = "same"
        work.asked[work.grid(index)] += 1
    return asked


def _pass_over(writing: Writing, work: Batch, listed: Listed) -> set[int]:
    """The rows without a door of somebody another side has on record: there is no door they could come to, so nobody
    is asked, and nothing is claimed of the record. That the number was given is noted for the person.
    """
    held = {index: holder.id for index in work.present(field="name") if (holder := listed.elsewhere(index))}
    for index in held:
        work.fault(index, "id_elsewhere_no_door", "id_no")
    looking.typed_elsewhere(writing, list(held.values()))
    return set(held)


def _doors(writing: Writing, work: Batch) -> list[Place]:
    """The places of the rows, with the doors that only this ledger has registered on the way; a row that is refused
    makes none.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for place in work.places:
        if place.key and place.community:
            wanted[place.community].add(place.key)
    standing = doors(wanted)
    missing: dict[tuple[str, str], tuple[Place, dict[str, Any], str]] = {}
    for index in work.present(field="name"):
        place = work.places[index]
        if place.fault == "community_unknown":
            work.fault(index, place.fault)
        elif not place.key:
            work.fault(index, "no_door", "address")
            if place.fault == "community_doubtful":
                work.fault(index, place.fault)
        elif (place.community, place.key) not in standing:
            work.fault(index, "door_only_here", "room")
            if place.fault:
                work.fault(index, place.fault)
            missing.setdefault((place.community, place.key), (place, {}, work.source_ref(index)))
    registered = places_rows.doors_of_rows(writing, work, missing)
    distinct = {id(place): place for place in work.places}  # those who live at one door mostly share it
    placed = {key: _at(place, standing, registered) for key, place in distinct.items()}
    return [placed[id(place)] for place in work.places]


def _at(place: Place, standing: Mapping[Door, tuple[uuid.UUID, str]], registered: Mapping[Door, uuid.UUID]) -> Place:
    """The place with its door, that stood or was registered just now; without one, in the community's grid 000."""
    door = (place.community, place.key)
    dwelling: uuid.UUID | None = None
    grid = codes.unassigned_of(place.community) if place.community else ""
    if place.key and door in standing:
        dwelling, grid = standing[door]
    elif place.key and door in registered:
        dwelling, grid = registered[door], place.grid
    return Place(community=place.community, grid=grid, address=place.address, key=place.key, dwelling=dwelling)


def _settle_identity(work: Batch) -> None:
    """Birth date and sex follow a valid ID number; what the row says otherwise is explained, not believed."""
    for index, values in enumerate(work.values):
        card = idcards.check(values.get("id_no") or "")
        if not card.value:
            continue
        born_on = card.born_on.isoformat() if card.born_on else None
        if values.get("born_on") and values["born_on"] != born_on:
            work.fault(index, "id_disagrees_born", "born_on")
        if values.get("sex") and values["sex"] != card.sex:
            work.fault(index, "id_disagrees_sex", "sex")
        values["born_on"], values["sex"] = born_on, card.sex


def _link(writing: Writing, work: Batch, places: list[Place], *, new: Collection[uuid.UUID]) -> None:
    """Link the rows' persons to their doors; who is not ``new`` moves to the grid of where they live.

    Nothing can be asked about the link of somebody new of whom one row speaks.
    """
    persons = {index: entity for index in work.present() if (entity := work.rows[index].entity)}
    links = [
        creation.NewResidence(
            person=person,
            dwelling=dwelling,
            grid=places[index].grid,
            kind=work.values[index].get("residence_kind") or "lives_here",
            source="ledger",
            source_ref=work.source_ref(index),
        )
        for index, person in persons.items()
        if (dwelling := places[index].dwelling) is not None
    ]
    rows_of = Counter(persons.values())
    doubtful = [person for person, n in rows_of.items() if n > 1 or person not in new]
    before = n_open(doubtful)
    creation.link(writing, links, new=new)
    index_of = {person: index for index, person in reversed(persons.items())}
    for person, n in n_open(doubtful).items():
        work.asked[work.grid(index_of[person])] += n - before[person]
    creation.place_persons(writing, [pk for index, pk in persons.items() if work.rows[index].state != "created"])
    for index in persons:
        if work.rows[index].state == "waiting":
            work.rows[index].state = "same"


def apply_care(writing: Writing, work: Batch) -> None:
    """Give care labels to persons on record; a row whose person is not found is not imported, and says so."""
    find = _persons_on_record(work)
    new: dict[int, creation.NewCare] = {}
    for index in range(len(work.rows)):
        person = find(index)
        if work.rows[index].state == "refused":
            continue
        if person is None or not person.grid_id.startswith(work.of.scope) or person.grid_id not in writing.versions:
            work.fault(index, "person_unknown", "id_no")
        elif not work.values[index].get("category"):
            work.rows[index].state = "refused"
        else:
            new[index] = _new_care(work, index, person)
    labelled = {*creation.label_care(writing, [*new.values()])}
    for index, plan in new.items():
        work.became(index, plan.person, "created" if plan.id in labelled else "same")


def _persons_on_record(work: Batch) -> Callable[[int], Person | None]:
    """Who a row of a care ledger means: by number, else by name at the door; refuses a row that may mean several."""
    numbers = Person.objects.filter(predicates.holds_number(work.numbers), status="active")
    by_id = {p.id_no_index: p for p in numbers}
    namesakes = Namesakes(work, work.places)
    by_name: dict[int, list[uuid.UUID]] = {
        index: [namesake.id for namesake in namesakes.meant(values, place)]
        for index, (values, place) in enumerate(zip(work.values, work.places, strict=True))
        if place.dwelling and values.get("name") and not values.get("id_no")
    }
    people = Person.objects.in_bulk({pk for of_row in by_name.values() for pk in of_row})

    def find(index: int) -> Person | None:
        meant = by_name.get(index, [])
        if len(meant) > 1:
            work.fault(index, "namesakes", "name")
        if work.values[index].get("id_no"):
            return by_id.get(work.numbers[index])
        return people[meant[0]] if len(meant) == 1 else None

    return find


def _new_care(work: Batch, index: int, person: Person) -> creation.NewCare:
    values = work.values[index]
    return creation.NewCare(
        person=person.id,
        grid=person.grid_id,
        category=str(values["category"]),
        source="ledger",
        source_ref=work.source_ref(index),
        interval_days=values.get("interval_days"),
        starts_on=_date(values.get("starts_on")),
        ends_on=_date(values.get("ends_on")),
        review_on=_date(values.get("review_on")),
        consent=values.get("consent") or ("ledger" if values.get("consent_on") else ""),
        consent_on=_date(values.get("consent_on")),
    )


def _date(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(str(value)) if value else None
