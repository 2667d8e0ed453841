"""放行: a second person answers for a ledger of which too many numbers of one day are of nobody on record, or of which
who handed it in sees rows masked and may be told the sums.
"""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import persons
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk
from gridwalk.core.actions import Writing
from gridwalk.method.text import reason_kept
from gridwalk.reconcile import rules
from gridwalk.reconcile.actions import measuring, staging
from gridwalk.reconcile.actions.submissions import S, SubmissionRefused, Way
from gridwalk.reconcile.models import Comparison, Import, StagedRow, Submission
from gridwalk.reconcile.places import Places
from gridwalk.reconcile.queries.submissions import get_submission
from gridwalk.registry.actions import handed_in


def release(way: Way[S], *, actor: Viewer, at: dt.datetime, submission: uuid.UUID, reason: str) -> S:
    """Let what was withheld of a finished ledger be taken when it goes on: an import with those rows, a comparison
    when it is compared again.

    Raises NotHere, NotPermitted, SubmissionRefused.
    """
    ledger = get_submission(actor, way.model, submission)
    access.require(actor, Verb.CONFIRM_ROLES, ledger.scope)
    if ledger.actor == actor.id:
        raise SubmissionRefused("没有放行：这份是您自己交来的，要另一名管确认岗位的人放行。")
    if persons.are_one(actor.id, [ledger.actor]):
        raise SubmissionRefused(persons.SAME)
    if ledger.state != "done" or ledger.released_at or not (ledger.n_withheld or _awaits(ledger)):
        raise SubmissionRefused("没有放行：这份现在没有要放行的行。请刷新后再看。")
    reason = reason_kept(reason)
    if len(reason) < 4:
        raise SubmissionRefused("没有放行：请写明怎么核实过这份表（不少于 4 个字）。")
    with core.write_to(actor=actor, at=at) as writing:
        ledger.released_by, ledger.released_by_name = actor.id, actor.name
        ledger.released_at, ledger.release_reason = at, reason
        if isinstance(ledger, Import):
            _take_up(writing, ledger)
        elif isinstance(ledger, Comparison):
            measuring.count_in(ledger, at=at)
        ledger.save()
        writing.audit(
            way.released,
            scope=ledger.scope,
            kind=way.subject,
            subject=ledger.id,
            data={"n": ledger.n_withheld},
            reason=reason,
        )
    return ledger


def _awaits(ledger: Submission) -> bool:
    """Whether its sums wait for a second person."""
    return isinstance(ledger, Comparison) and ledger.communities.filter(awaits=True).exists()


def _take_up(writing: Writing, ledger: Import) -> None:
    """Step: the rows that were withheld wait to be applied, in batches behind the others."""
    rows = list(StagedRow.objects.filter(of=ledger, batch=rules.NEVER).order_by("id"))
    rows = [row for row in rows if any(fault["code"] == rules.WITHHELD for fault in row.faults)]
    values = [row.opened() for row in rows]
    spoken = staging.identities(values, Places(ledger.scope).locate(values))
    batch_of = rules.batches({index: row.grid for index, row in enumerate(rows)}, spoken, first=ledger.n_batches)
    for index, row in enumerate(rows):
        row.batch, row.state = batch_of[index], "waiting"
        row.faults = [fault for fault in row.faults if fault["code"] != rules.WITHHELD]
    bulk.update(rows, ["batch", "state", "faults"])
    handed_in.released(writing, [str(row["id_no"]) for row in values], scope=ledger.scope)
    ledger.n_batches += len(set(batch_of.values()))
    ledger.n_refused -= len(rows)
    ledger.state, ledger.finished_at = "paused", None
