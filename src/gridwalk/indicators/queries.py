"""What the pages ask of the indicators: boards by area, trends. Gap lists stand in ``gaps``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.indicators import disclosures, tallies
from gridwalk.indicators.definitions import VISITS, Indicator, Moment
from gridwalk.indicators.disclosures import Counts
from gridwalk.indicators.tallies import Figure
from gridwalk.territory.models import Area, Grid


@dataclasses.dataclass(frozen=True)
class Line:
    """One area of a board: a community or a grid, with its figures by indicator code (None: withheld)."""

    code: str
    name: str
    n_grids: int
    figures: dict[str, Figure | None]


@dataclasses.dataclass(frozen=True)
class Board:
    """Figures of a scope by area, in code order (never by rate), and their sum; all of one moment.

    ``withholds``: some of them may be withheld from the viewer.
    """

    scope: str
    at: dt.datetime
    lines: tuple[Line, ...]
    total: dict[str, Figure | None]
    withholds: bool = False


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
    indicators: Sequence[Indicator] = disclosures.EVERY,
) -> Board:
    """Figures of ``scope`` by ``community`` or ``grid``, as far as the viewer is shown them (``disclosures``)."""
    grids = visible_grids(viewer, scope)
    codes = [g.code for g in grids]
    counts = disclosures.counts(viewer, moment(campaign, at), codes, at=at, indicators=indicators)
    return Board(scope, at, tuple(lines(grids, counts, by)), counts.of(scope, codes), counts.withholds)


def lines(grids: Sequence[Grid], counts: Counts, by: str) -> Iterator[Line]:
    """A line for each community or grid, in code order. Of what has no grid yet, only where a door stands there."""
    if by == "grid":
        names = _grid_names(grids)
        shown = (g for g in grids if g.kind != "unassigned" or counts.any_in([g.code]))
        yield from (Line(g.code, names[g.code], 1, counts.of(g.code, [g.code])) for g in shown)
        return
    areas = {a.code: a for a in Area.objects.filter(code__in={g.area_id for g in grids})}
    for code in sorted(areas):
        members = [g for g in grids if g.area_id == code]
        n_grids = sum(1 for g in members if g.kind != "unassigned")
        codes = [g.code for g in members]
        if n_grids or counts.any_in(codes):  # else a community of the official list that has no grids here yet
            yield Line(code, areas[code].short, n_grids, counts.of(code, codes))


def _grid_names(grids: Sequence[Grid]) -> dict[str, str]:
    """The name of each grid, with its community's where they are of several."""
    if len({g.area_id for g in grids}) == 1:
        return {g.code: g.name for g in grids}
    return {g.code: f"{g.area.short} {g.name}" for g in grids}


def has_curve(scope: str) -> bool:
    """Whether days are told apart in a scope: a grid is one person's work, so it shows where it stands (red line 2)."""
    return len(scope) <= 12


def trend(
    viewer: Viewer, *, scope: str, campaign: Campaign, at: dt.datetime, live: Figure | None
) -> dict[dt.date, Figure]:
    """Rate 1 in ``scope`` on the kept days since the campaign began, oldest first, today's ``live`` figure last.

    It is the one curve there is, and its parts are no part of it: only progress is shown day by day.
    """
    if live is None or not has_curve(scope):
        return {}
    grids = [grid.code for grid in visible_grids(viewer, scope)]
    return _curves({scope: grids}, campaign, at, {scope: live})[scope]


def trends(
    viewer: Viewer, *, scope: str, campaign: Campaign, at: dt.datetime, live: Mapping[str, Figure]
) -> dict[str, dict[dt.date, Figure]]:
    """The same for each community of a scope, by its code, of which a ``live`` figure is shown; as many queries as
    for one.
    """
    areas: defaultdict[str, list[str]] = defaultdict(list)
    for grid in visible_grids(viewer, scope):
        if grid.area_id in live:
            areas[grid.area_id].append(grid.code)
    return _curves(areas, campaign, at, live)


def _curves(
    areas: Mapping[str, Sequence[str]], campaign: Campaign, at: dt.datetime, live: Mapping[str, Figure]
) -> dict[str, dict[dt.date, Figure]]:
    """The curve of each area (code → its grids)."""
    today = clock.local_date(at)
    kept = tallies.days_of(VISITS, campaign.id, areas, since=campaign.starts_on, until=today - dt.timedelta(days=1))
    return {
        code: {day: f.with_parts(()) for day, f in [*kept.get(code, {}).items(), (today, live[code])]} for code in areas
    }
