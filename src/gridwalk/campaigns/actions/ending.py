"""A campaign paused, resumed and closed; ``visits.actions.reopening`` opens it again."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Campaign, Pause
from gridwalk.campaigns.rules import CampaignError
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept

LONGEST_REASON = 120


def pause_campaign(*, actor: Viewer, at: dt.datetime, campaign: uuid.UUID, reason: str) -> None:
    """From today on nobody is sent to a door and the plan's line stands still; a visit made all the same counts.

    Raises NotHere, NotPermitted, CampaignError.
    """
    reason = reason_kept(reason)
    if not reason:
        raise CampaignError("没有暂停：请写明原因，网格员在手机上要看到。")
    if len(reason) > LONGEST_REASON:
        raise CampaignError(f"没有暂停：原因不超过 {LONGEST_REASON} 个字。")
    with core.write_to(actor=actor, at=at) as writing:
        pausing = _lock(actor, campaign)
        if pausing.state == "closed":
            raise CampaignError("没有暂停：这次行动已经结束了。")
        if pausing.pauses.filter(ends_on=None).exists():
            raise CampaignError("没有暂停：已经是暂停的了。")
        Pause.objects.create(campaign=pausing, starts_on=clock.local_date(at), reason=reason)
        writing.audit(AuditVerb.CAMPAIGN_PAUSED, scope=pausing.scope, kind="campaign", subject=campaign, reason=reason)


def resume_campaign(*, actor: Viewer, at: dt.datetime, campaign: uuid.UUID) -> None:
    """From today on it goes on. Raises NotHere, NotPermitted, CampaignError."""
    with core.write_to(actor=actor, at=at) as writing:
        resuming = _lock(actor, campaign)
        pause = resuming.pauses.filter(ends_on=None).first()
        if pause is None:
            raise CampaignError("没有恢复：这次行动没有暂停。")
        yesterday = clock.local_date(at) - dt.timedelta(days=1)
        if yesterday < pause.starts_on:
            pause.delete()
        else:
            pause.ends_on = yesterday
            pause.save(update_fields=["ends_on"])
        writing.audit(AuditVerb.CAMPAIGN_RESUMED, scope=resuming.scope, kind="campaign", subject=campaign)


def close_campaign(*, actor: Viewer, at: dt.datetime, campaign: uuid.UUID) -> None:
    """End a campaign: its targets and figures stay, what is still open is daily work from now on.

    Raises NotHere, NotPermitted, CampaignError.
    """
    with core.write_to(actor=actor, at=at) as writing:
        closing = _lock(actor, campaign)
        if closing.state == "closed":
            raise CampaignError("没有结束：这次行动已经结束了。")
        closing.state, closing.closed_at = "closed", at
        closing.save(update_fields=["state", "closed_at"])
        closing.pauses.filter(ends_on=None).update(ends_on=clock.local_date(at))
        writing.audit(AuditVerb.CAMPAIGN_CLOSED, scope=closing.scope, kind="campaign", subject=campaign)


def _lock(actor: Viewer, campaign: uuid.UUID) -> Campaign:
    locked = Campaign.objects.select_for_update().filter(pk=campaign).first()
    if locked is None:
        raise NotHere
    access.require(actor, Verb.MANAGE_CAMPAIGN, locked.scope)
    return locked
