"""Sealing again, while people work: a value is replaced only where it is still the one that was read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app

from gridwalk.core import actions as core
from gridwalk.core import envelope, files
from gridwalk.core.actors import Actor
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import StoredFile
from gridwalk.operations.resealing import places
from gridwalk.operations.resealing.places import Column

CHUNK = 500


@dataclasses.dataclass
class Resealed:
    """How many values and files were sealed again, and how many did not open (they stay as they are)."""

    n_values: int = 0
    n_files: int = 0
    n_failed: int = 0


def begin(*, key_id: str, actor: Actor, at: dt.datetime) -> None:
    """Note that new values are sealed under another key, and have the old ones sealed again by a job."""
    with core.write_to(actor=actor, at=at) as writing:
        writing.audit(AuditVerb.KEYS_ROTATED, data={"key": key_id})
        app.configure_task("operations.reseal", queueing_lock="operations.reseal").defer()


def reseal(*, actor: Actor, at: dt.datetime) -> Resealed:
    """Seal everything under the active key; stopped half way, the next call goes on with the rest."""
    done = Resealed()
    for column in places.columns():
        _column(column, done)
    for file_id in StoredFile.objects.filter(erased_at__isnull=True).order_by("id").values_list("id", flat=True):
        try:
            if files.key_of(file_id) != envelope.active():
                files.write(file_id, files.read(file_id))
                done.n_files += 1
        except FileNotFoundError:
            continue
        except envelope.EnvelopeError:
            done.n_failed += 1
    with core.write_to(actor=actor, at=at) as writing:
        writing.audit(
            AuditVerb.KEYS_RESEALED, data={"n": done.n_values, "files": done.n_files, "failed": done.n_failed}
        )
    return done


def _column(column: Column, done: Resealed) -> None:
    """Walk a column in the order of the primary key, so that what does not open is passed once and not met again."""
    model, active = column.model, envelope.active()
    quote = connection.ops.quote_name
    name, table, key = map(quote, (column.name, model._meta.db_table, str(model._meta.pk.column)))
    cast = "::jsonb" if column.is_json else ""
    # an envelope of another key is v1|alg|key|…; in JSON it begins a string
    begins = '"v1' if column.is_json else "^v1"
    read = (
        f"SELECT * FROM {table} WHERE {name}::text ~ %s "  # noqa: S608 names come from the models
        f"AND ({key} > %s OR %s) ORDER BY {key} LIMIT {CHUNK}"
    )
    change = f"UPDATE {table} SET {name} = %s{cast} WHERE {key} = %s AND {name} = %s{cast}"  # noqa: S608
    pattern = rf"{begins}\|[A-Z0-9]+\|(?!{active}\|)"
    after: Any = None
    while True:
        rows = list(model._default_manager.raw(read, [pattern, after, after is None]))
        if not rows:
            return
        after = rows[-1].pk
        with transaction.atomic(), connection.cursor() as cursor:
            for row in rows:
                before = getattr(row, column.name)
                try:
                    now = places.resealed(column, row, before, active)
                except envelope.EnvelopeError:
                    done.n_failed += 1
                    continue
                if now == before:
                    continue
                cursor.execute(change, [_stored(column, now), row.pk, _stored(column, before)])
                done.n_values += cursor.rowcount


def _stored(column: Column, value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if column.is_json else value
