"""Staged rows into the register: a batch is the rows of some grids in one transaction with a receipt, so a cut import
goes on.

Whatever the register already has is not doubled: rows find their door by address, their person by ID number (else by
name and door), and say the rest as claims through the one door for facts.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable

from django.db.models import F

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, files, plain
from gridwalk.core import queries as core_queries
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.ledger import annotate
from gridwalk.reconcile import rules
from gridwalk.reconcile.actions import facility_rows, persons, places_rows, sides, submissions
from gridwalk.reconcile.actions.batch import Batch
from gridwalk.reconcile.actions.submissions import SubmissionRefused
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.reconcile.places import Places
from gridwalk.reconcile.queries import annotated
from gridwalk.reconcile.queries.submissions import get_submission
from gridwalk.registry.models import Dwelling, Facility, Organization, Person, Residence, Site

Progress = Callable[[int, int], None]
APPLY = {
    "dwelling": places_rows.apply_dwellings,
    "organization": places_rows.apply_organizations,
    "site": places_rows.apply_sites,
    "facility": facility_rows.apply_facilities,
    "person": persons.apply_persons,
    "care": persons.apply_care,
}


def apply(*, actor: Viewer, at: dt.datetime, imported: uuid.UUID, progress: Progress | None = None) -> Import:
    """Apply every batch that has no receipt yet, then write the annotated workbook. Raises NotHere, SubmissionRefused.

    Cut off anywhere, calling it again goes on with the next batch; a finished import is left as it is.
    """
    submission = get_submission(actor, Import, imported)
    if submission.state == "done":
        return submission
    if submission.state not in {"applying", "paused"}:
        raise SubmissionRefused("这份台账还没有核对列，先核对再入库。")
    keys = {batch: rules.receipt_key(submission.id, batch) for batch in range(submission.n_batches)}
    done = core_queries.receipts(keys.values())
    places = Places(submission.scope)
    for batch, key in keys.items():
        if key not in done:
            _apply_batch(submission, batch, places, actor=actor, at=at)
        if progress:
            progress(batch + 1, submission.n_batches)
    return _finish(submission, actor=actor, at=at)


def batch_of(submission: Import, batch: int, places: Places) -> Batch:
    """The rows of a batch as they are applied."""
    rows = plain.select(StagedRow, "t.of_id = %s AND t.batch = %s ORDER BY t.id", [submission.pk, batch])
    values = [row.opened() for row in rows]
    return Batch(of=submission, rows=rows, values=values, places=places.locate(values))


def _apply_batch(submission: Import, batch: int, places: Places, *, actor: Viewer, at: dt.datetime) -> None:
    work = batch_of(submission, batch, places)
    written = [dict(of_row) for of_row in work.values]
    with core.write_to(*work.grids(), actor=actor, at=at) as writing:
        # Under these versions of the grids the history tells what the batch wrote: taking it back reads it there.
        wrote = {"rows": len(work.rows), "op": str(writing.op), "versions": dict(writing.versions)}
        core.give_receipt(rules.receipt_key(submission.id, batch), at=at, result=wrote)
        APPLY[submission.kind](writing, work)
        _save(writing, submission, work)
        sides.remember_import(writing, work, written)


def _save(writing: Writing, submission: Import, work: Batch) -> None:
    bulk.update(work.rows, ["state", "entity", "faults"])
    by_grid: dict[str, Counter[str]] = defaultdict(Counter)
    for row in work.rows:
        by_grid[row.grid][row.state] += 1
    counts = sum(by_grid.values(), Counter[str]())
    Import.objects.filter(pk=submission.pk).update(
        n_created=F("n_created") + counts["created"],
        n_changed=F("n_changed") + counts["changed"],
        n_same=F("n_same") + counts["same"],
        n_refused=F("n_refused") + counts["refused"],
        n_differences=F("n_differences") + work.asked.total(),
        n_batches_done=F("n_batches_done") + 1,
        n_unassigned=F("n_unassigned") + work.unassigned.total(),
    )
    for grid, of_grid in by_grid.items():
        data = {state: of_grid[state] for state in ("created", "changed", "same", "refused")}
        writing.audit(AuditVerb.IMPORT_BATCH_APPLIED, scope=grid, kind="import", subject=submission.id, data=data)


def _finish(submission: Import, *, actor: Viewer, at: dt.datetime) -> Import:
    submission.refresh_from_db()
    marks = annotated.marks(submission)
    bulk.refresh_statistics(Dwelling, Person, Residence, Organization, Site, Facility, n_new=submission.n_created)
    workbook = annotate.annotate(files.read(submission.file_id), submission.name, marks, missing=submission.cleared)
    stored = core.store_file(
        data=workbook.data,
        name=f"{submission.name.rsplit('.', 1)[0]}（批注）.{workbook.ending}",
        purpose="annotated",
        scope=submission.scope,
        keep=submissions.KEEP_FILES,
        actor=actor,
        at=at,
    )
    with core.write_to(actor=actor, at=at) as writing:
        submission.annotated, submission.state, submission.finished_at = stored, "done", at
        submission.n_faulty = len({(m.sheet, m.row_no) for m in marks})
        submission.message = workbook.note
        submission.save()
        writing.audit(
            AuditVerb.IMPORT_DONE,
            scope=submission.scope,
            kind="import",
            subject=submission.id,
            data={"created": submission.n_created, "differences": submission.n_differences},
        )
    return submission
