"""A figure of a document is got again, as of the moment the document was made.

Rates are added up from the counts by grid that were kept with the document; comparisons, matters, decisions and the
forecast are reckoned anew from what the register keeps of them. What cannot be had again says so.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping

from gridwalk.accounts.rules import SYSTEM
from gridwalk.campaigns import queries as campaigns
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.followup.queries import as_of as matters
from gridwalk.indicators import tallies
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.indicators.tallies import Figure
from gridwalk.reconcile.queries import consistency
from gridwalk.reports import decisions, outlook, rules
from gridwalk.reports.figures import DocumentFigure, Value, figures_of
from gridwalk.reports.models import Document

About = Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a figure comes from, in words, and how it is got again (None: it is not)."""

    words: str
    again: Callable[[Document, About], Value | None] | None


def figure(id_: str) -> tuple[Document, DocumentFigure]:
    """A figure by its id, with its document. Raises NotHere."""
    serial, _, number = id_.partition(".")
    if serial.isascii() and serial.isdigit() and len(serial) < 18:
        document = Document.objects.filter(pk=int(serial)).select_related("meeting").first()
        of = next((f for f in figures_of(document) if f.id == f"{serial}.{number}"), None) if document else None
        if document and of:
            return document, of
    raise NotHere


def again(document: Document, of: DocumentFigure) -> Value | None:
    """The figure anew; None where that cannot be."""
    source = SOURCES[of.source]
    return source.again(document, of.about) if source.again else None


def counted(document: Document, indicator: str) -> Figure:
    """The sum of what was kept by grid."""
    grids = document.counts.get(indicator, {})
    return sum((Figure(n, d) for n, d in grids.values()), Figure())


def part(of: Figure, name: str) -> Value:
    """Numerator, denominator or percentage of a pair."""
    values: dict[str, Value] = {"n": of.n, "d": of.d, "percent": rules.percent(of.n, of.d)}
    return values[name]


def closings(document: Document, of: DocumentFigure) -> list[tuple[str, Value]]:
    """What the trend kept of a counted figure at the end of the day before and of that day, as a second witness."""
    if of.source != "count" or document.campaign is None:
        return []
    today = clock.local_date(document.at)
    indicator = INDICATORS[of.about["indicator"]]
    areas = {document.meeting.street: list(document.counts.get(indicator.code, {}))}
    since = today - dt.timedelta(days=1)
    kept = tallies.days_of(indicator, document.campaign, areas, since=since, until=today)
    days = kept.get(document.meeting.street, {})
    return [(rules.day(day), part(figure, of.about["part"])) for day, figure in days.items()]


def _count(document: Document, about: About) -> Value:
    return part(counted(document, about["indicator"]), about["part"])


def _consistency(document: Document, about: About) -> Value:
    sides = about["left"], about["right"]
    measured = consistency.latest(about["scope"], until=document.at)
    pairs = [Figure(m.n_equal, m.n_union) for m in measured if m.sides == sides]
    return part(sum(pairs, Figure()), about["part"])


def _forecast(document: Document, about: About) -> Value | None:
    try:
        campaign = campaigns.get_campaign(SYSTEM, document.campaign) if document.campaign else None
    except NotHere:
        return None
    if campaign is None:
        return None
    visits = counted(document, "visits")
    forecast = outlook.ending(SYSTEM, about["scope"], campaign, document.at, visits)
    return outlook.values(forecast)[about["part"]] if forecast else None


def _matters(document: Document, about: About) -> Value:
    today = clock.local_date(document.at)
    stood = [
        matter.standing
        for matter in matters.stood(SYSTEM, about["scope"], document.at)
        if matter.row.kind == about["kind"] and about["owner"] in {"", matter.community}
    ]
    return sum(about["state"] == "open" or standing.is_overdue(today) for standing in stood)


def _decided(document: Document, about: About) -> list[matters.MatterAsOf]:
    return matters.decided(SYSTEM, document.meeting.street, uuid.UUID(about["meeting"]), document.at)


def _decisions(document: Document, about: About) -> Value:
    return decisions.count(_decided(document, about), about["part"], document.at)


def _decision(document: Document, about: About) -> Value | None:
    decision = next((d for d in _decided(document, about) if str(d.row.id) == about["matter"]), None)
    if decision is None:
        return None
    if about["part"] == "due":
        return rules.day(decision.standing.due_on)
    return decisions.outcome(decision, document.at)


def _change(document: Document, about: About) -> Value | None:
    values = [again(*figure(about[id_])) for id_ in ("of", "since")]
    now, before = (value if isinstance(value, int) else None for value in values)
    return None if now is None or before is None else rules.signed(now - before)


SOURCES: Mapping[str, Source] = {
    "count": Source("随材料留存的各网格计数，相加得出", _count),
    "consistency": Source("到那一刻为止，每种台账最近一次比对的结果，相加得出", _consistency),
    "forecast": Source("行动以来每天收盘的已走访户数，按最近的进度推算", _forecast),
    "matters": Source("逐件重放事项的经过，数到那一刻", _matters),
    "decisions": Source("逐件重放会上定下的事项的经过，数到那一刻", _decisions),
    "decision": Source("重放这件事项的经过，到那一刻为止", _decision),
    "change": Source("这次的数减上次的数，两个都再得出一遍", _change),
    "checks": Source("登记一改，那一刻的件数就不能再数；只留了当时的数", None),
}
