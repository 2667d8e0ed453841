"""What every document is written from: pairs by community and grid, responsible persons, reasons of the gap."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Count
from django.db.models.functions import Substr

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.queries import Responsible
from gridwalk.accounts.rules import ONE_COMMUNITY, PERMITTED, Verb, Viewer
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
from gridwalk.inspection.queries import results
from gridwalk.inspection.queries.results import Results
from gridwalk.reports import kept, rules
from gridwalk.reports.kept import Kept
from gridwalk.territory import queries as territory
from gridwalk.territory.models import Grid
from gridwalk.visits import outcomes

TOTAL = ""
"""The code under which ``week`` keeps the sum."""

EACH, SPLIT, TOGETHER = "each", "split", "together"
"""How reasons are merged: not at all; small ones in two groups, where the split is shown; or all into one."""
PROTECTED_REASONS = (*outcomes.EXPLAINED, outcomes.gap("remaining", "vacant_confirmed").reason)
"""Reasons of the gap that are no progress: that nobody has given one is as little shown as that one has."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Overview:
    """The figures of one moment. ``trend``: (day, visited, planned). ``planned``: how many doors should have been
    visited by today.

    ``parts``: the areas it is about, ``scope`` what their codes have in common; ``kept``: counts by grid, and what
    else is counted by area, for the figures to be got again from. ``week``: doors newly visited since Monday, by area
    code and TOTAL. ``sample``: what the last sample shows of the street. ``withholds``: the viewer sees counts only, so
    that some of what is protected is withheld.
    """

    campaign: Campaign
    scope: str
    parts: tuple[str, ...]
    kept: Kept
    place: str
    at: dt.datetime
    by: str
    communities: Board
    grids: Board
    consistency: consistency.Board
    responsible: dict[str, Responsible]
    reasons: list[tuple[str, int]]
    merging: str
    trend: list[tuple[dt.date, int, int]]
    week: dict[str, int]
    planned: int
    working_day: int
    working_days: int
    sample: Results | None
    withholds: bool

    @property
    def behind(self) -> int:
        """How many doors fewer than planned by today are visited; 0 where that is withheld."""
        visits = self.communities.total["visits"]
        return max(0, self.planned - visits.n) if visits else 0


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
    by_day = indicators.trend(exporter, scope=scope, campaign=campaign, at=at, live=visits)
    trend = [(day, figure.n, planned_by(visits.d, day)) for day, figure in sorted(by_day.items())]
    by_community = _reasons(campaign, [line.code for line in communities.lines])
    split = visits.told("explained") is not None and parts == (campaign.scope,)
    merging = (SPLIT if split else TOGETHER) if counts.withholds else EACH
    week = _week(campaign, codes, today)
    responsible = accounts.responsible([*codes, *(line.code for line in communities.lines)], today)
    return Overview(
        campaign=campaign,
        scope=scope,
        parts=parts,
        kept=kept_of(counts, communities, codes, by_community, week),
        place=_place(parts),
        at=at,
        by=viewer.name,
        communities=communities,
        grids=by_grid,
        consistency=consistency.board(exporter, scope),
        responsible=responsible,
        reasons=shown_reasons(merged(by_community), merging),
        merging=merging,
        trend=trend,
        week=week,
        planned=planned_by(visits.d, today),
        working_day=days.count(act.starts_on, min(today, act.ends_on)),
        working_days=days.count(act.starts_on, act.ends_on),
        sample=results.latest(exporter, scope, until=at),
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


def _reasons(campaign: Campaign, communities: Sequence[str]) -> dict[str, dict[str, int]]:
    """Community → why doors are not visited → how many."""
    reasons: dict[str, dict[str, int]] = {community: {} for community in communities}
    rows = (
        targets.in_scope(campaign.id, "dwelling")
        .exclude(state__in=["visited", "left"])
        .annotate(community=Substr("grid_id", 1, ONE_COMMUNITY))
        .filter(community__in=communities)
        .order_by()
        .values_list("community", "state", "outcome")
        .annotate(n=Count("pk"))
    )
    for community, state, outcome, n in rows:
        label = outcomes.gap(state, outcome).reason
        reasons[community][label] = reasons[community].get(label, 0) + n
    return reasons


def merged(by_community: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The reasons of all communities together."""
    reasons: Counter[str] = Counter()
    for of_community in by_community.values():
        reasons.update(of_community)
    return dict(reasons)


def shown_reasons(reasons: Mapping[str, int], merging: str) -> list[tuple[str, int]]:
    """The reasons as they are shown, the largest first."""
    if merging == EACH:
        return sorted(reasons.items(), key=lambda pair: -pair[1])
    every = dict.fromkeys(PROTECTED_REASONS, 0) | dict(reasons)
    return rules.merge_small(every, outcomes.EXPLAINED, split_shown=merging == SPLIT)


def kept_of(
    counts: Counts,
    communities: Board,
    grids: Sequence[str],
    reasons: Mapping[str, Mapping[str, int]],
    week: Mapping[str, int],
) -> Kept:
    """What of an overview is counted by area."""
    areas = [*grids, *(line.code for line in communities.lines)]
    return kept.of_counts(counts, grids) | {
        "week": kept.of_numbers({grid: week.get(grid, 0) for grid in grids}),
        "areas": kept.of_numbers(dict.fromkeys(areas, 1)),
        "grids": kept.of_numbers({line.code: line.n_grids for line in communities.lines}),
        "reasons": kept.of_numbers(
            {f"{community}|{label}": n for community, labels in reasons.items() for label, n in labels.items()}
        ),
    }


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
