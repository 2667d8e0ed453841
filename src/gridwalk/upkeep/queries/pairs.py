"""Two records side by side, who may be the same as whom, what a merge would move, what was merged into a record."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.core.queries import in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.dictionary.types import Field, Shown
from gridwalk.differences import arguments
from gridwalk.differences.arguments import Part
from gridwalk.method import address_writing
from gridwalk.registry import columns, predicates, rules
from gridwalk.registry.living import LIVING, RESIDENCE_LABELS
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Entity, Organization, Person, Residence
from gridwalk.registry.queries import sources

NOT_CHOSEN = frozenset({"status", "residence_kind"})
"""What a merge settles by itself: who stays, and where somebody lives."""


@dataclasses.dataclass(frozen=True)
class Value:
    """One side's value: masked and cut where it differs, where it comes from and since when."""

    parts: list[Part]
    source: str
    source_label: str
    at: dt.datetime | None
    ref: str

    @property
    def shown(self) -> str:
        """The value in one piece; empty where nothing is recorded."""
        return "".join(part.text for part in self.parts)


@dataclasses.dataclass(frozen=True)
class Line:
    """One field of two records."""

    field: Field
    left: Value
    right: Value
    alike: bool


def chosen_fields(kind: str) -> list[Field]:
    """The fields of which a merge keeps one side's value."""
    return [f for f in dictionary.fields(kind) if not f.locates and f.name not in NOT_CHOSEN]


def beside(viewer: Viewer, left: Entity, right: Entity) -> list[Line]:
    """The fields of two records of a kind, masked as the viewer sees them; those that both lack are left out.

    Two queries.
    """
    changes: dict[tuple[uuid.UUID, str], Change] = {}
    for change in Change.objects.filter(entity__in=[left.pk, right.pk]).order_by("at", "id"):
        changes[change.entity, change.field] = change
    refs = [left.source_ref, right.source_ref, *(change.source_ref for change in changes.values())]
    words = sources.in_words(viewer, refs)
    readers = [viewer.reader(record.grid_id) for record in (left, right)]
    lines = []
    for field in chosen_fields(left.KIND):
        value, other = (str(columns.read(e, field.name) or "") for e in (left, right))
        hidden = any(sight.of(field, reader) is Shown.NOTHING for reader in readers)
        if hidden or not (value or other):
            continue
        lines.append(
            Line(
                field,
                _value(viewer, left, field, clear=value, other=other, changes=changes, words=words),
                _value(viewer, right, field, clear=other, other=value, changes=changes, words=words),
                value == other,
            )
        )
    return lines


