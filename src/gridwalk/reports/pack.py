"""The pack of a progress meeting: rates with their change, forecast, kinds of problems, matters, the last decisions.

It is written as for who sees counts only: whoever is in the room reads it, whoever made it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.bench.queries import checks
from gridwalk.bench.queries.decisions import OpenCase
from gridwalk.bench.rules import CHECKS
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.followup.models import Meeting
from gridwalk.followup.queries import as_of as matters
from gridwalk.followup.rules import COURSES, Kind
from gridwalk.indicators import consistency, disclosures
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import INDICATORS, Indicator, MeasuredApart
from gridwalk.indicators.disclosures import Counts
from gridwalk.indicators.rules import SMALLEST_CELL, WITHHELD
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import again, decisions, outlook, rules, sentences
from gridwalk.reports.figures import Figures, same
from gridwalk.reports.models import Document
from gridwalk.reports.verified import verified
from gridwalk.territory import queries as territory

Content = dict[str, Any]
COUNTED = tuple(i for i in INDICATORS.values() if i.rate)
"""The rates that are counted over the register; the others are measured apart."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """What a pack is written for. ``last``: the pack of the meeting ``before``; ``earlier``: one of this meeting."""

    viewer: Viewer
    meeting: Meeting
    before: Meeting | None
    campaign: Campaign
    at: dt.datetime
    last: Document | None
    earlier: Document | None

    @property
    def street(self) -> str:
        """The scope of all its figures."""
        return self.meeting.street


def reader_of(street: str) -> Viewer:
    """Who sees counts only in a street, as its leading group does."""
    return Viewer(id=None, name="座谈会", assignments=(Held(Role.LEADING_GROUP, street),))


def write(asked: Asked, serial: int) -> tuple[Content, Figures, dict[str, Any]]:
    """What the pack says, its figures, and the counts by grid it rests on."""
    # Before the counts: what they were shown by is held until the pack is written, and this takes longest.
    cases = checks.open_cases(asked.viewer, asked.street, clock.local_date(asked.at))
    figures, reader = Figures(serial), reader_of(asked.street)
    codes = [grid.code for grid in indicators.visible_grids(reader, asked.street)]
    moment = indicators.moment(asked.campaign, asked.at)
    counts = disclosures.counts(reader, moment, codes, at=asked.at, indicators=COUNTED)
    at, meeting = clock.local(asked.at), asked.meeting
    content = {
        "street": territory.scope_name(asked.street),
        "number": meeting.number,
        "on": rules.day(meeting.on, year=True),
        "campaign": asked.campaign.name,
        "as_of": rules.as_of(at),
        "before_on": rules.day(clock.local_date(asked.last.at)) if asked.last else "",
        "made_before": rules.as_of(clock.local(asked.earlier.at)).removeprefix("数据截至 ") if asked.earlier else "",
        "rates": list(_rates(asked, figures, counts, codes)),
        "forecast": _forecast(asked, figures, reader, counts, codes),
        "problems": list(_problems(asked, figures, cases)),
        **_matters(asked, figures),
        **_last_decisions(asked, figures),
        "practice": meeting.practice,
    }
    return content, figures, _kept(counts, codes)


def _kept(counts: Counts, codes: list[str]) -> dict[str, Any]:
    return {
        code: {grid: (of[grid].n, of[grid].d) for grid in codes if of[grid].d}
        for code, of in counts.by_indicator.items()
    }


def _rates(asked: Asked, figures: Figures, counts: Counts, codes: list[str]) -> Iterator[Content]:
    shown = counts.of(asked.street, codes)
    for number in range(1, 6):
        for rate in sentences.rates(number):
            if isinstance(rate, Indicator):
                yield _line(asked, figures, rate, shown[rate.code], {"indicator": rate.code})
            else:
                yield from _apart(asked, figures, rate)


def _apart(asked: Asked, figures: Figures, rate: MeasuredApart) -> Iterator[Content]:
    totals = consistency.board(reader_of(asked.street), asked.street).totals if rate.code == consistency.CODE else ()
    for total in totals:
        left, right = total.sides
        yield _line(asked, figures, rate, total.figure, {"left": left, "right": right, "scope": asked.street})
    if not totals:
        yield {"number": rate.rate, "label": rate.label, "words": rate.not_yet, "verified": ""}


def _line(
    asked: Asked, figures: Figures, rate: Indicator | MeasuredApart, of: Figure | None, about: dict[str, str]
) -> Content:
    """One rate: the pair, its percentage, the numerator at the last meeting and its change."""
    label = f"{rate.label}（{about['left']} ↔ {about['right']}）" if "left" in about else rate.label
    line: Content = {
        "number": rate.rate,
        "label": label,
        "unit": rate.unit,
        "verified": verified(rate.code, asked.street),
    }
    if of is None or not of.d:
        return line | {"words": WITHHELD if of is None else "还没有应做的"}
    source = "consistency" if "left" in about else "count"
    values = {part: again.part(of, part) for part in ("n", "d", "percent")}
    words = {"n": "已完成", "d": "应完成", "percent": "百分比"}
    line |= {
        part: figures.add(
            f"{label}：{words[part]}", value, source, unit="" if part == "percent" else rate.unit, part=part, **about
        )
        for part, value in values.items()
    }
    then = same(asked.last, source, {"part": "n", **about})
    if then is None or not isinstance(then.value, int):
        return line
    change = rules.signed(of.n - then.value)
    cell = figures.add(f"{label}：比上次", change, "change", unit=rate.unit, of=line["n"]["id"], since=then.id)
    return line | {"before": {"id": then.id, "value": then.value}, "change": cell}


def _forecast(
    asked: Asked, figures: Figures, reader: Viewer, counts: Counts, codes: list[str]
) -> dict[str, Any] | None:
    visits = counts.of(asked.street, codes)["visits"]
    ending = outlook.ending(reader, asked.street, asked.campaign, asked.at, visits) if visits else None
    if ending is None:
        return None
    words = {"on": "预计走完", "first": "最早", "last": "最晚", "late": "晚几个工作日"}
    cells = {
        part: figures.add(f"入户走访：{words[part]}", value, "forecast", part=part, scope=asked.street)
        for part, value in outlook.values(ending).items()
    }
    return cells | {"due": rules.day(ending.due)}


def _problems(asked: Asked, figures: Figures, cases: Sequence[OpenCase]) -> Iterator[Content]:
    """Kinds of problems with five cases and more, in the order of the checks; no case, and no sum of the rest."""
    counted: Counter[str] = Counter()
    communities: defaultdict[str, set[str]] = defaultdict(set)
    for waiting in cases:
        counted[waiting.case.check] += 1
        communities[waiting.case.check].add(waiting.case.lead.grid[:12])
    for code, check in CHECKS.items():
        if counted[code] < SMALLEST_CELL:
            continue
        about = {"check": code, "scope": asked.street}
        n = figures.add(f"{check.label}：件数", counted[code], "checks", unit="件", part="n", **about)
        spread = figures.add(
            f"{check.label}：社区数", len(communities[code]), "checks", unit="个社区", part="communities", **about
        )
        line: Content = {"label": check.label, "todo": check.todo, "n": n, "communities": spread}
        then = same(asked.last, "checks", {"part": "n", **about})
        if then is not None and isinstance(then.value, int):
            change = rules.signed(counted[code] - then.value)
            line["change"] = figures.add(
                f"{check.label}：比上次", change, "change", unit="件", of=n["id"], since=then.id
            )
        yield line


def _matters(asked: Asked, figures: Figures) -> Content:
    """What is open and overdue, by community in code order and by kind; the street's own last."""
    today = clock.local_date(asked.at)
    stood = matters.stood(asked.viewer, asked.street, asked.at)
    n = Counter((m.community, m.row.kind, "open") for m in stood)
    n += Counter((m.community, m.row.kind, "overdue") for m in stood if m.standing.is_overdue(today))
    kinds = [kind for kind in Kind if any(m.row.kind is kind for m in stood)]
    owners = sorted({m.community for m in stood}, key=lambda owner: (len(owner) == len(asked.street), owner))
    names = territory.place_names(owners)

    def cell(owner: str, kind: Kind, state: str) -> Content:
        words = f"{names[owner] if owner else '合计'}：{COURSES[kind].label}{'在办' if state == 'open' else '过期'}"
        value = n[owner, kind, state] if owner else sum(n[each, kind, state] for each in owners)
        return figures.add(
            words, value, "matters", unit="件", kind=str(kind), owner=owner, state=state, scope=asked.street
        )

    rows = [
        {"name": names[owner] if owner else "合计", "cells": [[cell(owner, k, s) for s in STATES] for k in kinds]}
        for owner in ([*owners, ""] if owners else [])
    ]
    return {"matters": rows, "kinds": [COURSES[kind].label for kind in kinds]}


STATES = ("open", "overdue")


def _last_decisions(asked: Asked, figures: Figures) -> Content:
    """The decisions of the last meeting with what became of each."""
    if asked.before is None:
        return {"last": None, "decisions": []}
    meeting = str(asked.before.id)
    stood = matters.decided(asked.viewer, asked.street, asked.before.id, asked.at)
    names = territory.place_names([decision.community for decision in stood])
    label = f"第 {asked.before.number} 次会"
    counts = {
        part: figures.add(
            f"{label}：{words}",
            decisions.count(stood, part, asked.at),
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
                decisions.outcome(decision, asked.at),
                "decision",
                meeting=meeting,
                matter=str(decision.row.id),
                part="outcome",
            ),
        }
        for decision in stood
    ]
    return {"last": {"number": asked.before.number, "on": rules.day(asked.before.on), **counts}, "decisions": rows}
