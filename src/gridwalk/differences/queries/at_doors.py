"""Questions at doors: where a difference can be asked, and what is to be asked at a door."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.differences.queries import differences
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Difference, Dwelling, Organization, Residence, Site


@dataclasses.dataclass(frozen=True)
class Door:
    """Where something is asked: a dwelling, or an organization or site by itself."""

    kind: str
    entity: uuid.UUID
    grid: str
    walk_key: str = ""


class About(Protocol):
    """Something that can be asked at a record's door: a difference, a record that stands on one side only."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def entity(self) -> uuid.UUID | None: ...


def doors_of(asked: Sequence[About]) -> dict[uuid.UUID, Door]:
    """The door of each: a person's home (where somebody lives before where somebody is registered).

    Who has no home has no door. A constant number of queries.
    """
    homes = _homes([d.entity for d in asked if d.kind == "person" and d.entity])
    at = {d.id: homes.get(d.entity) if d.kind == "person" else d.entity for d in asked if d.entity}
    places = {place for place in at.values() if place}
    doors = dwellings(places)
    kinds = {d.kind for d in asked}
    for kind, table in (("organization", Organization), ("site", Site)):
        if kind in kinds:
            rows = table._default_manager.filter(pk__in=places).values_list("id", "grid_id", "sort_key")
            doors |= {pk: Door(kind, pk, grid, key[:80]) for pk, grid, key in rows}
    return {pk: doors[place] for pk, place in at.items() if place in doors}


def dwellings(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Door]:
    """Dwellings that stand, as doors."""
    rows = Dwelling.objects.filter(pk__in=ids).exclude(status="struck_off").only("id", "grid_id", "walk_key")
    return {d.id: Door("dwelling", d.id, d.grid_id, d.walk_key) for d in rows}


def _homes(persons: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Person → home."""
    homes: dict[uuid.UUID, Residence] = {}
    for link in Residence.objects.filter(person_id__in=persons, to_on__isnull=True).order_by("created_at", "id"):
        home = homes.get(link.person_id)
        if home is None or (home.kind not in LIVING and link.kind in LIVING):
            homes[link.person_id] = link
    return {person: link.dwelling_id for person, link in homes.items()}


@dataclasses.dataclass(frozen=True)
class Question:
    """What the worker asks: ``sentence`` names whose what, and both values masked."""

    difference: uuid.UUID
    door: Door
    sentence: str
    short: str


def questions(viewer: Viewer, scope: str, *, limit: int | None = None, offset: int = 0) -> tuple[list[Question], int]:
    """What was sent to the doors of a scope and has no answer yet, the oldest first; and how many. Raises NotHere."""
    if not viewer.may(Verb.SEE_ROWS_MASKED, scope):
        raise NotHere
    sent = list(Difference.objects.filter(state="to_door", grid__code__startswith=scope).order_by("decided_at", "id"))
    doors = doors_of(sent)
    asked = [d for d in sent if d.id in doors]
    page = asked[offset:] if limit is None else asked[offset : offset + limit]
    rows = {row.id: row for row in differences.rows_of(viewer, page)}
    return [
        Question(
            pk,
            doors[pk],
            f"{row.title} 的{row.label}：{row.source}写 {row.claimed or '空'}，系统登记 {row.current or '空'}",
            f"{row.title} 的{row.label}",
        )
        for pk, row in rows.items()
    ], len(asked)


def by_door(asked: Iterable[Question]) -> dict[uuid.UUID, list[Question]]:
    """Questions by the dwelling, organization or site they are asked at."""
    grouped: dict[uuid.UUID, list[Question]] = defaultdict(list)
    for question in asked:
        grouped[question.door.entity].append(question)
    return grouped
