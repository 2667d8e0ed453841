"""Rows of a table by a condition written out, for the path every visit takes.

Building a query through the ORM costs more than answering it there; this keeps the statement and still returns models.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connection, models

Model = TypeVar("Model", bound=models.Model)


def select(table: type[Model], where: str, params: Sequence[Any]) -> list[Model]:
    """The rows of ``table`` for which ``where`` holds (columns of ``t``; it may order, limit and lock)."""
    sql, names, converters = _statement(table, where)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    if converters:
        rows = [_converted(row, converters) for row in rows]
    return [table.from_db(connection.alias, names, row) for row in rows]


Converter = Callable[[Any, Any, Any], Any]


@functools.lru_cache(maxsize=64)
def _statement(table: type[models.Model], where: str) -> tuple[str, list[str], tuple[tuple[int, Converter], ...]]:
    fields = table._meta.concrete_fields
    quote = connection.ops.quote_name
    columns = ", ".join(f"t.{quote(str(field.column))}" for field in fields)
    converters = tuple(
        (place, convert)
        for place, field in enumerate(fields)
        if (convert := getattr(field, "from_db_value", None)) is not None
    )
    sql = f"SELECT {columns} FROM {quote(table._meta.db_table)} t WHERE {where}"  # noqa: S608 written by the caller's code
    return sql, [field.attname for field in fields], converters


def _converted(row: Sequence[Any], converters: Sequence[tuple[int, Converter]]) -> list[Any]:
    values = list(row)
    for place, convert in converters:
        values[place] = convert(values[place], None, connection)
    return values
