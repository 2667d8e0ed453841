"""Campaigns founded with their phases, waves and leading group, and closed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from itertools import chain

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Campaign, LeadingMember, Phase, Wave
from gridwalk.campaigns.rules import CampaignError
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import fold, says_number

QUIET_FROM, QUIET_UNTIL = dt.time(20, 30), dt.time(9, 0)
KINDS = ("dwelling", "organization", "site")
PHASES = ("prepare", "act", "sum_up")
LONGEST_NAME, LONGEST_MEMBER = 60, (40, 60, 120)


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
        writing.audit(AuditVerb.CAMPAIGN_CREATED, scope=scope, kind="campaign", subject=campaign.id)
    return campaign


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
    if any(says_number(fold(part)) for part in (name, *chain.from_iterable(leading_group), *(w.name for w in waves))):
        return "名称和领导小组里不要写证件号、电话号码。"
    if fault := _fault_of_phases(phases) or _fault_of_waves(scope, phases, waves):
        return fault
    if any(len(part) > most for member in leading_group for part, most in zip(member, LONGEST_MEMBER, strict=True)):
        return "领导小组一行里，姓名不超过 40 字，职务 60 字，分工 120 字。"
    return ""


def _fault_of_phases(phases: Mapping[str, tuple[dt.date, dt.date]]) -> str:
    if set(phases) != set(PHASES) or any(last < first for first, last in phases.values()):
        return "部署、行动、总结三个阶段都要有起止日期，结束不早于开始。"
    begin = [phases[kind][0] for kind in PHASES]
    if begin != sorted(begin):
        return "三个阶段要按部署、行动、总结的先后开始。"
    return ""


def _fault_of_waves(scope: str, phases: Mapping[str, tuple[dt.date, dt.date]], waves: Sequence[NewWave]) -> str:
    if any(not s.startswith(scope) for wave in waves for s in wave.scopes):
        return "有一批超出了行动的范围。"
    first, last = phases["prepare"][0], max(end for _, end in phases.values())
    if any(not first <= wave.starts_on <= last for wave in waves):
        return "有一批的开始日期不在行动的起止日期里。"
    return ""


def close_campaign(*, actor: Viewer, at: dt.datetime, campaign: uuid.UUID) -> None:
    """End a campaign; its targets and figures stay. Raises NotHere."""
    closing = Campaign.objects.filter(pk=campaign).first()
    if closing is None:
        raise NotHere
    access.require(actor, Verb.MANAGE_CAMPAIGN, closing.scope)
    with core.write_to(actor=actor, at=at) as writing:
        Campaign.objects.filter(pk=campaign).update(state="closed")
        writing.audit(AuditVerb.CAMPAIGN_CLOSED, scope=closing.scope, kind="campaign", subject=campaign)
