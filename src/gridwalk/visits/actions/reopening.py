"""The end of a campaign taken back: what was visited meanwhile counts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.campaigns.rules import CampaignError
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.visits.actions import targets
from gridwalk.visits.models import Visit


def reopen_campaign(*, actor: Viewer, at: dt.datetime, campaign: uuid.UUID) -> int:
    """Let a campaign run again within seven days of its end; the visits made since then settle their targets, one
    transaction a grid. Returns how many visits. Raises NotHere, NotPermitted, CampaignError.
    """
    with core.write_to(actor=actor, at=at) as writing:
        reopening = Campaign.objects.select_for_update().filter(pk=campaign).first()
        if reopening is None:
            raise NotHere
        access.require(actor, Verb.MANAGE_CAMPAIGN, reopening.scope)
        if reopening.state != "closed":
            raise CampaignError("没有撤销：这次行动没有结束。")
        if reopening.closed_at is None or at - reopening.closed_at > clock.UNDO_FOR:
            raise CampaignError("没有撤销：结束超过七天了。要接着走，请另建行动。")
        closed_at, reopening.state, reopening.closed_at = reopening.closed_at, "running", None
        reopening.save(update_fields=["state", "closed_at"])
        writing.audit(AuditVerb.CAMPAIGN_REOPENED, scope=reopening.scope, kind="campaign", subject=campaign)
    open_targets = Target.objects.filter(campaign=campaign)
    meanwhile = Visit.objects.filter(target=None, received_at__gte=closed_at, entity__in=open_targets.values("entity"))
    grids = sorted(set(meanwhile.values_list("grid_id", flat=True)))
    return sum(_count_visits(actor=actor, at=at, campaign=campaign, grid=grid, since=closed_at) for grid in grids)


def _count_visits(*, actor: Viewer, at: dt.datetime, campaign: uuid.UUID, grid: str, since: dt.datetime) -> int:
    """Give the visits of one grid their targets, and settle those."""
    with core.write_to(grid, actor=actor, at=at) as writing:
        visits = list(Visit.objects.filter(target=None, received_at__gte=since, grid=grid))
        aims = {
            target.entity: target
            for target in Target.objects.filter(campaign=campaign, grid=grid, entity__in=[v.entity for v in visits])
        }
        late = [visit for visit in visits if visit.entity in aims]
        for visit in late:
            visit.target = aims[visit.entity]
        Visit.objects.bulk_update(late, ["target"])
        standing: defaultdict[uuid.UUID, list[Visit]] = defaultdict(list)
        for visit in Visit.objects.filter(entity__in=aims, withdrawn_at=None):
            standing[visit.entity].append(visit)
        was = {target: target.state for target in aims.values()}
        for entity, target in aims.items():
            targets.settle(target, standing[entity])
        targets.save(writing, list(was), was, source="office")
    return len(late)
