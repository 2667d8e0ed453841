"""Where envelopes lie: every text column named ``*_sealed`` and every JSON column, found in the models themselves.

The place an envelope is bound to follows from where it lies (``core.envelope``, ``core.records``): table, column,
row; in JSON the column is ``column.field``. A model whose envelopes are bound to another row name has a method
``envelope_row``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import models

from gridwalk.core import envelope

SUFFIX = "_sealed"
_OTHERS: dict[tuple[str, str], tuple[str, str]] = {("mfa_authenticator", "data"): ("data", "secret")}
"""Tables of other programs: (table, column) → the column and row their envelopes are bound to."""


@dataclasses.dataclass(frozen=True)
class Column:
    """A column in which envelopes may lie."""

    model: type[models.Model]
    name: str
    is_json: bool


def columns() -> Iterator[Column]:
    """Every column of every table in which envelopes may lie."""
    for model in apps.get_models():
        if not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:  # a parent's columns lie in its own table
            if isinstance(field, models.JSONField):
                yield Column(model, field.name, is_json=True)
            elif field.name.endswith(SUFFIX) and isinstance(field, models.TextField):
                yield Column(model, field.name, is_json=False)


def resealed(column: Column, row: models.Model, stored: Any, active: str) -> Any:
    """``stored`` with every envelope of another key sealed under ``active``. Raises envelope.EnvelopeError."""
    table = row._meta.db_table
    given: Callable[[], str] | None = getattr(row, "envelope_row", None)
    name = given() if given else str(row.pk)
    if not column.is_json:
        return _again(stored, active, table, column.name.removesuffix(SUFFIX), name)
    other = _OTHERS.get((table, column.name))
    if other:
        return _deep(stored, lambda value: _again(value, active, table, *other))
    if isinstance(stored, dict):
        return {
            key: _again(value, active, table, f"{column.name}.{key}", name) if isinstance(value, str) else value
            for key, value in stored.items()
        }
    if isinstance(stored, str):
        return _again(stored, active, table, f"{column.name}.{getattr(row, 'field', '')}", name)
    return stored


def _deep(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _deep(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_deep(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value


def _again(value: str, active: str, table: str, column: str, row: str) -> str:
    if not envelope.is_sealed(value) or value.split("|")[2] == active:
        return value
    return envelope.seal(
        envelope.open_(value, table=table, column=column, row=row), table=table, column=column, row=row
    )
