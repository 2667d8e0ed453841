"""Campaigns from founding to dispatch, and what is arranged about targets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import rules
from gridwalk.campaigns.models import Campaign, LeadingMember, Phase, Target, Wave
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.registry import predicates
from gridwalk.registry import rules as registry_rules
from gridwalk.registry.actions import regridding
from gridwalk.registry.models import Dwelling, Organization, Site
from gridwalk.territory import actions as territory_actions
from gridwalk.territory import queries as territory

QUIET_FROM, QUIET_UNTIL = dt.time(20, 30), dt.time(9, 0)
KINDS = ("dwelling", "organization", "site")


class CampaignError(Exception):
    """A campaign that cannot be written so; the text says why."""


@dataclasses.dataclass(frozen=True)
class NewWave:
    """Which scopes begin when."""

    name: str
    scopes: tuple[str, ...]
    starts_on: dt.date


def create_campaign(
    *,
    actor: Viewer,
    at: dt.datetime,
    name: str,
    scope: str,
    phases: dict[str, tuple[dt.date, dt.date]],
    waves: Sequence[NewWave],
    leading_group: Sequence[tuple[str, str, str]] = (),
) -> Campaign:
    """Found a campaign with its phases (``prepare`` · ``act`` · ``sum_up``), waves and leading group (name,
    post, duty).

    Raises NotPermitted, CampaignError.
    """
    access.require(actor, Verb.MANAGE_CAMPAIGN, scope)
    fault = _fault_of_plan(name.strip(), scope, phases, waves, leading_group)
    if fault:
        raise CampaignError(f"没有建：{fault}")
    starts_on, ends_on = phases["prepare"][0], max(last for _, last in phases.values())
    with core.write_to(actor=actor, at=at) as writing:
        campaign = Campaign.objects.create(
            name=name.strip(),
            scope=scope,
            starts_on=starts_on,
            ends_on=ends_on,
            state="running",
            quiet_from=QUIET_FROM,
            quiet_until=QUIET_UNTIL,
            created_at=at,
        )
        Phase.objects.bulk_create(
            [Phase(campaign=campaign, kind=kind, starts_on=a, ends_on=b) for kind, (a, b) in phases.items()]
        )
        Wave.objects.bulk_create(
            [
                Wave(
                    campaign=campaign,
                    order=i,
                    name=w.name,
                    scopes=list(w.scopes),
                    kinds=list(KINDS),
                    starts_on=w.starts_on,
                )
                for i, w in enumerate(waves, 1)
            ]
        )
        LeadingMember.objects.bulk_create(
            [
                LeadingMember(campaign=campaign, order=i, name=n, post=p, duty=d)
                for i, (n, p, d) in enumerate(leading_group, 1)
            ]
        )
        writing.audit("campaign.created", scope=scope, kind="campaign", subject=campaign.id)
    return campaign


PHASES = ("prepare", "act", "sum_up")
LONGEST_NAME, LONGEST_MEMBER = 60, (40, 60, 120)


def _fault_of_plan(
    name: str,
    scope: str,
    phases: Mapping[str, tuple[dt.date, dt.date]],
    waves: Sequence[NewWave],
    leading_group: Sequence[tuple[str, str, str]],
) -> str:
    """What is wrong with a campaign to be; empty where nothing is."""
    if not name or len(name) > LONGEST_NAME or not waves:
        return "行动要有名称，不超过 60 个字，至少要有一批。"
    if set(phases) != set(PHASES) or any(last < first for first, last in phases.values()):
        return "部署、行动、总结三个阶段都要有起止日期，结束不早于开始。"
    begin = [phases[kind][0] for kind in PHASES]
    if begin != sorted(begin):
        return "三个阶段要按部署、行动、总结的先后开始。"
    if any(not s.startswith(scope) for wave in waves for s in wave.scopes):
        return "有一批超出了行动的范围。"
    if any(not begin[0] <= wave.starts_on <= max(last for _, last in phases.values()) for wave in waves):
        return "有一批的开始日期不在行动的起止日期里。"
    if any(len(part) > most for member in leading_group for part, most in zip(member, LONGEST_MEMBER, strict=True)):
        return "领导小组一行里，姓名不超过 40 字，职务 60 字，分工 120 字。"
    return ""


def dispatch_wave(*, actor: Viewer, at: dt.datetime, wave: int) -> int:
    """Make the targets of a wave, one transaction a grid, each to the grid's responsible worker; again adds
    what is new.

    Scope: every active residential or mixed dwelling, vacant and let ones included, those too whose striking off
    awaits its recheck; active organizations and key sites. Returns how many targets were made. Raises NotHere,
    NotPermitted, CampaignError.
    """
    found = Wave.objects.select_related("campaign").filter(pk=wave).first()
    if found is None:
        raise NotHere
    access.require(actor, Verb.DISPATCH, found.campaign.scope)
    if found.campaign.state == "closed":
        raise CampaignError("没有下派：这次行动已经结束了。")
    n_made = 0
    for grid in sorted({g for scope in found.scopes for g in territory.grid_codes(scope)}):
        with core.write_to(grid, actor=actor, at=at) as writing:
            n_made += dispatch_grid(writing, found, grid)
    with core.write_to(actor=actor, at=at) as writing:
        Wave.objects.filter(pk=wave).update(dispatched_at=at)
        writing.audit(
            "wave.dispatched",
            scope=found.campaign.scope,
            kind="campaign",
            subject=found.campaign_id,
            data={"wave": found.order, "n": n_made},
        )
    return n_made


def dispatch_grid(writing: Writing, wave: Wave, grid: str) -> int:
    """Step: the targets of one grid that do not exist yet."""
    worker = accounts.responsible([grid], clock.local_date(writing.at)).get(grid)
    known = set(Target.objects.filter(campaign_id=wave.campaign_id, grid_id=grid).values_list("entity", flat=True))
    doors = Dwelling.objects.filter(predicates.dwelling_active(), grid_id=grid, usage__in=["residential", "mixed"])
    wanted: list[tuple[str, uuid.UUID, str]] = [
        ("dwelling", pk, walk) for pk, walk in doors.values_list("id", "walk_key")
    ]
    for kind, table in (("organization", Organization), ("site", Site)):
        rows = table._default_manager.filter(grid_id=grid, status="active").values_list("id", "sort_key")
        wanted += [(kind, pk, f"~{sort_key}"[:80]) for pk, sort_key in rows]
    made = [
        Target(
            campaign_id=wave.campaign_id,
            wave=wave,
            grid_id=grid,
            kind=kind,
            entity=entity,
            walk_key=walk,
            assignee_id=worker.user if worker else None,
            created_at=writing.at,
        )
        for kind, entity, walk in wanted
        if kind in wave.kinds and entity not in known
    ]
    bulk.insert(made)
    for target in made:
        writing.created(grid, "target", target.id, {"kind": target.kind, "entity": str(target.entity)}, source="office")
    return len(made)


@dataclasses.dataclass(frozen=True)
class Joining:
    """A door, organization or site found during a running campaign."""

    grid: str
    kind: str
    entity: uuid.UUID
    walk_key: str


def join_targets(writing: Writing, found: Sequence[Joining]) -> None:
    """Step: what is found joins the scope of the campaigns that run there, at the grid's responsible worker (P3).

    A constant number of queries. Their grids must be locked.
    """
    today = clock.local_date(writing.at)
    waves = Wave.objects.filter(campaign__state="running", dispatched_at__isnull=False, starts_on__lte=today)
    wanted = {
        (wave.campaign_id, one.entity): (wave, one)
        for wave in waves
        for one in found
        if one.kind in wave.kinds and any(one.grid.startswith(scope) for scope in wave.scopes)
    }
    if not wanted:
        return
    standing = Target.objects.filter(entity__in=[one.entity for one in found]).values_list("campaign_id", "entity")
    workers = accounts.responsible(sorted({one.grid for one in found}), today)
    made = []
    for key in wanted.keys() - set(standing):
        wave, one = wanted[key]
        worker = workers.get(one.grid)
        target = Target(
            campaign_id=wave.campaign_id,
            wave=wave,
            grid_id=one.grid,
            kind=one.kind,
            entity=one.entity,
            walk_key=one.walk_key,
            assignee_id=worker.user if worker else None,
            created_at=writing.at,
        )
        made.append(target)
        record = {"kind": one.kind, "entity": str(one.entity)}
        writing.created(one.grid, "target", target.id, record, source="office")
    bulk.insert(made)


def join_doors(*, actor: Viewer, at: dt.datetime, dwellings: Sequence[uuid.UUID]) -> int:
    """Put doors into the running campaign, so that the next visit asks (并到下次走访); returns how many were not in it yet.

    Raises NotPermitted, CampaignError.
    """
    doors = list(Dwelling.objects.filter(predicates.dwelling_active(), pk__in=list(dwellings)))
    grids = sorted({door.grid_id for door in doors})
    for grid in grids:
        access.require(actor, Verb.DISPATCH, grid)
    with core.write_to(*grids, actor=actor, at=at) as writing:
        before = Target.objects.filter(entity__in=dwellings, campaign__state="running").count()
        join_targets(writing, [Joining(door.grid_id, "dwelling", door.pk, door.walk_key) for door in doors])
        of_running = Target.objects.filter(entity__in=dwellings, campaign__state="running")
        if not of_running.exists():
            raise CampaignError("没有并：这里没有正在走的行动，下派之后再来。")
        n_joined = of_running.count() - before
        for grid in grids:
            writing.audit("targets.joined", scope=grid, data={"n": sum(door.grid_id == grid for door in doors)})
    return n_joined


def rewalk(doors: QuerySet[Dwelling]) -> None:
    """Step: targets of doors whose place in walking order has changed follow it; the doors' grids must be locked."""
    walk = dict(doors.values_list("id", "walk_key"))
    moved = [t for t in Target.objects.filter(entity__in=walk) if t.walk_key != walk[t.entity]]
    for target in moved:
        target.walk_key = walk[target.entity]
    bulk.update(moved, ["walk_key"])


