"""The pack of a progress meeting: rates with their change, forecast, kinds of problems, matters, the last decisions.

It is written as for who sees counts only: whoever is in the room reads it, whoever made it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterator
from typing import Any

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.bench.queries import checks
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.followup.models import Meeting
from gridwalk.followup.queries import as_of as matters
from gridwalk.followup.rules import COURSES, Kind
from gridwalk.indicators import consistency, disclosures
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import INDICATORS, Indicator, MeasuredApart
from gridwalk.indicators.disclosures import Counts
from gridwalk.indicators.rules import WITHHELD
from gridwalk.indicators.tallies import Figure
from gridwalk.inspection.queries import results
from gridwalk.inspection.queries.results import Results
from gridwalk.inspection.rules import Kind as Sampling
from gridwalk.reports import decisions, kept, outlook, problems, rules, sentences, verified
from gridwalk.reports.figures import Figures, same
from gridwalk.reports.models import Document
from gridwalk.territory import queries as territory

Content = dict[str, Any]
COUNTED = tuple(i for i in INDICATORS.values() if i.rate)
"""The rates that are counted over the register; the others are measured apart."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PackRequest:
    """What a pack is written for. ``last``: the pack of the meeting ``before``; ``earlier``: one of this meeting."""

    viewer: Viewer
    meeting: Meeting
    before: Meeting | None
    campaign: Campaign
    at: dt.datetime
    last: Document | None
    earlier: Document | None

    @functools.cached_property
    def sample(self) -> Results | None:
        """The sample that the verified figures are of."""
        return results.latest(reader_of(self.street), self.street, until=self.at)

    @property
    def street(self) -> str:
        """The scope of all its figures."""
        return self.meeting.street


def reader_of(street: str) -> Viewer:
    """Who sees counts only in a street, as its leading group does."""
    return Viewer(id=None, name="座谈会", assignments=(Held(Role.LEADING_GROUP, street),))


def write(request: PackRequest, serial: int) -> tuple[Content, Figures, dict[str, Any]]:
    """What the pack says, its figures, and the counts by grid it rests on."""
    # Before the counts: what they were shown by is held until the pack is written, and this takes longest.
    cases = checks.open_cases(request.viewer, request.street, clock.local_date(request.at), problems.COUNTED)
    figures, reader = Figures(serial), reader_of(request.street)
    codes = [grid.code for grid in indicators.visible_grids(reader, request.street)]
    moment = indicators.moment(request.campaign, request.at)
    counts = disclosures.counts(reader, moment, codes, at=request.at, indicators=COUNTED)
    at, meeting = clock.local(request.at), request.meeting
    content = {
        "street": territory.scope_name(request.street),
        "number": meeting.number,
        "on": rules.day(meeting.on, year=True),
        "campaign": request.campaign.name,
        "as_of": rules.as_of(at),
        "before_on": rules.day(clock.local_date(request.last.at)) if request.last else "",
        "made_before": rules.as_of(clock.local(request.earlier.at)).removeprefix("数据截至 ")
        if request.earlier
        else "",
        "rates": list(_rates(request, figures, counts, codes)),
        "forecast": _forecast(request, figures, reader, counts, codes),
        "sample": _sample(request.sample),
        "rounds": list(_rounds(request, figures)),
        "problems": list(
            problems.kinds(
                figures, request.street, cases, problems.told(counts.of(request.street, codes)), request.last
            )
        ),
        **_matters(request, figures),
        **_last_decisions(request, figures),
        "practice": meeting.practice,
    }
    return content, figures, kept.of_counts(counts, codes)


def _sample(sample: Results | None) -> Content | None:
    """Of which round the verified figures are, and whether they still move."""
    return {"number": sample.number, "is_running": sample.is_running} if sample else None


