"""预看: what would become of a ledger's rows, grid by grid, before anything of it is in the register.

The rows are applied as they will be, the batches of a grid in one transaction that is then rolled back: so the counts
are true. That somebody handed in a number of who is on record elsewhere is noted all the same: a preview tells as much
as an import.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.reconcile.actions import applying, staging
from gridwalk.reconcile.actions.batch import Batch, id_index
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.reconcile.places import Places
from gridwalk.reconcile.queries.submissions import get_submission
from gridwalk.reconcile.rules import UNKNOWN_GRIDS
from gridwalk.registry.actions import looking

NOT_SEEN = "没有预览成，什么都没有入库。再看一次，或直接入库。"
SHOWN = 20


def rehearse(*, actor: Viewer, at: dt.datetime, imported: uuid.UUID) -> Import:
    """Count what would become of the staged rows; nothing of it stays but the counts. Raises NotHere."""
    submission = get_submission(actor, Import, imported)
    if submission.state != "rehearsing":
        return submission
    grids: dict[str, Counter[str]] = defaultdict(Counter)
    unknown: Counter[str] = Counter()
    registered: set[str] = set()
    typed: list[uuid.UUID] = []
    places = Places(submission.scope)
    for batches in _together(submission):
        works = [applying.batch_of(submission, batch, places) for batch in batches]
        wanted = {code for work in works for code in work.grids()}
        with core.rehearse(*wanted, actor=actor, at=at) as writing:
            for work in works:
                applying.APPLY[submission.kind](writing, work)
            typed += [e.subject for e in writing.noted(AuditVerb.NUMBER_TYPED_ELSEWHERE) if e.subject is not None]
        for work in works:
            _count(grids, work, registered)
            unknown += _unknown_grids(work)
        registered |= {id_index(values) for work in works for values in work.values} - {""}
    with core.write_to(actor=actor, at=at) as writing:
        looking.typed_elsewhere(writing, typed)
        if refused := StagedRow.objects.filter(of=submission, state="refused").count():
            grids[""]["refused"] += refused
        submission.preview = {
            "grids": {grid: dict(counts) for grid, counts in sorted(grids.items())},
            "unknown": unknown.most_common(SHOWN),
        }
        submission.state = "ready"
        submission.save(update_fields=["preview", "state"])
        writing.audit(AuditVerb.IMPORT_PREVIEWED, scope=submission.scope, kind="import", subject=submission.id)
    return submission


def go_on(*, actor: Viewer, at: dt.datetime, imported: uuid.UUID) -> Import:
    """Have what was looked at applied. Raises NotHere, SubmissionRefused."""
    submission = get_submission(actor, Import, imported)
    with core.write_to(actor=actor, at=at):
        staging.hold(submission, still="ready")
        Import.objects.filter(pk=imported).update(state="applying")
    return Import.objects.get(pk=imported)


def give_up(*, actor: Viewer, at: dt.datetime, imported: uuid.UUID) -> None:
    """A preview that failed: the ledger waits for its columns again."""
    with core.write_to(actor=actor, at=at) as writing:
        if Import.objects.filter(pk=imported, state="rehearsing").update(state="mapping", message=NOT_SEEN):
            writing.audit(AuditVerb.IMPORT_PAUSED, kind="import", subject=imported)


def _together(submission: Import) -> Iterable[Sequence[int]]:
    """The batches, each alone but for those that share a grid, which are looked at as one."""
    grids_of: dict[int, list[str]] = defaultdict(list)
    rows = StagedRow.objects.filter(of=submission, batch__gte=0).order_by("batch", "grid")
    for batch, grid in rows.values_list("batch", "grid").distinct():
        grids_of[batch].append(grid)
    together: list[list[int]] = []
    before: set[str] = set()
    for batch, grids in grids_of.items():
        if before.isdisjoint(grids):
            together.append([])
        together[-1].append(batch)
        before = set(grids)
    return together


def _count(grids: Mapping[str, Counter[str]], work: Batch, registered: set[str]) -> None:
    """What becomes of the rows; of a number that a batch before registers only the other door is asked about."""
    for row, values in zip(work.rows, work.values, strict=True):
        twice = row.state == "created" and work.of.kind == "person" and id_index(values) in registered
        grids[row.grid]["same" if twice else row.state] += 1
        grids[row.grid]["asked"] += twice
    for grid in {row.grid for row in work.rows}:
        grids[grid]["asked"] += work.asked[grid]
        grids[grid]["unassigned"] += work.unassigned[grid]


def _unknown_grids(work: Batch) -> Counter[str]:
    """The grids that rows name and that are none."""
    return Counter(
        str(values[field])
        for row, values in zip(work.rows, work.values, strict=True)
        for fault in row.faults
        if (field := UNKNOWN_GRIDS.get(fault["code"], "")) and values.get(field)
    )
