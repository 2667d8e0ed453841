"""From an uploaded file to staged rows, encrypted; nothing of it is in the register yet."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import uuid
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, envelope, files, records
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.ledger import intake, keeping, read
from gridwalk.ledger.errors import LedgerError, ListRefused
from gridwalk.ledger.intake import Intake
from gridwalk.ledger.read import Ledger, LedgerRows
from gridwalk.ledger.records import Row
from gridwalk.reconcile import rules
from gridwalk.reconcile.actions import estates, gate, mapping, submissions
from gridwalk.reconcile.actions.submissions import Chosen, SubmissionRefused
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.reconcile.places import Place, Places
from gridwalk.reconcile.queries.submissions import get_submission

TABLE = "reconcile_stagedrow"


def upload(*, actor: Viewer, at: dt.datetime, data: bytes, name: str, scope: str, kind: str | None = None) -> Import:
    """Keep the file encrypted, read it and propose a mapping. Raises NotPermitted, SubmissionRefused."""
    access.require(actor, Verb.IMPORT_LEDGER, scope)
    try:
        taken = intake.take(data, name, kind=kind)
    except ListRefused as error:
        raise SubmissionRefused(str(error)) from error
    return keep(actor=actor, at=at, taken=taken, scope=scope)


def keep(*, actor: Viewer, at: dt.datetime, taken: Intake, scope: str) -> Import:
    """The same of a file that has been read. Raises NotPermitted."""
    access.require(actor, Verb.IMPORT_LEDGER, scope)
    new = Import(
        file=WAY.keep(actor=actor, at=at, scope=scope, cleared=taken.cleared, name=taken.name),
        cleared=list(taken.cleared.says),
        name=taken.name,
        scope=scope,
        kind=taken.kind,
        **submissions.handed_in(actor, at),
    )
    way = dataclasses.replace(WAY, understand=functools.partial(_understand_taken, taken))
    return submissions.upload(way, new, why=taken.why, actor=actor, at=at)


def _understand_taken(taken: Intake, submission: Import, chosen: Chosen) -> None:
    if taken.ledger is None:
        raise LedgerError(taken.fault)
    _note_understood(submission, chosen, taken.ledger)


def _understand(submission: Import, chosen: Chosen) -> None:
    """Read the file with the columns a person chose."""
    columns, kind = chosen.get("left", {}), submission.kind or None
    ledger = read.read(files.read(submission.file_id), submission.name, kind=kind, mapping=columns)
    _note_understood(submission, chosen, ledger)


def _note_understood(submission: Import, chosen: Chosen, ledger: Ledger) -> None:
    """What was read lies beside the file until it is staged."""
    columns = chosen.get("left", {})
    files.write_beside(submission.file_id, keeping.to_bytes(ledger, submission.name, mapping=columns))
    submission.kind = ledger.kind
    submission.n_rows = len(ledger.frame)
    submission.n_faulty = ledger.faults["row"].n_unique()
    submission.mapping = {"left": mapping.described(ledger, chosen=columns, fields=mapping.spoken(ledger))}
    submission.mapping["left"]["estates"] = estates.met_by(ledger, submission.scope)


def _read(submission: Import) -> LedgerRows:
    """The ledger with the columns that were confirmed, as it was understood; else it is read again."""
    columns = submission.chosen["left"]
    if (beside := files.read_beside(submission.file_id)) is not None:
        ledger = keeping.of_bytes(beside, submission.name, kind=submission.kind, mapping=columns)
        if ledger is not None:
            return ledger
    return read.read(files.read(submission.file_id), submission.name, kind=submission.kind, mapping=columns)


def stage(*, actor: Viewer, at: dt.datetime, imported: uuid.UUID, then: str = "applying") -> Import:
    """Stage every row, encrypted, in batches; the import is then ready to be applied, or (``then``: ``rehearsing``) to
    be looked at first.

    Raises NotHere, SubmissionRefused. Staging twice begins anew: nothing of the first is in the register.
    """
    submission = get_submission(actor, Import, imported)
    if submission.state != "mapping":
        raise SubmissionRefused("这份台账不在等核对的状态，请刷新后再看。")
    submissions.require_chosen(submission)
    estates.require_answered(submission, actor=actor)
    _require_alone(submission)
    ledger = _read(submission)
    read.require_own_numbers(ledger)
    if not ledger.rows:
        raise SubmissionRefused("表头下面没有数据行，没有导入。")
    places = Places(submission.scope).locate([row.values for row in ledger.rows])
    refused = gate.refused(submission, [row.values for row in ledger.rows], places, actor=actor, at=at)
    taken = {index: place.grid for index, place in enumerate(places) if index not in refused}
    batch_of = rules.batches(taken, identities([row.values for row in ledger.rows], places))
    n_batches = len(set(batch_of.values()))
    with core.write_to(actor=actor, at=at) as writing:
        hold(submission, still="mapping")
        StagedRow.objects.filter(of=submission).delete()
        bulk.insert_values(StagedRow, COLUMNS, _staged(submission, ledger.rows, places, refused, batch_of))
        submission.state, submission.n_batches, submission.n_batches_done = then, n_batches, 0
        submission.n_rows, submission.n_refused = len(ledger.rows), len(refused)
        submission.n_withheld = sum(1 for code in refused.values() if code == rules.WITHHELD)
        submission.n_faulty = sum(1 for index, row in enumerate(ledger.rows) if row.faults or index in refused)
        submission.save()
        writing.audit(
            AuditVerb.IMPORT_STAGED,
            scope=submission.scope,
            kind="import",
            subject=submission.id,
            data={"rows": len(ledger.rows), "batches": n_batches},
        )
    return submission


def hold(submission: Import, *, still: str) -> None:
    """Step: of two that begin at once the second waits here, and is refused by what the first has done by then.

    Raises SubmissionRefused.
    """
    alike = _as_large(submission).select_for_update(of=("self", "submission_ptr")).order_by("pk")
    if any(other.pk == submission.pk and other.state != still for other in alike):
        raise SubmissionRefused("没有入库：这份台账刚才有人办过了，请刷新后再看。")
    _require_alone(submission)


def _as_large(submission: Import) -> QuerySet[Import]:
    """The imports of an area whose file may be the same."""
    return Import.objects.filter(scope=submission.scope, file__size=submission.file.size)


def _require_alone(submission: Import) -> None:
    """Refuse a file that is on its way into the register already. Raises SubmissionRefused."""
    for other in _as_large(submission).filter(state="applying").exclude(pk=submission.pk):
        if files.read(other.file_id) == files.read(submission.file_id):
            since = clock.local(other.created_at).strftime("%m月%d日 %H:%M")
            raise SubmissionRefused(
                f"同一份文件正在入库：{other.actor_name} {since} 交的。请等那一份办好再看，这一份放弃就行。"
            )


COLUMNS = ("of_id", "sheet", "row_no", "part", "kind", "grid", "batch", "values", "faults", "state", "entity")


def _staged(
    submission: Import,
    rows: Sequence[Row],
    places: Sequence[Place],
    refused: Mapping[int, str],
    batch_of: Mapping[int, int],
) -> Iterator[tuple[Any, ...]]:
    """The rows by the values of ``COLUMNS``."""
    seal = envelope.sealer()
    for index, (row, place) in enumerate(zip(rows, places, strict=True)):
        key = rules.staged_key(submission.id, row.sheet, row.row_no, row.part)
        values = records.seal_record(row.kind, row.values, table=TABLE, column="values", row=key, seal=seal)
        faults = [fault.as_json() for fault in row.faults]
        if index in refused:
            faults.append(_fault(submission, row, refused[index], place.there))
        yield (
            submission.pk,
            *(row.sheet[:60], row.row_no, row.part, row.kind, place.grid),
            *(batch_of.get(index, rules.NEVER), values, faults),
            *("refused" if index in refused else "waiting", None),
        )


def identities(rows: Sequence[Mapping[str, Any]], places: Sequence[Place]) -> rules.Identities:
    """Whom and what each row speaks of, wherever it stands: by number, by door, a facility by its kind and number, else
    its spot.
    """
    return {index: [*_identities(row, place)] for index, (row, place) in enumerate(zip(rows, places, strict=True))}


def _identities(row: Mapping[str, Any], place: Place) -> Iterator[Hashable]:
    for number in ("id_no", "uscc"):
        if row.get(number):
            yield number, row[number]
    if place.key:
        yield place.community, place.key
    if kind := row.get("facility_kind"):
        name = row.get("name")
        yield (kind, place.community, name) if name else (kind, place.building, row.get("spot"))


def _fault(submission: Import, row: Row, code: str, there: str) -> dict[str, str]:
    field = rules.FAULT_AT.get(code, "")
    column = submission.letter("left", row.sheet, row.row_no, field)
    return {"field": field, "column": column, "code": code, "text": rules.FAULTS[code].format(there=there)}


def _give_up(submission: Import) -> str:
    StagedRow.objects.filter(of=submission, state="waiting").delete()
    if submission.n_batches_done:
        return f"已放弃。放弃前入库的 {submission.n_batches_done} 批留在系统登记里。"
    return "已放弃，什么都没有入库。"


WAY = submissions.Way(
    model=Import,
    subject="import",
    noun="台账",
    running="applying",
    purpose="ledger",
    understand=_understand,
    give_up=_give_up,
    uploaded=AuditVerb.IMPORT_UPLOADED,
    released=AuditVerb.IMPORT_RELEASED,
    mapped=AuditVerb.IMPORT_MAPPED,
    paused=AuditVerb.IMPORT_PAUSED,
    cancelled=AuditVerb.IMPORT_CANCELLED,
)
"""Into the register."""
