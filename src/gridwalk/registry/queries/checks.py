"""线上检查: contradictions of one door's or person's record, counts and lists of them over an area (P14, P16).

Records are questioned, never people; nothing here is counted by worker.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.registry import columns, rules
from gridwalk.registry.contradictions import CONDITIONS
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.queries.entities import shown_name
from gridwalk.registry.rules import Contradiction, Occupant

MANY = 500
"""Doors beyond which links are found by grid rather than by a list of doors."""


def contradictions(viewer: Viewer, dwelling: Dwelling, today: dt.date) -> list[Contradiction]:
    """What contradicts itself at one door."""
    return _of(viewer, [dwelling], today).get(dwelling.id, [])


def person_contradictions(viewer: Viewer, person: Person) -> list[Contradiction]:
    """What contradicts itself in one person's record; three queries."""
    kinds = list(Residence.objects.filter(person=person, to_on__isnull=True).values_list("kind", flat=True))
    same = 0
    if person.born_on:
        twins = Person.objects.filter(name=person.name, born_on=person.born_on, status="active").exclude(pk=person.pk)
        same = twins.count()
    return rules.of_person(
        status=person.status, n_homes=sum(kind in rules.LIVING for kind in kinds),
        n_registered=kinds.count(rules.REGISTERED), n_same_name_and_birth=same,
        n_phone_doors=phone_doors(person.phone_index),
    )  # fmt: skip


def phone_doors(phone_index: str) -> int:
    """At how many doors people with that phone live."""
    if not phone_index:
        return 0
    links = Residence.objects.filter(
        person__phone_index=phone_index, person__status="active", to_on__isnull=True, kind__in=rules.LIVING
    )
    return links.values("dwelling").distinct().count()


@dataclasses.dataclass(frozen=True)
class Counted:
    """One check over an area: how many records it questions."""

    code: str
    kind: str
    label: str
    todo: str
    n: int


def contradiction_counts(viewer: Viewer, scope: str, today: dt.date) -> list[Counted]:
    """Every check with its count inside a scope, in the order of the checks; one query a kind of record."""
    counts: dict[str, int] = {}
    for kind in ("dwelling", "person"):
        of_kind = {
            code: Count("pk", filter=CONDITIONS[code](today))
            for code, check in rules.CHECKS.items()
            if check.kind == kind
        }
        counts |= _rows(viewer, scope, kind).aggregate(**of_kind)
    return [Counted(code, check.kind, check.label, check.todo, counts[code]) for code, check in rules.CHECKS.items()]


@dataclasses.dataclass(frozen=True)
class Questioned:
    """A record a check questions, as a row: a door by its address, a person by name."""

    kind: str
    id: uuid.UUID
    grid: str
    title: str


def contradictory(viewer: Viewer, scope: str, code: str, today: dt.date, *, limit: int = 200) -> list[Questioned]:
    """The records one check (a code of ``rules.CHECKS``) questions inside a scope, by grid, in walking or name order."""
    kind = rules.CHECKS[code].kind
    rows = _rows(viewer, scope, kind).filter(CONDITIONS[code](today))
    order, title = ("walk_key", "address") if kind == "dwelling" else ("sort_key", "name")
    found = rows.order_by("grid_id", order, "id").values_list("id", "grid_id", title)[:limit]
    return [
        Questioned(kind, pk, grid, shown_name(viewer, grid, text) if kind == "person" else text)
        for pk, grid, text in found
    ]


def _rows(viewer: Viewer, scope: str, kind: str) -> QuerySet[Any]:
    inside = Q(pk__in=[])
    for held in _held(viewer, scope):
        inside |= Q(grid__code__startswith=held)
    table: Any = columns.TABLES[kind]
    rows: QuerySet[Any] = table._default_manager.filter(inside)
    return rows.exclude(status="struck_off") if kind == "dwelling" else rows


def _held(viewer: Viewer, scope: str) -> list[str]:
    """The parts of a scope whose rows the viewer may see, at least masked."""
    scopes = viewer.scopes(Verb.SEE_ROWS_MASKED)
    return [max(held, scope, key=len) for held in scopes if held.startswith(scope) or scope.startswith(held)]


def contradiction_list(viewer: Viewer, scope: str, today: dt.date) -> dict[Dwelling, list[Contradiction]]:
    """Every door of a scope that contradicts itself, in walking order; three queries."""
    rows = [
        d
        for held in _held(viewer, scope)
        for d in Dwelling.objects.filter(grid__code__startswith=held)
        .exclude(status="struck_off")
        .order_by("grid_id", "walk_key")
    ]
    found = _of(viewer, rows, today)
    return {d: found[d.id] for d in rows if d.id in found}


def _of(viewer: Viewer, dwellings: Sequence[Dwelling], today: dt.date) -> dict[uuid.UUID, list[Contradiction]]:
    links = Residence.objects.filter(to_on__isnull=True, kind__in=rules.LIVING)
    if len(dwellings) <= MANY:
        links = links.filter(dwelling__in=dwellings)
    else:
        links = links.filter(grid_id__in={d.grid_id for d in dwellings})
    at: dict[uuid.UUID, list[Residence]] = {}
    for link in links.select_related("person"):
        at.setdefault(link.dwelling_id, []).append(link)
    n_homes = dict(
        Residence.objects.filter(to_on__isnull=True, kind__in=rules.LIVING, person_id__in=links.values("person_id"))
        .values_list("person_id")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    found = {}
    for d in dwellings:
        occupants = [
            Occupant(
                shown_name(viewer, d.grid_id, x.person.name), x.kind, x.person.born_on, x.person.status,
                n_homes.get(x.person_id, 1),
            )
            for x in at.get(d.id, [])
        ]  # fmt: skip
        area = float(d.area_m2) if d.area_m2 else None
        seen = rules.of_dwelling(occupants, occupancy=d.occupancy, tenure=d.tenure, area_m2=area, today=today)
        if seen:
            found[d.id] = seen
    return found
