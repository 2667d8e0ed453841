"""拆并网格: proposed with its impact, confirmed by a second person, then done at once with all that stands in the grids.

The register and the campaigns' targets are moved by their own rooms; here moves what rooms above them keep by grid,
and the workers' assignments, so that every phone finds its ground at the next sync.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries as account_queries
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.actions import regridding as campaigns
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.method.text import reason_kept
from gridwalk.reconcile.models import Comparison, Import
from gridwalk.registry.actions import regridding as registry
from gridwalk.sync.models import Device
from gridwalk.territory.models import Building, Grid, GridPlan, Stairwell
from gridwalk.upkeep.queries import regridding

MOST = 9


class PlanError(Exception):
    """A plan that cannot be made or decided; the text says why."""


def propose(
    *,
    actor: Viewer,
    at: dt.datetime,
    old: Sequence[str],
    new: Sequence[str],
    buildings: Mapping[uuid.UUID, str],
    workers: Mapping[str, uuid.UUID],
    reason: str,
    reverses: GridPlan | None = None,
) -> GridPlan:
    """Draw up a plan; nothing moves yet. ``buildings``: building or stairwell → new code; a stairwell without one
    goes with its building, a building without one to the first new grid.

    Raises NotHere, PlanError.
    """
    reason = reason_kept(reason)
    community = old[0][:12] if old else ""
    if not old or not 1 <= len(new) <= MOST or (len(old) == 1 and len(new) == 1):
        raise PlanError("没有送：拆分要从一个变成几个，合并要从几个变少；先选好网格和个数。")
    regridding.require_community(actor, community)
    if not reason:
        raise PlanError("没有送：请写明为什么要改，复核的人要看。")
    _require_in_force(community, old, at)
    here = set(_places(old))
    to = {str(place): code for place, code in buildings.items() if place in here and code in new}
    allowed = regridding.workers_of(old, clock.local_date(at))
    chosen = {code: str(user) for code, user in workers.items() if code in new and user in allowed}
    plan = GridPlan(
        community_id=community,
        old=list(old),
        new=list(new),
        buildings=to,
        workers=chosen,
        reason=reason,
        reverses=reverses,
        proposed_by=actor.id,
        proposed_by_name=actor.name,
        proposed_at=at,
    )
    if empty := regridding.impact(plan, clock.local_date(at)).empty:
        numbers = "、".join(str(int(code[12:])) for code in empty)
        raise PlanError(f"没有送：第 {numbers} 网格里一栋楼也没有。请至少划进一栋或一个单元，或少设几个。")
    with core.write_to(actor=actor, at=at) as writing:
        if GridPlan.objects.filter(community_id=community, state="open").exists():
            raise PlanError("没有送：这个社区还有一个方案等着复核，先把那个定下来。")
        plan.save(force_insert=True)
        writing.audit(
            AuditVerb.GRIDS_PLAN_PROPOSED,
            scope=community,
            kind="grid_plan",
            subject=plan.id,
            data={"old": plan.old, "new": plan.new},
            reason=reason,
        )
    return plan


def propose_reverse(*, actor: Viewer, at: dt.datetime, plan: GridPlan, reason: str) -> GridPlan:
    """Draw up the way back: as many grids as there were, each building with those it stood with before.

    A number is never given twice, so the grids that come back have new numbers. Raises NotHere, PlanError.
    """
    if plan.state != "done":
        raise PlanError("没有送：只有做好了的方案能改回去。")
    fresh = dict(zip(plan.old, regridding.fresh_codes(plan.community_id, len(plan.old)), strict=True))
    buildings = {uuid.UUID(b): fresh[code] for b, code in plan.before.items() if code in fresh}
    today = clock.local_date(at)
    named = regridding.workers_of(plan.new, today)
    workers = dict(zip(fresh.values(), named, strict=False))
    return propose(
        actor=actor,
        at=at,
        old=plan.new,
        new=list(fresh.values()),
        buildings=buildings,
        workers=workers,
        reason=reason,
        reverses=plan,
    )


def _places(grids: Sequence[str]) -> dict[uuid.UUID, str]:
    """Building or stairwell → grid, of all that stand in some grids."""
    standing = Building.objects.filter(grid_id__in=grids, ended_on__isnull=True)
    stairwells = Stairwell.objects.filter(building__in=standing)
    return {
        **dict(standing.values_list("id", "grid_id")),
        **dict(stairwells.values_list("id", "building__grid_id")),
    }


def _require_in_force(community: str, old: Sequence[str], at: dt.datetime) -> None:
    grids = list(Grid.objects.filter(code__in=old, valid_to__isnull=True))
    if len(grids) != len(set(old)) or len(set(old)) != len(old):
        raise PlanError("没有送：其中有网格已经停用，请刷新后再看。")
    if any(grid.area_id != community or grid.kind == "unassigned" for grid in grids):
        raise PlanError("没有送：只在一个社区里拆并；“未划入网格”不拆不并。")
    if any(grid.valid_from >= clock.local_date(at) for grid in grids):
        raise PlanError("没有送：其中有网格今天才设立，明天起才能再改，先后才分得清。")


def require_no_ledger_under_way(community: str) -> None:
    """What is being applied or compared has its rows sorted by the grids of before. Raises PlanError."""
    wider = [community[:length] for length in range(len(community))]
    reaching = Q(scope__in=wider) | Q(scope__startswith=community)
    busy = Import.objects.filter(reaching, state__in=("applying", "paused")).exists()
    if busy or Comparison.objects.filter(reaching, state__in=("comparing", "paused")).exists():
        raise PlanError("没有改：这个社区有台账正在导入或比对，导完、比完或放弃之后再来，免得记到停用的网格里。")


def withdraw(*, actor: Viewer, at: dt.datetime, plan: GridPlan) -> None:
    """Take a plan back that waits. Raises PlanError."""
    _close(actor, at, plan, "withdrawn", "")


def decide(*, actor: Viewer, at: dt.datetime, plan: GridPlan, confirmed: bool, note: str) -> None:
    """Confirm a plan and do it from today, or reject it; by a person other than who proposed it, who keeps the areas.

    One transaction: all has moved, or nothing. Raises NotPermitted, PlanError, TerritoryError.
    """
    access.require(actor, Verb.MANAGE_AREAS, plan.community_id)
    if plan.proposed_by is not None and plan.proposed_by == actor.id:
        raise PlanError("提出的人不能自己复核，请另一位同事来复核。")
    if not confirmed:
        _close(actor, at, plan, "rejected", note)
        return
    today = clock.local_date(at)
    with transaction.atomic():
        locked = _waiting(plan)
        _require_in_force(locked.community_id, locked.old, at)
        require_no_ledger_under_way(locked.community_id)
        locked.before = {str(place): code for place, code in _places(locked.old).items()}
        with core.write_to(*locked.old, actor=actor, at=at) as writing:
            chosen = {code: uuid.UUID(user) for code, user in locked.workers.items()}
            accounts.follow_grids(writing, old=locked.old, new=chosen, from_on=today)
        campaigns.replace_grids(
            actor=actor,
            at=at,
            old=locked.old,
            new=locked.new,
            from_on=today,
            buildings={uuid.UUID(b): code for b, code in locked.buildings.items()},
        )
        with core.write_to(*locked.old, *locked.new, actor=actor, at=at) as writing:
            follow(locked.old, locked.new, today)
            _note_decision(locked, actor, at, "done", note)
            writing.audit(
                AuditVerb.GRIDS_PLAN_DONE,
                scope=locked.community_id,
                kind="grid_plan",
                subject=locked.id,
                data={"old": locked.old, "new": locked.new},
                reason=locked.note,
            )


def _close(actor: Viewer, at: dt.datetime, plan: GridPlan, state: str, note: str) -> None:
    with core.write_to(actor=actor, at=at) as writing:
        locked = _waiting(plan)
        _note_decision(locked, actor, at, state, note)
        writing.audit(
            AuditVerb(f"grids.plan_{state}"),
            scope=locked.community_id,
            kind="grid_plan",
            subject=locked.id,
            reason=locked.note,
        )


def _waiting(plan: GridPlan) -> GridPlan:
    locked = GridPlan.objects.select_for_update().get(pk=plan.pk)
    if locked.state != "open":
        raise PlanError("这个方案已经定过了，请刷新后再看。")
    return locked


def _note_decision(plan: GridPlan, actor: Viewer, at: dt.datetime, state: str, note: str) -> None:
    plan.state, plan.note = state, reason_kept(note)
    plan.decided_by, plan.decided_by_name, plan.decided_at = actor.id, actor.name, at
    plan.save()


def follow(old: Sequence[str], new: Sequence[str], on: dt.date) -> None:
    """Step: what is kept by grid goes with what it speaks of; what speaks of nothing known to the first of ``new``,
    which may be one of ``old``: then it stays. The grids must be locked.

    A phone goes by hand: its ground is where its user works now.
    """
    registry.follow_records(old, new)
    for device in Device.objects.filter(scope__in=old, revoked_at__isnull=True):
        scope = account_queries.grid_of_worker(device.user_id, new, on)
        Device.objects.filter(pk=device.pk).update(scope=scope or new[0])
