"""The lines of history that a transaction notes: kept in the clear while it runs, sealed and written together."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from gridwalk.core import bulk, envelope, records
from gridwalk.core.models import Change

TABLE = "core_change"


class Line(NamedTuple):
    """One change, by the columns of its table; ``old`` and ``new`` in the clear."""

    id: uuid.UUID
    stream_id: str
    version: int
    kind: str
    entity: uuid.UUID
    field: str
    old: Any
    new: Any
    op: uuid.UUID
    source: str
    source_ref: str
    actor: uuid.UUID | None
    actor_name: str
    at: dt.datetime
    reason: str


def write(lines: Sequence[Line]) -> None:
    """Insert the lines, each with its sensitive values sealed for it."""
    if lines:
        seal = envelope.sealer()
        bulk.insert_values(Change, Line._fields, (_sealed(line, seal) for line in lines))


_OLD, _NEW = map(Line._fields.index, ("old", "new"))


def _sealed(line: Line, seal: envelope.Sealer) -> list[Any]:
    values: list[Any] = [*line]
    if line.field == Change.WHOLE:
        values[_NEW] = records.seal_record(line.kind, line.new, table=TABLE, column="new", row=line.id, seal=seal)
        return values
    for place, column in ((_OLD, "old"), (_NEW, "new")):
        values[place] = records.seal_value(
            line.kind, line.field, values[place], table=TABLE, column=column, row=line.id
        )
    return values
