"""The parts evidence is made of, and how an origin is put into words. Values are masked."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.registry import columns, rules
from gridwalk.registry.models import Entity, Person, Residence
from gridwalk.registry.queries import entities

BESIDE, BELOW = 4, 8
"""So many records stand side by side, so many people one below the other; further ones are counted."""
SHOWN_THERE = "内容由那边社区看"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Column:
    """A record side by side with others. ``open``: the viewer may look at it."""

    kind: str
    id: uuid.UUID
    title: str
    note: str
    open: bool
    residence: uuid.UUID | None = None


@dataclasses.dataclass(frozen=True)
class Cell:
    """A shown value with its source and the day it was last verified."""

    text: str
    note: str = ""


@dataclasses.dataclass(frozen=True)
class FactLine:
    """A fact of all columns. ``alike``: all that say something say the same; None where fewer than two do."""

    label: str
    cells: list[Cell]
    alike: bool | None = None
    tells_use: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resident:
    """Somebody of a case about a door or a telephone."""

    person: uuid.UUID
    name: str
    relation: str
    born: str
    phone: str
    dwelling: uuid.UUID
    address: str
    kind: str
    note: str
    residence: uuid.UUID


@dataclasses.dataclass(frozen=True, kw_only=True)
class AnswersOfDoor:
    """A door with the last answers given there and who is on record, in words."""

    dwelling: uuid.UUID
    address: str
    answers: list[str]
    people: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arguments:
    """What speaks for one record (or for the record as it stands), what against, and what to think of."""

    for_one: list[str] = dataclasses.field(default_factory=list)
    against: list[str] = dataclasses.field(default_factory=list)
    think: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a decision about a case rests on: records side by side, people one below the other, or doors with
    their answers.
    """

    lines: list[FactLine]
    arguments: Arguments
    columns: list[Column] = dataclasses.field(default_factory=list)
    residents: list[Resident] = dataclasses.field(default_factory=list)
    answers: list[AnswersOfDoor] = dataclasses.field(default_factory=list)
    n_more: int = 0


def visible(viewer: Viewer, kind: str, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Entity]:
    """The records of a kind the viewer may see."""
    rows: dict[uuid.UUID, Entity] = columns.TABLES[kind]._default_manager.in_bulk(ids)
    return {pk: row for pk, row in rows.items() if viewer.may(Verb.SEE_ROWS_MASKED, row.grid_id)}


def origin(viewer: Viewer, row: Entity) -> str:
    """Where a record came from and when it was last seen at the door; no day of a person whose door is not told."""
    if isinstance(row, Person) and not entities.sees_use(viewer, row.grid_id):
        return rules.SOURCES.get(row.source, row.source)
    source = f"{rules.SOURCES.get(row.source, row.source)} {clock.day_words(clock.local_date(row.created_at))}登记"
    verified = f"{clock.day_words(row.verified_on)}上门核实过" if row.verified_on else "没有上门核实过"
    return f"{source}，{verified}"


def origin_of_link(link: Residence) -> str:
    """Where it was recorded that somebody lives there."""
    return f"{rules.SOURCES.get(link.source, link.source)} {clock.day_words(clock.local_date(link.created_at))}登记"
