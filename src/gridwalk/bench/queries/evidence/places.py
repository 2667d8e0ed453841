"""Lines of evidence that are no facts: where a person lives and with whom, who lives at a door, where a body sits."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from django.db.models import QuerySet

from gridwalk.accounts.rules import Viewer
from gridwalk.registry.living import RESIDENCE_LABELS
from gridwalk.registry.models import Dwelling, Entity, Organization, Person, Residence
from gridwalk.registry.queries import entities

NAMED = 6
"""So many people are named; who wants all of them opens the door."""

Words = dict[uuid.UUID, str]
"""Record → what stands in its cell."""


def places(viewer: Viewer, rows: Sequence[Entity]) -> dict[str, Words]:
    """Label → the cell of each record; records are of one kind. A constant number of queries."""
    of_kind = _PLACES.get(type(rows[0])) if rows else None
    return of_kind(viewer, rows) if of_kind else {}


def _links() -> QuerySet[Residence]:
    links = Residence.objects.filter(to_on__isnull=True).select_related("dwelling", "person")
    return links.order_by("created_at", "id")


def _residents(doors: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Residence]]:
    residents: dict[uuid.UUID, list[Residence]] = {door: [] for door in doors}
    for link in _links().filter(dwelling__in=residents):
        residents[link.dwelling_id].append(link)
    return residents


def _names(viewer: Viewer, links: Sequence[Residence]) -> str:
    told = [link for link in links if entities.sees_use(viewer, link.grid_id)]
    names = dict.fromkeys(entities.shown_name(viewer, link.grid_id, link.person.name) for link in told)
    return "、".join(list(names)[:NAMED])


def _of_persons(viewer: Viewer, rows: Sequence[Entity]) -> dict[str, Words]:
    persons = {row.id for row in rows}
    own: dict[uuid.UUID, list[Residence]] = {}
    for link in _links().filter(person__in=persons):
        own.setdefault(link.person_id, []).append(link)
    residents = _residents([link.dwelling_id for links in own.values() for link in links])
    homes, household = {}, {}
    for person, links in own.items():
        homes[person] = "；".join(_home(viewer, link) for link in links)
        beside = [other for link in links for other in residents[link.dwelling_id]]
        household[person] = _names(viewer, [link for link in beside if link.person_id not in persons])
    return {"住处": homes, "同户的人": household}


def _home(viewer: Viewer, link: Residence) -> str:
    door = entities.shown_door(viewer, link.dwelling)
    return f"{door}（{RESIDENCE_LABELS.get(link.kind, '')}）" if entities.sees_use(viewer, link.grid_id) else door


def _of_doors(viewer: Viewer, rows: Sequence[Entity]) -> dict[str, Words]:
    return {"住的人": residents_of(viewer, [row.id for row in rows])}


def residents_of(viewer: Viewer, doors: Sequence[uuid.UUID]) -> Words:
    """Who lives or is registered at each door, by name."""
    return {door: _names(viewer, links) for door, links in _residents(doors).items()}


def _of_organizations(viewer: Viewer, rows: Sequence[Entity]) -> dict[str, Words]:
    bodies = [row for row in rows if isinstance(row, Organization) and row.dwelling_id]
    doors = Dwelling.objects.in_bulk([body.dwelling_id for body in bodies])
    words = {}
    for body in bodies:
        door = doors[body.dwelling_id]
        words[body.id] = f"{door.address} {'' if door.status == 'active' else door.get_status_display()}"
    return {"所在房屋": words}


_PLACES: Mapping[type[Entity], Callable[[Viewer, Sequence[Entity]], dict[str, Words]]] = {
    Person: _of_persons,
    Dwelling: _of_doors,
    Organization: _of_organizations,
}
