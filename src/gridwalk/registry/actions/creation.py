"""Steps that bring entities and residences into being, set-based, inside an open writing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.core import bulk, clock, ids
from gridwalk.core.actions import Writing
from gridwalk.dictionary.choices import CARE_INTERVALS
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Entity, Person, Residence


@dataclasses.dataclass(frozen=True)
class New:
    """An entity to be: ``values`` by dictionary names, ``extra`` by columns no dictionary field describes."""

    grid: str
    values: Mapping[str, Any]
    source: str
    source_ref: str = ""
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    id: uuid.UUID = dataclasses.field(default_factory=ids.new_id)
    verified_on: dt.date | None = None


@dataclasses.dataclass(frozen=True)
class NewResidence:
    """A typed link to be. ``grid`` is the dwelling's."""

    person: uuid.UUID
    dwelling: uuid.UUID
    grid: str
    kind: str
    source: str
    source_ref: str = ""
    from_on: dt.date | None = None


@dataclasses.dataclass(frozen=True)
class NewCare:
    """A care label to be; without an interval the category's own holds, without an end it ends after a year."""

    person: uuid.UUID
    grid: str
    category: str
    source: str
    source_ref: str = ""
    interval_days: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None


def register(writing: Writing, kind: str, new: Sequence[New]) -> list[uuid.UUID]:
    """Create entities of one kind: one change row with the whole record each. Raises IntegrityError on a double."""
    made: list[Entity] = []
    for one in new:
        values = {field: value for field, value in one.values.items() if value not in (None, "")}
        entity = columns.TABLES[kind](
            id=one.id, grid_id=one.grid, source=one.source, source_ref=one.source_ref, created_at=writing.at,
            verified_on=one.verified_on, **one.extra,
        )  # fmt: skip
        for field, value in values.items():
            columns.write(entity, field, value)
        entity.heads = dict.fromkeys(values, str(writing.op))
        made.append(entity)
        writing.created(one.grid, kind, one.id, values, source=one.source, source_ref=one.source_ref)
    bulk.insert(made)
    return [entity.id for entity in made]


def link(writing: Writing, new: Sequence[NewResidence]) -> int:
    """Link persons to dwellings. A link that stands already is kept; a ledger never makes a second current home: it asks.

    A visit or the office moving someone in ends the living links elsewhere (whose grids must be locked too).
    Returns how many links were made.
    """
    persons = {n.person for n in new}
    current: dict[uuid.UUID, list[Residence]] = {}
    for residence in Residence.objects.filter(person_id__in=persons, to_on__isnull=True).select_related("dwelling"):
        current.setdefault(residence.person_id, []).append(residence)
    made: list[Residence] = []
    asked: list[Difference] = []
    for one in new:
        held = current.setdefault(one.person, [])
        same = next((r for r in held if r.dwelling_id == one.dwelling), None)
        if same is not None:
            _retype(writing, same, one, asked)
            continue
        elsewhere = [r for r in held if r.kind in rules.LIVING] if one.kind in rules.LIVING else []
        if elsewhere and one.source in {"ledger", "platform"}:
            asked.append(_second_home(writing, elsewhere[0], one))
            continue
        for old in elsewhere:
            end_residence(writing, old, source=one.source, reason="迁到另一处")
            held.remove(old)
        residence = Residence(
            grid_id=one.grid, person_id=one.person, dwelling_id=one.dwelling, kind=one.kind, from_on=one.from_on,
            source=one.source, source_ref=one.source_ref, created_at=writing.at,
        )  # fmt: skip
        held.append(residence)
        made.append(residence)
        record = {"person": str(one.person), "dwelling": str(one.dwelling), "kind": one.kind}
        writing.created(one.grid, "residence", residence.id, record, source=one.source, source_ref=one.source_ref)
    bulk.insert(made)
    Difference.objects.bulk_create(asked, ignore_conflicts=True)
    return len(made)


