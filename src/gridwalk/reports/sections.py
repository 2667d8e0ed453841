"""The figures of a summary beside the rates: samples, matters put right, data before and after, the burden."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from gridwalk.accounts.rules import ONE_STREET
from gridwalk.core import clock
from gridwalk.followup.rules import COURSES
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.inspection.rates import LABELS as LABELS_OF_RATES
from gridwalk.inspection.rates import Rate
from gridwalk.reports import kept, rules, supervision, verified
from gridwalk.reports.figures import Figures
from gridwalk.reports.models import Document
from gridwalk.reports.overview import TOTAL, Overview
from gridwalk.territory import queries as territory

OF_COMMUNITY = (verified.VISITS, verified.ASKED, *Rate)
OF_STREET = (*OF_COMMUNITY, verified.AWARENESS, verified.ACCURACY)
LABELS: Mapping[str, str] = {
    **{str(rate): label for rate, label in LABELS_OF_RATES.items()},
    verified.VISITS: "入户走访率",
    verified.ASKED: "抽样估计",
    verified.AWARENESS: "知晓率",
    verified.ACCURACY: "准确率",
}


def number(figures: Figures, data: Overview, document: Document) -> None:
    """All of them, in the order of the summary."""
    _put_right(figures, data)
    _before(figures, data)
    _burden(figures, data, document)


def _burden(figures: Figures, data: Overview, document: Document) -> None:
    """Doors that somebody went to or rang are visited or explained, nearly all: who sees counts only would read of them
    how many are explained.
    """
    scope = "|".join(data.parts)
    for part, n in supervision.burden(data.parts, data.campaign, document).items():
        if data.withholds and part in supervision.OF_DOORS:
            continue
        unit = {"visits": "次", "documents": "份"}.get(part, "户")
        figures.add(supervision.BURDEN[part], n, "burden", unit=unit, part=part, scope=scope)


def number_samples(figures: Figures, data: Overview, shown: Collection[str] = OF_STREET) -> None:
    """What the last sample says of the street and of each community that has a figure; ``shown``: what the document
    shows of it.
    """
    for scope, name, codes in _sampled(data):
        for code in (code for code in codes if code in shown):
            for part, value in (verified.sampled(data.sample, scope, code) or {}).items():
                figures.add(
                    f"{name}{LABELS[code]}：{verified.PARTS[code][part]}",
                    value,
                    "sample",
                    unit=UNITS.get((code, part), ""),
                    rate=code,
                    part=part,
                    scope=scope,
                )


UNITS = {
    (verified.AWARENESS, "n"): "人",
    (verified.ACCURACY, "n"): "户",
    **dict.fromkeys([(verified.ASKED, part) for part in verified.PARTS[verified.ASKED]], "户"),
}


def _sampled(data: Overview) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for line in data.communities.lines:
        yield line.code, f"{line.name}：", OF_COMMUNITY
    if len(data.scope) == ONE_STREET:
        yield data.scope, "", OF_STREET


def _put_right(figures: Figures, data: Overview) -> None:
    matters = supervision.recorded(data.parts, data.at)
    names = territory.place_names({matter.community for matter in matters}) | {TOTAL: "合计"}
    scope = "|".join(data.parts)
    for owner, kind, chosen in supervision.by_owner(matters):
        for part, n in supervision.put_right(chosen, data.at).items():
            unit = "天" if part in supervision.DAYS else "次" if part in {"handed_in", "sent_back"} else "件"
            label = f"{names[owner]} {COURSES[kind].label}：{supervision.PUT_RIGHT[part]}"
            figures.add(label, n, "put_right", unit=unit, owner=owner, kind=str(kind), part=part, scope=scope)


def _before(figures: Figures, data: Overview) -> None:
    """The first closing of the campaign; what it is now stands among the rates."""
    grids = list(data.kept["areas"])
    for code in supervision.BEFORE:
        if data.communities.total[code] is None or not supervision.told_before(code, withholds=data.withholds):
            continue
        first = supervision.first_day(code, data.campaign.id, grids, data.campaign.starts_on, clock.local_date(data.at))
        if first is None:
            continue
        day, pair = first
        for part in ("n", "d", "percent"):
            value = kept.part(pair, part)
            if value is not None:
                figures.add(
                    f"{rules.day(day)} {INDICATORS[code].label}：{kept.PARTS[part]}",
                    value,
                    "before",
                    unit="" if part == "percent" else INDICATORS[code].unit,
                    indicator=code,
                    on=day.isoformat(),
                    part=part,
                )