def plan_targets(
    *, actor: Viewer, at: dt.datetime, targets: Sequence[uuid.UUID], on: dt.date | None, band: str = ""
) -> int:
    """Put targets on a day's list (加入今日, 排晚间), or take them off with no day; what is visited needs no plan.

    ``band``: a time band or "". Returns how many. Raises NotPermitted, CampaignError.
    """
    if band and band not in rules.BANDS:
        raise CampaignError("没有排：不认得这个时段。")
    rows = Target.objects.filter(pk__in=list(targets)).exclude(state__in=["visited", "left"])
    grids = sorted(set(rows.values_list("grid_id", flat=True)))
    for grid in grids:
        access.require(actor, Verb.RECORD_VISIT if not actor.may(Verb.DISPATCH, grid) else Verb.DISPATCH, grid)
    with core.write_to(*grids, actor=actor, at=at) as writing:
        n_planned = rows.update(planned_on=on, planned_band=band)
        for grid in grids:
            writing.audit(
                "targets.planned", scope=grid, data={"n": n_planned, "on": on.isoformat() if on else None, "band": band}
            )
    return n_planned


def reassign(*, actor: Viewer, at: dt.datetime, targets: Sequence[uuid.UUID], to: uuid.UUID, reason: str) -> int:
    """Hand targets to another worker with a reason (改派); what was recorded stays. Returns how many.

    Raises NotPermitted, CampaignError, NotHere (no such user).
    """
    if not reason.strip():
        raise CampaignError("没有改派：请写明原因，原来的网格员要看得到。")
    rows = Target.objects.filter(pk__in=list(targets))
    grids = sorted(set(rows.values_list("grid_id", flat=True)))
    for grid in grids:
        access.require(actor, Verb.DISPATCH, grid)
    taker = accounts.viewer_by_id(to, clock.local_date(at))
    if not all(taker.may(Verb.RECORD_VISIT, grid) for grid in grids):
        raise CampaignError(f"没有改派：{taker.name} 还不管这个网格，打不开这些户。请管理员先给这个账号加上网格。")
    with core.write_to(*grids, actor=actor, at=at) as writing:
        for target in rows.only("id", "grid_id", "assignee_id"):
            old = str(target.assignee_id) if target.assignee_id else None
            writing.change(
                stream=target.grid_id,
                kind="target",
                entity=target.id,
                field="assignee",
                old=old,
                new=str(to),
                source="office",
                reason=reason.strip(),
            )
        n_moved = rows.update(assignee_id=to)
        for grid in grids:
            writing.audit("targets.reassigned", scope=grid, data={"n": n_moved, "to": str(to)}, reason=reason.strip())
    return n_moved


