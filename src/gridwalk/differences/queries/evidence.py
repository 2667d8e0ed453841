"""One difference with its evidence side by side: where each value comes from, what speaks for it, its course so far."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts.rules import Viewer
from gridwalk.core.models import Change
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.differences import arguments
from gridwalk.differences.arguments import Argument, Case, Member, Part
from gridwalk.differences.queries.differences import DifferenceRow
from gridwalk.registry import columns, rules
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Difference, Dwelling, Entity, Person, Residence
from gridwalk.registry.queries import entities, sources


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a value comes from: source in words, file and row, by whom, when; ``verified_on``: last seen
    at the door.
    """

    source: str
    ref: str
    by: str
    at: dt.datetime | None
    verified_on: dt.date | None = None


@dataclasses.dataclass(frozen=True)
class Point:
    """One value the fact has had, or (``waiting``) the one that is claimed now."""

    at: dt.datetime
    value: str
    note: str
    waiting: bool = False


@dataclasses.dataclass(frozen=True)
class FactLine:
    """Another fact of the entity, both sides shown; ``alike`` where both say the same.

    ``claimed`` is empty where unknown.
    """

    field: str
    label: str
    claimed: str
    current: str
    alike: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything a decision rests on. Values are masked; ``parts``: the two values cut where they differ, numbers
    whole.
    """

    place: str
    dwelling: uuid.UUID | None
    claimed: Origin
    current: Origin
    claimed_parts: list[Part]
    current_parts: list[Part]
    lines: list[FactLine]
    arguments: dict[str, list[Argument]]
    course: list[Point]
    household: list[str]
    sealed: bool


def evidence(viewer: Viewer, row: DifferenceRow, *, today: dt.date, claim: Mapping[str, Any] | None = None) -> Evidence:
    """The evidence for a difference the viewer may see. ``claim``: the rest of the claim's record in the clear,
    where it is on record. A constant number of queries.
    """
    difference = Difference.objects.get(pk=row.id)
    entity = columns.TABLES[row.kind]._default_manager.get(pk=row.entity)
    changes = _changes(entity.id, row.field)
    sources.named(viewer, [entity])
    sources.named(viewer, changes)
    homes = list(_homes(entity))
    members = _household(viewer, entity, homes)
    current, claimed = str(difference.opened("current") or ""), str(difference.opened("claimed") or "")
    standing = _standing(entity, row.field, changes)
    case = Case(
        kind=row.kind,
        field=row.field,
        source=row.source,
        current=current,
        claimed=claimed,
        facts=_identity(entity),
        today=today,
        verified_on=entity.verified_on,
        at_the_door=standing.source == rules.SOURCES["visit"],
        fresh_days=_fresh_days(row),
        household=[Member(m.name, m.phone, m.homes) for m in members],
        claimed_home=str(difference.evidence.get("dwelling", "")),
    )
    return Evidence(
        place=homes[0].dwelling.address if homes else getattr(entity, "address", ""),
        dwelling=homes[0].dwelling_id if homes else None,
        claimed=Origin(row.source, row.source_ref, "", row.created_at),
        current=standing,
        claimed_parts=_parts(row, row.claimed, claimed, current),
        current_parts=_parts(row, row.current, current, claimed),
        lines=_lines(viewer, entity, row, claim or {}),
        arguments=_by_side(case, "" if difference.why == "ledger_differs" else row.why),
        course=_course(row, changes),
        household=[m.shown for m in members],
        sealed=dictionary.is_sensitive(row.kind, row.field),
    )


def _parts(row: DifferenceRow, shown: str, clear: str, other: str) -> list[Part]:
    """A value cut where the other differs; a number whole, for where it differs takes a reason."""
    marks = [] if dictionary.is_sensitive(row.kind, row.field) else arguments.marked(shown, clear, other)
    return marks or [Part(shown or "空", differs=False)]


def _fresh_days(row: DifferenceRow) -> int | None:
    field = dictionary.find(row.kind, row.field)
    return field.fresh_days if field else None


def _by_side(case: Case, why: str) -> dict[str, list[Argument]]:
    """What speaks for each side. ``why`` it was asked comes first, unless it is plain to see."""
    weighed = [Argument(arguments.THINK, why)] if why else []
    weighed += arguments.weigh(case)
    sides = (arguments.CLAIMED, arguments.CURRENT, arguments.THINK)
    return {side: [argument for argument in weighed if argument.side == side] for side in sides}


def _changes(entity: uuid.UUID, field: str) -> list[Change]:
    """The field's changes and the entity's coming to be, the oldest first."""
    return list(Change.objects.filter(entity=entity, field__in=[field, Change.WHOLE]).order_by("at", "id"))


def _homes(entity: Entity) -> Sequence[Residence]:
    """A person's current doors, where somebody lives before where somebody is registered."""
    if not isinstance(entity, Person):
        return []
    links = Residence.objects.filter(person=entity, to_on__isnull=True).select_related("dwelling")
    return sorted(links, key=lambda link: (link.kind not in LIVING, link.created_at))


