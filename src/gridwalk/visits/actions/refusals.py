"""Why a visit is not recorded, in words the one who walked can act on. Nothing of a refused visit is written."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.registry.living import VACANCY_SOURCES
from gridwalk.registry.models import Entity, Residence
from gridwalk.visits import needs, rules
from gridwalk.visits.models import Visit
from gridwalk.visits.outcomes import FAILED, OUTCOMES
from gridwalk.visits.values import Found, NewVisit

AGREED_WITHIN = dt.timedelta(hours=1)


@dataclasses.dataclass(frozen=True)
class Known:
    """What a batch is judged by, loaded at once: its entities in the grid, their targets, who belongs to which door."""

    now: dt.datetime
    campaign: Campaign | None
    entities: Mapping[uuid.UUID, Entity]
    targets: Mapping[uuid.UUID, Target]
    people: Mapping[uuid.UUID, set[uuid.UUID]]


def people_at(dwellings: Sequence[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The persons linked to each dwelling now, living there or registered there."""
    persons: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    links = Residence.objects.filter(dwelling_id__among=dwellings, to_on__isnull=True)
    for dwelling, person in links.values_list("dwelling_id", "person_id"):
        persons[dwelling].add(person)
    return persons


def of_repeat(new: NewVisit, before: Visit) -> str:
    """A visit whose id is on record already: the same visit sent again is no fault."""
    if before.withdrawn_at is not None:
        return "这次走访记过，又撤销了，没有再记。要重新记，请打开这一户补录。"
    if (before.entity, before.outcome) != (new.entity, new.outcome):
        return f"这一时段已经记过“{OUTCOMES[before.outcome].label}”，没有改。那次记错了，请打开这一户先撤销它。"
    return ""


def of_visit(new: NewVisit, around: Known, earlier: Sequence[Visit]) -> str:
    """Why a visit is not recorded; empty where it is. ``earlier``: the standing visits of its entity."""
    entity = around.entities.get(new.entity)
    if entity is None or new.kind != entity.KIND:
        return "这一户不在这个网格里，没有记。请核对房号。"
    if not new.outcome:
        return "还没有选结果，没有记。请选这次怎么样。"
    if new.outcome not in OUTCOMES:
        return "不认得这个结果，没有记。"
    if new.second_source and new.second_source not in VACANCY_SOURCES:
        return "不认得这个空房核实来源，没有记。"
    return (
        _of_time(new, around, earlier)
        or _of_revisit(new, around.campaign, earlier)
        or _of_found(new, around.people.get(new.entity, set()))
    )


def _of_time(new: NewVisit, around: Known, earlier: Sequence[Visit]) -> str:
    campaign = around.campaign
    if new.at > around.now + rules.CLOCK_TOLERANCE:
        return "走访时间在将来，没有记。请核对日期和时间。"
    if campaign is None:
        return ""
    begun = campaign.starts_on
    if new.entity in around.targets and clock.local_date(new.at) < begun:
        return f"走访日期早于这次行动（{begun.month}月{begun.day}日开始），没有记。请核对日期。"
    if (
        new.outcome != "phone"
        and rules.is_quiet(new.at, campaign.quiet_from, campaign.quiet_until)
        and not any(v.revisit_at and abs(v.revisit_at - new.at) <= AGREED_WITHIN for v in earlier)
    ):
        return f"{campaign.quiet_from:%H:%M} 到次日 {campaign.quiet_until:%H:%M} 不上门，没有记。若是居民约好的，请先记约定的时间。"
    at_door = [v for v in _since(campaign, earlier) if v.outcome != "phone"]
    if len(at_door) >= campaign.max_visits and new.outcome in FAILED:
        return f"这一户已去过 {campaign.max_visits} 次，不再打扰，没有记。可以打电话或留信。"
    return ""


def _of_revisit(new: NewVisit, campaign: Campaign | None, earlier: Sequence[Visit]) -> str:
    """An appointment is one that can be kept: later than the visit, by day, never after a refusal (red line 6)."""
    if new.revisit_at is None:
        return ""
    if new.revisit_at <= new.at:
        return "约定的时间比这次走访还早，没有记。请改约定的时间。"
    if campaign is not None and rules.is_quiet(new.revisit_at, campaign.quiet_from, campaign.quiet_until):
        quiet = f"{campaign.quiet_from:%H:%M} 到次日 {campaign.quiet_until:%H:%M}"
        return f"约定的时间在 {quiet} 之间，这段时间不上门，没有记。请改约定的时间。"
    if new.outcome == "refused" or any(v.outcome == "refused" for v in _since(campaign, earlier)):
        return "居民说过不愿开门，不再约上门，没有记。去掉约定的时间就能记。"
    return ""


def _since(campaign: Campaign | None, earlier: Sequence[Visit]) -> list[Visit]:
    """Those of some visits that belong to the campaign; where there is none, all."""
    return [v for v in earlier if campaign is None or v.on >= campaign.starts_on]


def _of_found(new: NewVisit, people: set[uuid.UUID]) -> str:
    """A visit speaks of its own door and of who belongs to it, of nothing else."""
    findings: Found = new.findings
    here = people | {a.id for a in findings.arrivals}
    if not findings.persons <= here or any(c.entity != new.entity for c in findings.claims if c.kind != "person"):
        return "填的人里有不在这一户名下的，没有记。请刷新这一户再填。"
    faults = [needs.faults(need, clock.local_date(new.at)) for need in findings.care]
    if any("by" in fault for fault in faults):
        return "转介的办结日期早于走访那天，或太远，没有记。请改了日期再传。"
    if any(faults):
        return "不认得这种需要或帮助，没有记。"
    return ""
