"""The lists of the register: persons, doors, organizations, sites, facilities, buildings.

Every field of the dictionary is a column and a condition as far as a reader may see it (``dictionary.sight``). A sort
is offered where an index keeps it (``registry.models.ordering``); ``bench lists`` has their times.
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.outward import outward
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.dictionary.sight import Place, Reader
from gridwalk.dictionary.types import Column, Field, Shown
from gridwalk.lists.listing import HOUSEHOLD, Listing, Sort
from gridwalk.lists.rules import Condition, ListField, Op, Type, View, to_rows
from gridwalk.method import addresses, search_keys
from gridwalk.registry import columns, predicates
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Dwelling, Facility, Organization, Person, Residence, Site, by_lot, days
from gridwalk.registry.queries import entities
from gridwalk.territory import queries as territory
from gridwalk.territory.models import Building

_TYPES = {
    Column.TEXT: Type.TEXT,
    Column.WHOLE: Type.NUMBER,
    Column.NUMBER: Type.NUMBER,
    Column.DATE: Type.DATE,
    Column.CHOICE: Type.CHOICE,
    Column.SEALED: Type.SEALED,
}


_IN_ORDER = {"person": {"born_on"}}
"""The days by which an index orders records of a kind; of ``verified_on`` there is one of every kind."""


def _by_name(typed: str) -> Collection[str]:
    return search_keys.of_name_typed(typed)


def _by_address(typed: str) -> Collection[str]:
    return search_keys.of_address_typed(addresses.parse(typed))


def _of_dictionary(kind: str) -> Iterable[ListField]:
    return (_field(field) for field in dictionary.fields(kind) if not field.locates)


def _field(field: Field) -> ListField:
    return ListField(
        name=field.name,
        label=f"{field.label}（{field.unit}）" if field.unit else field.label,
        type=_TYPES[field.column],
        path=field.name,
        days=days(field.name) if field.name in _IN_ORDER.get(field.kind, ()) else None,
        choices={code: words[0] for code, words in field.choices.items()},
        shown=functools.partial(_with_care if field.on_link else sight.of, field),
        keys=_by_name if field.name == "name" else None,
        asks=_linked_as if field.on_link else None,
        inside=field.on_link or dictionary.stays_inside(field.kind, field.name),
        always=field.never_empty,
        only=(Op.IS,) if field.on_link else (),
        starts=field.name == "registered_address",
    )


def _with_care(field: Field, reader: Reader) -> Shown:
    """What links somebody to a door says whether it is let: it is shown where vacancy is."""
    return sight.of(field, reader) if reader.care and reader.place is not Place.FILE else Shown.NOTHING


def _for_care(reader: Reader) -> Shown:
    return to_rows(reader) if reader.care else Shown.NOTHING


def _linked_as(asked: Condition, today: dt.date) -> Q:
    links = Residence.objects.filter(person=OuterRef("pk"), to_on__isnull=True, kind__in=asked.values)
    return Q(Exists(links))


def _living_at(asked: Condition, today: dt.date) -> Q:
    """Linked to a door of this address in the grid the person belongs to: no other door may be asked for."""
    keys = sorted(_by_address(asked.values[0]))
    links = Residence.objects.filter(person=OuterRef("pk"), grid=OuterRef("grid"), to_on__isnull=True)
    return Q(Exists(links.filter(dwelling__search_keys__contains=keys))) if keys else Q(pk__in=[])


def _mark(name: str, label: str, predicate: Callable[[], Q], *, shown: Any = None) -> ListField:
    return ListField(
        name=name,
        label=label,
        type=Type.MARK,
        asks=lambda asked, today: predicate(),
        is_column=False,
        **({"shown": shown} if shown else {}),
    )


def _verified_on(shown: Callable[[Reader], Shown] | None = None) -> ListField:
    more: dict[str, Any] = {"shown": shown} if shown else {}
    return ListField(
        name="verified_on",
        label="核实日期",
        type=Type.DATE,
        path="verified_on",
        days=days("verified_on"),
        **more,
    )


GRID = ListField(name="grid", label="网格", type=Type.TEXT, is_asked=False)
ADDRESS = ListField(name="address", label="地址", type=Type.TEXT, path="address", keys=_by_address, always=True)
PLACE = ListField(name="address", label="地址", type=Type.TEXT, is_asked=False)


def _records(table: Any) -> Callable[[str], QuerySet[Any]]:
    """All records of a kind in a scope, merged ones by the record they were merged into."""

    def records(scope: str) -> QuerySet[Any]:
        rows: QuerySet[Any] = table.objects.filter(grid__code__startswith=scope, merged_into__isnull=True)
        return rows

    return records


def _cells(
    viewer: Viewer, reader: Reader, records: Sequence[Any], names: Sequence[str]
) -> dict[uuid.UUID, dict[str, str]]:
    """What stands in the columns of each record, as this reader is shown it."""
    grids = territory.place_names({r.grid_id for r in records}) if "grid" in names else {}
    homes = _homes(viewer, records) if {"home", "residence_kind"} & set(names) else {}
    return {r.pk: _row(reader, r, names, grids, homes.get(r.pk, {})) for r in records}


def _row(
    reader: Reader, record: Any, names: Sequence[str], grids: Mapping[str, str], home: Mapping[str, str]
) -> dict[str, str]:
    cells = {name: _cell(reader, record, name, grids, home) for name in names}
    return cells | ({HOUSEHOLD: home.get(HOUSEHOLD, "")} if "home" in names else {})


def _cell(reader: Reader, record: Any, name: str, grids: Mapping[str, str], home: Mapping[str, str]) -> str:
    if name == "grid":
        return grids[record.grid_id]
    if name in ("home", "residence_kind"):
        return home.get(name, "")
    if name == "id_no":
        return entities.shown_id_no(reader, record)
    if dictionary.find(record.KIND, name):
        return columns.shown(record, name, reader)
    value = getattr(record, name)
    return "" if value is None else _OWN_WORDS.get((record.KIND, name), {}).get(value, str(value))


_OWN_WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {("dwelling", "status"): dict(Dwelling.STATUS)}


def _homes(viewer: Viewer, persons: Sequence[Person]) -> dict[uuid.UUID, dict[str, str]]:
    """Person → the door in the viewer's area they are linked to, where they live first, and as what."""
    inside = in_scopes(viewer.scopes(Verb.SEE_CARE), "grid__code")
    links = Residence.objects.filter(inside, person__in=persons, to_on__isnull=True).select_related("dwelling")
    homes: dict[uuid.UUID, dict[str, str]] = {}
    for link in sorted(links, key=lambda link: (link.kind in LIVING, link.created_at)):
        where = entities.shown_door(viewer, link.dwelling)
        homes[link.person_id] = {
            "home": where if link.kind in LIVING else f"{where}，户籍在此",
            "residence_kind": dictionary.choice_label("person", "residence_kind", link.kind),
            HOUSEHOLD: str(outward(link.dwelling_id)) if link.kind in LIVING else "",
        }
    return homes