@dataclasses.dataclass(frozen=True)
class _Beside:
    name: str
    phone: str
    homes: tuple[str, ...]
    shown: str


def _household(viewer: Viewer, entity: Entity, homes: Sequence[Residence]) -> list[_Beside]:
    """Who else is at the person's door, or who is at the door."""
    doors = [link.dwelling_id for link in homes] if isinstance(entity, Person) else [entity.id]
    if not doors or not isinstance(entity, Person | Dwelling):
        return []
    links = list(
        Residence.objects.filter(dwelling_id__in=doors, to_on__isnull=True)
        .exclude(person_id=entity.id)
        .select_related("person")
        .order_by("created_at", "id")[:40]
    )
    of: dict[uuid.UUID, list[str]] = {}
    everywhere = Residence.objects.filter(person_id__in=[link.person_id for link in links], to_on__isnull=True)
    for pk, dwelling in everywhere.values_list("person_id", "dwelling_id"):
        of.setdefault(pk, []).append(str(dwelling))
    members = {}
    for link in links:
        person = link.person
        name = entities.shown_name(viewer, link.grid_id, person.name)
        reader = viewer.reader(link.grid_id)
        shown = " ".join(filter(None, [name, *(columns.shown(person, f, reader) for f in ("relation", "phone"))]))
        phone = person.unseal("phone")
        members[person.id] = _Beside(name, phone, tuple(of.get(person.id, ())), shown)
    return list(members.values())


def _identity(entity: Entity) -> dict[str, Any]:
    names = ("id_no", "born_on", "sex", "name") if isinstance(entity, Person) else ()
    return {name: columns.read(entity, name) for name in names}


def _standing(entity: Entity, field: str, changes: Sequence[Change]) -> Origin:
    """Where the present value comes from: the last change of the field, else the entity's coming to be."""
    own = [c for c in changes if c.field == field] or [c for c in changes if c.field == Change.WHOLE]
    if not own:
        return Origin(
            rules.SOURCES.get(entity.source, entity.source),
            entity.source_ref,
            "",
            entity.created_at,
            entity.verified_on,
        )
    last = own[-1]
    return Origin(
        rules.SOURCES.get(last.source, last.source), last.source_ref, last.actor_name, last.at, entity.verified_on
    )


def _lines(viewer: Viewer, entity: Entity, row: DifferenceRow, claim: Mapping[str, Any]) -> list[FactLine]:
    lines = []
    reader = viewer.reader(entity.grid_id)
    for fact in entities.facts(viewer, entity):
        claimed = dictionary.show(row.kind, fact.field, claim.get(fact.field), reader) if claim.get(fact.field) else ""
        if fact.field == row.field or not (fact.value or claimed):
            continue
        alike = bool(claim.get(fact.field)) and str(claim[fact.field]) == str(columns.read(entity, fact.field) or "")
        lines.append(FactLine(fact.field, fact.label, claimed, fact.value, alike))
    return lines


def _course(row: DifferenceRow, changes: Sequence[Change]) -> list[Point]:
    """The values the fact has had, the oldest first, and the claim that waits."""
    points = []
    for change in changes:
        value = change.new_clear
        if change.field == Change.WHOLE:
            value = value.get(row.field) if isinstance(value, dict) else None
            if not value:
                continue
        source = rules.SOURCES.get(change.source, change.source)
        shown = dictionary.show(row.kind, row.field, value, sight.ON_PAGE) or "空"
        points.append(Point(change.at, shown, " ".join(x for x in (source, change.source_ref, change.actor_name) if x)))
    return [
        *points[-5:],
        Point(row.created_at, row.claimed or "空", f"{row.source} {row.source_ref}".strip(), waiting=True),
    ]
