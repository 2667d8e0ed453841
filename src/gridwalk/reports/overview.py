"""What every document is written from: pairs by community and grid, responsible persons, reasons of the gap."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Count

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.queries import Responsible
from gridwalk.accounts.rules import PERMITTED, Verb, Viewer
from gridwalk.campaigns import predicates as targets
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.indicators import consistency, disclosures
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.disclosures import Counts
from gridwalk.indicators.queries import Board
from gridwalk.indicators.rules import WITHHELD
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import rules
from gridwalk.territory import queries as territory
from gridwalk.territory.models import Grid
from gridwalk.visits import outcomes
from gridwalk.visits.queries import worklist

TOTAL = ""
"""The code under which ``week`` keeps the sum."""

PROTECTED_REASONS = (*outcomes.EXPLAINED, outcomes.gap("remaining", "vacant_confirmed").reason)
"""Reasons of the gap that are no progress: that nobody has given one is as little shown as that one has."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Overview:
    """The figures of one moment. ``trend``: (day, visited, planned). ``planned``: how many doors should have been
    visited by today.

    ``week``: doors newly visited since Monday, by area code and TOTAL. ``withholds``: the viewer sees counts only, so
    that some of what is protected is withheld.
    """

    campaign: Campaign
    scope: str
    place: str
    at: dt.datetime
    by: str
    communities: Board
    grids: Board
    consistency: consistency.Board
    responsible: dict[str, Responsible]
    reasons: list[tuple[str, int]]
    trend: list[tuple[dt.date, int, int]]
    week: dict[str, int]
    planned: int
    working_day: int
    working_days: int
    withholds: bool


def overview(viewer: Viewer, campaign: Campaign, at: dt.datetime) -> Overview:
    """Everything a document needs, as far as ``viewer`` may export. Raises NotHere.

    All sheets come from one count by grid, so that they cannot disagree.
    """
    exporter = dataclasses.replace(
        viewer, assignments=tuple(post for post in viewer.assignments if Verb.EXPORT_REPORT in PERMITTED[post.role])
    )
    parts = exporter.within(Verb.EXPORT_REPORT, campaign.scope)
    if not parts:
        raise NotHere
    scope = rules.common_scope(parts)
    grids = indicators.visible_grids(exporter, scope)
    codes = [g.code for g in grids]
    # Withheld as from the whole viewer: who sees the rows of a grid by another post must not be told the rest by it.
    counts = disclosures.counts(viewer, indicators.moment(campaign, at), codes, at=at)
    communities = _board(scope, at, grids, counts, by="community")
    by_grid = _board(scope, at, grids, counts, by="grid")
    today = clock.local_date(at)
    act = next(p for p in campaign.phases.all() if p.kind == "act")
    visits = communities.total["visits"]
    assert visits is not None
    days = campaigns.workdays(campaign, today)
    planned_by = functools.partial(campaign_rules.planned, days, act.starts_on, act.ends_on)
    kept = indicators.trend(exporter, scope=scope, campaign=campaign, at=at, live=visits)
    trend = [(day, figure.n, planned_by(visits.d, day)) for day, figure in sorted(kept.items())]
    reasons = _reasons(campaign, parts)
    if counts.withholds:
        split = visits.told("explained") is not None and parts == (campaign.scope,)
        shown = rules.merge_small(dict.fromkeys(PROTECTED_REASONS, 0) | reasons, outcomes.EXPLAINED, split_shown=split)
    else:
        shown = sorted(reasons.items(), key=lambda pair: -pair[1])
    return Overview(
        campaign=campaign,
        scope=scope,
        place=_place(parts),
        at=at,
        by=viewer.name,
        communities=communities,
        grids=by_grid,
        consistency=consistency.board(exporter, scope),
        responsible=accounts.responsible([*codes, *(line.code for line in communities.lines)], today),
        reasons=shown,
        trend=trend,
        week=_week(campaign, codes, today),
        planned=planned_by(visits.d, today),
        working_day=days.count(act.starts_on, min(today, act.ends_on)),
        working_days=days.count(act.starts_on, act.ends_on),
        withholds=counts.withholds,
    )


def _place(parts: Sequence[str]) -> str:
    names = [territory.scope_name(part) for part in parts]
    return "、".join(names) if len(names) <= 3 else f"{names[0]}等{len(names)}处"


def _board(scope: str, at: dt.datetime, grids: Sequence[Grid], counts: Counts, *, by: str) -> Board:
    """The lines of the documents, which name each grid beside its community."""
    lines = list(indicators.lines(grids, counts, by))
    if by == "grid":
        names = {grid.code: grid.name for grid in grids}
        lines = [dataclasses.replace(line, name=names[line.code]) for line in lines]
    return Board(scope, at, tuple(lines), counts.of(scope, [g.code for g in grids]), counts.withholds)


def _week(campaign: Campaign, grids: Sequence[str], today: dt.date) -> dict[str, int]:
    """Doors newly visited since Monday, by grid and by community, and their sum."""
    rows = (
        targets.in_scope(campaign.id, "dwelling")
        .filter(targets.visited(), grid_id__in=grids, settled_at__gte=clock.at_local(rules.monday(today), 0))
        .order_by()
        .values_list("grid_id")
        .annotate(n=Count("pk"))
    )
    week: dict[str, int] = defaultdict(int)
    for grid, n in rows:
        for code in (grid, grid[:12], TOTAL):
            week[code] += n
    return week


def _reasons(campaign: Campaign, parts: Sequence[str]) -> dict[str, int]:
    reasons: dict[str, int] = {}
    for part in parts:
        for (state, outcome), n in worklist.states(campaign, part).items():
            if state not in {"visited", "left"}:
                label = outcomes.gap(state, outcome).reason
                reasons[label] = reasons.get(label, 0) + n
    return reasons


def remaining(figure: Figure | None) -> int | None:
    """Doors neither visited nor explained, those that await a recheck among them; None where it is withheld."""
    explained = figure.told("explained") if figure else None
    return None if figure is None or explained is None else figure.gap - explained


def percent(figure: Figure | None) -> str:
    """70.7%, rounded down; a dash where there is nothing to divide by or the pair is withheld."""
    return "—" if figure is None else rules.percent(figure.n, figure.d)


def pair(figure: Figure | None) -> str:
    """9,218 / 13,046; the sign where it is withheld."""
    return WITHHELD if figure is None else f"{figure.n:,} / {figure.d:,}"
