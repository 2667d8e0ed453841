"""Every indicator, declared once: whom it counts (population) and when one counts as done (met).

Number, denominator, gap list, drill-down and docs/indicators.md are derived from these declarations, so they cannot
disagree (architecture, idea 4). Rates 3 and 5 are measured by comparisons and samples, declared in ``MEASURED_APART``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import functools
import hashlib
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import Q, QuerySet

from gridwalk.campaigns import predicates as campaign_predicates
from gridwalk.indicators.models import NO_CAMPAIGN
from gridwalk.registry import predicates

Rows = QuerySet[Any, Any]


@dataclasses.dataclass(frozen=True)
class Moment:
    """What a count depends on beside the rows: the day, and the campaign where the indicator belongs to one."""

    as_of: dt.date
    campaign: uuid.UUID = NO_CAMPAIGN
    campaign_from: dt.date | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Strand:
    """One population of one table with its condition. Most indicators have one; attention has four.

    ``reason`` and ``step``: why a row stands in the gap list, and the cheapest fix. Targets say that themselves,
    door by door (visits.steps). ``tells_use``: which rows are missing says how a door is used, or who lives at which
    (red line 5).
    """

    code: str
    label: str
    kind: str
    rows: Callable[[Moment], Rows]
    met: Callable[[Moment], Q]
    reason: str = ""
    step: str = ""
    tells_use: bool = False
    parts: Mapping[str, Callable[[Moment], Q]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


class Columns(enum.StrEnum):
    """What the progress workbook says of an indicator area by area."""

    NONE = "none"
    PAIR = "pair"
    PERCENT = "percent"
    """The pair, and its percentage."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Indicator:
    """A rate as a predicate. ``rate``: the plan's number 1–5, 0 for what stands beside; ``unit``: the measure word.

    Where it stands beside the gap list, the summary sheet and docs/indicators.md: ``strip``: the words behind its pair
    among the qualities of the home page; ``columns``: its columns by area in the progress workbook; ``shortfall``: what
    the summary document advises where some are missing.
    """

    code: str
    label: str
    rate: int
    unit: str
    clause: str
    explanation: str
    strands: tuple[Strand, ...]
    of_campaign: bool = False
    strip: str = ""
    columns: Columns = Columns.NONE
    shortfall: str = ""

    @functools.cached_property
    def definition(self) -> str:
        """A hash of the SQL the declaration compiles to: a changed definition makes every kept count stale."""
        moment = Moment(dt.date(2000, 1, 1), NO_CAMPAIGN, dt.date(2000, 1, 1))
        text = "\n".join(
            str(strand.rows(moment).filter(condition(moment)).values("pk").query)
            for strand in self.strands
            for condition in (strand.met, *strand.parts.values())
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _coverage(kind: str, label: str) -> Strand:
    return Strand(
        code=kind,
        label=label,
        kind="target",
        rows=lambda m: campaign_predicates.in_scope(m.campaign, kind),
        met=lambda m: campaign_predicates.visited(),
        parts=MappingProxyType(
            {
                "explained": lambda m: campaign_predicates.explained(),
                "pending": lambda m: campaign_predicates.pending(),
                "in_person": lambda m: campaign_predicates.met_in_person(),
            }
        ),
    )


def _people(
    met: Callable[[Moment], Q],
    *,
    reason: str,
    step: str,
    tells_use: bool = False,
    **parts: Callable[[Moment], Q],
) -> Strand:
    """Every active person of the register against one condition."""
    return Strand(
        code="person",
        label="人员",
        kind="person",
        rows=lambda m: predicates.people().filter(predicates.person_active()),
        met=met,
        reason=reason,
        step=step,
        tells_use=tells_use,
        parts=MappingProxyType(parts),
    )


VISITS = Indicator(
    code="visits",
    label="入户走访率",
    rate=1,
    unit="户",
    clause="二(一)",
    explanation="应走访房屋中已走访的。空房、出租房也在应走访之列；拒访、多时段无人记作已登记原因，不算已走访；待复核的不减分母。",
    strands=(_coverage("dwelling", "房屋"),),
    of_campaign=True,
)

ORGANIZATIONS = Indicator(
    code="organizations",
    label="单位走访率",
    rate=0,
    unit="家",
    clause="二(一)",
    explanation="应走访单位中已走访的。",
    strands=(_coverage("organization", "单位"),),
    of_campaign=True,
    columns=Columns.PAIR,
)

SITES = Indicator(
    code="sites",
    label="重点场所走访率",
    rate=0,
    unit="处",
    clause="二(一)",
    explanation="应走访重点场所中已走访的。",
    strands=(_coverage("site", "重点场所"),),
    of_campaign=True,
    columns=Columns.PAIR,
)

PERSONS_VERIFIED = Indicator(
    code="persons_verified",
    label="人员核实率",
    rate=0,
    unit="人",
    clause="二(一)",
    explanation="在册人员中，本次行动以来当面或电话核实过的。",
    strands=(
        _people(
            lambda m: Q(verified_on__gte=m.campaign_from) if m.campaign_from else Q(pk__in=[]),
            reason="本次行动还没核实",
            step="走访时确认",
            tells_use=True,  # who was not verified lives behind a door that was not opened
        ),
    ),
    of_campaign=True,
)

ATTENTION = Indicator(
    code="attention",
    label="关注率",
    rate=2,
    unit="项",
    clause="二(二)",
    explanation="重点关爱人员、重点场所、空房、出租房中，到期的联系都按各自间隔做到了的。间隔由类别定。",
    strands=(
        Strand(
            code="care",
            label="重点关爱人员",
            kind="person",
            rows=lambda m: predicates.people().filter(predicates.person_active() & predicates.has_care(m.as_of)),
            met=lambda m: ~predicates.care_overdue(m.as_of),
            reason="到期没联系",
            step="记一次联系",
            tells_use=True,
        ),
        Strand(
            code="site",
            label="重点场所",
            kind="site",
            rows=lambda m: predicates.sites().filter(predicates.site_active()),
            met=lambda m: ~predicates.site_overdue(m.as_of),
            reason="到期没走访",
            step="去走访",
        ),
        Strand(
            code="vacant",
            label="空房",
            kind="dwelling",
            rows=lambda m: predicates.dwellings().filter(predicates.dwelling_active() & predicates.dwelling_vacant()),
            met=lambda m: ~predicates.dwelling_overdue(m.as_of),
            reason="空房到期没看",
            step="下次顺路看一眼",
            tells_use=True,
        ),
        Strand(
            code="let",
            label="出租房",
            kind="dwelling",
            rows=lambda m: predicates.dwellings().filter(
                predicates.dwelling_active() & predicates.dwelling_let() & ~predicates.dwelling_vacant()
            ),
            met=lambda m: ~predicates.dwelling_overdue(m.as_of),
            reason="出租房到期没看",
            step="下次顺路看一眼",
            tells_use=True,
        ),
    ),
    columns=Columns.PERCENT,
    shortfall="到期的联系按间隔补做",
)

LINKAGE = Indicator(
    code="linkage",
    label="人房关联率",
    rate=4,
    unit="人",
    clause="二(四)",
    explanation="在册人员中，恰有一处现居住房屋的；住在别处的，恰有一处户籍房屋。没有房的、两处都算现居住的，都算未完成。",
    strands=(
        _people(
            lambda m: predicates.person_linked(),
            reason="没有恰好一处现居住",
            step="核对住处",
            homeless=lambda m: predicates.person_without_home(),
            several=lambda m: predicates.person_with_several_homes(),
        ),
    ),
    columns=Columns.PERCENT,
    shortfall="逐人核对住处，做到一人一处现居住",
)

DWELLINGS_RESOLVED = Indicator(
    code="dwellings_resolved",
    label="房屋居住已明率",
    rate=4,
    unit="户",
    clause="二(四)",
    explanation="在册房屋中，有人居住（待对方确认的也算），或空置已由第二来源确认的。",
    strands=(
        Strand(
            code="dwelling",
            label="房屋",
            kind="dwelling",
            rows=lambda m: predicates.dwellings().filter(predicates.dwelling_active()),
            met=lambda m: predicates.dwelling_resolved(),
            reason="没人住也没核实空房",
            step="上门或问物业",
        ),
    ),
    columns=Columns.PERCENT,
    shortfall="没人住也没核实的房屋，上门或问物业核实",
)

COMPLETENESS = Indicator(
    code="completeness",
    label="全面",
    rate=0,
    unit="人",
    clause="一",
    explanation="在册人员中，必填各项都填了的。",
    strands=(_people(lambda m: predicates.person_complete(), reason="必填项没填全", step="走访时补上"),),
    strip="人必填齐",
)

FRESHNESS = Indicator(
    code="freshness",
    label="鲜活",
    rate=0,
    unit="人",
    clause="一",
    explanation="在册人员中，在规定期内核实过的。",
    strands=(
        _people(
            lambda m: predicates.person_fresh(m.as_of),
            reason="超过 180 天没核实",
            step="走访时确认",
            tells_use=True,
        ),
    ),
    strip="人在期内核过",
)

VALIDITY = Indicator(
    code="validity",
    label="有效",
    rate=0,
    unit="人",
    clause="一",
    explanation="在册人员中，各条规则（证件号校验、出生日期与性别相符、一人一处现居住……）都通过的。",
    strands=(_people(lambda m: predicates.person_valid(), reason="有规则没通过", step="打开看是哪一条"),),
    strip="人规则全过",
)

INDICATORS: dict[str, Indicator] = {
    i.code: i
    for i in (
        VISITS,
        ATTENTION,
        LINKAGE,
        DWELLINGS_RESOLVED,
        ORGANIZATIONS,
        SITES,
        PERSONS_VERIFIED,
        COMPLETENESS,
        FRESHNESS,
        VALIDITY,
    )
}


BESIDE = tuple(i for i in INDICATORS.values() if not i.rate)
"""What stands beside the plan's five rates."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MeasuredApart:
    """A rate that no predicate over the register can give: it needs a comparison or an independent sample."""

    code: str
    label: str
    rate: int
    unit: str
    clause: str
    not_yet: str
    how: str


MEASURED_APART = {
    r.code: r
    for r in (
        MeasuredApart(
            code="consistency",
            label="台账一致率",
            rate=3,
            unit="条",
            clause="二(三)",
            not_yet="尚未比对台账，不计入一致率。",
            how="两边各项都相同的记录 / 两边合起来的记录，逐项比对得出；没比对过的社区不计入。",
        ),
        MeasuredApart(
            code="awareness",
            label="知晓率",
            rate=5,
            unit="人",
            clause="二(五)",
            not_yet="尚未抽样。",
            how="由独立随机抽样估计，带样本量、应答率和区间；抽样不能证明 100%。",
        ),
    )
}
