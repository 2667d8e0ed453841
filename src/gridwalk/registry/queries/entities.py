"""One object at a time, the people of a door, the doors of a building; masked as the viewer's role says."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Count, Exists, OuterRef, Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.dictionary.sight import Place, Reader
from gridwalk.dictionary.types import Shown
from gridwalk.method import address_writing, papers
from gridwalk.method.addresses import Address
from gridwalk.registry import columns, predicates, rules
from gridwalk.registry.living import LIVING, RESIDENCE_LABELS, dwelling_label
from gridwalk.registry.models import (
    CareLabel,
    Difference,
    Dwelling,
    Entity,
    Facility,
    Organization,
    Person,
    Residence,
    Site,
)


def shown_name(viewer: Viewer, grid: str, name: str) -> str:
    """A person's name as the viewer may see it: in full in their own area, else 王**."""
    return dictionary.show("person", "name", name, viewer.reader(grid))


def shown_id_no(reader: Reader, person: Person) -> str:
    """Area, kind of paper and whether it was verified; 有, 无 or 待核 for who sees rows masked; empty where there is
    none.
    """
    words = columns.shown(person, "id_no", reader)
    if not person.id_no_sealed or words in {"", columns.UNOPENED}:
        return words
    if dictionary.shown("person", "id_no", reader) is Shown.PRESENT:
        return words if person.id_no_checked_on else "待核"
    checked = "已核" if person.id_no_checked_on else "未核"
    paper = "" if " " in words else f" {papers.short(columns.read(person, 'id_no'))}"
    return f"{words}{paper} {checked}"


def _get(viewer: Viewer, kind: str, pk: uuid.UUID) -> Entity:
    record = columns.TABLES[kind]._default_manager.select_related("grid__area").filter(pk=pk).first()
    if record is None or not viewer.may(Verb.SEE_ROWS_MASKED, record.grid_id):
        raise NotHere
    return record


def get_dwelling(viewer: Viewer, pk: uuid.UUID) -> Dwelling:
    """One dwelling. Raises NotHere."""
    dwelling = Dwelling.objects.select_related("grid__area", "building", "stairwell").filter(pk=pk).first()
    if dwelling is None or not viewer.may(Verb.SEE_ROWS_MASKED, dwelling.grid_id):
        raise NotHere
    return dwelling


def get_person(viewer: Viewer, pk: uuid.UUID) -> Person:
    """One person: of the viewer's area, or linked to a door there (户在人不在). Raises NotHere."""
    person = Person.objects.select_related("grid__area").filter(pk=pk).first()
    if person is None or not seen_in(viewer, person):
        raise NotHere
    return person


def seen_in(viewer: Viewer, person: Person) -> str:
    """The grid in which the viewer sees a person: the person's own, else that of a door they are linked to; "" where
    there is none.
    """
    if viewer.may(Verb.SEE_ROWS_MASKED, person.grid_id):
        return person.grid_id
    links = Residence.objects.filter(person=person, to_on__isnull=True).order_by("created_at", "id")
    grids = [grid for grid in links.values_list("grid_id", flat=True) if viewer.may(Verb.SEE_ROWS_MASKED, grid)]
    return next(iter(grids), "")


def linked_in(scopes: Sequence[str]) -> Q:
    """The condition on a person: of these areas, or linked to a door there."""
    links = Residence.objects.filter(in_scopes(scopes, "grid__code"), person=OuterRef("pk"), to_on__isnull=True)
    return in_scopes(scopes, "grid__code") | Q(Exists(links))


def get_organization(viewer: Viewer, pk: uuid.UUID) -> Organization:
    """One organization. Raises NotHere."""
    organization = _get(viewer, "organization", pk)
    assert isinstance(organization, Organization)
    return organization


def get_site(viewer: Viewer, pk: uuid.UUID) -> Site:
    """One key site. Raises NotHere."""
    site = _get(viewer, "site", pk)
    assert isinstance(site, Site)
    return site


def get_facility(viewer: Viewer, pk: uuid.UUID) -> Facility:
    """One facility. Raises NotHere."""
    facility = _get(viewer, "facility", pk)
    assert isinstance(facility, Facility)
    return facility


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resident:
    """A person at a door, or a door of a person, as a row. ``kept_here``: the viewer sees the person's own record;
    ``open``: they see the door; ``told``: they are told which door it is, and what links them.
    """

    residence: uuid.UUID
    person: uuid.UUID
    name: str
    relation: str
    id_no: str
    phone: str
    kind: str
    kind_label: str
    living: bool
    verified_on: dt.date | None
    status: str
    pending: str
    has_care: bool
    dwelling: uuid.UUID
    address: str
    kept_here: bool
    open: bool
    told: bool


