"""Reads of campaigns and targets."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection

from django.db.models import Count

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns import predicates
from gridwalk.campaigns.models import Campaign, Target, Wave
from gridwalk.core import plain
from gridwalk.core.queries import NotHere, in_scopes


def campaigns(viewer: Viewer) -> list[Campaign]:
    """The campaigns that touch an area whose counts the viewer may see, the newest first."""
    rows = Campaign.objects.prefetch_related("phases", "waves", "leading_group").order_by("-starts_on")
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
    rows = Target.objects.filter(inside, predicates.of_nobody(on), campaign=campaign)
    counted = rows.values_list("grid_id", "kind").annotate(n=Count("pk"))
    return Counter({(grid, kind): n for grid, kind, n in counted})