def close_campaign(*, actor: Viewer, at: dt.datetime, campaign: uuid.UUID) -> None:
    """End a campaign; its targets and figures stay. Raises NotHere."""
    found = Campaign.objects.filter(pk=campaign).first()
    if found is None:
        raise NotHere
    access.require(actor, Verb.MANAGE_CAMPAIGN, found.scope)
    with core.write_to(actor=actor, at=at) as writing:
        Campaign.objects.filter(pk=campaign).update(state="closed")
        writing.audit("campaign.closed", scope=found.scope, kind="campaign", subject=campaign)


def replace_grids(
    *,
    actor: Viewer,
    at: dt.datetime,
    old: Sequence[str],
    buildings: Mapping[uuid.UUID, str],
    new: Sequence[str],
    from_on: dt.date,
) -> None:
    """Split or merge grids with all that stands in them; open targets follow, at the new grid's responsible worker.

    ``buildings``: building or stairwell → its new grid; whatever is not named goes to the first of ``new``. One
    transaction. Raises NotPermitted, TerritoryError.
    """
    with core.write_to(*old, actor=actor, at=at):
        territory_actions.replace_grids(actor=actor, at=at, old=old, new=new, from_on=from_on)
        with core.write_to(*old, *new, actor=actor, at=at) as writing:
            regridding.move_grids(writing, old, {b: g for b, g in buildings.items() if g in new}, rest=new[0])
            follow_doors(writing, old, new)


