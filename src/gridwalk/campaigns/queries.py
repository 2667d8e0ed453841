"""Reads of campaigns and targets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection

from django.db.models import Count, Exists, OuterRef

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import predicates, rules
from gridwalk.campaigns.models import Campaign, Pause, Target, Wave
from gridwalk.core import plain
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.method.workdays import Workdays
from gridwalk.territory import queries as territory


def campaigns(viewer: Viewer) -> list[Campaign]:
    """The campaigns that touch an area whose counts the viewer may see, the newest first."""
    rows = Campaign.objects.prefetch_related("phases", "waves", "leading_group", "pauses").order_by("-starts_on")
    return [c for c in rows if viewer.within(Verb.SEE_COUNTS, c.scope)]


def get_campaign(viewer: Viewer, campaign: uuid.UUID) -> Campaign:
    """One campaign. Raises NotHere."""
    seen = next((c for c in campaigns(viewer) if c.id == campaign), None)
    if seen is None:
        raise NotHere
    return seen


def current_campaign(viewer: Viewer) -> Campaign | None:
    """The running campaign that began last; else the last one; None where there is none."""
    seen = campaigns(viewer)
    return next((c for c in seen if c.state == "running"), seen[0] if seen else None)


def current_over(viewer: Viewer, scope: str) -> Campaign | None:
    """The same among those that hold all of a scope, whatever else the viewer sees."""
    over = [c for c in campaigns(viewer) if scope.startswith(c.scope)]
    return next((c for c in over if c.state == "running"), over[0] if over else None)


def waves_over(campaign: Campaign, scope: str) -> tuple[list[Wave], list[Wave]]:
    """The waves that reach into a scope: those dispatched, and those not yet."""
    waves = [w for w in campaign.waves.all() if any(s.startswith(scope) or scope.startswith(s) for s in w.scopes)]
    return [w for w in waves if w.dispatched_at], [w for w in waves if not w.dispatched_at]


def running_for(grid: str) -> Campaign | None:
    """The running campaign over a grid, the one that began last."""
    return running_over([grid])[grid]


_OVER = """
t.state = 'running' AND EXISTS (SELECT FROM unnest(%s::text[]) AS grid WHERE starts_with(grid, t.scope))
ORDER BY t.starts_on DESC
"""


def running_over(grids: Collection[str]) -> dict[str, Campaign | None]:
    """The same for each of several grids, in one statement."""
    running = plain.select(Campaign, _OVER, [list(grids)])
    return {grid: next((c for c in running if grid.startswith(c.scope)), None) for grid in grids}


def target_of(campaign: uuid.UUID, entity: uuid.UUID) -> Target | None:
    """The target of an entity in a campaign."""
    return Target.objects.select_related("assignee").filter(campaign_id=campaign, entity=entity).first()


def of_nobody(viewer: Viewer, campaign: Campaign, scope: str, on: dt.date) -> Counter[tuple[str, str]]:
    """How many targets of a scope are still to be walked and nobody's, by (grid, kind); what has none is missing."""
    inside = in_scopes(viewer.within(Verb.SEE_COUNTS, scope), "grid__code")
    rows = Target.objects.filter(inside, predicates.remaining(), campaign=campaign)
    # What ``predicates.of_nobody`` asks of each door is asked once of each worker of a grid.
    posts = set(accounts.visiting(on).values_list("user", "scope"))
    counted: Counter[tuple[str, str]] = Counter()
    for grid, kind, assignee, n in rows.values_list("grid_id", "kind", "assignee").annotate(n=Count("pk")):
        if not any((assignee, grid[:length]) in posts for length in range(len(grid) + 1)):
            counted[grid, kind] += n
    return counted


def workdays(campaign: Campaign, today: dt.date) -> Workdays:
    """The working days of a campaign: the office's, without those on which it is paused (up to ``today``)."""
    pauses = [(pause.starts_on, pause.ends_on) for pause in campaign.pauses.all()]
    return territory.workdays().without(rules.paused_days(pauses, today))


