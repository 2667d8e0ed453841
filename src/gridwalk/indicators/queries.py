"""What the pages ask of the indicators: boards by area, trends. Gap lists stand in ``gaps``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.indicators import rules, tallies
from gridwalk.indicators.definitions import INDICATORS, Indicator, Moment
from gridwalk.indicators.tallies import Figure
from gridwalk.territory.models import Area, Grid


@dataclasses.dataclass(frozen=True)
class Line:
    """One area of a board: a community or a grid, with its figures by indicator code (None: under 5, suppressed)."""

    code: str
    name: str
    n_grids: int
    figures: dict[str, Figure | None]


@dataclasses.dataclass(frozen=True)
class Board:
    """Figures of a scope by area, in code order (never by rate), and their sum; all of one moment."""

    scope: str
    at: dt.datetime
    lines: tuple[Line, ...]
    total: dict[str, Figure | None]


def moment(campaign: Campaign | None, at: dt.datetime) -> Moment:
    """The moment to count at: the street's calendar day of ``at`` and the campaign's beginning."""
    as_of = clock.local_date(at)
    return Moment(as_of) if campaign is None else Moment(as_of, campaign.id, campaign.starts_on)


def visible_grids(viewer: Viewer, scope: str) -> list[Grid]:
    """The grids inside ``scope`` whose counts the viewer may see, in code order.

    Raises NotHere where there are none.
    """
    if not viewer.within(Verb.SEE_COUNTS, scope):
        raise NotHere
    grids = Grid.objects.filter(code__startswith=scope, valid_to__isnull=True).select_related("area").order_by("code")
    visible = [g for g in grids if viewer.may(Verb.SEE_COUNTS, g.code)]
    if not visible:
        raise NotHere
    return visible


def board(
    viewer: Viewer,
    *,
    scope: str,
    by: str,
    campaign: Campaign | None,
    at: dt.datetime,
    indicators: Sequence[Indicator] = tuple(INDICATORS.values()),
) -> Board:
    """Figures of ``scope`` by ``community`` or ``grid``. Who sees counts only gets cells under 5 suppressed."""
    grids = visible_grids(viewer, scope)
    by_indicator = tallies.figures(indicators, moment(campaign, at), [g.code for g in grids], at=at)
    lines = _lines(grids, by_indicator, by)
    sums = {code: sum(by_grid.values(), Figure()) for code, by_grid in by_indicator.items()}
    total: dict[str, Figure | None] = {**sums}
    if not all(viewer.may(Verb.SEE_ROWS_MASKED, grid.code) for grid in grids):
        lines, total = rules.suppress(lines, sums)
    return Board(scope, at, tuple(Line(*line) for line in lines), total)


def _lines(
    grids: Sequence[Grid], by_indicator: dict[str, dict[str, Figure]], by: str
) -> list[tuple[str, str, int, dict[str, Figure | None]]]:
    if by == "grid":
        names = _grid_names(grids)
        return [
            (g.code, names[g.code], 1, {code: figures[g.code] for code, figures in by_indicator.items()})
            for g in grids
            if g.kind != "unassigned" or any(figures[g.code].d for figures in by_indicator.values())
        ]
    areas = {a.code: a for a in Area.objects.filter(code__in={g.area_id for g in grids})}
    lines = []
    for code in sorted(areas):
        members = [g.code for g in grids if g.area_id == code]
        n_grids = sum(1 for g in grids if g.area_id == code and g.kind != "unassigned")
        sums: dict[str, Figure | None] = {
            indicator: sum((figures[m] for m in members), Figure()) for indicator, figures in by_indicator.items()
        }
        if not n_grids and not any(figure.d for figure in sums.values() if figure):
            continue  # a community of the official list that has no grids here yet
        lines.append((code, areas[code].short, n_grids, sums))
    return lines


def _grid_names(grids: Sequence[Grid]) -> dict[str, str]:
    """The name of each grid, with its community's where they are of several."""
    if len({g.area_id for g in grids}) == 1:
        return {g.code: g.name for g in grids}
    return {g.code: f"{g.area.short} {g.name}" for g in grids}


def trend(
    viewer: Viewer, indicator: Indicator, *, scope: str, campaign: Campaign, at: dt.datetime
) -> dict[dt.date, Figure]:
    """The kept days of ``indicator`` in ``scope`` since the campaign began, oldest first, today's live figure last."""
    grids = [g.code for g in visible_grids(viewer, scope)]
    today = clock.local_date(at)
    figures = tallies.days(indicator, campaign.id, grids, since=campaign.starts_on, until=today - dt.timedelta(days=1))
    live = tallies.figures([indicator], moment(campaign, at), grids, at=at)[indicator.code]
    figures[today] = sum(live.values(), Figure())
    return figures
