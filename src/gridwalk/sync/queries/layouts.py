"""How a record of each kind becomes a row of the phone: its place and state, named here, and the fields of the
dictionary that phones keep.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Cast

from gridwalk.campaigns.models import Target
from gridwalk.core import envelope
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.dictionary.types import Column, Field, Shown
from gridwalk.registry import columns
from gridwalk.registry.models import Residence
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits import rules as visits
from gridwalk.visits.models import Visit

Row = dict[str, Any]
TABLES: Mapping[str, type[models.Model]] = {
    **columns.TABLES,
    "building": Building,
    "stairwell": Stairwell,
    "residence": Residence,
    "target": Target,
    "visit": Visit,
}
STRUCTURE: Mapping[str, Mapping[str, str]] = {
    "building": {"id": "id", "estate": "estate", "name": "name", "n_floors": "n_floors"},
    "stairwell": {"id": "id", "building": "building_id", "name": "name", "entrance": "entrance"},
    "dwelling": {
        "id": "id",
        "building": "building_id",
        "stairwell": "stairwell_id",
        "floor": "floor",
        "room": "room",
        "address": "address",
        "order": "walk_key",
        "vacancy_source": "vacancy_source",
        "vacancy_confirmed_on": "vacancy_confirmed_on",
        "verified_on": "verified_on",
        "last_contact_on": "last_contact_on",
        "status": "status",
        "heads": "heads",
    },
    "person": {
        "id": "id",
        "id_no_checked_on": "id_no_checked_on",
        "status_pending": "status_pending",
        "verified_on": "verified_on",
        "heads": "heads",
    },
    "residence": {
        "id": "id",
        "person": "person_id",
        "dwelling": "dwelling_id",
        "residence_kind": "kind",
        "since": "from_on",
    },
    "organization": {
        "id": "id",
        "address": "address",
        "dwelling": "dwelling_id",
        "last_contact_on": "last_contact_on",
        "verified_on": "verified_on",
        "heads": "heads",
    },
    "site": {
        "id": "id",
        "address": "address",
        "last_contact_on": "last_contact_on",
        "verified_on": "verified_on",
        "heads": "heads",
    },
    "target": {
        "id": "id",
        "place_kind": "kind",
        "place": "entity",
        "state": "state",
        "outcome": "outcome",
        "n_visits": "n_visits",
        "bands": "bands",
        "revisit_at": "revisit_at",
        "planned_on": "planned_on",
        "planned_band": "planned_band",
        "assignee": "assignee_id",
        "note": "note",
    },
    "visit": {
        "id": "id",
        "place_kind": "kind",
        "place": "entity",
        "outcome": "outcome",
        "at": "at",
        "n_confirmed": "n_confirmed",
        "n_changed": "n_changed",
    },
}
"""Kind → name on the wire → column, of what is no field of the dictionary."""


def moment(value: dt.datetime | None) -> str | None:
    """A moment in UTC to the second, spelled one way."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value is not None else None


def band(value: dt.datetime) -> str | None:
    """The moment of a visit as somebody else than its author is told it: when its time band began (red line 2)."""
    return moment(visits.band_began(value))


def _number(value: Decimal) -> Any:
    return columns.plain(Column.NUMBER, value)


