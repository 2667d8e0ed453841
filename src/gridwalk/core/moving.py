"""Rows that change hands, with what they were before, so that all of it can be taken back. Only actions may call it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import models

from gridwalk.core import bulk
from gridwalk.core.actions import Writing

UNTOLD = frozenset({"heads", "search_keys", "sort_key", "name_key", "walk_key"})
"""Columns derived from others: history does not tell of them."""


@dataclasses.dataclass(frozen=True)
class Moved:
    """What some columns of a row were and became, JSON-able. ``kind``: whose history tells it, "" for nobody's."""

    table: str
    row: str
    kind: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]


class Moves:
    """The rows one action moves, in order."""

    def __init__(self, writing: Writing, reason: str) -> None:
        self.writing = writing
        self.reason = reason
        self.done: list[Moved] = []

    def set(self, rows: Iterable[models.Model], *, history: str = "", **columns: Any) -> None:
        """Set columns (``person_id``, ``to_on`` …) of rows of one table in one statement; ``history``: the kind
        that tells it.

        A column that is set to what it holds guards its row: changed by somebody later, the row is not taken back.
        """
        moving = list(rows)
        for row in moving:
            old = {name: _plain(getattr(row, name)) for name in columns}
            new = {name: _plain(value) for name, value in columns.items()}
            self.done.append(Moved(row._meta.label, str(row.pk), history, old, new))
            _tell(writing=self.writing, row=row, kind=history, old=old, new=new, reason=self.reason)
            for name, value in columns.items():
                setattr(row, name, value)
        bulk.update(moving, list(columns))

    def noticed(self, rows: Iterable[models.Model], was: Mapping[Any, Mapping[str, Any]]) -> None:
        """Add rows that something else in this action has changed: ``was`` holds their columns before, by key."""
        for row in rows:
            old = {name: _plain(value) for name, value in was[row.pk].items()}
            new = {name: _plain(getattr(row, name)) for name in old}
            if old != new:
                self.done.append(Moved(row._meta.label, str(row.pk), "", old, new))


def take_back(writing: Writing, moved: Sequence[Moved], *, reason: str) -> list[Moved]:
    """Give rows their columns back, the last first; returns those left alone because they have been changed since.

    The grids the rows stand in must be locked.
    """
    left: list[Moved] = []
    for (table, _), group in groupby(reversed(moved), key=lambda moved_row: (moved_row.table, tuple(moved_row.new))):
        some = list(group)
        model = apps.get_model(table)
        rows = {str(row.pk): row for row in model._default_manager.filter(pk__in=[moved_row.row for moved_row in some])}
        back = []
        for moved_row in some:
            row = rows.get(moved_row.row)
            if row is None or not _holds(row, moved_row.new):
                left += [] if row is not None and _holds(row, moved_row.old) else [moved_row]
                continue
            _tell(writing=writing, row=row, kind=moved_row.kind, old=moved_row.new, new=moved_row.old, reason=reason)
            for name, value in moved_row.old.items():
                setattr(row, name, value)
            back.append(row)
        bulk.update(back, list(some[0].old))
    return left


def _holds(row: models.Model, columns: Mapping[str, Any]) -> bool:
    return all(_plain(getattr(row, name)) == value for name, value in columns.items())


def _tell(writing: Writing, row: Any, kind: str, old: Mapping[str, Any], new: Mapping[str, Any], reason: str) -> None:
    for name in old if kind else ():
        if old[name] != new[name] and name not in UNTOLD:
            field = name.removesuffix("_id")
            writing.change(
                stream=row.grid_id,
                kind=kind,
                entity=row.pk,
                field=field,
                old=old[name],
                new=new[name],
                source="office",
                reason=reason,
            )


def _plain(value: Any) -> Any:
    """``value`` as JSON holds it."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