def _rounds(request: PackRequest, figures: Figures) -> Iterator[Content]:
    """What the last round of mutual checks and of patrols showed, each of itself alone; neither makes a rate."""
    for kind in (Sampling.MUTUAL, Sampling.PATROL):
        sample = results.latest(reader_of(request.street), request.street, until=request.at, kind=kind)
        if sample is None:
            continue
        cells = {
            part: figures.add(
                f"{sample.label}：{verified.PARTS[code][part]}",
                value,
                "round",
                kind=str(kind),
                rate=code,
                part=part,
                scope=request.street,
            )
            for code in (verified.ASKED, verified.VISITS)
            for part, value in (verified.sampled(sample, request.street, code) or {}).items()
        }
        yield {"label": sample.label, "number": sample.number, "is_running": sample.is_running, "cells": cells}


def _rates(request: PackRequest, figures: Figures, counts: Counts, codes: list[str]) -> Iterator[Content]:
    shown = counts.of(request.street, codes)
    for number in range(1, 6):
        for rate in sentences.rates(number):
            if isinstance(rate, Indicator):
                yield _line(request, figures, rate, shown[rate.code], {"indicator": rate.code})
            else:
                yield from _apart(request, figures, rate)


def _apart(request: PackRequest, figures: Figures, rate: MeasuredApart) -> Iterator[Content]:
    if rate.code == verified.AWARENESS:
        yield _awareness(request, figures, rate)
        return
    totals = consistency.board(reader_of(request.street), request.street, until=request.at).totals
    for total in totals:
        left, right = total.sides
        about = {"left": left, "right": right, "scope": request.street}
        yield _line(request, figures, rate, total.figure, about)
    if not totals:
        yield {"number": rate.rate, "label": rate.label, "words": rate.not_yet, "verified": None}


def _awareness(request: PackRequest, figures: Figures, rate: MeasuredApart) -> Content:
    """How many know the service, as estimated; words where no sample says it."""
    cells = _sampled(request, figures, rate)
    line: Content = {"number": rate.rate, "label": rate.label, "verified": None}
    if isinstance(cells, str):
        return line | {"words": cells}
    share, lowest, highest, n = (cells[part]["value"] for part in ("share", "lowest", "highest", "n"))
    return line | {"words": f"{share}，95% 区间 {lowest} 到 {highest}，{n:,} 人答（抽样估计）", "sampled": cells}


def _sampled(request: PackRequest, figures: Figures, rate: Indicator | MeasuredApart) -> dict[str, Content] | str:
    """What the last sample says of a rate, part by part; or why it says nothing."""
    values = verified.sampled(request.sample, request.street, rate.code)
    if not values:
        return verified.NOT_YET if values is None else verified.TOO_FEW
    return {
        part: figures.add(
            f"{rate.label}：{words}", values[part], "sample", rate=rate.code, part=part, scope=request.street
        )
        for part, words in verified.PARTS[rate.code].items()
    }


def _verified(request: PackRequest, figures: Figures, rate: Indicator | MeasuredApart) -> Content | None:
    """核实不低于; None of a rate that no sample verifies, or the last one did not ask for."""
    if not verified.bears_out(request.sample, request.street, rate.code):
        return None
    cells = _sampled(request, figures, rate)
    return {"value": cells} if isinstance(cells, str) else cells["verified"]


def _line(
    request: PackRequest, figures: Figures, rate: Indicator | MeasuredApart, pair: Figure | None, about: dict[str, str]
) -> Content:
    """One rate: the pair, its percentage, the numerator at the last meeting and its change."""
    label = f"{rate.label}（{about['left']} ↔ {about['right']}）" if "left" in about else rate.label
    line: Content = {
        "number": rate.rate,
        "label": label,
        "unit": rate.unit,
        "verified": _verified(request, figures, rate),
    }
    if pair is None or not pair.d:
        return line | {"words": WITHHELD if pair is None else "暂无应办"}
    source = "consistency" if "left" in about else "count"
    values = {part: kept.of_pair(pair, part) for part in ("n", "d", "percent")}
    words = {part: kept.PAIR[part] for part in ("n", "d", "percent")}
    line |= {
        part: figures.add(
            f"{label}：{words[part]}", value, source, unit="" if part == "percent" else rate.unit, part=part, **about
        )
        for part, value in values.items()
    }
    before = same(request.last, source, {"part": "n", **about})
    if before is None or not isinstance(before.value, int):
        return line
    change = rules.signed(pair.n - before.value)
    cell = figures.add(f"{label}：比上次", change, "change", unit=rate.unit, of=line["n"]["id"], since=before.id)
    return line | {"before": {"id": before.id, "value": before.value}, "change": cell}


