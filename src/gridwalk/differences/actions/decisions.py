"""Deciding differences: accept · keep · send to the door, each with one weight, undoable for seven days."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import records
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims, creation, endings, queue
from gridwalk.registry.models import Difference, Dwelling, Residence
from gridwalk.registry.rules import Claim, Verdict

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


Along = Callable[[Writing, Sequence[Difference]], None]
"""What a room above does in the same transaction with differences sent to the door."""
Grids = Callable[[Sequence[Difference]], set[str]]
"""The grids it will write to."""


def decide(
    *,
    actor: Viewer,
    at: dt.datetime,
    difference: uuid.UUID,
    decision: str,
    reason: str = "",
    along: Along | None = None,
    grids: Grids | None = None,
) -> Difference:
    """Decide one difference. Raises NotHere, NotPermitted, ChangedMeanwhile, DecisionError.

    Where the fact changed since it was asked, the difference shows the present value from now on and is asked again;
    where the present value has become the claimed one, it closes. ``along`` goes with what is sent to the door, in
    ``grids`` too.
    """
    found = _get(actor, difference)
    if decision not in DECISIONS:
        raise DecisionError("只能采纳、保留或送上门核实。")
    reason = rules.reason_kept(reason)
    sent = decision == "to_door"
    if sent:
        require_door(found.kind)
    with core.write_to(*grids_of(found), *(grids([found]) if sent and grids else ()), actor=actor, at=at) as writing:
        found = Difference.objects.select_for_update().get(pk=difference)
        if found.state not in rules.WAITING:
            raise DecisionError("这一条已经有人定过了。")
        changed = _ask_again_if_changed(writing, found)
        if changed is None:
            if decision == "accept":
                accept(writing, found, reason)
            found.state = DECISIONS[decision]
            found.decided_by, found.decided_by_name, found.decided_at, found.reason = actor.id, actor.name, at, reason
            found.save()
            if sent and along:
                along(writing, [found])
            writing.audit(
                f"difference.{found.state}",
                scope=found.grid_id,
                kind=found.kind,
                subject=found.entity,
                data={"field": found.field, "difference": str(found.id)},
                reason=reason,
            )
    if changed is not None:
        raise ChangedMeanwhile(changed)
    return found


def require_door(kind: str) -> None:
    """Raises DecisionError for what nobody lives at."""
    if kind == "facility":
        raise DecisionError("设施没有住户可问，没有送。下次巡检看过，再采纳或保留。")


def grids_of(found: Difference) -> set[str]:
    """Every grid a decision may write to: the entity's, and for a person's links those of their homes."""
    entity: Any = columns.TABLES[found.kind]._default_manager.get(pk=found.entity)
    grids = {found.grid_id, entity.grid_id}
    if found.field in LINKS:
        homes = Residence.objects.filter(person_id=found.entity, to_on__isnull=True)
        grids |= set(homes.values_list("grid_id", flat=True))
    if found.field == "residence":
        grids.add(Dwelling.objects.values_list("grid_id", flat=True).get(pk=found.evidence["dwelling"]))
    return grids


LINKS = ("residence", "residence_kind")


def _ask_again_if_changed(writing: Writing, found: Difference) -> str | None:
    """The present value, masked, where it is not the one the question was asked about; the question is brought
    up to date.
    """
    if found.field == "residence":
        return None
    if found.field == "residence_kind":
        present, head, entity_grid = _link(found).kind, None, found.grid_id
    else:
        entity = columns.TABLES[found.kind]._default_manager.get(pk=found.entity)
        present, head, entity_grid = columns.read(entity, found.field), entity.heads.get(found.field), entity.grid_id
    if rules.or_empty(present) == rules.or_empty(found.opened("current")):
        return None
    found.current = records.seal_value(
        found.kind, found.field, present, table=claims.TABLE, column="current", row=found.id
    )
    found.head = uuid.UUID(head) if head else None
    found.grid_id = entity_grid
    if rules.or_empty(present) == rules.or_empty(found.opened("claimed")):
        found.state, found.decided_at, found.decided_by_name = "closed", writing.at, queue.BY_ITSELF
        found.reason = "现值已与此相同"
    found.save()
    return dictionary.show(found.kind, found.field, present, sight.ON_PAGE)


def _link(found: Difference) -> Residence:
    """The link a question about somebody's kind of residence is about. Raises DecisionError where it has ended."""
    link = Residence.objects.select_for_update().filter(pk=found.evidence["residence"], to_on__isnull=True).first()
    if link is None:
        raise DecisionError("这个人已经不在这一户了，这一条不用再定，保留即可。")
    return link


