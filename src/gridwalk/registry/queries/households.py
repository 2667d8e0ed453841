"""Who is of the household at a door, and who may be its head once somebody has left."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Collection, Sequence

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.dictionary.relations import HEAD
from gridwalk.registry import columns, households
from gridwalk.registry.households import Member
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.queries import entities


@dataclasses.dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who may be head. ``relation``: to whom was head before, in words."""

    person: uuid.UUID
    name: str
    relation: str
    kind: str
    born: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Succession:
    """A door whose household loses its head. ``named``: whether the viewer may say who is head now."""

    dwelling: uuid.UUID
    address: str
    candidates: list[Candidate]
    named: bool


def members(doors: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Member]]:
    """Door → the people on record there, in the order they were linked; one query."""
    at_door: dict[uuid.UUID, list[Member]] = {door: [] for door in doors}
    links = Residence.objects.filter(dwelling__in=at_door, to_on__isnull=True, person__status="active")
    rows = links.order_by("created_at", "id").values_list("dwelling_id", "person_id", "kind", "person__relation")
    for door, person, kind, relation in rows:
        at_door[door].append(Member(person, kind, relation))
    return at_door


def succession(viewer: Viewer, door: Dwelling) -> Succession:
    """Who may be head of the household at a door as it stands, who lives there first."""
    at_door = members([door.pk])[door.pk]
    is_let = door.tenure == "let"
    return _succession(viewer, door, [*households.living(at_door, is_let=is_let), *households.absent(at_door)])


def _succession(viewer: Viewer, door: Dwelling, those: Sequence[Member]) -> Succession:
    return Succession(
        dwelling=door.pk,
        address=door.address,
        candidates=_shown(viewer, door, those),
        named=viewer.may(Verb.EDIT_REGISTER, door.grid_id),
    )


def losing_head(persons: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those without whom a household would have no head; three queries."""
    links = Residence.objects.filter(person__in=list(persons), person__relation=HEAD, to_on__isnull=True)
    doors_of: dict[uuid.UUID, set[uuid.UUID]] = {}
    for person, door in links.values_list("person_id", "dwelling_id"):
        doors_of.setdefault(person, set()).add(door)
    doors = set().union(*doors_of.values()) if doors_of else set()
    at_doors = members(doors)
    tenures = dict(_keeping_house(doors).values_list("id", "tenure")) if doors else {}
    return {
        person
        for person, own in doors_of.items()
        for door in own
        if door in tenures
        and households.succeeding(
            at_doors[door], [m for m in at_doors[door] if m.person != person], is_let=tenures[door] == "let"
        )
    }


def _keeping_house(doors: Collection[uuid.UUID]) -> QuerySet[Dwelling]:
    standing = Dwelling.objects.filter(pk__in=list(doors)).exclude(status="struck_off")
    return standing.exclude(usage__in=households.WITHOUT_HOUSEHOLD)


After = Callable[[uuid.UUID, list[Member]], list[Member]]
"""A door and who is there → who is there afterwards."""


def successions(viewer: Viewer, doors: Collection[uuid.UUID], after: After) -> list[Succession]:
    """The doors whose household loses its head by what is to be done; a constant number of queries a door."""
    at_doors = members(doors)
    losing = []
    for door in _keeping_house(doors).order_by("walk_key", "id"):
        before = at_doors[door.pk]
        stay = households.succeeding(before, after(door.pk, before), is_let=door.tenure == "let")
        if stay and viewer.may(Verb.SEE_ROWS_MASKED, door.grid_id):
            losing.append(_succession(viewer, door, stay))
    return losing


def without(viewer: Viewer, person: Person) -> list[Succession]:
    """The doors whose household loses its head when somebody is no longer on record."""
    doors = Residence.objects.filter(person=person, to_on__isnull=True).values_list("dwelling_id", flat=True)
    return successions(viewer, list(doors), lambda _, before: [m for m in before if m.person != person.pk])


def _shown(viewer: Viewer, door: Dwelling, those: Sequence[Member]) -> list[Candidate]:
    """Only whose record belongs to the door's grid: of the others the community where they live keeps it."""
    people = Person.objects.filter(grid_id=door.grid_id).in_bulk([member.person for member in those])
    reader = viewer.reader(door.grid_id)
    return [
        Candidate(
            person=member.person,
            name=entities.shown_name(viewer, door.grid_id, person.name),
            relation=columns.shown(person, "relation", reader),
            kind=RESIDENCE_LABELS[member.kind],
            born=columns.shown(person, "born_on", reader),
        )
        for member in those
        if (person := people.get(member.person)) is not None
    ]
