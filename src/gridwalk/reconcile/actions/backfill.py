"""Back-fill lists 回填清单: what the ledger or the platform must be told, and whether its next export has it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence, Set
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, ids, records
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import comparing
from gridwalk.reconcile.models import BackfillItem, Unmatched
from gridwalk.reconcile.queries import backfill, handed
from gridwalk.reconcile.rules import NEW_ROW

TABLE = "reconcile_backfillitem"


def hand_out(*, actor: Viewer, at: dt.datetime, source: str, kind: str, scope: str) -> tuple[uuid.UUID, int]:
    """Note what is on the list as it is handed out, so that the next export can prove it.

    Returns the list and its length.

    What stood on an earlier list and is still to be done is on the new one only. Raises NotPermitted.
    """
    access.require(actor, Verb.IMPORT_LEDGER, scope)
    access.require(actor, Verb.REVEAL, scope)
    todo = backfill.items(actor, source=source, kind=kind, scope=scope)
    list_id = ids.new_id()
    rows = [_item(list_id=list_id, item=item, source=source, kind=kind, actor=actor, at=at) for item in todo]
    with core.write_to(actor=actor, at=at) as writing:
        waiting = BackfillItem.objects.filter(source=source, kind=kind, grid__startswith=scope).exclude(state="proved")
        waiting.delete()
        bulk.insert(rows)
        writing.audit(
            AuditVerb.BACKFILL_HANDED_OUT,
            scope=scope,
            kind="backfill",
            subject=list_id,
            data={"source": source, "items": len(rows)},
        )
        own = [field for _, field in backfill.layout(source, kind, scope)[1]]
        for item in todo:
            for field in _numbers(item, own):  # a full number leaves the house: the resident can see that it did
                writing.audit(
                    AuditVerb.NUMBER_HANDED_OUT, scope=item.grid, kind=kind, subject=item.entity, data={"field": field}
                )
    return list_id, len(rows)


def _numbers(item: backfill.Item, own: Sequence[str]) -> list[str]:
    """The fields in which a full number stands in the workbook: the corrected one, of a new row all it has, of one that
    has ended none.
    """
    fields = [field for field in own if item.record.get(field)] if item.is_new_row else [item.field]
    return [field for field in fields if dictionary.is_sensitive(item.kind, field)]


def _item(
    *, list_id: uuid.UUID, item: backfill.Item, source: str, kind: str, actor: Viewer, at: dt.datetime
) -> BackfillItem:
    key = ids.new_id()
    return BackfillItem(
        id=key,
        list_id=list_id,
        source=source,
        grid=item.grid,
        kind=kind,
        entity=item.entity,
        field=item.field,
        new=records.seal_value(kind, item.field, item.new, table=TABLE, column="new", row=key),
        handed_out_at=at,
        handed_out_by_name=actor.name,
    )


class BackfillError(Exception):
    """What cannot be ticked or taken back; the text says why."""


def tick(*, actor: Viewer, at: dt.datetime, source: str, kind: str, entity: uuid.UUID, field: str = "") -> int:
    """Note that somebody typed over there what the side is to be told of a record: ``field``, or all of it.

    Returns how many values. Raises BackfillError, NotPermitted.
    """
    to_do = [item for item in backfill.items_of(actor, source=source, kind=kind, entity=entity) if item.to_do]
    chosen = [item for item in to_do if field in {"", item.field}]
    if not chosen:
        raise BackfillError("没有记：这一项已经回填好了，或者刚才又变了。请看最新的一页。")
    grid = chosen[0].grid
    access.require(actor, Verb.IMPORT_LEDGER, grid)
    fields = [item.field for item in chosen]
    with core.write_to(grid, actor=actor, at=at) as writing:
        handed.unproved(source, kind, [entity]).filter(field__in=fields).delete()
        rows = [_item(list_id=entity, item=item, source=source, kind=kind, actor=actor, at=at) for item in chosen]
        for row in rows:
            row.state, row.list_id = "ticked", row.id
        bulk.insert(rows)
        writing.audit(
            AuditVerb.BACKFILL_TICKED, scope=grid, kind=kind, subject=entity, data={"source": source, "fields": fields}
        )
    return len(rows)


def untick(*, actor: Viewer, at: dt.datetime, source: str, kind: str, entity: uuid.UUID, field: str) -> None:
    """Take a tick back: the value is to be told again. Raises BackfillError, NotPermitted."""
    items = backfill.items_of(actor, source=source, kind=kind, entity=entity)
    item = next((item for item in items if item.field == field and not item.to_do), None)
    if item is None:
        raise BackfillError("没有撤销：这一项没有打过勾，或者已经随工作簿发出、已经证明改好。")
    access.require(actor, Verb.IMPORT_LEDGER, item.grid)
    with core.write_to(item.grid, actor=actor, at=at) as writing:
        n, _ = handed.unproved(source, kind, [entity]).filter(field=field, state="ticked").delete()
        if not n:
            raise BackfillError("没有撤销：这一项没有打过勾，或者已经随工作簿发出、已经证明改好。")
        writing.audit(
            AuditVerb.BACKFILL_UNTICKED,
            scope=item.grid,
            kind=kind,
            subject=entity,
            data={"source": source, "fields": [field]},
        )


def prove(
    writing: Writing, source: str, kind: str, written: Mapping[uuid.UUID, Mapping[str, Any]], *, spoken: Set[str]
) -> None:
    """Step: a new export says of each entity what stands there now; what it was told is proved, or still open.

    A field that it does not speak of (``spoken``) proves nothing.
    """
    fields = {*spoken, comparing.ADDRESS, NEW_ROW}
    rows: Sequence[BackfillItem] = list(
        BackfillItem.objects.filter(source=source, kind=kind, entity__among=written.keys(), field__in=fields).exclude(
            state="proved"
        )
    )
    for item in rows:
        now = written[item.entity]
        if item.field == NEW_ROW:
            item.state, item.proved_at = "proved", writing.at
            continue
        value = backfill.door_of(now) if item.field == comparing.ADDRESS else now.get(item.field)
        item.state = "proved" if (value or "") == (item.opened() or "") else "still_open"
        item.proved_at = writing.at if item.state == "proved" else None
    bulk.update(rows, ["state", "proved_at"])
    lacked = Unmatched.objects.filter(source=source, kind=kind, entity__among=written.keys(), what="register_only")
    lacked.filter(state="kept").update(state="gone")


def note_lacking(source: str, kind: str, entities: Sequence[uuid.UUID]) -> None:
    """Step: a new export lacks these records still; a row it was told to add is still open."""
    rows = BackfillItem.objects.filter(source=source, kind=kind, entity__in=entities, field=NEW_ROW)
    rows.exclude(state="proved").update(state="still_open")
