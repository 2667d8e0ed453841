"""A figure of a document is got again, as of the moment the document was made.

Counted rates are added up from the counts by grid that were kept with the document, and held against the closings of
the day before and of the day; comparisons, samples, matters, decisions and the forecast are reckoned anew from what the
register keeps of them. What cannot be had again says so.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence

from gridwalk.accounts.rules import SYSTEM
from gridwalk.campaigns import queries as campaigns
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.followup.queries import as_of as matters
from gridwalk.indicators import tallies
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.indicators.tallies import Figure
from gridwalk.inspection.queries import results
from gridwalk.inspection.rules import Kind
from gridwalk.reconcile.queries import consistency
from gridwalk.reports import decisions, kept, outlook, recounts, rules, verified
from gridwalk.reports.figures import DocumentFigure, Gone, Value, figures_of
from gridwalk.reports.models import Document

About = Mapping[str, str]
LEAST_TOLERANCE, TOLERANCE = 5, 0.01
"""How far a counted figure may lie outside the two closings around it: for what went back and forth within the day."""


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a figure comes from, in words, and how it is got again (None: never). ``again`` raises Gone."""

    words: str
    again: Callable[[Document, About], Value | None] | None


def figure(id_: str) -> tuple[Document, DocumentFigure]:
    """A figure by its id, with its document. Raises NotHere."""
    serial, _, number = id_.partition(".")
    if serial.isascii() and serial.isdigit() and len(serial) < 18:
        document = Document.objects.filter(pk=int(serial)).select_related("meeting").first()
        printed = {printed.id: printed for printed in figures_of(document)} if document else {}
        if document and f"{serial}.{number}" in printed:
            return document, printed[f"{serial}.{number}"]
    raise NotHere


def again(document: Document, printed: DocumentFigure) -> Value | None:
    """The figure anew; None where that can never be. Raises Gone where it could, and its source is gone."""
    source = SOURCES[printed.source]
    return source.again(document, printed.about) if source.again else None


def closings(document: Document, printed: DocumentFigure) -> list[tuple[str, Value]]:
    """What the trend kept of a counted figure at the end of the day before and of that day."""
    is_indicator = printed.source == "count" and printed.about["indicator"] in INDICATORS
    if not is_indicator or document.campaign is None:
        return []
    today = clock.local_date(document.at)
    indicator, scope = INDICATORS[printed.about["indicator"]], printed.about.get("scope", "")
    areas = {scope: kept.areas(document, indicator.code, scope)}
    since = today - dt.timedelta(days=1)
    days = tallies.days_of(indicator, document.campaign, areas, since=since, until=today).get(scope, {})
    closed = [(rules.day(day), kept.part(pair, printed.about["part"])) for day, pair in days.items()]
    return [(day, value) for day, value in closed if value is not None]


def is_borne_out(printed: DocumentFigure, closed: Sequence[tuple[str, Value]]) -> bool | None:
    """Whether a counted number lies between its two closings, give or take the tolerance; None where there are not
    both, or it is no number.
    """
    values = [value for _, value in closed if isinstance(value, int)]
    if len(values) < 2 or not isinstance(printed.value, int):
        return None
    tolerance = max(LEAST_TOLERANCE, int(TOLERANCE * max(values)))
    return min(values) - tolerance <= printed.value <= max(values) + tolerance


def _count(document: Document, about: About) -> Value:
    value = kept.part(kept.figure(document, about["indicator"], about.get("scope", "")), about["part"])
    if value is None:
        raise Gone
    return value


def _consistency(document: Document, about: About) -> Value:
    scopes = about["scope"].split("|")
    measured = [m for scope in scopes for m in consistency.latest(scope, until=document.at)]
    if about["part"] == "missing":
        communities = [area for area in kept.areas(document, "grids") if area not in {m.community for m in measured}]
        return len(communities)
    chosen = [m for m in measured if m.sides == (about["left"], about["right"])]
    if about["part"] == "communities":
        return len({m.community for m in chosen})
    value = kept.part(sum((Figure(m.n_equal, m.n_union) for m in chosen), Figure()), about["part"])
    return 0 if value is None else value


