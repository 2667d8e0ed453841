"""What every document is written from: pairs by community and grid, responsible persons, reasons of the gap."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.queries import Responsible
from gridwalk.accounts.rules import PERMITTED, Verb, Viewer
from gridwalk.campaigns import predicates as targets
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.indicators import consistency, tallies
from gridwalk.indicators import queries as indicators
from gridwalk.indicators import rules as disclosure
from gridwalk.indicators.definitions import INDICATORS, VISITS
from gridwalk.indicators.queries import Board, Line
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import rules
from gridwalk.territory import queries as territory
from gridwalk.territory.models import Grid
from gridwalk.visits import outcomes
from gridwalk.visits.queries import worklist

TOTAL = ""
"""The code under which ``explained`` and ``week`` keep the sum."""

_SPLIT, _NEW = "split", "new"
Cells = dict[str, Figure]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Overview:
    """The figures of one moment. ``trend``: (day, visited, planned).

    ``week``: doors newly visited since Monday, ``explained``: doors explained, both by area code and TOTAL; None where
    the cell is suppressed. ``withholds``: the viewer sees counts only, so that small cells are suppressed.
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
    week: dict[str, int | None]
    explained: dict[str, int | None]
    working_day: int
    working_days: int
    withholds: bool

    def remaining(self, code: str, figure: Figure | None) -> int | None:
        """Doors neither visited nor explained, those that await a recheck among them."""
        explained = self.explained[code]
        return None if figure is None or explained is None else figure.gap - explained


def overview(viewer: Viewer, campaign: Campaign, at: dt.datetime) -> Overview:
    """Everything a document needs, as far as ``viewer`` may export. Raises NotHere.

    All sheets come from one count by grid, so that they cannot disagree.
    """
    viewer = dataclasses.replace(
        viewer, assignments=tuple(post for post in viewer.assignments if Verb.EXPORT_REPORT in PERMITTED[post.role])
    )
    parts = viewer.within(Verb.EXPORT_REPORT, campaign.scope)
    if not parts:
        raise NotHere
    scope = rules.common_scope(parts)
    grids = indicators.visible_grids(viewer, scope)
    codes = [g.code for g in grids]
    counted = _count(campaign, codes, at)
    withholds = not all(viewer.may(Verb.SEE_ROWS_MASKED, code) for code in codes)
    communities, by_grid = _boards(scope, at, grids, counted, withholds=withholds)
    explained, week = _taken_out(_SPLIT, communities, by_grid), _taken_out(_NEW, communities, by_grid)
    today = clock.local_date(at)
    act = next(p for p in campaign.phases.all() if p.kind == "act")
    live = _sum(counted.values())["visits"]
    trend = [
        (day, f.n, campaign_rules.planned(live.d, act.starts_on, act.ends_on, day))
        for day, f in _days(campaign, codes, live, today)
        if not (withholds and disclosure.is_small(f))
    ]
    reasons = _reasons(campaign, parts)
    if withholds:
        shown = rules.merge_small(reasons, outcomes.EXPLAINED, split_shown=explained[TOTAL] is not None)
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
        consistency=consistency.board(viewer, scope),
        responsible=accounts.responsible([*codes, *(line.code for line in communities.lines)], today),
        reasons=shown,
        trend=trend,
        week=week,
        explained=explained,
        working_day=campaign_rules.working_days(act.starts_on, min(today, act.ends_on)),
        working_days=campaign_rules.working_days(act.starts_on, act.ends_on),
        withholds=withholds,
    )


def _place(parts: Sequence[str]) -> str:
    names = [territory.scope_name(part) for part in parts]
    return "、".join(names) if len(names) <= 3 else f"{names[0]}等{len(names)}处"