MOST_AT_HOME = 50_000
"""People whose households are counted: some 15 microseconds each, and a total has a second. A street has fewer."""


def _households(reader: Reader, persons: QuerySet[Person], n: int) -> int | None:
    """In how many households so many people live; told to whoever sees where they live."""
    if n > MOST_AT_HOME or _for_care(reader) is Shown.NOTHING:
        return None
    links = Residence.objects.filter(person__in=persons, to_on__isnull=True, kind__in=LIVING)
    return links.order_by().values("dwelling").distinct().count()


def _buildings(scope: str) -> QuerySet[Building]:
    return Building.objects.filter(grid__code__startswith=scope)


def _cells_of_buildings(
    viewer: Viewer, reader: Reader, records: Sequence[Building], names: Sequence[str]
) -> dict[uuid.UUID, dict[str, str]]:
    grids = territory.place_names({b.grid_id for b in records})
    standing = Dwelling.objects.filter(predicates.dwelling_active(), building__in=records)
    doors = dict(standing.order_by().values_list("building").annotate(n=Count("pk")))
    return {
        b.pk: {
            "name": b.name,
            "estate": b.estate,
            "grid": grids[b.grid_id],
            "n_floors": str(b.n_floors or ""),
            "n_doors": str(doors.get(b.pk, 0)),
            "ended_on": str(b.ended_on or ""),
        }
        for b in records
    }


_NAMED = Sort(code="name", label="按名称排", keys=("sort_key", "id"))
_OLDEST = Sort(code="verified", label="最久没核实的在前", keys=(days("verified_on"), "id"), by="verified_on")

