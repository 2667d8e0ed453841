"""A plan's life, the same for every kind: proposed by one person, rechecked by another, done at once, undone
with a reason.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts import persons
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import envelope
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.registry.actions import households
from gridwalk.registry.households import Naming
from gridwalk.registry.queries import erased
from gridwalk.registry.rules import ERASED
from gridwalk.upkeep import rules
from gridwalk.upkeep.actions.kinds import WORK
from gridwalk.upkeep.actions.steps import naming
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import given_up, plans
from gridwalk.upkeep.queries.kinds import READS
from gridwalk.upkeep.rules import UpkeepError

LEAST = 4


def propose(
    *,
    actor: Viewer,
    at: dt.datetime,
    kind: str,
    subjects: Sequence[uuid.UUID],
    choices: Mapping[str, Any],
    evidence: str,
    reason: str,
    seen: str,
) -> Plan:
    """Draw up a plan; nothing moves yet. ``seen``: the mark of the records' state the proposer saw (``plans.mark``).

    Raises NotHere, NotPermitted, UpkeepError.
    """
    plan = Plan(
        kind=kind,
        subjects=list(subjects),
        choices=dict(choices),
        evidence=evidence,
        reason=_reason(reason),
        proposed_by=actor.id,
        proposed_by_name=actor.name,
        proposed_at=at,
    )
    grids = _require_proposing(actor, plan) | _require_given_up(actor, plan)
    if rules.KINDS[kind].evidence and evidence not in rules.EVIDENCE:
        raise UpkeepError("没有提交：请选依据，看过、问过什么。", "evidence")
    with core.write_to(*READS[kind].grids(plan), actor=actor, at=at) as writing:
        _require_held(writing, plan)
        if plans.mark(plan) != seen:
            raise UpkeepError(rules.CHANGED)
        waiting = Plan.objects.filter(subjects__overlap=plan.subjects, state="open")
        if waiting.exists():
            raise UpkeepError("没有提交：其中一条已有一个方案等着复核，先把那个定下来。")
        if erased.among(plan.subjects):
            raise UpkeepError(f"没有提交：其中一条的{ERASED}")
        WORK[kind].refuse(plan)
        plan.communities = sorted({grid[:12] for grid in grids})
        plan.seen = dict(READS[kind].state(plan))
        plan.save(force_insert=True)
        _note(writing, plan, "proposed", plan.reason)
    return plan


def _require_proposing(actor: Viewer, plan: Plan) -> set[str]:
    kind, grids = rules.KINDS[plan.kind], READS[plan.kind].stands_in(plan)
    if not all(actor.may(kind.known_to, grid) for grid in grids):
        raise NotHere
    for grid in grids:
        access.require(actor, kind.proposed_by, grid)
    return grids


def _require_given_up(actor: Viewer, plan: Plan) -> set[str]:
    """The grids that lose somebody by the plan: what a community would lose is not decided by another one alone."""
    grids = given_up.grids(plan)
    if not all(actor.may(rules.KINDS[plan.kind].proposed_by, grid) for grid in grids):
        raise UpkeepError(
            "没有提交：有一处住处在别的社区，归不归另一个人、还住不住在那里，由那边定。请先登记现在住的地方，等那边确认，再来办。"
        )
    return grids


def _reason(typed: str) -> str:
    reason = reason_kept(typed)
    if len(reason) < LEAST:
        raise UpkeepError(f"没有提交：请写明原因（不少于 {LEAST} 个字），复核的人要看，来历里要留着。", "reason")
    return reason


def withdraw(*, actor: Viewer, at: dt.datetime, plan: Plan) -> None:
    """Take a waiting plan back, by who proposed it. Raises NotPermitted, UpkeepError."""
    if plan.proposed_by is None or plan.proposed_by != actor.id:
        raise access.NotPermitted(rules.KINDS[plan.kind].proposed_by)
    with core.write_to(actor=actor, at=at) as writing:
        _decided(writing, _locked(plan, "open"), "withdrawn", "")


def decide(
    *,
    actor: Viewer,
    at: dt.datetime,
    plan: Plan,
    confirmed: bool,
    note: str,
    seen: str,
    heads: Sequence[Naming] = (),
) -> None:
    """Confirm a plan and do it at once, or reject it; by a person other than who proposed it.

    ``seen``: the mark of the state the decider's page showed. ``heads``: who is head of a household that loses its
    head by the plan. Raises NotHere, NotPermitted, UpkeepError.
    """
    _require_recheck(actor, plan)
    households.require_naming(actor, heads)
    if plan.proposed_by is not None and plan.proposed_by == actor.id:
        raise UpkeepError("提出的人不能自己复核，请另一位同事来复核。")
    if persons.are_one(actor.id, [plan.proposed_by]):
        raise UpkeepError(persons.SAME)
    note = reason_kept(note)
    if not note:
        raise UpkeepError("没有定：请写明怎么核对的。", "note")
    grids = READS[plan.kind].grids(plan) if confirmed else set()
    with core.write_to(*grids, actor=actor, at=at) as writing:
        locked = _locked(plan, "open")
        if confirmed:
            _require_held(writing, locked)
            if plans.mark(locked) != seen:
                raise UpkeepError(rules.CHANGED)
            WORK[locked.kind].refuse(locked)
            before = WORK[locked.kind].do(writing, locked)
            named = naming.name_heads(writing, heads, reason=locked.reason)
            locked.undo_sealed = envelope.seal(
                json.dumps({**before, "named": named, "op": str(writing.op)}, ensure_ascii=False),
                table="upkeep_plan",
                column="undo",
                row=locked.id,
            )
        _decided(writing, locked, "done" if confirmed else "rejected", note)


def undo(*, actor: Viewer, at: dt.datetime, plan: Plan, reason: str) -> list[str]:
    """Take back what a plan did, by who may recheck it; returns in words what stays because it was changed since.

    The last plan about the same records goes first. Raises NotPermitted, UpkeepError.
    """
    _require_recheck(actor, plan)
    reason = _reason(reason)
    if not rules.KINDS[plan.kind].undone:
        raise UpkeepError("没有撤销：这一种要改回去，另提一个方案，也要复核。")
    with core.write_to(*READS[plan.kind].grids(plan), actor=actor, at=at) as writing:
        locked = _locked(plan, "done")
        _require_held(writing, locked)
        if not locked.undo_sealed:
            raise UpkeepError("没有撤销：其中一条的身份内容已到期清除，恢复不了了。")
        if plans.later(locked) is not None:
            raise UpkeepError("没有撤销：其中一条后来又办过别的更正，先撤销后来的那次，再来撤这次。")
        opened = envelope.open_(locked.undo_sealed, table="upkeep_plan", column="undo", row=locked.id)
        before = json.loads(opened)
        # what was done last goes first; plans of an earlier version named nobody that could be given back
        left = naming.give_back(writing, before.get("named", {}), uuid.UUID(before["op"]), reason=reason)
        left += WORK[locked.kind].undo(writing, locked, before)
        locked.state, locked.undone_reason = "undone", reason
        locked.undone_by, locked.undone_by_name, locked.undone_at = actor.id, actor.name, at
        locked.undo_sealed = ""
        locked.save()
        _note(writing, locked, "undone", reason)
    return left


def _require_recheck(actor: Viewer, plan: Plan) -> None:
    for code in plan.communities:
        access.require(actor, rules.KINDS[plan.kind].decided_by, code)


def _require_held(writing: Writing, plan: Plan) -> None:
    """Whether the grids that were locked are still those the plan writes to."""
    if not READS[plan.kind].grids(plan) <= writing.versions.keys():
        raise UpkeepError(rules.CHANGED)


def _locked(plan: Plan, state: str) -> Plan:
    locked = Plan.objects.select_for_update().get(pk=plan.pk)
    if locked.state != state:
        raise UpkeepError(f"这个方案已经是“{rules.STATES[locked.state]}”，请刷新后再看。")
    return locked


def _decided(writing: Writing, plan: Plan, state: str, note: str) -> None:
    plan.state, plan.note = state, note
    plan.decided_by, plan.decided_by_name, plan.decided_at = writing.actor.id, writing.actor.name, writing.at
    plan.save()
    _note(writing, plan, state, note)


def _note(writing: Writing, plan: Plan, what: str, reason: str) -> None:
    """One line on the timeline of every record the plan is about, or one of the plan itself."""
    verb = AuditVerb(f"grids.plan_{what}" if plan.kind == rules.REGRID else f"upkeep.{what}")
    for subject in plan.subjects or [plan.id]:
        writing.audit(
            verb,
            scope=plan.communities[0],
            kind="upkeep",
            subject=subject,
            data={"plan": str(plan.id), "what": plan.kind, "evidence": plan.evidence},
            reason=reason,
        )
