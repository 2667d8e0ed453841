"""Writing rows: COPY to insert many, one UPDATE … FROM a JSON record set to change columns; few go by kept statements.

The ORM's own bulk writes build statements that grow with rows × columns; these do not. Only actions may call them.
"""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import itertools
import json
import operator
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, connections, models
from django.db.models.base import ModelState

from gridwalk.core import plain

Row = TypeVar("Row", bound=models.Model)
Inserted = TypeVar("Inserted")
FEW = 16
"""Up to so many rows are inserted one by one, all in one message: COPY has to be answered three times."""


def insert(rows: Iterable[models.Model]) -> None:
    """Insert rows of one table. Raises IntegrityError; auto keys are not read back.

    Rows may be made lazily: PostgreSQL stores the first ones while the next are made; whoever makes them asks the
    database nothing meanwhile.
    """
    inserted, more = _begun(rows)
    if not inserted:
        return
    table, columns, fields = _inserted(type(inserted[0]))
    to = connections[connection.alias]  # not through the proxy, which is asked anew for every value
    if len(inserted) <= FEW:
        places = ", ".join(["%s"] * len(fields))
        sql = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 names come from the models
        with plain.cursor() as cursor:
            cursor.executemany(sql, [_values(fields, row, to) for row in inserted])
    else:
        sql = f"COPY {table} ({columns}) FROM STDIN"
        written = _written(type(inserted[0]))
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(sql) as copy:
            for row in inserted:
                copy.write_row(written(row) or _values(fields, row, to))
            for row in more:
                copy.write_row(written(row) or _values(fields, row, to))
                inserted.append(row)
    alias = connection.alias  # asked once: it is a proxy's
    for row in inserted:
        row._state.adding = False
        row._state.db = alias


def _begun(rows: Iterable[Inserted]) -> tuple[list[Inserted], Iterator[Inserted]]:
    """The first of the rows, so many that it is known whether they are few, and those that follow."""
    more = iter(rows)
    return list(itertools.islice(more, FEW + 1)), more


