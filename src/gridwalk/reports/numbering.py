"""The figures of a report with their ids: each once, in however many places of it it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gridwalk.core import clock
from gridwalk.indicators.definitions import INDICATORS, Indicator
from gridwalk.indicators.queries import Line
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import kept, rules, sections, verified
from gridwalk.reports.figures import Figures, Value
from gridwalk.reports.models import PROGRESS, SUMMARY, WEEKLY, Document
from gridwalk.reports.overview import TOTAL, Overview
from gridwalk.territory import rules as codes

OF_FORM = {
    "visits": ("d", "n", "explained", "remaining"),
    "organizations": ("d", "n"),
    "attention": ("d", "n"),
    "linkage": ("d", "n"),
}
"""What the district's weekly form asks of each community."""
AREAS = {"communities": "社区", "grids": "网格"}


def number(data: Overview, document: Document) -> Figures:
    """All figures of a report."""
    figures, kind = Figures(document.serial), document.kind
    if kind == WEEKLY:
        for line in _lines(data):
            for code, parts in OF_FORM.items():
                _parts(figures, line, INDICATORS[code], parts)
            _week(figures, data, line)
        return figures
    for line in _lines(data):
        _line(figures, data, line)
    _apart(figures, data)
    sections.number_samples(figures, data, (verified.AWARENESS,) if kind == PROGRESS else sections.OF_STREET)
    _reasons(figures, data)
    _planned(figures, data)
    if kind == PROGRESS:
        names = {line.code: line.name for line in data.communities.lines}
        for line in data.grids.lines:
            _all_parts(figures, line, f"{names[line.code[:12]]} {line.name}")
        _trend(figures, data)
    if kind == SUMMARY:
        _standing(figures, data)
        sections.number(figures, data, document)
    return figures


def _lines(data: Overview) -> Iterator[Line]:
    """The communities, and all of them together."""
    yield from data.communities.lines
    n_grids = sum(line.n_grids for line in data.communities.lines)
    yield Line(TOTAL, "合计", n_grids, data.communities.total)


def _line(figures: Figures, data: Overview, line: Line) -> None:
    _all_parts(figures, line, line.name)
    _week(figures, data, line)
    figures.add(f"{line.name}：网格数", line.n_grids, "count", unit="个", indicator="grids", part="n", scope=line.code)


def _all_parts(figures: Figures, line: Line, name: str) -> None:
    for indicator in INDICATORS.values():
        parts = kept.PARTS if indicator.code == "visits" else kept.PAIR
        _parts(figures, line, indicator, tuple(parts), name=name)


def _parts(figures: Figures, line: Line, indicator: Indicator, parts: tuple[str, ...], *, name: str = "") -> None:
    """What of a pair is shown; nothing of one that is withheld, and no percentage of nothing."""
    pair = line.figures[indicator.code]
    if pair is None:
        return
    for part in parts:
        value = kept.part(pair, part)
        if value is not None and (pair.d or part != "percent"):
            figures.add(
                f"{name or line.name}：{indicator.label} {kept.PARTS[part]}",
                value,
                "count",
                unit="" if part == "percent" else indicator.unit,
                indicator=indicator.code,
                part=part,
                scope=line.code,
            )


def _week(figures: Figures, data: Overview, line: Line) -> None:
    n = data.week.get(line.code, 0)
    figures.add(f"{line.name}：本周新增", n, "count", unit="户", indicator="week", part="n", scope=line.code)


def _apart(figures: Figures, data: Overview) -> None:
    """Rate 3 by its two sides; rate 5 is told by a sample."""
    scope = "|".join(data.parts)
    for total in data.consistency.totals:
        left, right = total.sides
        values: Mapping[str, Value | None] = {part: kept.part(total.figure, part) for part in kept.PAIR}
        for part, value in {**values, "communities": total.n_communities}.items():
            words = {**kept.PAIR, "communities": "比对过的社区"}[part]
            if value is not None:
                figures.add(
                    f"台账一致率（{left} ↔ {right}）：{words}",
                    value,
                    "consistency",
                    unit={"percent": "", "communities": "个"}.get(part, "条"),
                    left=left,
                    right=right,
                    part=part,
                    scope=scope,
                )


def _reasons(figures: Figures, data: Overview) -> None:
    for label, n in data.reasons:
        figures.add(f"未走访的原因：{label}", n, "reasons", unit="户", reason=label, merging=data.merging)


def _planned(figures: Figures, data: Overview) -> None:
    figures.add("按计划到今天应走访", data.planned, "trend", unit="户", part="planned", on=_today(data))


def _today(data: Overview) -> str:
    return clock.local_date(data.at).isoformat()


def _trend(figures: Figures, data: Overview) -> None:
    today = clock.local_date(data.at)
    for day, visited, planned in data.trend:
        about = {"on": day.isoformat()}
        figures.add(f"{rules.day(day)}：已走访", visited, "trend", unit="户", part="visited", **about)
        if day != today:
            figures.add(f"{rules.day(day)}：计划", planned, "trend", unit="户", part="planned", **about)


def _standing(figures: Figures, data: Overview) -> None:
    """How many areas there are and have somebody named, and which working day it is."""
    areas = {
        "communities": [line.code for line in data.communities.lines],
        "grids": [line.code for line in data.grids.lines if not codes.is_unassigned(line.code)],
    }
    for of, listed in areas.items():
        words = AREAS[of]
        named = Figure(sum(code in data.responsible for code in listed), len(listed))
        for part, label in (("n", f"明确了责任人的{words}"), ("d", words)):
            figures.add(f"{label}数", getattr(named, part), "named", unit="个", areas=of, part=part)
    for part, value in (("day", data.working_day), ("days", data.working_days)):
        words = {"day": "今天是第几个工作日", "days": "行动阶段工作日"}[part]
        figures.add(words, value, "calendar", unit="个", part=part)
    if data.behind:
        figures.add("入户走访比计划少", data.behind, "trend", unit="户", part="behind", on=_today(data))
    if data.consistency.n_missing:
        scope = "|".join(data.parts)
        figures.add(
            "没比对过台账的社区", data.consistency.n_missing, "consistency", unit="个", part="missing", scope=scope
        )
