"""How a field of the dictionary lies in the columns of its table: sealed, indexed, keyed; no mask is kept."""

from __future__ import annotations

import datetime as dt
import functools
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from gridwalk.core import clock, envelope
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.sight import Reader
from gridwalk.dictionary.types import Column, Shown
from gridwalk.method import dates, names, search_keys
from gridwalk.registry.models import Dwelling, Entity, Facility, Organization, Person, Site

TABLES: dict[str, type[Entity]] = {
    "dwelling": Dwelling,
    "person": Person,
    "organization": Organization,
    "site": Site,
    "facility": Facility,
}
NUMBERS = {"person": ("id_no", "id_no_index"), "organization": ("uscc", "uscc")}
"""Kind → the field (and the column it is found by) that only one standing entity may have."""
TAIL = 4
TAILS = {"id_no": "n", "phone": "t", "contact_phone": "t"}
"""Sealed field → the prefix of the search key of its last four."""
INDEX_PURPOSE = {f.name: f.index for kind in TABLES for f in dictionary.fields(kind) if f.index}
"""Sealed field → what its blind index is keyed by; fields of one purpose find each other."""


def read(entity: Entity, field: str) -> Any:
    """The canonical value of a field, in the clear (JSON-able); mask before showing."""
    column = dictionary.column(entity.KIND, field)
    if column is Column.SEALED:
        return entity.unseal(field)
    value = getattr(entity, field)
    return value if value is None else plain(column, value)


UNOPENED = "打不开"
"""What stands for a number whose key is not there."""


def shown(entity: Entity, field: str, reader: Reader) -> str:
    """A field as a reader sees it. A number is opened and then masked: no mask of it is stored.

    Without the keys the rest of a page still reads, so that the office goes on until they are put back.
    """
    try:
        value = read(entity, field)
    except envelope.EnvelopeError:
        return UNOPENED
    if field == "born_on" and dictionary.shown(entity.KIND, field, reader) is Shown.MASKED:
        return dates.mask(str(value or ""), on_record=clock.local_date(entity.created_at).year)
    return dictionary.show(entity.KIND, field, value, reader)


def plain(column: Column, value: Any) -> Any:
    """The canonical value of what a column holds: dates and numbers as text."""
    if column is Column.DATE:
        return str(value)
    if column is Column.NUMBER:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return value


def from_text(kind: str, field: str, value: Any) -> Any:
    """The canonical value of what a side of a comparison holds, where everything is text."""
    return int(value) if value and dictionary.column(kind, field) is Column.WHOLE else value


def write(entity: Entity, field: str, value: Any) -> set[str]:
    """Set a field from its canonical value; returns the columns that changed."""
    changed = _write(entity, field, value)
    return changed | rekey(entity) if _makes_keys(entity.KIND, field) else changed


def write_all(entity: Entity, values: Mapping[str, Any], seal: envelope.Sealer) -> None:
    """Set the fields of a new entity; its search keys are made once, from what is at hand in the clear. ``seal``: what
    seals its numbers.
    """
    ways = _ways(entity.KIND, tuple(values))
    for field, way in ways.fields:
        value = values[field]
        if way.is_sealed:
            _write_sealed(entity, field, value, seal(value, f"{ways.table}|{field}|{entity.id}"))
        else:
            value = way.of(value)
            setattr(entity, field, value)
        if way.follows:
            way.follows(entity, value)
    if ways.makes_keys:
        rekey(entity, clear=values)


class _Ways(NamedTuple):
    """How new entities of a kind of which the same fields are known are written."""

    table: str
    fields: list[tuple[str, _Way]]
    makes_keys: bool


@functools.lru_cache(maxsize=512)
def _ways(kind: str, fields: tuple[str, ...]) -> _Ways:
    ways = [(field, _way(kind, field)) for field in fields]
    return _Ways(TABLES[kind]._meta.db_table, ways, any(_makes_keys(kind, field) for field in fields))


@functools.lru_cache(maxsize=512)
def _makes_keys(kind: str, field: str) -> bool:
    return field == "name" or field in TAILS or (kind, field) == ("facility", "facility_kind")


def _write(entity: Entity, field: str, value: Any) -> set[str]:
    """The same without search keys."""
    way = _way(entity.KIND, field)
    if way.is_sealed:
        changed = _write_sealed(entity, field, value or "", entity.seal(field, value or ""))
    else:
        changed = {field}
        value = way.of(value)
        setattr(entity, field, value)
    return changed | way.follows(entity, value) if way.follows else changed


class _Way(NamedTuple):
    """How values of a field come into the columns of its table. ``today``: values of once and what they are now."""

    is_sealed: bool
    empty: Any
    today: Mapping[Any, Any]
    stored: Callable[[Any], Any]
    follows: Callable[[Any, Any], set[str]] | None

    def of(self, value: Any) -> Any:
        """What stands in the column for a canonical value."""
        return self.empty if value is None or value == "" else self.stored(self.today.get(value, value))


@functools.lru_cache(maxsize=512)
def _way(kind: str, field: str) -> _Way:
    declared, column = dictionary.find(kind, field), dictionary.column(kind, field)
    return _Way(
        is_sealed=column is Column.SEALED,
        empty=_EMPTY.get(column, ""),
        today=(declared.former or {}) if declared else {},
        stored=_FROM_PLAIN.get(column, _as_it_is),
        follows=_FOLLOWS.get((kind, field)),
    )