ELSEWHERE = "别的社区"
"""In place of a door the viewer may not see."""


def sees_use(viewer: Viewer, grid: str) -> bool:
    """Whether the viewer may know of a door there whether it stands empty, is let, is lived in (red line 5), and by
    that who lives at which: the doors where nobody does would be the empty ones.
    """
    return viewer.may(Verb.SEE_CARE, grid)


def shown_door(viewer: Viewer, dwelling: Dwelling) -> str:
    """The address of somebody's door; without its room for who may not know how doors are used."""
    if sees_use(viewer, dwelling.grid_id):
        return dwelling.address
    estate, building, stairwell, _ = address_writing.parts_of(dwelling.address_key)
    return address_writing.display(Address(estate=estate, building=building, stairwell=stairwell))


def _resident(viewer: Viewer, link: Residence, with_care: set[uuid.UUID]) -> Resident:
    person = link.person
    reader = viewer.reader(link.grid_id)
    is_open = viewer.may(Verb.SEE_ROWS_MASKED, link.grid_id)
    told = sees_use(viewer, link.grid_id)
    return Resident(
        residence=link.id,
        person=person.id,
        name=shown_name(viewer, link.grid_id, person.name),
        relation=dictionary.choice_label("person", "relation", person.relation) if person.relation else "",
        id_no=shown_id_no(reader, person),
        phone=columns.shown(person, "phone", reader),
        kind=link.kind,
        kind_label=RESIDENCE_LABELS.get(link.kind, link.kind) if told else "",
        living=link.kind in LIVING,
        verified_on=person.verified_on if told else None,
        status=person.get_status_display(),
        pending=person.status_pending,
        has_care=person.id in with_care,
        dwelling=link.dwelling_id,
        address=shown_door(viewer, link.dwelling) if is_open else ELSEWHERE,
        kept_here=viewer.may(Verb.SEE_ROWS_MASKED, person.grid_id),
        open=is_open,
        told=told,
    )


def residents(viewer: Viewer, dwelling: Dwelling) -> list[Resident]:
    """The current people of a door: those who live there first, then those only registered there. Nobody for who may
    not know how doors are used.
    """
    if not sees_use(viewer, dwelling.grid_id):
        return []
    links = list(
        Residence.objects.filter(dwelling=dwelling, to_on__isnull=True)
        .select_related("person", "dwelling")
        .order_by("created_at")
    )
    care = _with_care(viewer, dwelling.grid_id, [link.person_id for link in links])
    rows = [_resident(viewer, link, care) for link in links]
    return sorted(rows, key=lambda r: (not r.living, r.relation != "户主"))


def homes(viewer: Viewer, person: Person) -> list[Resident]:
    """The current doors of a person; of one the viewer may not see only that it is elsewhere."""
    links = Residence.objects.filter(person=person, to_on__isnull=True).select_related("person", "dwelling")
    return [_resident(viewer, link, set()) for link in links]