PERSONS = Listing(
    code="person",
    label="人员",
    unit="人",
    fields=(
        *_of_dictionary("person"),
        ListField(
            name="home",
            label="住处",
            type=Type.TEXT,
            keys=_by_address,
            asks=_living_at,
            only=(Op.CONTAINS,),
            shown=_for_care,
        ),
        _verified_on(_for_care),
        GRID,
        _mark("checked", "证件号照证件核对过", lambda: Q(id_no_checked_on__isnull=False)),
        _mark("complete", "资料齐全（姓名、证件号、性别、出生日期）", predicates.person_complete),
    ),
    sorts=(
        Sort(code="name", label="按姓名排", keys=("sort_key", "id"), by="name"),
        Sort(code="grid", label="按网格排", keys=("grid_id", by_lot())),
        Sort(code="oldest", label="年长的在前", keys=(days("born_on"), "id"), by="born_on"),
        Sort(code="youngest", label="年幼的在前", keys=(days("born_on"), "id"), by="born_on", descending=True),
        _OLDEST,
    ),
    view=View(
        columns=("name", "sex", "born_on", "id_no", "phone", "home", "relation", "verified_on"),
        conditions=(Condition("status", Op.IS, ("active",)),),
        sort="name",
    ),
    records=_records(Person),
    cells=_cells,
    households=_households,
)
DOORS = Listing(
    code="dwelling",
    label="房屋",
    unit="户",
    fields=(
        ADDRESS,
        *_of_dictionary("dwelling"),
        ListField(name="status", label="在册状态", type=Type.CHOICE, path="status", choices=dict(Dwelling.STATUS)),
        _verified_on(),
        GRID,
    ),
    sorts=(Sort(code="walk", label="按走访顺序排", keys=("grid_id", "walk_key", "id")), _OLDEST),
    view=View(
        columns=("address", "usage", "area_m2", "owner_name", "verified_on", "grid"),
        conditions=(Condition("status", Op.IS, ("active", "strike_off_pending")),),
        sort="walk",
    ),
    records=_records(Dwelling),
    cells=_cells,
)
ORGANIZATIONS = Listing(
    code="organization",
    label="单位",
    unit="家",
    fields=(*_of_dictionary("organization"), PLACE, _verified_on(), GRID),
    sorts=(_NAMED, _OLDEST),
    view=View(
        columns=("name", "org_kind", "uscc", "address", "contact_name", "contact_phone", "verified_on"),
        conditions=(Condition("status", Op.IS, ("active",)),),
        sort="name",
    ),
    records=_records(Organization),
    cells=_cells,
)
SITES = Listing(
    code="site",
    label="重点场所",
    unit="处",
    fields=(*_of_dictionary("site"), PLACE, _verified_on(), GRID),
    sorts=(_NAMED, _OLDEST),
    view=View(columns=("name", "site_kind", "address", "contact_name", "contact_phone", "verified_on"), sort="name"),
    records=_records(Site),
    cells=_cells,
)
FACILITIES = Listing(
    code="facility",
    label="设施",
    unit="处",
    fields=(*_of_dictionary("facility"), PLACE, _verified_on(), GRID),
    sorts=(
        Sort(code="walk", label="按走访顺序排", keys=("grid_id", "walk_key", "id")),
        Sort(code="name", label="按类型、编号排", keys=("sort_key", "id")),
        _OLDEST,
    ),
    view=View(
        columns=("name", "facility_kind", "address", "spot", "keeper", "status", "grid"),
        conditions=(Condition("status", Op.IS_NOT, ("removed",)),),
        sort="walk",
    ),
    records=_records(Facility),
    cells=_cells,
)
BUILDINGS = Listing(
    code="building",
    label="楼栋",
    unit="栋",
    fields=(
        ListField(name="name", label="楼栋", type=Type.TEXT, is_asked=False),
        ListField(name="estate", label="小区", type=Type.TEXT, path="estate"),
        ListField(name="n_floors", label="层数", type=Type.NUMBER, path="n_floors"),
        ListField(name="n_doors", label="房屋（户）", type=Type.NUMBER, is_asked=False),
        ListField(name="ended_on", label="拆除日期", type=Type.DATE, path="ended_on"),
        GRID,
    ),
    sorts=(Sort(code="walk", label="按网格、小区、楼号排", keys=("grid_id", "estate", "key", "id")),),
    view=View(
        columns=("estate", "name", "n_floors", "n_doors", "grid"),
        conditions=(Condition("ended_on", Op.HAS_NOT),),
        sort="walk",
    ),
    records=_buildings,
    cells=_cells_of_buildings,
)
LISTS = {listing.code: listing for listing in (PERSONS, DOORS, ORGANIZATIONS, SITES, FACILITIES, BUILDINGS)}


def totals(viewer: Viewer, scope: str) -> list[tuple[Listing, int]]:
    """Each list with how many records it has in a scope, whatever is asked; a query each. Raises NotHere."""
    if not viewer.may(Verb.SEE_ROWS_MASKED, scope):
        raise NotHere
    return [(listing, listing.records(scope).order_by().count()) for listing in LISTS.values()]
