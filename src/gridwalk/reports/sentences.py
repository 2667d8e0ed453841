"""Sentences of the summary, each built from a figure; what is not measured or withheld says so. Nothing is invented."""

from __future__ import annotations

from collections.abc import Iterator

from gridwalk.core import clock
from gridwalk.indicators import consistency
from gridwalk.indicators.consistency import Total
from gridwalk.indicators.definitions import BESIDE, INDICATORS, MEASURED_APART, Indicator, MeasuredApart
from gridwalk.indicators.rules import WITHHELD
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import rules, verified
from gridwalk.reports.overview import TOTAL, Overview, pair, percent, remaining
from gridwalk.territory import rules as codes
from gridwalk.visits.outcomes import ADVICE

NOT_DISPATCHED = "走访任务尚未下派。"


def _count(n: int | None, unit: str) -> str:
    return WITHHELD if n is None else f"{n:,} {unit}"


def rates(number: int) -> list[Indicator | MeasuredApart]:
    """The indicators of the plan's rate ``number``; the fourth has two."""
    every: list[Indicator | MeasuredApart] = [*INDICATORS.values(), *MEASURED_APART.values()]
    return [rate for rate in every if rate.rate == number]


def standing(data: Overview) -> str:
    """Where in its days the action phase stands."""
    act, today = next(p for p in data.campaign.phases.all() if p.kind == "act"), clock.local_date(data.at)
    if today < act.starts_on:
        return f"行动阶段{rules.day(act.starts_on, year=True)}开始，共 {data.working_days} 个工作日。"
    if today > act.ends_on:
        return f"行动阶段{rules.day(act.ends_on, year=True)}结束，共 {data.working_days} 个工作日。"
    return f"行动阶段共 {data.working_days} 个工作日，现为第 {data.working_day} 个，本材料是阶段性的。"


def unnamed(data: Overview) -> list[str]:
    """Communities and grids without a responsible person, by name in code order; what has no grid yet needs none."""
    communities = {line.code: line.name for line in data.communities.lines}
    names = dict(communities) | {line.code: f"{communities[line.code[:12]]}{line.name}" for line in data.grids.lines}
    return [names[code] for code in sorted(names) if code not in data.responsible and not codes.is_unassigned(code)]


def responsibility(data: Overview) -> str:
    """How many areas have a named person (P21)."""
    grids = [line.code for line in data.grids.lines if not codes.is_unassigned(line.code)]
    n_communities = sum(line.code in data.responsible for line in data.communities.lines)
    n_grids = sum(code in data.responsible for code in grids)
    return (
        f"{len(data.communities.lines)} 个社区中 {n_communities} 个、{len(grids)} 个网格中 {n_grids} 个明确了责任人。"
    )


def of_sample(data: Overview, apart: MeasuredApart) -> str:
    """What stands for a rate that no comparison gives: the estimate of the last sample, or that there is none."""
    return _of_sample(data, apart) or apart.not_yet


def totals(data: Overview, apart: MeasuredApart) -> tuple[Total, ...]:
    """The figures of a rate that is measured apart, as the home page has them; none: not measured yet."""
    return data.consistency.totals if apart.code == consistency.CODE else ()


def sides(data: Overview, total: Total) -> str:
    """What was compared with what, and in how many of the communities."""
    return f"{' ↔ '.join(total.sides)}（{len(data.consistency.communities)} 个社区中 {total.n_communities} 个比对过）"


def _share(figure: Figure, indicator: Indicator | MeasuredApart) -> str:
    return f"{pair(figure)} {indicator.unit}，{percent(figure)}"


def _of_sample(data: Overview, apart: MeasuredApart) -> str:
    """A rate as the last sample estimates it; empty where none says it."""
    if apart.code != verified.AWARENESS:
        return ""
    estimate = verified.sampled(data.sample, data.scope, apart.code) or {}
    if not estimate:
        return ""
    return f"{estimate['share']}，95% 区间 {estimate['lowest']} 到 {estimate['highest']}，{estimate['n']:,} 人答。"