def pause_on(campaign: Campaign, today: dt.date) -> Pause | None:
    """The pause a campaign is in on that day."""
    pauses = (p for p in campaign.pauses.all() if p.starts_on <= today and (p.ends_on is None or today <= p.ends_on))
    return next(pauses, None)


@dataclasses.dataclass(frozen=True, kw_only=True)
class GridPreview:
    """What a wave would bring to a grid. ``responsible``: who would have it; "" where nobody is named."""

    code: str
    name: str
    kind: str
    responsible: str
    counts: dict[str, int]


@dataclasses.dataclass(frozen=True, kw_only=True)
class DispatchPreview:
    """A wave before it is dispatched: new targets by grid and in all by kind; ``waits_for``: what goes first."""

    wave: Wave
    grids: tuple[GridPreview, ...]
    total: dict[str, int]
    waits_for: Wave | None

    @property
    def n(self) -> int:
        """How many targets it would make."""
        return sum(self.total.values())

    @property
    def without_person(self) -> tuple[GridPreview, ...]:
        """The grids that would get something and have nobody responsible."""
        return tuple(grid for grid in self.grids if not grid.responsible and any(grid.counts.values()))


def dispatch_preview(viewer: Viewer, wave: int, on: dt.date) -> DispatchPreview:
    """What dispatching a wave now would make. Raises NotHere."""
    previewed = Wave.objects.select_related("campaign").filter(pk=wave).first()
    if previewed is None or not viewer.may(Verb.DISPATCH, previewed.campaign.scope):
        raise NotHere
    grids = [
        grid
        for grid in territory.grids(viewer, scope=previewed.campaign.scope, verb=Verb.DISPATCH)
        if any(grid.code.startswith(scope) for scope in previewed.scopes)
    ]
    codes = [grid.code for grid in grids]
    standing = Target.objects.filter(campaign=previewed.campaign_id, entity=OuterRef("pk"))
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for kind in previewed.kinds:
        rows = predicates.to_dispatch(kind).filter(~Exists(standing), grid__in=codes)
        for grid, n in rows.order_by("grid_id").values_list("grid_id").annotate(n=Count("pk")):
            counts[grid][kind] = n
    named = accounts.responsible(codes, on)
    earlier = previewed.campaign.waves.filter(order__lt=previewed.order, dispatched_at=None).first()
    return DispatchPreview(
        wave=previewed,
        grids=tuple(
            GridPreview(
                code=grid.code,
                name=f"{grid.area.short} {grid.name}",
                kind=grid.kind,
                responsible=named[grid.code].name if grid.code in named else "",
                counts={kind: counts[grid.code].get(kind, 0) for kind in previewed.kinds},
            )
            for grid in grids
            if grid.kind != "unassigned" or counts[grid.code]
        ),
        total={kind: sum(of_grid.get(kind, 0) for of_grid in counts.values()) for kind in previewed.kinds},
        waits_for=earlier,
    )


def n_open(viewer: Viewer, campaign: Campaign) -> Counter[str]:
    """How many targets of a campaign are still to be walked, by kind, as far as the viewer sees counts."""
    inside = in_scopes(viewer.within(Verb.SEE_COUNTS, campaign.scope), "grid__code")
    rows = Target.objects.filter(inside, predicates.remaining(), campaign=campaign)
    return Counter(dict(rows.values_list("kind").annotate(n=Count("pk"))))


def n_unvisited(viewer: Viewer) -> int:
    """How many doors of running campaigns are not visited yet, explained ones too, in the viewer's areas."""
    inside = in_scopes(viewer.scopes(Verb.SEE_ROWS_MASKED), "grid__code")
    rows = Target.objects.filter(inside, campaign__state="running", kind="dwelling")
    return rows.exclude(state__in=["visited", "left"]).count()
