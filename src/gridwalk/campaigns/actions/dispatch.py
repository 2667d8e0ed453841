"""Targets come into being: a wave is dispatched, what turns up later joins what runs (P3)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence

from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Target, Wave
from gridwalk.campaigns.predicates import to_dispatch
from gridwalk.campaigns.rules import CampaignError
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.registry import predicates
from gridwalk.registry.models import Dwelling
from gridwalk.territory import queries as territory


def dispatch_wave(*, actor: Viewer, at: dt.datetime, wave: int) -> int:
    """Make the targets of a wave, one transaction a grid, each to the grid's responsible worker; again adds
    what is new.

    Scope: ``predicates.to_dispatch``. The pilot goes first: a wave waits for the ones before it. Returns how many
    targets were made. Raises NotHere, NotPermitted, CampaignError.
    """
    dispatched = Wave.objects.select_related("campaign").filter(pk=wave).first()
    if dispatched is None:
        raise NotHere
    access.require(actor, Verb.DISPATCH, dispatched.campaign.scope)
    if dispatched.campaign.state == "closed":
        raise CampaignError("没有下派：这次行动已经结束了。")
    earlier = Wave.objects.filter(campaign=dispatched.campaign, order__lt=dispatched.order, dispatched_at=None).first()
    if earlier is not None:
        raise CampaignError(f"没有下派：先试点，再铺开。请先下派“{earlier.name}”。")
    n_targets = 0
    for grid in sorted({g for scope in dispatched.scopes for g in territory.grid_codes(scope)}):
        with core.write_to(grid, actor=actor, at=at) as writing:
            n_targets += dispatch_grid(writing, dispatched, grid)
    with core.write_to(actor=actor, at=at) as writing:
        Wave.objects.filter(pk=wave).update(dispatched_at=at)
        writing.audit(
            AuditVerb.WAVE_DISPATCHED,
            scope=dispatched.campaign.scope,
            kind="campaign",
            subject=dispatched.campaign_id,
            data={"wave": dispatched.order, "n": n_targets},
        )
    return n_targets


def dispatch_grid(writing: Writing, wave: Wave, grid: str) -> int:
    """Step: the targets of one grid that do not exist yet."""
    worker = accounts.responsible([grid], clock.local_date(writing.at)).get(grid)
    standing = set(Target.objects.filter(campaign_id=wave.campaign_id, grid_id=grid).values_list("entity", flat=True))
    places = []
    for kind in wave.kinds:
        rows = to_dispatch(kind).filter(grid_id=grid)
        if kind == "dwelling":
            places += [Joining(grid, kind, pk, walk) for pk, walk in rows.values_list("id", "walk_key")]
        else:
            places += [Joining(grid, kind, pk, f"~{key}"[:80]) for pk, key in rows.values_list("id", "sort_key")]
    targets = [_target(writing, wave, place, worker) for place in places if place.entity not in standing]
    bulk.insert(targets)
    return len(targets)


def _target(writing: Writing, wave: Wave, place: Joining, worker: accounts.Responsible | None) -> Target:
    """A new target, told in its grid's history; the caller saves it."""
    target = Target(
        campaign_id=wave.campaign_id,
        wave=wave,
        grid_id=place.grid,
        kind=place.kind,
        entity=place.entity,
        walk_key=place.walk_key,
        assignee_id=worker.user if worker else None,
        created_at=writing.at,
    )
    record = {"kind": place.kind, "entity": str(place.entity)}
    writing.created(place.grid, "target", target.id, record, source="office")
    return target


@dataclasses.dataclass(frozen=True)
class Joining:
    """A door, organization or site that turns up during a running campaign."""

    grid: str
    kind: str
    entity: uuid.UUID
    walk_key: str


def join_targets(writing: Writing, places: Sequence[Joining]) -> None:
    """Step: what turns up joins the scope of the campaigns that run there, at the grid's responsible worker (P3).

    A constant number of queries. Their grids must be locked.
    """
    today = clock.local_date(writing.at)
    waves = Wave.objects.filter(campaign__state="running", dispatched_at__isnull=False, starts_on__lte=today)
    wanted = {
        (wave.campaign_id, place.entity): (wave, place)
        for wave in waves
        for place in places
        if place.kind in wave.kinds and any(place.grid.startswith(scope) for scope in wave.scopes)
    }
    if not wanted:
        return
    standing = Target.objects.filter(entity__among=[place.entity for place in places]).values_list(
        "campaign_id", "entity"
    )
    workers = accounts.responsible(sorted({place.grid for place in places}), today)
    joining = [wanted[key] for key in wanted.keys() - set(standing)]
    bulk.insert([_target(writing, wave, place, workers.get(place.grid)) for wave, place in joining])


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
            writing.audit(AuditVerb.TARGETS_JOINED, scope=grid, data={"n": sum(door.grid_id == grid for door in doors)})
    return n_joined