def insert_values(table: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of a table that nobody needs as such, by the values of all its ``columns`` (``grid_id``). Raises
    IntegrityError.

    Rows may be made lazily: PostgreSQL stores the first ones while the next are made; whoever makes them asks the
    database nothing meanwhile.
    """
    first, more = _begun(rows)
    if not first:
        return
    name, quoted, composed = _listed(table, tuple(columns))
    if len(first) <= FEW:
        places = ", ".join(["%s"] * len(columns))
        written = [_composed(row, composed) for row in first]
        with plain.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {name} ({quoted}) VALUES ({places})", written)  # noqa: S608 our names
        return
    sql = f"COPY {name} ({quoted}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(sql) as copy:
        for row in itertools.chain(first, more):
            copy.write_row(_composed(row, composed))


@functools.lru_cache(maxsize=64)
def _listed(table: type[models.Model], columns: tuple[str, ...]) -> tuple[str, str, list[int]]:
    """The table's name, these columns, and the places of those that hold JSON. Raises ValueError where one misses."""
    fields = {field.attname: field for field in table._meta.concrete_fields if not _is_auto(field)}
    if missing := fields.keys() ^ set(columns):
        raise ValueError(f"not the columns of {table.__name__}: {', '.join(sorted(missing))}")
    of_json = [place for place, column in enumerate(columns) if isinstance(fields[column], models.JSONField)]
    return connection.ops.quote_name(table._meta.db_table), ", ".join(_quoted(fields[c]) for c in columns), of_json


def _is_auto(field: models.Field[Any, Any]) -> bool:
    return field.primary_key and isinstance(field, models.AutoField)


def _composed(row: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    if not places:
        return row
    values = list(row)
    for place in places:
        values[place] = None if values[place] is None else _json(values[place])
    return values


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


@functools.lru_cache(maxsize=64)
def _inserted(table: type[models.Model]) -> tuple[str, str, list[_Inserted]]:
    """The table's name, the columns an insert names, and their fields."""
    meta = table._meta
    fields = [f for f in meta.concrete_fields if not _is_auto(f)]
    fields.sort(key=_is_composed)  # last, for ``_written`` writes them out one by one
    inserted = [_Inserted(f.attname, f, _as_it_is(f), _is_stamped(f)) for f in fields]
    return connection.ops.quote_name(meta.db_table), ", ".join(_quoted(f) for f in fields), inserted


class _Inserted(NamedTuple):
    """A field of a row to be written; of the types ``as_it_is`` the driver takes its values as they stand."""

    name: str
    field: models.Field[Any, Any]
    as_it_is: frozenset[type]
    is_stamped: bool
    """Whether saving sets it."""


def _values(fields: Sequence[_Inserted], row: models.Model, to: Any) -> list[Any]:
    """The row as the driver takes it; asking a field costs more than writing the value, so only where it adds
    something.
    """
    return [
        value
        if type(value := field.pre_save(row, add=True) if is_stamped else getattr(row, name)) in as_it_is
        else field.get_db_prep_save(value, to)
        for name, field, as_it_is, is_stamped in fields
    ]


def _is_composed(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, (models.JSONField, ArrayField))


@functools.lru_cache(maxsize=64)
def _written(table: type[models.Model]) -> Callable[[models.Model], list[Any] | None]:
    """What gives the values of a row as COPY takes them; None where one has to be asked of its field.

    The driver writes JSON and lists in Python, value by value; written out here they cost a fifth, and the others of a
    row are looked at together.
    """
    _, _, fields = _inserted(table)
    simple = [f.name for f in fields if not _is_composed(f.field)]
    composed = [(f.name, plain.array if isinstance(f.field, ArrayField) else _json) for f in fields[len(simple) :]]
    if len(simple) < 2 or any(f.is_stamped for f in fields):
        return lambda _: None
    values_of = operator.attrgetter(*simple)

    def written(row: models.Model) -> list[Any] | None:
        values = [*values_of(row)]
        if not _AS_IT_IS.issuperset(map(type, values)):
            return None
        for name, write in composed:
            value = getattr(row, name)
            values.append(None if value is None else write(value))
        return values

    return written


def row(table: type[Row], **values: Any) -> Row:
    """A row of a table that is still to be inserted, by its columns (``grid_id``): for thousands, at a tenth of what
    the class itself takes, which sets each column through its descriptor and tells whoever listens. Raises TypeError.
    """
    constants, factories = _defaults(table)
    new = table.__new__(table)
    columns = new.__dict__
    columns.update(constants)
    columns.update(values)
    for name, factory in factories:
        if name not in values:
            columns[name] = factory()
    if len(columns) != len(constants) + len(factories):
        raise TypeError(f"no such column of {table.__name__}: {', '.join(values.keys() - constants.keys())}")
    new._state = ModelState()
    return new


@functools.lru_cache(maxsize=64)
def _defaults(table: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """The columns with what stands in them unless it is said, and what makes those that are new each time."""
    fields = table._meta.concrete_fields
    factories = {f.attname: f.default for f in fields if f.has_default() and callable(f.default)}
    return {f.attname: f.get_default() for f in fields if f.attname not in factories}, [*factories.items()]


def _is_stamped(field: models.Field[Any, Any]) -> bool:
    return bool(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False))


def begin(rows: Sequence[models.Model]) -> None:
    """Insert rows of one table, leaving those alone that are there already."""
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, ignore_conflicts=True)


_AS_IT_IS = frozenset({str, int, bool, uuid.UUID, dt.datetime, dt.date, type(None)})


def _as_it_is(field: models.Field[Any, Any]) -> frozenset[type]:
    return frozenset({type(None)}) if isinstance(field, models.JSONField) else _AS_IT_IS


def update(rows: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Save ``columns`` (field names) of rows of one table, found by primary key, in one statement."""
    if not rows or not columns:
        return
    sql, fields = _changed(type(rows[0]), tuple(dict.fromkeys(columns)))
    records = [{"pk_": row.pk, **{f.column: _plain(f, getattr(row, f.attname)) for f in fields}} for row in rows]
    document = json.dumps(records, ensure_ascii=False, default=_default)
    with plain.cursor() if len(rows) <= FEW else connection.cursor() as cursor:
        cursor.execute(sql, [document])


@functools.lru_cache(maxsize=128)
def _changed(table: type[models.Model], columns: tuple[str, ...]) -> tuple[str, list[models.Field[Any, Any]]]:
    """The statement that saves these columns, and their fields."""
    meta, quote = table._meta, connection.ops.quote_name
    fields = [cast("models.Field[Any, Any]", meta.get_field(name)) for name in columns]
    types = ", ".join(
        f"{_quoted(f)} {f.rel_db_type(connection) if f.is_relation else f.db_type(connection)}" for f in fields
    )
    pk_type = meta.pk.rel_db_type(connection)
    sets = ", ".join(f"{_quoted(f)} = v.{_quoted(f)}" for f in fields)
    sql = (
        f"UPDATE {quote(meta.db_table)} t SET {sets} "  # noqa: S608 names come from the models
        f"FROM jsonb_to_recordset(%s::jsonb) AS v(pk_ {pk_type}, {types}) WHERE t.{_quoted(meta.pk)} = v.pk_"
    )
    return sql, fields


def advance(
    table: type[models.Model], column: str, days: Mapping[uuid.UUID, dt.date], *, also: str
) -> dict[uuid.UUID, tuple[dt.date | None, Any]]:
    """Set a day per row where none or an earlier one stands, in one statement; what it was, with the
    column ``also``.
    """
    if not days:
        return {}
    name, quote = connection.ops.quote_name(table._meta.db_table), connection.ops.quote_name
    sql = (
        f"UPDATE {name} t SET {quote(column)} = v.day FROM (SELECT o.id, o.{quote(column)} AS old, "  # noqa: S608
        f"o.{quote(also)} AS also, j.day "
        f"FROM unnest(%s::uuid[], %s::date[]) AS j(id, day) JOIN {name} o ON o.id = j.id "
        f"WHERE o.{quote(column)} IS NULL OR o.{quote(column)} <= j.day) v WHERE t.id = v.id RETURNING v.id, "
        "v.old, v.also"
    )
    with plain.cursor() if len(days) <= FEW else connection.cursor() as cursor:
        cursor.execute(sql, [list(days), list(days.values())])
        return {pk: (old, other) for pk, old, other in cursor.fetchall()}


def refresh_statistics(*tables: type[models.Model], n_new: int | None = None) -> None:
    """Let the planner see what a load has brought: until it has, a list over fresh tables may take a minute.

    ``n_new``: rows by which each may have grown. Where they are less than half of what the planner counts already, its
    plans still fit, and the server looks again by itself.
    """
    names = {table._meta.db_table for table in tables}
    with connection.cursor() as cursor:
        if n_new is not None:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE oid = ANY(%s::text[]::regclass[]) AND reltuples > %s",
                [[connection.ops.quote_name(name) for name in names], 2 * n_new],
            )
            names -= {name for (name,) in cursor.fetchall()}
        grown = sorted((t for t in tables if t._meta.db_table in names), key=lambda table: table._meta.db_table)
        if grown:
            cursor.execute(f"ANALYZE {', '.join(map(_planned, grown))}")


def _planned(table: type[models.Model]) -> str:
    """The table with the columns that plans hang on: of what is composed or sealed, statistics cost most and tell
    nothing.
    """
    columns = [f for f in table._meta.concrete_fields if not _is_composed(f) and not isinstance(f, models.TextField)]
    return f"{connection.ops.quote_name(table._meta.db_table)} ({', '.join(map(_quoted, columns))})"


def _quoted(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


def _plain(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, ArrayField):
        return None if value is None else list(value)
    return value


def _default(value: Any) -> str:
    if isinstance(value, (dt.date, dt.datetime, dt.time)):
        return value.isoformat()
    if isinstance(value, (uuid.UUID, decimal.Decimal)):
        return str(value)
    raise TypeError(type(value).__name__)