def follow_doors(writing: Writing, old: Sequence[str], new: Sequence[str]) -> None:
    """Step: targets of what went from ``old`` grids to ``new`` ones follow, at the new grid's responsible worker."""
    workers = accounts.responsible(new, clock.local_date(writing.at))
    for grid in new:
        doors = Dwelling.objects.filter(grid_id=grid).values("pk")
        others: list[Any] = [table._default_manager.filter(grid_id=grid).values("pk") for table in (Organization, Site)]
        for entities in (doors, *others):
            moved = Target.objects.filter(grid_id__in=old, entity__in=entities)
            for target in moved.only("id", "grid_id"):
                writing.change(
                    stream=grid,
                    kind="target",
                    entity=target.id,
                    field="grid",
                    old=target.grid_id,
                    new=grid,
                    source="office",
                )
            worker = workers.get(grid)
            moved.update(grid_id=grid, assignee_id=worker.user if worker else None)


def hand_back(*, actor: Viewer, at: dt.datetime, target: uuid.UUID, reason: str) -> None:
    """A worker gives a target back with a reason; it is nobody's until the office assigns it. Visits made stay.

    Raises NotHere, NotPermitted, CampaignError.
    """
    found = Target.objects.filter(pk=target).first()
    if found is None:
        raise NotHere
    access.require(actor, Verb.RECORD_VISIT, found.grid_id)
    if found.assignee_id != actor.id:
        raise CampaignError("没有退回：这一户现在不在您名下。")
    reason = registry_rules.reason_kept(reason)
    if not reason:
        raise CampaignError("没有退回：请写明原因，改派的人要看。")
    with core.write_to(found.grid_id, actor=actor, at=at) as writing:
        was = str(found.assignee_id) if found.assignee_id else None
        Target.objects.filter(pk=target).update(assignee_id=None, note=f"退回：{reason}"[:120])
        writing.change(
            stream=found.grid_id,
            kind="target",
            entity=target,
            field="assignee",
            old=was,
            new=None,
            source="visit",
            reason=reason,
        )
        writing.audit("target.handed_back", scope=found.grid_id, kind=found.kind, subject=found.entity, reason=reason)
