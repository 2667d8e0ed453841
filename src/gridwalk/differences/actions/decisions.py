"""Differences decided one by one: each decision has one weight and is undone for seven days."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.differences.actions import deciding
from gridwalk.differences.actions.deciding import DECISIONS, ChangedMeanwhile, DecisionError
from gridwalk.method.text import reason_kept
from gridwalk.registry import rules
from gridwalk.registry.models import Difference


def _get(actor: Viewer, difference: uuid.UUID) -> Difference:
    row = Difference.objects.filter(pk=difference).first()
    if row is None or not actor.may(Verb.SEE_ROWS, row.grid_id):
        raise NotHere
    access.require(actor, Verb.DECIDE_DIFFERENCE, row.grid_id)
    return row


def decide(*, actor: Viewer, at: dt.datetime, difference: uuid.UUID, decision: str, reason: str = "") -> Difference:
    """Decide one difference. Raises NotHere, NotPermitted, ChangedMeanwhile, DecisionError."""
    row = _get(actor, difference)
    if decision not in DECISIONS:
        raise DecisionError("只能采用、保留或送上门核实。")
    with core.write_to(*deciding.grids([row], decision), actor=actor, at=at) as writing:
        row = Difference.objects.select_for_update().get(pk=difference)
        if row.state not in rules.WAITING:
            raise DecisionError("这一条已经有人定过了。")
        outcome = deciding.decide(writing, [row], decision, reason_kept(reason))
        for why in outcome.refusals.values():
            raise DecisionError(why)
    for shown in outcome.changed.values():  # only now: that it is asked again stays
        raise ChangedMeanwhile(shown)
    return row


def reveal(*, actor: Viewer, at: dt.datetime, difference: uuid.UUID, reason: str) -> tuple[str, str]:
    """Both values of a sealed field in full (claimed, current), for a reason the person concerned can read.

    Raises NotHere, NotPermitted, DecisionError.
    """
    row = _get(actor, difference)
    access.require(actor, Verb.REVEAL, row.grid_id)
    reason = reason_kept(reason)
    if len(reason) < 4:
        raise DecisionError("为什么要看完整号码？请写明事由（不少于 4 个字），居民能看到。")
    if not dictionary.is_sensitive(row.kind, row.field):
        raise NotHere
    core.record_reading(
        actor=actor,
        at=at,
        verb=AuditVerb.NUMBER_REVEALED,
        scope=row.grid_id,
        kind=row.kind,
        subject=row.entity,
        reason=reason,
        data={"field": row.field, "difference": str(row.id)},
    )
    return str(row.opened("claimed") or ""), str(row.opened("current") or "")


def undo(*, actor: Viewer, at: dt.datetime, difference: uuid.UUID) -> Difference:
    """Take a decision back within seven days; what was accepted returns to the value before, unless somebody has
    changed it since. Raises NotHere, NotPermitted, DecisionError.
    """
    row = _get(actor, difference)
    with core.write_to(*deciding.grids([row]), actor=actor, at=at) as writing:
        row = Difference.objects.select_for_update().get(pk=difference)
        if row.state not in DECISIONS.values() or row.decided_at is None:
            raise DecisionError("这一条还没有决定，不用撤销。")
        if at - row.decided_at > clock.UNDO_FOR:
            raise DecisionError("过了 7 天，不能撤销了。请到房屋或人员页直接更正。")
        for why in deciding.reopen(writing, [row], "撤销采用").refusals.values():
            raise DecisionError(why)
    return row
