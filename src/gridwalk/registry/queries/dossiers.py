"""一户一档、一人一档: what the register says of a door or a person, as it is printed. Nothing of care, nothing that tells
whether a door stands empty or is let, nothing of who lives there and who is only registered there (red line 5).
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.sight import Place, Reader
from gridwalk.registry import columns
from gridwalk.registry.models import Dwelling, Entity, Person, Residence
from gridwalk.registry.queries import entities
from gridwalk.registry.queries.entities import Fact


@dataclasses.dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of a door, as the paper of the door names them. ``grid``: of their own record."""

    person: uuid.UUID
    grid: str
    name: str
    relation: str
    sex: str
    born_on: str
    id_no: str
    phone: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Dossier:
    """``homes``: the doors of a person; ``members``: the people of a door."""

    kind: str
    record: uuid.UUID
    grid: str
    title: str
    facts: Sequence[Fact]
    homes: Sequence[str] = ()
    members: Sequence[Member] = ()

    @property
    def label(self) -> str:
        """What the paper is called."""
        return LABELS[self.kind]

    @property
    def persons(self) -> dict[uuid.UUID, str]:
        """Who stands on the paper, each with the grid of the record."""
        return {self.record: self.grid} if self.kind == "person" else {m.person: m.grid for m in self.members}


LABELS = {"dwelling": "一户一档", "person": "一人一档"}


def may_print(viewer: Viewer, grid: str) -> bool:
    """Whether the viewer prints records of a grid: who sees its rows in full and takes files away (lead and clerk)."""
    return viewer.may(Verb.SEE_ROWS, grid) and viewer.may(Verb.EXPORT_REPORT, grid)


def of_dwelling(viewer: Viewer, pk: uuid.UUID) -> Dossier:
    """A door with its people; without any there is none, for that paper would say that nobody lives there.

    Raises NotHere.
    """
    dwelling = entities.get_dwelling(viewer, pk)
    _require(viewer, dwelling)
    return Dossier(
        kind="dwelling",
        record=dwelling.id,
        grid=dwelling.grid_id,
        title=dwelling.address,
        facts=_facts(viewer, dwelling),
        members=sorted(_members(viewer, dwelling), key=lambda member: member.relation != "户主"),
    )


def of_person(viewer: Viewer, pk: uuid.UUID) -> Dossier:
    """A person with the doors they are linked to. Raises NotHere."""
    person = entities.get_person(viewer, pk)
    _require(viewer, person)
    return Dossier(
        kind="person",
        record=person.id,
        grid=person.grid_id,
        title=person.name,
        facts=_facts(viewer, person),
        homes=[home.address for home in entities.homes(viewer, person)],
    )


def _require(viewer: Viewer, record: Entity) -> None:
    if not may_print(viewer, record.grid_id):
        raise NotHere


def _facts(viewer: Viewer, record: Entity) -> list[Fact]:
    return entities.facts(viewer, record, place=Place.FILE)


def _members(viewer: Viewer, dwelling: Dwelling) -> list[Member]:
    reader = viewer.reader(dwelling.grid_id, Place.FILE)
    links = Residence.objects.filter(dwelling=dwelling, to_on__isnull=True).select_related("person")
    return [_member(reader, link.person) for link in links.order_by("created_at", "id")]


def _member(reader: Reader, person: Person) -> Member:
    return Member(
        person=person.id,
        grid=person.grid_id,
        name=dictionary.show("person", "name", person.name, reader),
        relation=columns.shown(person, "relation", reader),
        sex=columns.shown(person, "sex", reader),
        born_on=columns.shown(person, "born_on", reader),
        id_no=entities.shown_id_no(reader, person),
        phone=columns.shown(person, "phone", reader),
    )
