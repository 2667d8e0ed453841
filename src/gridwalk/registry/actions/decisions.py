"""Deciding differences: accept · keep · send to the door, each with one weight, undoable for seven days."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import records
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims, creation, endings
from gridwalk.registry.models import Difference, Dwelling, Residence
from gridwalk.registry.rules import Claim

DECISIONS = {"accept": "accepted", "keep": "kept", "to_door": "to_door"}
UNDO_FOR = dt.timedelta(days=7)


class ChangedMeanwhile(Exception):
    """The fact changed since the page was made; ``shown`` is its present value, masked."""

    def __init__(self, shown: str) -> None:
        super().__init__(f"刚才有人改过这一项，现值是 {shown or '空'}。再看一眼再定。")
        self.shown = shown


class DecisionError(Exception):
    """A decision that cannot be made or undone; the text says why."""


def _get(actor: Viewer, difference: uuid.UUID) -> Difference:
    found = Difference.objects.filter(pk=difference).first()
    if found is None or not actor.may(Verb.SEE_ROWS, found.grid_id):
        raise NotHere
    access.require(actor, Verb.DECIDE_DIFFERENCE, found.grid_id)
    return found


def decide(
    *, actor: Viewer, at: dt.datetime, difference: uuid.UUID, decision: str, reason: str = ""
) -> Difference:  # fmt: skip
    """Decide one difference. Raises NotHere, NotPermitted, ChangedMeanwhile, DecisionError."""
    found = _get(actor, difference)
    if decision not in DECISIONS:
        raise DecisionError("只能采纳、保留或送上门核实。")
    with core.write_to(*_grids(found), actor=actor, at=at) as writing:
        found = Difference.objects.select_for_update().get(pk=difference)
        if found.state not in {"open", "to_door"}:
            raise DecisionError("这一条已经有人定过了。")
        if found.field not in {"residence", "residence_kind"}:
            _ask_again_if_changed(found)
        if decision == "accept":
            _accept(writing, found, reason)
        found.state = DECISIONS[decision]
        found.decided_by, found.decided_by_name, found.decided_at, found.reason = actor.id, actor.name, at, reason
        found.save()
        writing.audit(f"difference.{found.state}", scope=found.grid_id, kind=found.kind, subject=found.entity,
                      data={"field": found.field, "difference": str(found.id)}, reason=reason)  # fmt: skip
    return found


def _grids(found: Difference) -> set[str]:
    grids = {found.grid_id}
    if found.field == "residence":
        grids.add(Dwelling.objects.values_list("grid_id", flat=True).get(pk=found.evidence["dwelling"]))
        grids |= set(
            Residence.objects.filter(person_id=found.entity, to_on__isnull=True).values_list("grid_id", flat=True)
        )
    return grids


def _ask_again_if_changed(found: Difference) -> None:
    entity = columns.TABLES[found.kind]._default_manager.get(pk=found.entity)
    present = columns.read(entity, found.field)
    if (present or "") != (found.opened("current") or ""):
        found.current = records.seal_value(
            found.kind, found.field, present, table=claims.TABLE, column="current", row=found.id
        )
        raise ChangedMeanwhile(dictionary.show(found.kind, found.field, present))


def _accept(writing: Writing, found: Difference, reason: str) -> None:
    claimed = found.opened("claimed")
    if found.field == "residence":
        dwelling = Dwelling.objects.get(pk=found.evidence["dwelling"])
        creation.link(
            writing,
            [
                creation.NewResidence(
                    found.entity, dwelling.id, dwelling.grid_id, found.evidence["residence_kind"], "office"
                )
            ],
        )
        creation.settle_grids(writing, [found.entity])
    elif found.field == "residence_kind":
        residence = Residence.objects.select_for_update().get(pk=found.evidence["residence"])
        writing.change(residence.grid_id, "residence", residence.id, "kind", residence.kind, claimed, source="office")
        residence.kind = str(claimed)
        residence.save(update_fields=["kind"])
    elif found.field == "status" and claimed in rules.PROPOSALS.get(found.kind, {}):
        entity = columns.TABLES[found.kind]._default_manager.select_for_update().get(pk=found.entity)
        endings.propose(writing, entity, str(claimed), reason=reason or "采纳台账")
    else:
        claims.apply_claims(
            writing,
            [
                Claim(
                    found.kind,
                    found.entity,
                    found.field,
                    claimed,
                    "office",
                    source_ref=found.source_ref,
                    reason=reason or "采纳差异",
                )
            ],
        )


def undo(*, actor: Viewer, at: dt.datetime, difference: uuid.UUID) -> Difference:
    """Take a decision back within seven days; what was accepted returns to the value before. Raises DecisionError."""
    found = _get(actor, difference)
    with core.write_to(*_grids(found), actor=actor, at=at) as writing:
        found = Difference.objects.select_for_update().get(pk=difference)
        if found.state not in DECISIONS.values() or found.decided_at is None:
            raise DecisionError("这一条还没有决定，不用撤回。")
        if at - found.decided_at > UNDO_FOR:
            raise DecisionError("过了 7 天，不能撤回了。请到房屋或人员页直接更正。")
        if found.state == "accepted":
            _take_back(writing, found)
        found.state, found.decided_by, found.decided_by_name, found.decided_at = "open", None, "", None
        found.save()
        writing.audit("difference.reopened", scope=found.grid_id, kind=found.kind, subject=found.entity,
                      data={"field": found.field, "difference": str(found.id)})  # fmt: skip
    return found


def _take_back(writing: Writing, found: Difference) -> None:
    before = found.opened("current")
    if found.field == "residence":
        raise DecisionError("迁移不能一键撤回，请到人员页迁回原处。")
    if found.field == "residence_kind":
        residence = Residence.objects.select_for_update().get(pk=found.evidence["residence"])
        writing.change(
            residence.grid_id,
            "residence",
            residence.id,
            "kind",
            residence.kind,
            before,
            source="office",
            reason="撤回采纳",
        )
        residence.kind = str(before)
        residence.save(update_fields=["kind"])
        return
    claims.apply_claims(
        writing, [Claim(found.kind, found.entity, found.field, before or "", "office", reason="撤回采纳")]
    )
