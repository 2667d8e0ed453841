"""Rows of a table by a condition written out, for the path every visit takes.

Building a query through the ORM costs more than answering it there; this keeps the statement and still returns models.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.db.models.base import ModelState

Model = TypeVar("Model", bound=models.Model)


def _open() -> CursorWrapper:
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        bound = cast(Any, ServerBindingCursor)(connection.connection)
    opened: CursorWrapper = cast(Any, connection)._prepare_cursor(bound)
    return opened


@contextmanager
def cursor() -> Iterator[CursorWrapper]:
    """A cursor whose statements PostgreSQL plans once a connection and keeps, for those that are run on every visit.

    Parameters go beside the statement, not into it, so it must say their type where PostgreSQL cannot tell
    (``%s::uuid[]``).
    """
    with _open() as opened:
        yield opened


@contextmanager
def together() -> Iterator[None]:
    """Statements inside go to the server without waiting for each answer; an error is raised at the next read or
    at the end.

    For statements of this module and of ``bulk`` (few rows) that do not depend on what another one said; reading an
    answer sends what stands before it.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def ask(sql: str, params: Sequence[Any]) -> Callable[[], list[tuple[Any, ...]]]:
    """Send a statement; calling what comes back reads its rows, once."""
    asked = _open()
    asked.execute(sql, params)

    def read() -> list[tuple[Any, ...]]:
        with asked:
            rows: list[tuple[Any, ...]] = asked.fetchall()
            return rows

    return read


def ask_for(table: type[Model], where: str, params: Sequence[Any]) -> Callable[[], list[Model]]:
    """Ask for the rows of ``table`` for which ``where`` holds (columns of ``t``; it may order, limit and lock)."""
    sql, names, converters = _statement(table, where)
    asked = ask(sql, params)

    def read() -> list[Model]:
        rows: Sequence[Sequence[Any]] = asked()
        if converters:
            rows = [_converted(row, converters) for row in rows]
        alias = connection.alias  # asked once: it is a proxy's
        return [_loaded(table, names, row, alias) for row in rows]

    return read


def _loaded(table: type[Model], names: Sequence[str], values: Sequence[Any], alias: str) -> Model:
    """A row as it is stored. Its class would set every column through a descriptor and tell whoever listens: nobody."""
    row = table.__new__(table)
    row.__dict__.update(zip(names, values, strict=True))
    row._state = ModelState()
    row._state.adding, row._state.db = False, alias
    return row


def array(values: Sequence[object]) -> str:
    """An array of texts or ids as PostgreSQL reads it."""
    if values and isinstance(values[0], uuid.UUID):
        return "{" + ",".join(map(str, values)) + "}"
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join([f'"{value}"' for value in quoted]) + "}"


def select(table: type[Model], where: str, params: Sequence[Any]) -> list[Model]:
    """The rows of ``table`` for which ``where`` holds, read at once."""
    return ask_for(table, where, params)()


Converters = tuple[tuple[int, Callable[[Any, Any, Any], Any], Any], ...]
"""Which places of a row are not yet values of ours, how they become so, and the columns they are."""


@functools.lru_cache(maxsize=64)
def _statement(table: type[models.Model], where: str) -> tuple[str, list[str], Converters]:
    fields = table._meta.concrete_fields
    quote = connection.ops.quote_name
    columns = ", ".join(f"t.{quote(str(field.column))}" for field in fields)
    converters = tuple(
        (place, convert, None)
        for place, field in enumerate(fields)
        if (convert := getattr(field, "from_db_value", None)) is not None
    )
    sql = f"SELECT {columns} FROM {quote(table._meta.db_table)} t WHERE {where}"  # noqa: S608 ours, not typed
    return sql, [field.attname for field in fields], converters


class Query:
    """A query of the ORM, built once and asked with other values each time: what it says stands in one place only.

    ``build`` makes it from values by name and ends with ``values_list``; ``examples``: one of each, which stands
    nowhere else in the query and is sent as it is. Raises ValueError where one is not.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **examples: Any) -> None:
        self._build, self._examples = build, examples

    def ask(self, **values: Any) -> Callable[[], list[tuple[Any, ...]]]:
        """Send it with these values; calling what comes back reads its rows, once."""
        sql, places, converters = self._statement
        asked = ask(sql, [values[place] if named else place for named, place in places])
        return (lambda: [tuple(_converted(row, converters)) for row in asked()]) if converters else asked

    @functools.cached_property
    def _statement(self) -> tuple[str, list[tuple[bool, Any]], Converters]:
        """The statement; its parameters, of which some are names of values; how columns become values."""
        compiler = self._build(**self._examples).query.get_compiler(connection.alias)
        sql, params = compiler.as_sql()
        names = {example: name for name, example in self._examples.items()}
        places = [(param in names, names.get(param, param)) for param in params]
        if lost := self._examples.keys() - {place for named, place in places if named}:
            raise ValueError(f"not in the query: {', '.join(sorted(lost))}")
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        of_each = [(place, how, column) for place, (every, column) in converters.items() for how in every]
        return sql, places, tuple(of_each)


def _converted(row: Sequence[Any], converters: Converters) -> list[Any]:
    values = list(row)
    for place, convert, column in converters:
        values[place] = convert(values[place], column, connection)
    return values