def _sample(document: Document, about: About) -> Value:
    kind = Kind(about.get("kind", Kind.ESTIMATION))
    sample = results.latest(SYSTEM, about["scope"], until=document.at, kind=kind)
    figures = verified.sampled(sample, about["scope"], about["rate"]) or {}
    if about["part"] not in figures:
        raise Gone
    return figures[about["part"]]


def _forecast(document: Document, about: About) -> Value:
    try:
        campaign = campaigns.get_campaign(SYSTEM, document.campaign) if document.campaign else None
    except NotHere as error:
        raise Gone from error
    if campaign is None:
        raise Gone
    visits = kept.figure(document, "visits")
    forecast = outlook.ending(SYSTEM, about["scope"], campaign, document.at, visits)
    if forecast is None:
        raise Gone
    return outlook.values(forecast)[about["part"]]


def _matters(document: Document, about: About) -> Value:
    today = clock.local_date(document.at)
    stood = [
        matter.standing
        for matter in matters.stood(SYSTEM, about["scope"], document.at)
        if matter.row.kind == about["kind"] and about["owner"] in {"", matter.community}
    ]
    return sum(about["state"] == "open" or standing.is_overdue(today) for standing in stood)


def _decided(document: Document, about: About) -> list[matters.MatterAsOf]:
    return matters.decided(SYSTEM, document.scope, uuid.UUID(about["meeting"]), document.at)


def _decisions(document: Document, about: About) -> Value:
    return decisions.count(_decided(document, about), about["part"], document.at)


def _decision(document: Document, about: About) -> Value:
    decision = next((d for d in _decided(document, about) if str(d.row.id) == about["matter"]), None)
    if decision is None:
        raise Gone
    if about["part"] == "due":
        return rules.day(decision.standing.due_on)
    return decisions.outcome(decision, document.at)


def _change(document: Document, about: About) -> Value | None:
    try:
        values = [again(*figure(about[id_])) for id_ in ("of", "since")]
    except NotHere as error:
        raise Gone from error
    now, before = (value if isinstance(value, int) else None for value in values)
    return None if now is None or before is None else rules.signed(now - before)


SOURCES: Mapping[str, Source] = {
    "count": Source("随材料留存的各网格计数，相加得出；再和前一天、当天的收盘数比", _count),
    "consistency": Source("到那一刻为止，每种台账最近一次比对的结果，相加得出", _consistency),
    "sample": Source("到那一刻为止，最近一次抽样估计的答复，按抽样设计加权推算", _sample),
    "round": Source("到那一刻为止，最近一轮互查或街道巡查的答复，按抽样设计加权推算", _sample),
    "forecast": Source("行动以来每天收盘的已走访户数，按最近的进度推算", _forecast),
    "matters": Source("逐件重放事项的经过，数到那一刻", _matters),
    "decisions": Source("逐件重放会议议定事项的经过，数到那一刻", _decisions),
    "decision": Source("重放这件事项的经过，到那一刻为止", _decision),
    "change": Source("这次的数减上次的数，两个都再得出一遍", _change),
    "reasons": Source("随材料留存的各社区、各原因的户数，相加得出", recounts.reason),
    "trend": Source("每天收盘的已走访户数；计划数按工作日平均推算", recounts.trend),
    "calendar": Source("行动的起止日期和本单位登记的工作日", recounts.calendar),
    "named": Source("那一天在岗的责任人，按任职记录再数", recounts.named),
    "put_right": Source("逐件重放事项的经过，数到那一刻", recounts.put_right),
    "before": Source("那一天收盘时留存的各网格计数，相加得出", recounts.before),
    "burden": Source("到那一刻为止记下的走访、生成的材料，再数一遍", recounts.burden),
    "checks": Source("登记一改，那一刻的件数就不能再数；只留了当时的数", None),
}