_EMPTY: Mapping[Column, Any] = {Column.DATE: None, Column.NUMBER: None, Column.WHOLE: None}


def _as_it_is(value: Any) -> Any:
    return value


_FROM_PLAIN: Mapping[Column, Callable[[Any], Any]] = {
    Column.DATE: dt.date.fromisoformat,
    Column.NUMBER: Decimal,
    Column.WHOLE: int,
}


def _unprove_vacancy(entity: Any, occupancy: Any) -> set[str]:
    if occupancy == "vacant":
        return set()
    entity.vacancy_source, entity.vacancy_confirmed_on = "", None
    return {"vacancy_source", "vacancy_confirmed_on"}


def _uncheck_number(entity: Any, _: Any) -> set[str]:
    entity.id_no_checked_on = None
    return {"id_no_checked_on"}


def _unend(entity: Any, status: Any) -> set[str]:
    if status != "active":
        return set()
    entity.ended_on = None
    return {"ended_on"}


def rekey(entity: Entity, *, clear: Mapping[str, Any] | None = None) -> set[str]:
    """Make the entity's search keys anew: its name and pinyin or its address, and the last four of its
    numbers, blind. ``clear``: all its numbers, where nothing has to be opened.
    """
    if isinstance(entity, Dwelling):
        keys = search_keys.of_address(entity.address_key)
    else:
        keys = search_keys.of_name(entity.title if isinstance(entity, Facility) else str(getattr(entity, "name", "")))
    numbers = [field for field in TAILS if hasattr(entity, f"{field}_sealed")]
    tails = {f: (entity.unseal(f) if clear is None else str(clear.get(f) or ""))[-TAIL:] for f in numbers}
    entity.search_keys = sorted(keys | {tail_key(field, tail) for field, tail in tails.items() if len(tail) == TAIL})
    return {"search_keys"}


def tail_key(field: str, tail: str) -> str:
    """The key of a number's last four characters, without saying them: of ID numbers another one than of telephones."""
    prefix = TAILS[field]
    purpose = "last_four" if prefix == "t" else f"last_four|{field}"
    return f"{prefix}:{envelope.blind_index(tail.upper(), purpose=purpose)}"


def holders(kind: str, values: Iterable[Any]) -> dict[str, uuid.UUID]:
    """Who holds which of these numbers (``NUMBERS``), among standing entities: what ``number_key`` says → entity."""
    keys = {number_key(kind, value) for value in values} - {""}
    if not keys:
        return {}
    column = NUMBERS[kind][1]
    table: Any = TABLES[kind]
    rows = table._default_manager.filter(**{f"{column}__among": keys}).exclude(**{column: ""})
    rows = rows.exclude(status="struck_off") if kind == "person" else rows.filter(status="active")
    return dict(rows.values_list(column, "id"))


def is_number(kind: str, field: str) -> bool:
    """Whether only one standing entity may have a value of this field."""
    return field == NUMBERS.get(kind, ("", ""))[0]


def number_key(kind: str, value: Any) -> str:
    """What a number is found by: its blind index where it is sealed."""
    field = NUMBERS[kind][0]
    return index_of(field, value) if field in INDEX_PURPOSE else str(value or "")


def index_of(field: str, value: Any) -> str:
    """What the index column of a sealed field holds for a value; "" for none."""
    return envelope.blind_index(str(value or ""), purpose=INDEX_PURPOSE[field])


def value_hash(value: Any) -> str:
    """What tells that two claims say the same, without saying what."""
    return envelope.blind_index(json.dumps(value, ensure_ascii=False), purpose="claim")


def _write_sealed(entity: Entity, field: str, value: str, sealed: str) -> set[str]:
    setattr(entity, f"{field}_sealed", sealed)
    setattr(entity, f"{field}_index", index_of(field, value))
    return {f"{field}_sealed", f"{field}_index"}


def _sort_facility(entity: Any, _: Any) -> set[str]:
    entity.sort_key = names.sort_key(entity.title)[:200]
    return {"sort_key"}


def _key_person(entity: Any, name: Any) -> set[str]:
    entity.name_key, entity.sort_key = names.key(str(name)), names.sort_key(str(name))[:120]
    return {"name_key", "sort_key"}


def _key_organization(entity: Any, name: Any) -> set[str]:
    entity.name_key, entity.sort_key = names.organization_key(str(name))[:160], names.sort_key(str(name))[:200]
    return {"name_key", "sort_key"}


def _sort_site(entity: Any, name: Any) -> set[str]:
    entity.sort_key = names.sort_key(str(name))[:200]
    return {"sort_key"}


_FOLLOWS: Mapping[tuple[str, str], Callable[[Any, Any], set[str]]] = {
    ("dwelling", "occupancy"): _unprove_vacancy,
    ("person", "name"): _key_person,
    ("person", "id_no"): _uncheck_number,
    ("person", "status"): _unend,
    ("organization", "name"): _key_organization,
    ("site", "name"): _sort_site,
    ("facility", "name"): _sort_facility,
    ("facility", "facility_kind"): _sort_facility,
}
"""(Kind, field) → what sets the columns that hang on it, and tells which: keys of a name, the proof of a vacancy, the
check of a number, the day of an end.
"""