_AS_TEXT = (models.UUIDField, models.ForeignKey, models.JSONField)
"""Columns that come as the database spells them: a grid has thousands of ids, and to make each and spell it again takes
as long as all the rest of its row.
"""
_SPELLED: Sequence[tuple[type[models.Field], Callable[[Any], Any]]] = (  # type: ignore[type-arg]
    (models.JSONField, orjson.loads),
    (models.DateTimeField, moment),
    (models.DateField, dt.date.isoformat),
    (models.DecimalField, _number),
    (ArrayField, list),
)
"""How values of a column are spelled in JSON, the narrower type first; of the rest they are as they are."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layout:
    """A kind's columns and their names on the wire, in one order.

    ``columns``: as they are asked for; ``attributes``: as the table names them. ``spelled``: what JSON spells otherwise
    than the table; ``sealed``: fields to be opened and masked. ``fixed``: what every row of the kind carries.
    """

    columns: tuple[str | Cast, ...]
    attributes: tuple[str, ...]
    names: tuple[str, ...]
    spelled: tuple[tuple[str, Callable[[Any], Any]], ...]
    sealed: tuple[tuple[str, Field], ...]
    fixed: Mapping[str, Any]

    def asked(self, chosen: models.QuerySet[Any]) -> models.QuerySet[Any, tuple[Any, ...]]:
        """The query of what the rows of some records say."""
        return chosen.values_list(*self.columns)

    def rows(self, chosen: models.QuerySet[Any]) -> Iterator[Row]:
        """The rows of some records; one query."""
        return map(self.row, self.asked(chosen))

    def row(self, values: Sequence[Any]) -> Row:
        """One record, its values in the order of ``columns``."""
        row = dict(zip(self.names, values, strict=True))
        for name, field in self.sealed:
            row[name] = _opened(field, row["id"], row[name])
        for name, spell in self.spelled:
            if row[name] is not None:
                row[name] = spell(row[name])
        row.update(self.fixed)
        return row


@functools.cache
def of(kind: str) -> Layout:
    """The layout of a kind."""
    table = TABLES[kind]
    is_record = kind in columns.TABLES
    cells = dict(STRUCTURE[kind])
    sealed: list[tuple[str, Field]] = []
    masks: list[tuple[str, Callable[[Any], Any]]] = []
    for field in dictionary.on_phone(kind) if is_record else ():
        amount = sight.of(field, sight.ON_PHONE)
        if amount is Shown.NOTHING:
            continue
        if field.column is Column.SEALED:
            name = f"{field.name}_mask"
            cells[name] = f"{field.name}_sealed"
            sealed.append((name, field))
        else:
            cells[field.name] = field.name
            if amount is Shown.MASKED and field.mask:
                masks.append((field.name, field.mask))
    return Layout(
        columns=tuple(_asked_for(table, cells.values())),
        attributes=tuple(cells.values()),
        names=tuple(cells),
        spelled=(*_spelled(table, cells), *masks),
        sealed=tuple(sealed),
        fixed={"kind": kind, "extra": {}} if is_record else {"kind": kind},
    )


def shape() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """By kind the names on the wire."""
    return tuple((kind, tuple(sorted(of(kind).names))) for kind in STRUCTURE)


_JSON: Sequence[tuple[type[models.Field[Any, Any]], dict[str, Any]]] = (
    (ArrayField, {"type": "array", "items": {"type": "string"}}),
    (models.JSONField, {"type": "object", "additionalProperties": {"type": "string"}}),
    (models.IntegerField, {"type": "integer"}),
)
"""What JSON makes of a column; anything else is text."""
_PLACE_KIND = {"enum": ["dwelling", "organization", "site"]}
_EXTRA = {
    "type": "object",
    "additionalProperties": {"anyOf": [{"type": kind} for kind in ("string", "number", "null")]},
}
SOMETIMES = {"person": {"guest": "the person is registered in another grid"}, "visit": {"waiting": "not decided yet"}}
"""Marks that some rows of a kind carry."""


def schema(kind: str) -> dict[str, Any]:
    """The JSON schema of a kind's rows. Of a guest only the name and the status are known."""
    layout = of(kind)
    types = {column.attname: column for column in TABLES[kind]._meta.concrete_fields}
    masked = {name for name, _ in layout.sealed}
    properties: dict[str, Any] = {"kind": {"const": kind}}
    for name, column in zip(layout.names, layout.attributes, strict=True):
        json = _PLACE_KIND if name == "place_kind" else _json_of(types[column])
        may_be_null = types[column].null and name not in masked
        properties[name] = {"anyOf": [json, {"type": "null"}]} if may_be_null else json
    if "extra" in layout.fixed:
        properties["extra"] = _EXTRA
    if kind == "person":
        for name in properties.keys() - {"kind", "id", "name", "status"}:
            properties[name] = {**properties[name], "x-optional": True}
    if kind == "visit":
        properties["nth"] = {"type": "integer"}
    for name, what in SOMETIMES.get(kind, {}).items():
        properties[name] = {"const": True, "description": what, "x-optional": True}
    required = [name for name, json in properties.items() if "x-optional" not in json]
    return {"title": kind.capitalize(), "type": "object", "properties": properties, "required": required}


def _json_of(column: models.Field[Any, Any]) -> dict[str, Any]:
    return next((json for type_, json in _JSON if isinstance(column, type_)), {"type": "string"})


def _asked_for(table: type[models.Model], attributes: Iterable[str]) -> Iterator[str | Cast]:
    types = {column.attname: column for column in table._meta.concrete_fields}
    for name in attributes:
        yield Cast(name, models.TextField()) if isinstance(types[name], _AS_TEXT) else name


def _spelled(table: type[models.Model], cells: Mapping[str, str]) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    types = {column.attname: column for column in table._meta.concrete_fields}
    for name, column in cells.items():
        spell = next((how for type_, how in _SPELLED if isinstance(types[column], type_)), None)
        spell = band if (table, column) == (Visit, "at") else spell
        if spell is not None:
            yield name, spell


def _opened(field: Field, record: Any, sealed: str) -> str:
    if not sealed:
        return ""
    table = columns.TABLES[field.kind]._meta.db_table
    value = envelope.open_(sealed, table=table, column=field.name, row=record)
    return dictionary.show(field.kind, field.name, value, sight.ON_PHONE)