def _value(
    viewer: Viewer,
    entity: Entity,
    field: Field,
    *,
    clear: str,
    other: str,
    changes: Mapping[tuple[uuid.UUID, str], Change],
    words: Mapping[str, str],
) -> Value:
    shown = dictionary.show(entity.KIND, field.name, clear, viewer.reader(entity.grid_id))
    parts = arguments.marked(shown, clear, other) if other else []
    last = changes.get((entity.pk, field.name)) or changes.get((entity.pk, Change.WHOLE))
    source, ref = (last.source, last.source_ref) if last else (entity.source, entity.source_ref)
    return Value(
        parts or [Part(shown, differs=False)],
        source if clear else "",
        rules.SOURCES.get(source, source) if clear else "",
        (last.at if last else entity.created_at) if clear else None,
        words.get(ref, ref) if clear else "",
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Link:
    """A current link of either record to a door. ``of``: the record it stands on."""

    residence: uuid.UUID
    of: uuid.UUID
    dwelling: uuid.UUID
    address: str
    kind_label: str
    living: bool


def links(persons: Sequence[Person]) -> list[Link]:
    """The current links of some persons, homes first."""
    rows = Residence.objects.filter(person__in=persons, to_on__isnull=True).select_related("dwelling")
    current = [
        Link(
            residence=r.pk,
            of=r.person_id,
            dwelling=r.dwelling_id,
            address=r.dwelling.address,
            kind_label=RESIDENCE_LABELS.get(r.kind, r.kind),
            living=r.kind in LIVING,
        )
        for r in rows.order_by("created_at", "id")
    ]
    return sorted(current, key=lambda link: not link.living)


def state_of(entity: Entity) -> dict[str, Any]:
    """What a record says and where it is linked to, without a value: a change of any of it changes this."""
    current: list[str] = []
    if isinstance(entity, Person | Dwelling):
        residences = Residence.objects.filter(to_on__isnull=True, **{entity.KIND: entity})
        current = [f"{pk}:{kind}" for pk, kind in residences.order_by("pk").values_list("pk", "kind")]
    pending = getattr(entity, "status_pending", "")
    merged = str(entity.merged_into or "")
    status = f"{getattr(entity, 'status', '')}:{pending}:{merged}"
    return {"heads": dict(entity.heads), "links": current, "status": status}


@dataclasses.dataclass(frozen=True)
class Moving:
    """What stands on a record that would go, in counts. ``care`` is None for who may not see care."""

    links: int
    past_links: int
    care: int | None
    differences: int
    organizations: int


def moving(viewer: Viewer, entity: Entity) -> Moving:
    """What a merge would hand over from ``entity``; a constant number of queries."""
    today = clock.local_date(clock.now())
    residences = Residence.objects.none()
    if isinstance(entity, Person | Dwelling):
        residences = Residence.objects.filter(**{entity.KIND: entity})
    labels = CareLabel.objects.filter(predicates.label_runs(today), person_id=entity.pk)
    asked = Difference.objects.filter(entity=entity.pk, state__in=rules.WAITING)
    n_current = residences.filter(to_on__isnull=True).count()
    return Moving(
        n_current,
        residences.count() - n_current,
        labels.count() if viewer.may(Verb.SEE_CARE, entity.grid_id) else None,
        asked.count(),
        Organization.objects.filter(dwelling_id=entity.pk).count(),
    )


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A record that may be the same, and why it comes to mind."""

    id: uuid.UUID
    title: str
    place: str
    why: str


LIMIT = 20


def candidates(viewer: Viewer, entity: Entity) -> list[Candidate]:
    """Standing records the viewer may edit that resemble this one, at most twenty."""
    conditions = _ALIKE[entity.KIND](entity)
    inside = in_scopes(viewer.scopes(Verb.EDIT_REGISTER), "grid__code")
    shown: dict[uuid.UUID, Candidate] = {}
    for why, condition in conditions:
        table: Any = columns.TABLES[entity.KIND]
        rows = table._default_manager.filter(inside, condition, merged_into__isnull=True).exclude(pk=entity.pk)
        for row in rows.exclude(status="struck_off").order_by("pk")[:LIMIT]:
            shown.setdefault(row.pk, _candidate(row, why))
    places = (
        {
            r.person_id: r.dwelling.address
            for r in Residence.objects.filter(person_id__in=shown, to_on__isnull=True).select_related("dwelling")
        }
        if entity.KIND == "person"
        else {}
    )
    return [dataclasses.replace(row, place=places.get(pk, row.place)) for pk, row in shown.items()][:LIMIT]


def _candidate(row: Any, why: str) -> Candidate:
    if isinstance(row, Dwelling):
        return Candidate(row.pk, row.address, "", why)
    return Candidate(row.pk, row.name, "没有关联房屋" if isinstance(row, Person) else row.address, why)


def _persons_alike(person: Any) -> list[tuple[str, Q]]:
    conditions = [("同名，出生日期也相同", Q(name=person.name, born_on=person.born_on))] if person.born_on else []
    if person.phone_index:
        conditions.append(("同名，电话也相同", Q(name=person.name, phone_index=person.phone_index)))
    conditions.append(("同名", Q(name=person.name)))
    if person.phone_index and person.born_on:
        conditions.append(("电话和出生日期都相同", Q(phone_index=person.phone_index, born_on=person.born_on)))
    return conditions


def _dwellings_alike(dwelling: Any) -> list[tuple[str, Q]]:
    *_, room = address_writing.parts_of(dwelling.address_key)
    here = Q(community=dwelling.community, room=dwelling.room) if room else Q(pk__in=[])
    conditions = [("同一栋楼，室号相同", here & Q(building_id=dwelling.building_id))] if dwelling.building_id else []
    return [*conditions, ("同一个社区，室号相同", here)]


def _organizations_alike(organization: Any) -> list[tuple[str, Q]]:
    conditions = [("名称相同", Q(name_key=organization.name_key))] if organization.name_key else []
    if organization.dwelling_id:
        conditions.append(("在同一处房屋", Q(dwelling_id=organization.dwelling_id)))
    return conditions


_ALIKE = {"person": _persons_alike, "dwelling": _dwellings_alike, "organization": _organizations_alike}


def merged_into(entity: Entity) -> list[uuid.UUID]:
    """The records that were merged into this one; one timeline tells of all of them."""
    rows = type(entity)._default_manager.filter(merged_into=entity.pk)
    return list(rows.order_by("pk").values_list("pk", flat=True))