def accept(writing: Writing, found: Difference, reason: str) -> None:
    """Step: what a difference claims becomes the fact; ``grids_of`` it must be locked. Raises DecisionError."""
    claimed = found.opened("claimed")
    if found.field == "residence":
        dwelling = Dwelling.objects.get(pk=found.evidence["dwelling"])
        if dwelling.status == "struck_off":
            raise DecisionError("这处房屋已经注销，不能迁入。请先核对房屋。")
        _move_in(writing, found.entity, dwelling.id, dwelling.grid_id, str(found.evidence["residence_kind"]))
    elif found.field == "residence_kind":
        link = _link(found)
        _move_in(writing, found.entity, link.dwelling_id, link.grid_id, str(claimed))
    elif rules.is_end(found.kind, found.field, claimed):
        entity = columns.TABLES[found.kind]._default_manager.select_for_update().get(pk=found.entity)
        try:
            endings.propose(writing, entity, str(claimed), reason=reason or "采纳台账")
        except endings.EndError as error:
            raise DecisionError(str(error)) from error
    else:
        _say(writing, found, claimed, reason or "采纳差异")


def _move_in(writing: Writing, person: uuid.UUID, dwelling: uuid.UUID, grid: str, kind: str) -> None:
    creation.link(
        writing, [creation.NewResidence(person=person, dwelling=dwelling, grid=grid, kind=kind, source="office")]
    )
    creation.settle_grids(writing, [person])


def _say(writing: Writing, found: Difference, value: Any, reason: str) -> None:
    said = Claim(found.kind, found.entity, found.field, value, "office", source_ref=found.source_ref, reason=reason)
    for judged in claims.apply_claims(writing, [said]):
        if judged.verdict is Verdict.ASK:
            raise DecisionError("这个号码已登记在另一条记录上，不能采纳。请先核对两条记录。")


def reveal(*, actor: Viewer, at: dt.datetime, difference: uuid.UUID, reason: str) -> tuple[str, str]:
    """Both values of a sealed field in full (claimed, current), for a reason the person concerned can read.

    Raises NotHere, NotPermitted, DecisionError.
    """
    found = _get(actor, difference)
    access.require(actor, Verb.REVEAL, found.grid_id)
    reason = rules.reason_kept(reason)
    if len(reason) < 4:
        raise DecisionError("为什么要看完整号码？请写明事由（不少于 4 个字），居民能看到。")
    if not dictionary.is_sensitive(found.kind, found.field):
        raise NotHere
    core.record_reading(
        actor=actor,
        at=at,
        verb="number.revealed",
        scope=found.grid_id,
        kind=found.kind,
        subject=found.entity,
        reason=reason,
        data={"field": found.field, "difference": str(found.id)},
    )
    return str(found.opened("claimed") or ""), str(found.opened("current") or "")


def undo(*, actor: Viewer, at: dt.datetime, difference: uuid.UUID) -> Difference:
    """Take a decision back within seven days; what was accepted returns to the value before, unless somebody has
    changed it since. Raises NotHere, NotPermitted, DecisionError.
    """
    found = _get(actor, difference)
    with core.write_to(*grids_of(found), actor=actor, at=at) as writing:
        found = Difference.objects.select_for_update().get(pk=difference)
        if found.state not in DECISIONS.values() or found.decided_at is None:
            raise DecisionError("这一条还没有决定，不用撤回。")
        if at - found.decided_at > UNDO_FOR:
            raise DecisionError("过了 7 天，不能撤回了。请到房屋或人员页直接更正。")
        if found.state == "accepted":
            take_back(writing, found)
        same = Difference.objects.filter(
            entity=found.entity, field=found.field, claimed_hash=found.claimed_hash, source=found.source, state="open"
        )
        if same.exists():
            raise DecisionError("同一条差异已经重新列出，不用撤回，直接定那一条。")
        found.state, found.decided_by, found.decided_by_name, found.decided_at = "open", None, "", None
        found.batch = None  # taken back by itself it no longer belongs to what one rule decided
        found.save()
        writing.audit(
            "difference.reopened",
            scope=found.grid_id,
            kind=found.kind,
            subject=found.entity,
            data={"field": found.field, "difference": str(found.id)},
        )
    return found


def take_back(writing: Writing, found: Difference) -> None:
    """Step: the fact returns to the value before, unless somebody has changed it since. Raises DecisionError."""
    before, claimed = found.opened("current"), found.opened("claimed")
    if found.field == "residence":
        raise DecisionError("迁移不能一键撤回，请到人员页迁回原处。")
    if found.field == "residence_kind":
        link = _link(found)
        if link.kind != claimed:
            raise DecisionError(CHANGED_SINCE)
        _move_in(writing, found.entity, link.dwelling_id, link.grid_id, str(before))
        return
    if rules.is_end(found.kind, found.field, claimed):
        if not endings.withdraw(writing, found.entity):
            raise DecisionError("这次注销已经复核过了，不能撤回。请到人员页核对状态。")
        return
    entity = columns.TABLES[found.kind]._default_manager.get(pk=found.entity)
    if rules.or_empty(columns.read(entity, found.field)) != rules.or_empty(claimed):
        raise DecisionError(CHANGED_SINCE)
    _say(writing, found, rules.or_empty(before), "撤回采纳")


CHANGED_SINCE = "采纳以后又有人改过这一项，没有撤回。请到房屋或人员页直接更正。"