def _with_care(viewer: Viewer, grid: str, persons: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    if not viewer.may(Verb.SEE_CARE, grid):
        return set()
    in_force = predicates.label_in_force(clock.local_date(clock.now()))
    labels = CareLabel.objects.filter(in_force, person_id__in=persons)
    return set(labels.values_list("person_id", flat=True))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of a record: label, shown value, where from, when verified, when due again.

    ``dated``: whether the days are told.
    """

    field: str
    label: str
    value: str
    unit: str
    source: str
    verified_on: dt.date | None
    due_on: dt.date | None
    dated: bool
    sealed: bool
    is_phone: bool


def facts(viewer: Viewer, entity: Entity, *, place: Place = Place.PAGE) -> list[Fact]:
    """The facts of an entity by its dictionary, masked as where they are read."""
    return _facts(viewer.reader(entity.grid_id, place), entity, _sources([entity])[entity.id])


OF_REGISTRATION = ("name", "id_no", "sex", "born_on", "relation", "registered_address", "status")
"""What the community of somebody's registration reads of a record that another community keeps."""


def facts_of_registration(viewer: Viewer, person: Person) -> list[Fact]:
    """What is read of somebody registered in the viewer's area who lives outside it, masked as rows there are."""
    reader = viewer.reader(seen_in(viewer, person))
    return [fact for fact in _facts(reader, person, {}) if fact.field in OF_REGISTRATION]


def facts_of(viewer: Viewer, several: Sequence[Entity]) -> dict[uuid.UUID, list[Fact]]:
    """The facts of several entities; one query."""
    sources = _sources(several)
    return {entity.id: _facts(viewer.reader(entity.grid_id), entity, sources[entity.id]) for entity in several}


def _facts(reader: Reader, entity: Entity, sources: Mapping[str, str]) -> list[Fact]:
    rows = []
    # People are verified at their door, whose days stand on its page: by the day it would be told who lives there.
    dated = reader.care or not isinstance(entity, Person)
    verified_on = entity.verified_on if dated else None
    for field in dictionary.fields(entity.KIND):
        if field.locates or field.on_link or sight.of(field, reader) is Shown.NOTHING:
            continue
        if isinstance(entity, Person) and field.name == "id_no":
            value = shown_id_no(reader, entity)
        else:
            value = columns.shown(entity, field.name, reader)
        due = verified_on + dt.timedelta(days=field.fresh_days) if field.fresh_days and verified_on else None
        rows.append(
            Fact(
                field=field.name,
                label=field.label,
                value=value,
                unit=field.unit if value else "",
                source=sources.get(field.name, ""),
                verified_on=verified_on,
                due_on=due,
                dated=dated,
                sealed=field.is_sensitive,
                is_phone=dictionary.is_phone(entity.KIND, field.name),
            )
        )
    return rows


def _sources(several: Sequence[Entity]) -> dict[uuid.UUID, dict[str, str]]:
    """Where each field's present value came from, by the change that is its head."""
    sources = {e.id: dict.fromkeys(e.heads, rules.SOURCES.get(e.source, e.source)) for e in several}
    changes = (
        Change.objects.filter(entity__in=list(sources)).exclude(field__in=(Change.WHOLE, Change.LEFT)).order_by("at")
    )
    for entity, field, source in changes.values_list("entity", "field", "source"):
        if field in sources[entity]:
            sources[entity][field] = rules.SOURCES.get(source, source)
    return sources


@dataclasses.dataclass(frozen=True, kw_only=True)
class DoorRow:
    """A dwelling as a row of lists and charts."""

    id: uuid.UUID
    room: str
    floor: int | None
    stairwell: str
    address: str
    n_living: int
    label: str
    has_care: bool
    n_differences: int


def doors(viewer: Viewer, dwellings: Sequence[Dwelling], today: dt.date) -> dict[uuid.UUID, DoorRow]:
    """Rows for many dwellings in a constant number of queries; vacancy, let and care only for who may see care, and
    what follows from them: how many live there, how much is asked about them.
    """
    ids = [d.id for d in dwellings]
    links = Residence.objects.filter(dwelling_id__in=ids, to_on__isnull=True, kind__in=LIVING)
    living: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for dwelling, person in links.values_list("dwelling_id", "person_id"):
        living[dwelling].append(person)
    persons = {person for at_door in living.values() for person in at_door}
    labels = CareLabel.objects.filter(predicates.label_in_force(today), person_id__in=persons)
    cared = set(labels.values_list("person_id", flat=True))
    open_ = _open_differences([*ids, *persons])
    rows = {}
    for d in dwellings:
        sees = sees_use(viewer, d.grid_id)
        at_door = living[d.id]
        rows[d.id] = DoorRow(
            id=d.id,
            room=d.room,
            floor=d.floor,
            stairwell=d.stairwell.name if d.stairwell else "",
            address=d.address,
            n_living=len(at_door) if sees else 0,
            label=dwelling_label(d.occupancy, d.tenure) if sees else "",
            has_care=sees and not cared.isdisjoint(at_door),
            n_differences=sum(open_.get(pk, 0) for pk in (d.id, *at_door)) if sees else 0,
        )
    return rows


def _open_differences(entities: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = Difference.objects.filter(entity__in=entities, state="open").values("entity").annotate(n=Count("pk"))
    return {row["entity"]: row["n"] for row in rows}
