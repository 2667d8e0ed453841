"""From an uploaded file to staged rows, encrypted; nothing of it is in the register yet."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, files, records
from gridwalk.core.queries import NotHere
from gridwalk.ledger import read
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.read import Ledger, Row
from gridwalk.reconcile import rules
from gridwalk.reconcile.actions import mapping
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.reconcile.places import Places

KEEP_FILES = dt.timedelta(days=30)
TABLE = "reconcile_stagedrow"


class ImportRefused(Exception):
    """An import that cannot go on as asked; the text says why."""


def upload(*, actor: Viewer, at: dt.datetime, data: bytes, name: str, scope: str, kind: str | None = None) -> Import:
    """Keep the file encrypted, read it and propose a mapping.

    A file that cannot be read leaves a failed import that says why.

    Raises NotPermitted.
    """
    access.require(actor, Verb.IMPORT_LEDGER, scope)
    stored = core.store_file(
        data=data, name=name, purpose="ledger", scope=scope[:15], keep=KEEP_FILES, actor=actor, at=at
    )
    made = Import(
        file=stored, name=name[:200], scope=scope, actor=actor.id, actor_name=actor.name, created_at=at, kind=kind or ""
    )
    try:
        ledger = read.read(data, name, kind=kind)
    except LedgerError as error:
        made.state, made.message = "failed", str(error)
    else:
        _describe(made, ledger)
    with core.write_to(actor=actor, at=at) as writing:
        made.save(force_insert=True)
        writing.audit(
            "import.uploaded",
            scope=scope,
            kind="import",
            subject=made.id,
            data={"kind": made.kind, "state": made.state},
        )
    return made


def _describe(made: Import, ledger: Ledger) -> None:
    made.kind = ledger.kind
    made.state = "mapping"
    made.n_rows = len(ledger.rows)
    made.n_faulty = sum(1 for row in ledger.rows if row.faults)
    made.message = "；".join(ledger.questions)[:400]
    made.mapping = mapping.described(
        ledger.kind,
        ledger.sheets,
        chosen=made.mapping.get("chosen", {}),
        questions=ledger.questions,
        refused=ledger.refused,
    )


def remap(
    *, actor: Viewer, at: dt.datetime, imported: uuid.UUID, chosen: Mapping[str, str], kind: str | None
) -> Import:
    """Read the file again with the columns a person chose (header → field, "" drops it).

    Raises NotHere, ImportRefused.
    """
    found = get_own(actor, imported)
    if found.state not in {"mapping", "failed"}:
        raise ImportRefused("这份台账已经开始入库，不能再改列。")
    found.mapping = {**found.mapping, "chosen": dict(chosen)}
    try:
        _describe(
            found, read.read(files.read(found.file_id), found.name, kind=kind or found.kind or None, mapping=chosen)
        )
    except LedgerError as error:
        found.state, found.message = "failed", str(error)
    with core.write_to(actor=actor, at=at) as writing:
        found.save()
        writing.audit("import.mapped", scope=found.scope, kind="import", subject=found.id)
    return found


def get_own(actor: Viewer, imported: uuid.UUID) -> Import:
    """An import the actor may go on with. Raises NotHere."""
    found = Import.objects.select_related("file", "annotated").filter(pk=imported).first()
    if found is None or not actor.may(Verb.IMPORT_LEDGER, found.scope):
        raise NotHere
    return found


def stage(*, actor: Viewer, at: dt.datetime, imported: uuid.UUID) -> Import:
    """Stage every row, encrypted, in batches of one grid each; the import is then ready to be applied.

    Raises NotHere, ImportRefused. Staging twice begins anew: nothing of the first is in the register.
    """
    found = get_own(actor, imported)
    if found.state != "mapping":
        raise ImportRefused("这份台账不在等核对的状态，请刷新后再看。")
    chosen = found.mapping.get("chosen", {})
    ledger = read.read(files.read(found.file_id), found.name, kind=found.kind, mapping=chosen)
    if ledger.questions:
        raise ImportRefused("还有几列要您先定：" + "；".join(ledger.questions))
    if not ledger.rows:
        raise ImportRefused("表头下面没有数据行，没有导入。")
    staged, n_batches = _staged(found, ledger.rows)
    with core.write_to(actor=actor, at=at) as writing:
        StagedRow.objects.filter(of=found).delete()
        bulk.insert(staged)
        found.state, found.n_batches, found.n_batches_done = "applying", n_batches, 0
        found.n_rows = len(staged)
        found.n_faulty = sum(1 for row in staged if row.faults)
        found.save()
        writing.audit(
            "import.staged",
            scope=found.scope,
            kind="import",
            subject=found.id,
            data={"rows": len(staged), "batches": n_batches},
        )
    return found


def _staged(found: Import, rows: Sequence[Row]) -> tuple[list[StagedRow], int]:
    places = Places(found.scope).locate([row.values for row in rows])
    by_grid: dict[str, list[int]] = defaultdict(list)
    for index, place in enumerate(places):
        by_grid[place.grid].append(index)
    batch_of: dict[int, int] = {}
    n_batches = 0
    for members in sorted(by_grid.values(), key=lambda m: m[0]):
        for start in range(0, len(members), rules.BATCH_ROWS):
            batch_of |= dict.fromkeys(members[start : start + rules.BATCH_ROWS], n_batches)
            n_batches += 1
    staged = []
    for index, (row, place) in enumerate(zip(rows, places, strict=True)):
        key = f"{found.id}|{row.sheet}|{row.row_no}"
        staged.append(
            StagedRow(
                of=found,
                sheet=row.sheet[:60],
                row_no=row.row_no,
                kind=row.kind,
                grid=place.grid,
                batch=batch_of[index],
                values=records.seal_record(row.kind, row.values, table=TABLE, column="values", row=key),
                faults=[fault.as_json() for fault in row.faults],
            )
        )
    return staged, n_batches


def cancel(*, actor: Viewer, at: dt.datetime, imported: uuid.UUID) -> Import:
    """Give up an import; batches that are in the register stay there, and that is said.

    Raises NotHere, ImportRefused.
    """
    found = get_own(actor, imported)
    if found.state in {"done", "cancelled"}:
        raise ImportRefused("这份台账已经结束了。")
    with core.write_to(actor=actor, at=at) as writing:
        found.message = (
            f"已放弃。放弃前入库的 {found.n_batches_done} 批留在一张表里。"
            if found.n_batches_done
            else "已放弃，什么都没有入库。"
        )
        found.state, found.finished_at = "cancelled", at
        found.save()
        StagedRow.objects.filter(of=found, state="waiting").delete()
        writing.audit("import.cancelled", scope=found.scope, kind="import", subject=found.id)
    return found