def _retype(writing: Writing, held: Residence, new: NewResidence, asked: list[Difference]) -> None:
    if held.kind == new.kind:
        return
    if new.source in {"ledger", "platform"}:
        asked.append(
            claims.difference(
                writing, grid=held.grid_id, kind="person", entity=held.person_id, field="residence_kind",
                current=held.kind, claimed=new.kind, source=new.source, source_ref=new.source_ref, why="ledger_differs",
                evidence={"residence": str(held.id)},
            )
        )  # fmt: skip
        return
    writing.change(held.grid_id, "residence", held.id, "kind", held.kind, new.kind, source=new.source)
    held.kind = new.kind
    if held.pk and not held._state.adding:
        held.save(update_fields=["kind"])


def _second_home(writing: Writing, held: Residence, new: NewResidence) -> Difference:
    claimed = Dwelling.objects.only("address").get(pk=new.dwelling)
    return claims.difference(
        writing, grid=held.grid_id, kind="person", entity=new.person, field="residence",
        current=held.dwelling.address, claimed=claimed.address, source=new.source, source_ref=new.source_ref,
        why="lives_in_two_places", evidence={"dwelling": str(new.dwelling), "residence_kind": new.kind},
    )  # fmt: skip


def end_residence(writing: Writing, residence: Residence, *, source: str, reason: str) -> None:
    """End one current link as of the writing's day."""
    residence.to_on = clock.local_date(writing.at)
    residence.save(update_fields=["to_on"])
    writing.change(
        residence.grid_id, "residence", residence.id, "to_on", None, residence.to_on.isoformat(),
        source=source, reason=reason,
    )  # fmt: skip


def settle_grids(writing: Writing, persons: Sequence[uuid.UUID]) -> None:
    """Put persons into the grid of their current residence, else of their registered door; write both grids."""
    current: dict[uuid.UUID, list[Residence]] = {}
    for residence in Residence.objects.filter(person_id__in=list(persons), to_on__isnull=True):
        current.setdefault(residence.person_id, []).append(residence)
    moved = []
    for person in Person.objects.filter(id__in=list(persons)):
        links = sorted(current.get(person.id, []), key=lambda r: (r.kind not in rules.LIVING, r.created_at))
        grid = links[0].grid_id if links else person.grid_id[:12] + "000"
        if grid != person.grid_id and grid in writing.versions and person.grid_id in writing.versions:
            writing.left(person.grid_id, "person", person.id, source="office")
            writing.change(grid, "person", person.id, "grid", person.grid_id, grid, source="office")
            person.grid_id = grid
            moved.append(person)
    bulk.update(moved, ["grid"])
    for person in moved:
        CareLabel.objects.filter(person=person).update(grid_id=person.grid_id)


def label_care(writing: Writing, new: Sequence[NewCare]) -> int:
    """Give care labels; one that stands for the same person and category is kept. Returns how many were made."""
    today = clock.local_date(writing.at)
    standing = set(
        CareLabel.objects.filter(person_id__in=[n.person for n in new], ends_on__gte=today).values_list(
            "person_id", "category"
        )
    )
    made = []
    for one in new:
        if (one.person, one.category) in standing:
            continue
        standing.add((one.person, one.category))
        starts_on = one.starts_on or today
        label = CareLabel(
            grid_id=one.grid, person_id=one.person, category=one.category, starts_on=starts_on,
            interval_days=one.interval_days or CARE_INTERVALS[one.category],
            ends_on=one.ends_on or starts_on + dt.timedelta(days=365), source=one.source, source_ref=one.source_ref,
            created_at=writing.at,
        )  # fmt: skip
        made.append(label)
        record = {"person": str(one.person), "category": one.category, "interval_days": label.interval_days,
                  "ends_on": label.ends_on.isoformat()}  # fmt: skip
        writing.created(one.grid, "care", label.id, record, source=one.source, source_ref=one.source_ref)
    bulk.insert(made)
    return len(made)