def _count(campaign: Campaign, grids: Sequence[str], at: dt.datetime) -> dict[str, Cells]:
    """Every cell by grid and column: the indicators, the explained among the gap, the new among the visited."""
    figures = tallies.figures(tuple(INDICATORS.values()), indicators.moment(campaign, at), grids, at=at)
    rows = (
        targets.in_scope(campaign.id, "dwelling")
        .filter(targets.visited(), grid_id__in=grids)
        .filter(settled_at__gte=clock.at_local(rules.monday(clock.local_date(at)), 0))
        .order_by()
        .values_list("grid_id")
        .annotate(n=Count("pk"))
    )
    new: dict[str, int] = dict(rows)
    cells: dict[str, Cells] = {}
    for grid in grids:
        visits = figures["visits"][grid]
        cells[grid] = {code: by_grid[grid] for code, by_grid in figures.items()}
        cells[grid][_SPLIT] = Figure(visits.part("explained"), visits.gap)
        cells[grid][_NEW] = Figure(new.get(grid, 0), visits.n)
    return cells


def _sum(rows: Iterable[Mapping[str, Figure]]) -> Cells:
    total: Cells = defaultdict(Figure)
    for cells in rows:
        for column, figure in cells.items():
            total[column] += figure
    return dict(total)


def _boards(
    scope: str, at: dt.datetime, grids: Sequence[Grid], counted: dict[str, Cells], *, withholds: bool
) -> tuple[Board, Board]:
    """By community and by grid.

    A grid's cell must not follow from its community's: each level is suppressed under the last.
    """
    members: dict[str, list[Grid]] = defaultdict(list)
    for grid in grids:
        members[grid.area_id].append(grid)
    for code, of_area in list(members.items()):
        empty = all(g.kind == "unassigned" and not any(f.d for f in counted[g.code].values()) for g in of_area)
        if empty and len(members) > 1:
            del members[code]  # a community of the official list that has no grids here yet
    names = territory.place_names(members)
    sums = {code: _sum(counted[g.code] for g in members[code]) for code in sorted(members)}
    total = _sum(sums.values())
    lines: list[disclosure.Row[Figure]] = [
        (code, names[code], sum(g.kind != "unassigned" for g in members[code]), dict(cells))
        for code, cells in sums.items()
    ]
    shown: dict[str, Figure | None] = dict(total)
    if withholds:
        lines, shown = disclosure.suppress(lines, total)
    below: list[disclosure.Row[Figure]] = []
    for code, _, _, cells in lines:
        inside: list[disclosure.Row[Figure]] = [
            (g.code, g.name, 1, dict(counted[g.code]))
            for g in members[code]
            if g.kind != "unassigned" or any(f.d for f in counted[g.code].values())
        ]
        below += rules.suppress_below(inside, sums[code], cells) if withholds else inside
    return (
        Board(scope, at, tuple(Line(*line) for line in lines), shown),
        Board(scope, at, tuple(Line(*line) for line in below), dict(shown)),
    )


def _taken_out(column: str, *boards: Board) -> dict[str, int | None]:
    """A helping column out of the boards, as plain counts by area; where rate 1 is suppressed it is too."""
    counts: dict[str, int | None] = {}
    for board in boards:
        for code, figures in ((TOTAL, board.total), *((line.code, line.figures) for line in board.lines)):
            cell = figures.pop(column)
            counts[code] = None if cell is None or figures["visits"] is None else cell.n
    return counts


def _days(campaign: Campaign, grids: Sequence[str], live: Figure, today: dt.date) -> list[tuple[dt.date, Figure]]:
    kept = tallies.days(VISITS, campaign.id, grids, since=campaign.starts_on, until=today - dt.timedelta(days=1))
    kept[today] = live
    return sorted(kept.items())


def _reasons(campaign: Campaign, parts: Sequence[str]) -> dict[str, int]:
    reasons: dict[str, int] = {}
    for part in parts:
        for (state, outcome), n in worklist.states(campaign, part).items():
            if state not in {"visited", "left"}:
                label = outcomes.gap(state, outcome).reason
                reasons[label] = reasons.get(label, 0) + n
    return reasons


def percent(figure: Figure | None) -> str:
    """70.7%, rounded down; a dash where there is nothing to divide by or the cell is suppressed."""
    if figure is None or not figure.d:
        return "—"
    tenths = figure.n * 1000 // figure.d
    return f"{tenths // 10}.{tenths % 10}%"


def pair(figure: Figure | None) -> str:
    """9,218 / 13,046; words where it is suppressed."""
    return "少于 5，不显示" if figure is None else f"{figure.n:,} / {figure.d:,}"
