"""Campaigns founded with their phases, waves and leading group, and changed while they run."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from itertools import chain

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Campaign, LeadingMember, Phase, Wave
from gridwalk.campaigns.rules import LEAST_QUIET, MOST_VISITS, CampaignError
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import fold, says_number

KINDS = ("dwelling", "organization", "site")
PHASES = {"prepare": "部署", "act": "行动", "sum_up": "总结"}
LONGEST_NAME, LONGEST_MEMBER = 60, (40, 60, 120)

Days = dict[str, tuple[dt.date, dt.date]]
"""First and last day by phase: ``prepare`` · ``act`` · ``sum_up``."""
Member = tuple[str, str, str]
"""Name, post, duty."""


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
    phases: Days,
    waves: Sequence[NewWave],
    leading_group: Sequence[Member] = (),
    max_visits: int = MOST_VISITS,
    quiet: tuple[dt.time, dt.time] = LEAST_QUIET,
) -> Campaign:
    """Found a campaign. ``max_visits``: to a door; ``quiet``: from when until when nobody is disturbed.

    Raises NotPermitted, CampaignError.
    """
    access.require(actor, Verb.MANAGE_CAMPAIGN, scope)
    fault = _fault_of_plan(name.strip(), scope, phases, waves, leading_group) or _fault_of_bounds(max_visits, quiet)
    if fault:
        raise CampaignError(f"没有建：{fault}")
    with core.write_to(actor=actor, at=at) as writing:
        campaign = Campaign(scope=scope, state="running", created_at=at)
        _write(campaign, name=name, phases=phases, leading_group=leading_group, max_visits=max_visits, quiet=quiet)
        _add_waves(campaign, waves)
        writing.audit(AuditVerb.CAMPAIGN_CREATED, scope=scope, kind="campaign", subject=campaign.id)
    return campaign


def change_campaign(
    *,
    actor: Viewer,
    at: dt.datetime,
    campaign: uuid.UUID,
    name: str,
    phases: Days,
    waves: Sequence[NewWave],
    leading_group: Sequence[Member],
    max_visits: int,
    quiet: tuple[dt.time, dt.time],
) -> None:
    """Change what a running campaign was founded with; ``waves`` take the place of those not dispatched yet.

    Raises NotHere, NotPermitted, CampaignError.
    """
    changing = Campaign.objects.filter(pk=campaign).first()
    if changing is None:
        raise NotHere
    access.require(actor, Verb.MANAGE_CAMPAIGN, changing.scope)
    with core.write_to(actor=actor, at=at) as writing:
        changing = Campaign.objects.select_for_update().get(pk=campaign)
        if changing.state == "closed":
            raise CampaignError("没有改：这次行动已经结束了。")
        dispatched = [w for w in changing.waves.all() if w.dispatched_at]
        whole = [*(NewWave(w.name, tuple(w.scopes), w.starts_on) for w in dispatched), *waves]
        fault = (
            _fault_of_plan(name.strip(), changing.scope, phases, whole, leading_group)
            or _fault_of_bounds(max_visits, quiet)
            or _fault_of_overlap(whole)
        )
        if fault:
            raise CampaignError(f"没有改：{fault}")
        changing.phases.all().delete()
        changing.leading_group.all().delete()
        changing.waves.filter(dispatched_at=None).delete()
        _write(changing, name=name, phases=phases, leading_group=leading_group, max_visits=max_visits, quiet=quiet)
        _add_waves(changing, waves, after=max((w.order for w in dispatched), default=0))
        writing.audit(AuditVerb.CAMPAIGN_CHANGED, scope=changing.scope, kind="campaign", subject=campaign)


def _write(
    campaign: Campaign,
    *,
    name: str,
    phases: Days,
    leading_group: Sequence[Member],
    max_visits: int,
    quiet: tuple[dt.time, dt.time],
) -> None:
    """Save a campaign with its phases and its leading group."""
    campaign.name, campaign.max_visits = name.strip(), max_visits
    campaign.starts_on, campaign.ends_on = phases["prepare"][0], max(last for _, last in phases.values())
    campaign.quiet_from, campaign.quiet_until = quiet
    campaign.save()
    Phase.objects.bulk_create(
        [Phase(campaign=campaign, kind=kind, starts_on=a, ends_on=b) for kind, (a, b) in phases.items()]
    )
    LeadingMember.objects.bulk_create(
        [
            LeadingMember(campaign=campaign, order=i, name=member, post=post, duty=duty)
            for i, (member, post, duty) in enumerate(leading_group, 1)
        ]
    )


def _add_waves(campaign: Campaign, waves: Sequence[NewWave], *, after: int = 0) -> None:
    Wave.objects.bulk_create(
        [
            Wave(
                campaign=campaign,
                order=order,
                name=wave.name,
                scopes=list(wave.scopes),
                kinds=list(KINDS),
                starts_on=wave.starts_on,
            )
            for order, wave in enumerate(waves, after + 1)
        ]
    )


def _fault_of_plan(
    name: str, scope: str, phases: Days, waves: Sequence[NewWave], leading_group: Sequence[Member]
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
    if set(phases) != set(PHASES):
        return "部署、行动、总结三个阶段都要有起止日期。"
    for kind, (first, last) in phases.items():
        if last < first:
            begins, ends = (clock.day_words(on, year=True) for on in (first, last))
            return f"{PHASES[kind]}阶段 {begins}开始，{ends}就结束了，结束不能早于开始。"
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


def _fault_of_overlap(waves: Sequence[NewWave]) -> str:
    scopes = [s for wave in waves for s in wave.scopes]
    if len(scopes) != len(set(scopes)):
        return "一个社区只能在一批里，已经下派的那一批不能再改。"
    return ""


def _fault_of_bounds(max_visits: int, quiet: tuple[dt.time, dt.time]) -> str:
    """A campaign may disturb less than the red line allows (docs/domain.md), never more."""
    begin, end = quiet
    if not 1 <= max_visits <= MOST_VISITS:
        return f"每户最多去几次，写 1 到 {MOST_VISITS}。"
    if not dt.time(12) <= begin <= LEAST_QUIET[0] or not LEAST_QUIET[1] <= end <= dt.time(12):
        return "不上门的时间可以更长，不能更短：晚上最迟从 20:30 起，早上最早到 9:00。"
    return ""
