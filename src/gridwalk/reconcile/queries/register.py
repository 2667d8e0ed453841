"""The register as a side of a comparison. Loading its numbers is one audited purpose (``comparing.run``)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import sides
from gridwalk.ledger.location import WHOLE_HOUSE
from gridwalk.ledger.sides import Side
from gridwalk.method import address_writing
from gridwalk.registry import columns
from gridwalk.registry.living import REGISTERED
from gridwalk.registry.models import Dwelling, Entity, Organization, Person, Residence

NAME = "系统登记"
PLACE = ("grid_code", "estate", "building", "stairwell", "room")


def side(scope: str, kind: str, entities: Iterable[uuid.UUID] | None = None, *, listed: Iterable[str] = ()) -> Side:
    """What the register holds of ``kind`` in ``scope`` (or of some entities), in the clear, with entity and grid.

    ``listed``: ID numbers a ledger lists; who has one, is registered in ``scope`` and lives outside is of it too, at
    the door of the registration. A ledger that does not list them lacks nobody.
    """
    chosen = None if entities is None else list(entities)
    rows = [*_ROWS[kind](scope, chosen), *(_registered(scope, listed) if kind == "person" else ())]
    return sides.of_rows(kind, NAME, rows, fields=(*_compared(kind), *PLACE), more=("entity", "grid"))


def _persons(scope: str, chosen: list[uuid.UUID] | None) -> Iterable[dict[str, Any]]:
    persons = Person.objects.filter(grid__code__startswith=scope, status="active")
    if chosen is not None:
        persons = persons.filter(pk__among=chosen)
    ordered = list(persons.order_by("grid_id", "sort_key", "id"))
    homes: dict[uuid.UUID, Residence] = {}
    of_persons = {"person_id__among": [p.id for p in ordered]} if chosen is not None else {"person__in": persons}
    links = Residence.objects.filter(**of_persons, to_on__isnull=True).select_related("dwelling")
    for link in links.order_by("created_at", "id"):
        earlier = homes.get(link.person_id)
        if earlier is None or (earlier.kind not in Residence.LIVING and link.kind in Residence.LIVING):
            homes[link.person_id] = link  # where somebody lives goes before where somebody is registered
    for person in ordered:
        home = homes.get(person.id)
        yield {
            **_values(person),
            "residence_kind": home.kind if home else None,
            **_place(person.grid_id, home.dwelling if home else None),
            "entity": str(person.id),
            "grid": person.grid_id,
        }


def _registered(scope: str, listed: Iterable[str]) -> Iterable[dict[str, Any]]:
    indexes = {columns.index_of("id_no", number) for number in listed} - {""}
    if not indexes:
        return
    links = Residence.objects.filter(
        kind=REGISTERED, to_on__isnull=True, grid__code__startswith=scope, person__status="active"
    ).exclude(person__grid__code__startswith=scope)
    of_persons = {link.person_id: link for link in links.select_related("person", "dwelling").order_by("-created_at")}
    for link in of_persons.values():
        if link.person.id_no_index in indexes:
            yield {
                **_values(link.person),
                "residence_kind": link.kind,
                **_place(link.grid_id, link.dwelling),
                "entity": str(link.person_id),
                "grid": link.grid_id,
            }


def _dwellings(scope: str, chosen: list[uuid.UUID] | None) -> Iterable[dict[str, Any]]:
    dwellings = Dwelling.objects.filter(grid__code__startswith=scope).exclude(status="struck_off")
    if chosen is not None:
        dwellings = dwellings.filter(pk__among=chosen)
    for dwelling in dwellings.order_by("grid_id", "walk_key", "id"):
        yield {
            **_values(dwelling),
            **_place(dwelling.grid_id, dwelling),
            "entity": str(dwelling.id),
            "grid": dwelling.grid_id,
        }


def _organizations(scope: str, chosen: list[uuid.UUID] | None) -> Iterable[dict[str, Any]]:
    organizations = Organization.objects.filter(grid__code__startswith=scope, status="active")
    if chosen is not None:
        organizations = organizations.filter(pk__among=chosen)
    for organization in organizations.select_related("dwelling").order_by("grid_id", "sort_key", "id"):
        yield {
            **_values(organization),
            **_place(organization.grid_id, organization.dwelling),
            "entity": str(organization.id),
            "grid": organization.grid_id,
        }


_ROWS = {"person": _persons, "dwelling": _dwellings, "organization": _organizations}
KINDS = tuple(_ROWS)
"""Kinds that can be compared with the register: those of which the dictionary says that some field is."""


def _compared(kind: str) -> tuple[str, ...]:
    return tuple(field.name for field in dictionary.compared(kind))


def _values(entity: Entity) -> dict[str, Any]:
    """What the record itself holds of the compared fields, in the clear."""
    return {f.name: columns.read(entity, f.name) for f in dictionary.compared(entity.KIND) if not f.on_link}


def _place(grid: str, dwelling: Dwelling | None) -> dict[str, str | None]:
    estate, building, stairwell, room = address_writing.parts_of(dwelling.address_key if dwelling else "")
    if building and not (stairwell or room):
        room = WHOLE_HOUSE
    return {
        "grid_code": grid,
        "estate": estate or None,
        "building": building or None,
        "stairwell": stairwell or None,
        "room": room or None,
    }