def _forecast(
    request: PackRequest, figures: Figures, reader: Viewer, counts: Counts, codes: list[str]
) -> dict[str, Any] | None:
    visits = counts.of(request.street, codes)["visits"]
    ending = outlook.ending(reader, request.street, request.campaign, request.at, visits) if visits else None
    if ending is None:
        return None
    words = {"on": "预计走完", "first": "最早", "last": "最晚", "late": "晚几个工作日"}
    cells = {
        part: figures.add(f"入户走访：{words[part]}", value, "forecast", part=part, scope=request.street)
        for part, value in outlook.values(ending).items()
    }
    return cells | {"due": rules.day(ending.due)}


def _matters(request: PackRequest, figures: Figures) -> Content:
    """What is open and overdue, by community in code order and by kind; the street's own last."""
    today = clock.local_date(request.at)
    stood = matters.stood(request.viewer, request.street, request.at)
    n = Counter((m.community, m.row.kind, "open") for m in stood)
    n += Counter((m.community, m.row.kind, "overdue") for m in stood if m.standing.is_overdue(today))
    kinds = [kind for kind in Kind if any(m.row.kind is kind for m in stood)]
    owners = sorted({m.community for m in stood}, key=lambda owner: (len(owner) == len(request.street), owner))
    names = territory.place_names(owners)

    def cell(owner: str, kind: Kind, state: str) -> Content:
        words = f"{names[owner] if owner else '合计'}：{COURSES[kind].label}{'在办' if state == 'open' else '过期'}"
        value = n[owner, kind, state] if owner else sum(n[each, kind, state] for each in owners)
        return figures.add(
            words, value, "matters", unit="件", kind=str(kind), owner=owner, state=state, scope=request.street
        )

    rows = [
        {"name": names[owner] if owner else "合计", "cells": [[cell(owner, k, s) for s in STATES] for k in kinds]}
        for owner in ([*owners, ""] if owners else [])
    ]
    return {"matters": rows, "kinds": [COURSES[kind].label for kind in kinds]}


STATES = ("open", "overdue")


def _last_decisions(request: PackRequest, figures: Figures) -> Content:
    """The decisions of the last meeting with what became of each."""
    if request.before is None:
        return {"last": None, "decisions": []}
    meeting = str(request.before.id)
    stood = matters.decided(request.viewer, request.street, request.before.id, request.at)
    names = territory.place_names([decision.community for decision in stood])
    label = f"第 {request.before.number} 次会"
    counts = {
        part: figures.add(
            f"{label}：{words}",
            decisions.count(stood, part, request.at),
            "decisions",
            unit="件",
            meeting=meeting,
            part=part,
        )
        for part, words in decisions.PARTS.items()
    }
    rows = [
        {
            "title": decision.row.title,
            "number": decision.row.number,
            "owner": names[decision.community],
            "outcome": figures.add(
                f"事项 {decision.row.number}",
                decisions.outcome(decision, request.at),
                "decision",
                meeting=meeting,
                matter=str(decision.row.id),
                part="outcome",
            ),
        }
        for decision in stood
    ]
    return {
        "last": {
            "number": request.before.number,
            "on": rules.day(request.before.held_on or request.before.on),
            **counts,
        },
        "decisions": rows,
    }
