"""到期核实的: records whose fields are past their period, by door in walking order, with the cheapest next step (P9).

The condition is the one 鲜活 is counted by (``registry.predicates.fresh``), so the list and the indicator cannot
disagree.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import predicates as campaigns
from gridwalk.campaigns.models import Target
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import predicates
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.queries import entities
from gridwalk.visits.queries import facts, worklist

KINDS = ("dwelling", "person")
LEFT_OPEN = "campaign"
"""Instead of a field: doors that a campaign ended without, whatever of them is past its period."""
STEPS = {
    "call": "登记有号码，打电话问",
    "on_list": "在走访任务里，上门一并核实",
    "join": "没有号码，并到下次走访",
}


@dataclasses.dataclass(frozen=True)
class VerifiedCount:
    """How many records have the field within its period, of how many."""

    n: int
    d: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class FieldCount:
    """One ageing field over an area: its period and, by grid, its pairs."""

    kind: str
    name: str
    label: str
    days: int
    total: VerifiedCount
    grids: dict[str, VerifiedCount]

    @property
    def code(self) -> str:
        """What the list is filtered by: ``person.phone``."""
        return f"{self.kind}.{self.name}"


@dataclasses.dataclass(frozen=True)
class OverdueRecord:
    """One record to be verified: the door's own facts or a person's. ``fields``: those past their period."""

    kind: str
    id: uuid.UUID
    title: str
    fields: str
    verified_on: dt.date | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class OverdueDoor:
    """A door with what is to be verified there; ``step``: a key of STEPS."""

    id: uuid.UUID
    address: str
    room: str
    group: str
    step: str
    items: tuple[OverdueRecord, ...]


def _check(viewer: Viewer, scope: str) -> None:
    if not viewer.may(Verb.SEE_ROWS_MASKED, scope):
        raise NotHere


def _population(kind: str, scope: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = (
        predicates.people().filter(predicates.person_active())
        if kind == "person"
        else predicates.dwellings().filter(predicates.dwelling_active())
    )
    return rows.filter(grid__code__startswith=scope)


def counts(viewer: Viewer, scope: str, today: dt.date) -> list[FieldCount]:
    """Every field that ages with its pairs over a scope and by grid; one query a kind of record. Raises NotHere."""
    _check(viewer, scope)
    counted = []
    for kind in KINDS:
        ages = predicates.ages(kind)
        within = {
            f"n_{days}": Count("pk", filter=predicates.verified_within(days, today)) for days in set(ages.values())
        }
        rows = list(_population(kind, scope).order_by("grid_id").values("grid_id").annotate(d=Count("pk"), **within))
        for name, days in ages.items():
            grids = {row["grid_id"]: VerifiedCount(row[f"n_{days}"], row["d"]) for row in rows}
            total = VerifiedCount(sum(f.n for f in grids.values()), sum(f.d for f in grids.values()))
            counted.append(
                FieldCount(
                    kind=kind, name=name, label=dictionary.label(kind, name), days=days, total=total, grids=grids
                )
            )
    return counted


def _overdue(kind: str, scope: str, today: dt.date, field: str) -> QuerySet[Any]:
    """The records past their period; ``field`` (``person.phone``): those where this field is, or ``LEFT_OPEN``."""
    if field == LEFT_OPEN:
        doors = _population(kind, scope)
        return doors.filter(campaigns.left_open()) if kind == "dwelling" else doors.none()
    of, _, name = field.partition(".")
    if not field:
        return _population(kind, scope).filter(~predicates.fresh(kind, today) | Q(verified_on__isnull=True))
    if of != kind:
        return _population(kind, scope).none()
    within = predicates.verified_within(predicates.ages(kind)[name], today)
    return _population(kind, scope).filter(~within | Q(verified_on__isnull=True))


def n_left_open(viewer: Viewer, scope: str, today: dt.date) -> int:
    """How many doors a campaign ended without, that nobody has verified since. Raises NotHere."""
    _check(viewer, scope)
    return _overdue("dwelling", scope, today, LEFT_OPEN).count()


def _at_home(persons: QuerySet[Any]) -> QuerySet[Residence]:
    """The one door each of these people is asked at: where they live, else where they are registered."""
    links = Residence.objects.filter(to_on__isnull=True).exclude(dwelling__status="struck_off")
    lives = links.filter(person=OuterRef("person"), kind__in=LIVING)
    return links.filter(Q(kind__in=LIVING) | ~Exists(lives), person__in=persons)


def doors(
    viewer: Viewer, scope: str, today: dt.date, *, field: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[OverdueDoor], int]:
    """Doors where something is to be verified, in walking order, and how many there are; a constant number of queries.

    Raises NotHere.
    """
    _check(viewer, scope)
    persons = _overdue("person", scope, today, field)
    if not entities.sees_use(viewer, scope):
        persons = persons.none()  # at which door somebody lives is not told: the others would be the empty ones
    overdue = Dwelling.objects.filter(
        Q(pk__in=_overdue("dwelling", scope, today, field).values("pk"))
        | Q(pk__in=_at_home(persons).values("dwelling_id"), grid__code__startswith=scope)
    )
    chosen = overdue.order_by("grid_id", "walk_key", "id").select_related("building", "stairwell")
    page = list(chosen[offset : offset + limit])
    return _rows(viewer, page, persons, today, field), overdue.count()


def without_door(
    viewer: Viewer, scope: str, today: dt.date, *, field: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[OverdueRecord], int]:
    """People to be verified whom no door leads to, and how many there are. Raises NotHere.

    Who may not know who lives at which door is told of all people to be verified how many they are, and not who: where
    one door of a stairwell was not opened, they would live there.
    """
    _check(viewer, scope)
    links = Residence.objects.filter(person=OuterRef("pk"), to_on__isnull=True).exclude(dwelling__status="struck_off")
    homeless = _overdue("person", scope, today, field)
    if not entities.sees_use(viewer, scope):
        return [], homeless.count()
    homeless = homeless.filter(~Exists(links))
    rows = list(homeless.order_by("grid_id", "sort_key", "id")[offset : offset + limit])
    return [_person(viewer, person, today) for person in rows], homeless.count()


def _rows(
    viewer: Viewer, page: Sequence[Dwelling], persons: QuerySet[Any], today: dt.date, field: str
) -> list[OverdueDoor]:
    of_door: dict[uuid.UUID, list[OverdueRecord]] = defaultdict(list)
    own = (
        set()
        if field.startswith("person")
        else set(
            _overdue("dwelling", "", today, field).filter(pk__in=[d.pk for d in page]).values_list("pk", flat=True)
        )
    )
    for dwelling in page:
        if dwelling.pk in own:
            labels = "行动里没走到" if field == LEFT_OPEN else _labels("dwelling", dwelling.verified_on, today)
            of_door[dwelling.pk].append(
                OverdueRecord("dwelling", dwelling.pk, "这处房屋", labels, dwelling.verified_on)
            )
    links = _at_home(persons).filter(dwelling__in=page).select_related("person").order_by("created_at", "id")
    for link in links:
        of_door[link.dwelling_id].append(_person(viewer, link.person, today))
    phones = facts.with_phone([d.pk for d in page if entities.sees_use(viewer, d.grid_id)])
    on_list = set(
        Target.objects.filter(entity__in=[d.pk for d in page], campaign__state="running")
        .exclude(state__in=["visited", "left"])
        .values_list("entity", flat=True)
    )
    return [
        OverdueDoor(
            id=d.pk,
            address=d.address,
            room=d.room,
            group=worklist.group_of(d),
            step="call" if d.pk in phones else "on_list" if d.pk in on_list else "join",
            items=tuple(of_door[d.pk]),
        )
        for d in page
    ]


def _person(viewer: Viewer, person: Person, today: dt.date) -> OverdueRecord:
    name = entities.shown_name(viewer, person.grid_id, person.name)
    return OverdueRecord("person", person.pk, name, _labels("person", person.verified_on, today), person.verified_on)


def _labels(kind: str, verified_on: dt.date | None, today: dt.date) -> str:
    return "、".join(
        dictionary.label(kind, name)
        for name, days in predicates.ages(kind).items()
        if verified_on is None or verified_on < today - dt.timedelta(days=days)
    )