def rate(data: Overview, indicator: Indicator | MeasuredApart) -> str:
    """One rate as a pair, with how it is counted; one that is not measured says so."""
    if isinstance(indicator, MeasuredApart):
        figures = "；".join(f"{sides(data, t)} {_share(t.figure, indicator)}" for t in totals(data, indicator))
        text = f"{figures}。" if figures else _of_sample(data, indicator) or indicator.not_yet
        return f"{indicator.label}：{text}{indicator.how}"
    figure = data.communities.total[indicator.code]
    if figure is None:
        return f"{indicator.label}：{WITHHELD}。{indicator.explanation}"
    if not figure.d:
        nothing = NOT_DISPATCHED if indicator.code == "visits" else "暂无应做事项。"
        return f"{indicator.label}：{nothing}{indicator.explanation}"
    text = f"{indicator.label}：{pair(figure)} {indicator.unit}，{percent(figure)}。"
    if indicator.code == "visits":
        text += f"另有已登记原因 {_count(figure.told('explained'), '户')}，待走访 {_count(remaining(figure), '户')}；"
        text += f"本周新增已走访 {_count(data.week[TOTAL], '户')}。"
    return text + indicator.explanation


def beside(data: Overview) -> str:
    """What stands beside the five rates, in one sentence."""
    parts = []
    for indicator in BESIDE:
        figure = data.communities.total[indicator.code]
        words = f"{pair(figure)} {indicator.unit}（{percent(figure)}）" if figure else WITHHELD
        parts.append(f"{indicator.label} {words if figure is None or figure.d else '暂无应做事项'}")
    return f"另列：{'；'.join(parts)}。"


def problems(data: Overview) -> Iterator[str]:
    """What the figures show to be amiss."""
    visits = data.communities.total["visits"]
    if visits is not None and data.behind:
        yield (
            f"入户走访比计划少 {data.behind:,} 户：按工作日平均，"
            f"到今天应走访 {data.planned:,} 户，实际 {visits.n:,} 户。"
        )
    for indicator in (i for i in INDICATORS.values() if i.shortfall):
        figure = data.communities.total[indicator.code]
        if figure is not None and figure.gap:
            yield f"{indicator.label}尚差 {figure.gap:,} {indicator.unit}。"
    if missing := unnamed(data):
        yield f"{'、'.join(missing)}没有责任人。"
    for apart in MEASURED_APART.values():
        measured = totals(data, apart)
        if not measured and not _of_sample(data, apart):
            yield f"{apart.label}{apart.not_yet}"
        for total in measured:
            if total.figure.gap:
                yield f"{apart.label}（{' ↔ '.join(total.sides)}）尚差 {total.figure.gap:,} {apart.unit}。"
    if data.consistency.totals and data.consistency.n_missing:
        yield f"{data.consistency.n_missing} 个社区尚未比对台账，不计入台账一致率。"


def next_steps(data: Overview) -> Iterator[str]:
    """One step for every gap there is, the largest reason first."""
    for label, n in data.reasons:
        if label in ADVICE:
            yield f"{ADVICE[label]}，共 {n:,} 户。"
    for indicator in (i for i in INDICATORS.values() if i.shortfall):
        figure = data.communities.total[indicator.code]
        if figure is not None and figure.gap:
            yield f"{indicator.shortfall}，共 {figure.gap:,} {indicator.unit}。"
    if unnamed(data):
        yield "为没有责任人的社区和网格明确责任人。"
    if any(total.figure.gap for total in data.consistency.totals):
        yield "台账和系统登记对不上的，逐条核对、回填，再比对一次。"
    if data.consistency.n_missing:
        yield "尚未比对台账的社区，上传台账比对，得出台账一致率。"
    if not _of_sample(data, MEASURED_APART[verified.AWARENESS]):
        yield "开展独立抽样，估计知晓率。"
