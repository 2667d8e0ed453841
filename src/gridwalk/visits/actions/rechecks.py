"""复核: another person confirms or rejects an end, and the target follows (domain.md §2, P15)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from gridwalk.accounts import persons
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import bulk
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.registry import columns
from gridwalk.registry.actions import ends, households
from gridwalk.registry.ends import REINSTATED
from gridwalk.registry.households import Naming
from gridwalk.registry.models import Recheck
from gridwalk.visits import rules
from gridwalk.visits.actions import targets
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.models import Visit
from gridwalk.visits.outcomes import AWAITING_RECHECK


def decide_recheck(
    *,
    actor: Viewer,
    at: dt.datetime,
    recheck: uuid.UUID,
    confirmed: bool,
    note: str = "",
    heads: Sequence[Naming] | None = None,
) -> Recheck:
    """Decide a proposed end or return, with all that was proposed together with it; what ends leaves the scope
    only now, what returns is to be visited again or counts as it did. ``heads``: who is head of a household that loses
    its head; None: whoever the proposer named. Raises NotHere, NotPermitted, EndError.
    """
    recheck_row = Recheck.objects.filter(pk=recheck).first()
    if recheck_row is None or not actor.may(Verb.RECHECK, recheck_row.grid_id):
        raise NotHere
    households.require_naming(actor, heads or ())
    with core.write_to(*ends.grids_of(ends.as_one(recheck_row)), actor=actor, at=at) as writing:
        recheck_row = Recheck.objects.select_for_update().get(pk=recheck)
        rechecks = ends.as_one(recheck_row)
        ends.decide(writing, rechecks, confirmed=confirmed, note=note, heads=heads)
        if confirmed:
            targets_follow(writing, [r.entity for r in rechecks], returning=recheck_row.proposed == REINSTATED)
    return recheck_row


@dataclasses.dataclass(frozen=True)
class Decided:
    """How many of several were decided, and why others were not, each reason once."""

    n: int
    refused: tuple[str, ...]


def decide_several(
    *, actor: Viewer, at: dt.datetime, what: str, rows: Sequence[uuid.UUID], confirmed: bool, note: str
) -> Decided:
    """Decide several reports at doors (``target``) or proposals (``end``) with one note, each by itself: what cannot
    be decided keeps none of the others.
    """
    n, refused = 0, dict[str, None]()
    for row in rows:
        try:
            if what == "target":
                decide_pending(actor=actor, at=at, target=row, confirmed=confirmed, note=note)
            else:
                decide_recheck(actor=actor, at=at, recheck=row, confirmed=confirmed, note=note)
        except (VisitRefused, ends.EndError) as error:
            refused[str(error)] = None
        except NotHere:
            refused["有的已经不在这里，没有复核。请刷新后再看。"] = None
        else:
            n += 1
    return Decided(n, tuple(refused))


def targets_follow(writing: Writing, entities: Sequence[uuid.UUID], *, returning: bool) -> None:
    """Step: what stands no longer leaves the running campaign; what is back stands in it as its visits say."""
    of_running = Target.objects.filter(entity__among=entities, campaign__state="running")
    rows = list(of_running.filter(state="left") if returning else of_running.exclude(state="left"))
    was = {target: target.state for target in rows}
    visits = Visit.objects.filter(target__in=rows, withdrawn_at__isnull=True) if returning and rows else ()
    for target in rows:
        target.state = "remaining" if returning else "left"
        if returning:
            targets.settle(target, [visit for visit in visits if visit.target_id == target.id])
    targets.save(writing, rows, was, source="office")


def decide_pending(*, actor: Viewer, at: dt.datetime, target: uuid.UUID, confirmed: bool, note: str) -> Target:
    """Decide what was reported at a door (moved away, not found); rejected, the report is as if never made.

    Confirmed, a household that moved away leaves a door that counts as visited; what is not there is struck off and
    leaves the scope. Whoever reported cannot decide. Raises NotHere, VisitRefused, EndError.
    """
    pending = Target.objects.filter(pk=target).first()
    if pending is None or not actor.may(Verb.RECHECK, pending.grid_id):
        raise NotHere
    note = reason_kept(note)
    if not note:
        raise VisitRefused("没有复核：请写明怎么核实的。")
    with core.write_to(*_grids(pending), actor=actor, at=at) as writing:
        pending = Target.objects.select_for_update().get(pk=target)
        standing = list(Visit.objects.filter(entity=pending.entity, withdrawn_at__isnull=True).order_by("at"))
        reports = [v for v in standing if v.target_id == pending.id and v.outcome in AWAITING_RECHECK and not v.recheck]
        if pending.state != "pending" or not reports:
            raise VisitRefused("这一户已经不在待复核里，请刷新后再看。")
        if actor.id is not None and any(v.worker == actor.id for v in reports):
            raise VisitRefused("报上来的人不能自己复核，请另一位同事来复核。")
        if persons.are_one(actor.id, [visit.worker for visit in reports]):
            raise VisitRefused(persons.SAME)
        _decide(writing, pending, standing, reports, confirmed=confirmed, note=note)
        writing.audit(
            AuditVerb.TARGET_RECHECKED,
            scope=pending.grid_id,
            kind=pending.kind,
            subject=pending.entity,
            data={"confirmed": confirmed},
            reason=note,
        )
    return pending


def _decide(
    writing: Writing, target: Target, standing: Sequence[Visit], reports: Sequence[Visit], *, confirmed: bool, note: str
) -> None:
    was = {target: target.state}
    for report in reports:
        report.recheck = rules.CONFIRMED if confirmed else rules.REJECTED
    bulk.update(reports, ["recheck"])
    targets.settle(target, standing)
    target.note = note[:120]
    target.save(update_fields=["note"])
    if confirmed and rules.takes_out_of_scope(target.kind, reports[-1].outcome):
        target.state = "left"
        _strike_off(writing, target, reports[-1], note)
    targets.save(writing, [target], was, source="office")


def _strike_off(writing: Writing, target: Target, report: Visit, note: str) -> None:
    """The register follows: a door that is not there is struck off, a business or site that left is closed."""
    entity: Any = columns.TABLES[target.kind]._default_manager.select_for_update().get(pk=target.entity)
    if entity.status in {"active", "strike_off_pending"}:
        by = ends.Reporter(report.worker, report.worker_name, report.at)
        end, reason = _end_of(target.kind, report.outcome)
        ends.end_reported(writing, entity, end, by=by, reason=reason, note=note)


def _end_of(kind: str, outcome: str) -> tuple[str, str]:
    """What a confirmed report ends the entity as, and the reason in words."""
    if kind == "dwelling":
        return "struck_off", "上门找不到这一户"
    if kind == "organization" and outcome == "moved_away":
        return "moved_away", "上门时已搬离"
    return "closed", "上门找不到" if outcome == "not_found" else "上门时已搬离"


def _grids(target: Target) -> set[str]:
    """The grids a decision may write to: striking off a door moves the persons linked to it."""
    end = Recheck(kind=target.kind, entity=target.entity)
    return {target.grid_id} | ends.grids_of([end])
