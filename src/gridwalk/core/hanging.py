"""Steps over all that hangs on records or stands in grids, as the tables declare it (``core.kept``).

Only actions may call its steps.
"""

from __future__ import annotations

import functools
import operator
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gridwalk.core.kept import Blanked, Deleted, Goes, Kept, Repointed
from gridwalk.core.moving import Moves


def tables(*rooms: str, but: Collection[str] = ()) -> Iterator[tuple[type[models.Model], Kept]]:
    """The tables that declare what hangs on what, the lower rooms first: of ``rooms``, or of all rooms ``but`` some."""
    for table in apps.get_models():
        kept, room = getattr(table, "KEPT", None), table._meta.app_label
        if kept is not None and (room in rooms if rooms else room not in but):
            yield table, kept


def target(table: type[models.Model], path: str) -> models.Field[Any, Any]:
    """The column at the end of a path (``label__person``)."""
    *steps, last = path.split("__")
    for step in steps:
        table = table._meta.get_field(step).related_model  # type: ignore[assignment]
    return table._meta.get_field(last)  # type: ignore[return-value]


def rows_about(
    records: models.QuerySet[Any, Any], *, but: Collection[str] = ()
) -> Iterator[tuple[type[models.Model], str, models.QuerySet[Any]]]:
    """The rows of all rooms ``but`` some that speak of records (a query of ids): their table, the column that does, and
    they.
    """
    for table, kept in tables(but=but):
        for path in kept.of:
            several = "overlap" if isinstance(target(table, path), ArrayField) else "in"
            yield table, path, table._default_manager.filter(**{f"{path}__{several}": records})


def move_rows(old: Sequence[str], new: Sequence[str], records: Collection[type[models.Model]]) -> None:
    """After records of ``old`` grids went to ``new`` ones: the rows that stand with them follow; rows whose record is
    nowhere go to the first of ``new``, which may be one of ``old``: then they stay.

    ``records``: the tables of records. Their own grids have been set; all grids must be locked.
    """
    going = [(table, kept) for table, kept in tables() if isinstance(kept.moved, Goes)]
    for grid in new:
        here = [record._default_manager.filter(grid_id=grid).values("pk") for record in records]
        for table, kept in going:
            for path in kept.of:
                rows = table._default_manager.filter(**{f"{kept.grid}__in": old})
                rows.filter(_stands_in(table, path, grid, here)).update(**{kept.grid: grid})
    for table, kept in going:
        table._default_manager.filter(**{f"{kept.grid}__in": old}).update(**{kept.grid: new[0]})


def _stands_in(table: type[models.Model], path: str, grid: str, here: Sequence[Any]) -> Q:
    """Rows whose ``path`` names a row of ``grid``, or one of the records that are ``here``."""
    if target(table, path).is_relation:
        return Q(**{f"{path}__grid": grid})
    return functools.reduce(operator.or_, (Q(**{f"{path}__in": ids}) for ids in here))


def follow(records: Sequence[Any], *rooms: str, but: Collection[str] = ()) -> None:
    """What ``rooms``, or all rooms ``but`` some, keep by grid about records of one kind stands in their grids again."""
    by_grid: dict[str, list[uuid.UUID]] = defaultdict(list)
    for record in records:
        by_grid[record.grid_id].append(record.pk)
    for table, kept in tables(*rooms, but=but) if records else ():
        if not isinstance(kept.moved, Goes) or kept.moved.alone is None:
            continue
        column = target(table, kept.of[0])
        if column.is_relation and column.related_model is not type(records[0]):
            continue
        for grid, ids in by_grid.items():
            rows = table._default_manager.filter(**kept.moved.alone, **{f"{kept.of[0]}__in": ids})
            rows.exclude(**{kept.grid: grid}).update(**{kept.grid: grid})


def repoint(moves: Moves, stays: models.Model, goes: models.Model, *rooms: str, but: Collection[str] = ()) -> None:
    """What ``rooms``, or all rooms ``but`` some, keep about the record that goes is kept about the one that stays."""
    for table, kept in tables(*rooms, but=but):
        if isinstance(kept.merged, Repointed):
            column = kept.of[0]
            rows = table._default_manager.filter(**kept.merged.only, **{column: goes.pk})
            moves.set(rows, **{column: stays.pk})


def erase(record: uuid.UUID, *only: type[models.Model]) -> None:
    """Take what is said of a record out of the tables; ``only``: out of these."""
    for table, kept in tables():
        if only and table not in only:
            continue
        if isinstance(kept.erased, Blanked):
            path = kept.erased.by or kept.of[0]
            table._default_manager.filter(**{path: record}).update(**kept.erased.columns)
        elif isinstance(kept.erased, Deleted):
            table._default_manager.filter(**{kept.of[0]: record}).delete()


def blank_columns(table: type[models.Model]) -> dict[str, Any]:
    """What erasing leaves in the columns it empties."""
    kept: Kept = table.KEPT  # type: ignore[attr-defined]
    if not isinstance(kept.erased, Blanked):
        raise TypeError(table)
    return dict(kept.erased.columns)
