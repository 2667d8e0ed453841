"""Counts per grid, kept while they are good, and what was shown of them.

The only place that reads or writes the rows of this room.

A kept count is good for one (grid version, day, definition). Whoever reads recounts, in one set-based query an
indicator strand, only the grids that moved on: the cost of a dashboard grows with grids, not with people.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

from django.db.models import Count

from gridwalk.core import queries as core
from gridwalk.indicators.definitions import Indicator, Moment, Strand
from gridwalk.indicators.models import NO_CAMPAIGN, Disclosure, Snapshot, Tally


@dataclasses.dataclass(frozen=True)
class Figure:
    """A pair with its parts; add figures of several grids with ``+``. A percentage is computed only to be shown."""

    n: int = 0
    d: int = 0
    parts: tuple[tuple[str, int], ...] = ()

    def __add__(self, other: Figure) -> Figure:
        parts: dict[str, int] = dict(self.parts)
        for key, value in other.parts:
            parts[key] = parts.get(key, 0) + value
        return Figure(self.n + other.n, self.d + other.d, tuple(sorted(parts.items())))

    def part(self, name: str) -> int:
        """A part of the denominator by name (``explained``, ``pending``, ``care.d`` …); 0 where it has none."""
        return dict(self.parts).get(name, 0)

    def has_part(self, name: str) -> bool:
        """Whether the part is known here (it is not where disclosure control took the parts away)."""
        return name in dict(self.parts)

    def with_parts(self, names: Container[str]) -> Figure:
        """The pair with these parts alone."""
        return Figure(self.n, self.d, tuple(part for part in self.parts if part[0] in names))

    def told(self, name: str) -> int | None:
        """A part by name; None where it is withheld. Of nothing every part is 0."""
        return self.part(name) if self.has_part(name) or not self.d else None

    @property
    def gap(self) -> int:
        """How many keep it from 100 %."""
        return self.d - self.n


def figures(
    indicators: Sequence[Indicator], moment: Moment, grids: Sequence[str], *, at: dt.datetime
) -> dict[str, dict[str, Figure]]:
    """Figure by indicator code and grid code, recounting what is stale first. Grids without rows are (0, 0)."""
    versions = core.stream_versions(grids)
    kept = _kept(indicators, moment, grids, versions)
    for indicator in indicators:
        stale = [g for g in grids if g not in kept[indicator.code]]
        if stale:
            kept[indicator.code] |= _recount(indicator, moment, stale, versions, at)
    return kept


def _campaign(indicator: Indicator, moment: Moment) -> uuid.UUID:
    return moment.campaign if indicator.of_campaign else NO_CAMPAIGN


def _definition(indicator: Indicator, moment: Moment) -> str:
    """What a count is good for: the definition and, of a campaign's, the day it began.

    An office may move that day, and no grid's version tells it.
    """
    if not indicator.of_campaign or moment.campaign_from is None:
        return indicator.definition
    return f"{indicator.definition[:8]}{moment.campaign_from:%Y%m%d}"


def _kept(
    indicators: Sequence[Indicator], moment: Moment, grids: Sequence[str], versions: dict[str, int]
) -> dict[str, dict[str, Figure]]:
    wanted = {i.code: i for i in indicators}
    by_indicator: dict[str, dict[str, Figure]] = {code: {} for code in wanted}
    rows = Tally.objects.filter(
        grid__in=grids, indicator__in=list(wanted), campaign__in={moment.campaign, NO_CAMPAIGN}, as_of=moment.as_of
    )
    for row in rows:
        indicator = wanted[row.indicator]
        fresh = row.version == versions.get(row.grid) and row.definition == _definition(indicator, moment)
        if fresh and row.campaign == _campaign(indicator, moment):
            by_indicator[row.indicator][row.grid] = Figure(row.n, row.d, tuple(sorted(row.parts.items())))
    return by_indicator


def _recount(
    indicator: Indicator, moment: Moment, grids: Sequence[str], versions: dict[str, int], at: dt.datetime
) -> dict[str, Figure]:
    counted: dict[str, Figure] = defaultdict(Figure)
    for strand in indicator.strands:
        for grid, figure in count(strand, moment, grids, labelled=len(indicator.strands) > 1).items():
            counted[grid] += figure
    Tally.objects.bulk_create(
        [
            Tally(
                grid=grid,
                indicator=indicator.code,
                campaign=_campaign(indicator, moment),
                as_of=moment.as_of,
                definition=_definition(indicator, moment),
                version=versions.get(grid, 0),
                n=counted[grid].n,
                d=counted[grid].d,
                parts=dict(counted[grid].parts),
                counted_at=at,
            )
            for grid in grids
        ],
        update_conflicts=True,
        unique_fields=["grid", "indicator", "campaign"],
        update_fields=["as_of", "definition", "version", "n", "d", "parts", "counted_at"],
    )
    return {grid: counted[grid] for grid in grids}


def count(strand: Strand, moment: Moment, grids: Sequence[str], *, labelled: bool) -> dict[str, Figure]:
    """One query: the strand's pair and parts by grid. ``labelled`` adds the strand's own pair as parts."""
    rows = (
        strand.rows(moment)
        .filter(grid_id__in=grids)
        .order_by()
        .values("grid_id")
        .annotate(
            d_=Count("pk"),
            n_=Count("pk", filter=strand.met(moment)),
            **{f"part_{name}": Count("pk", filter=part(moment)) for name, part in strand.parts.items()},
        )
    )
    figures = {}
    for row in rows:
        parts = {name: row[f"part_{name}"] for name in strand.parts}
        if labelled:
            parts |= {f"{strand.code}.n": row["n_"], f"{strand.code}.d": row["d_"]}
        figures[row["grid_id"]] = Figure(row["n_"], row["d_"], tuple(sorted(parts.items())))
    return figures


def keep_day(indicators: Iterable[Indicator], moment: Moment, grids: Sequence[str], *, at: dt.datetime) -> int:
    """Keep the day's counts of ``grids`` as snapshots (a second time the same day replaces); returns how many rows."""
    wanted = list(indicators)
    by_indicator = figures(wanted, moment, grids, at=at)
    rows = [
        Snapshot(
            on=moment.as_of,
            grid=grid,
            indicator=indicator.code,
            campaign=_campaign(indicator, moment),
            n=figure.n,
            d=figure.d,
            parts=dict(figure.parts),
        )
        for indicator in wanted
        for grid, figure in by_indicator[indicator.code].items()
    ]
    Snapshot.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["on", "grid", "indicator", "campaign"],
        update_fields=["n", "d", "parts"],
    )
    return len(rows)


def days_of(
    indicator: Indicator,
    campaign: uuid.UUID,
    areas: Mapping[str, Sequence[str]],
    *,
    since: dt.date,
    until: dt.date,
) -> dict[str, dict[dt.date, Figure]]:
    """The kept days of each of several areas (code → its grids), oldest first; one query."""
    of = campaign if indicator.of_campaign else NO_CAMPAIGN
    area_of = {grid: code for code, grids in areas.items() for grid in grids}
    kept: defaultdict[str, dict[dt.date, Figure]] = defaultdict(dict)
    rows = Snapshot.objects.filter(
        campaign=of, indicator=indicator.code, on__gte=since, on__lte=until, grid__in=list(area_of)
    ).order_by("on")
    for row in rows:
        by_day = kept[area_of[row.grid]]
        by_day[row.on] = by_day.get(row.on, Figure()) + Figure(row.n, row.d, tuple(sorted(row.parts.items())))
    return dict(kept)


def last_disclosure(kind: str) -> Disclosure | None:
    """What a kind of viewer was shown last."""
    return Disclosure.objects.filter(kind=kind).order_by("-on").first()


def lock_disclosures(kind: str, on: dt.date) -> None:
    """Two readers at once do not forget each other's: until the transaction ends, the other one waits.

    The first one is what all lock: who waited for the last one would not see the one that came after it.
    """
    first = Disclosure.objects.select_for_update().filter(kind=kind).order_by("on")
    if not first.first():
        Disclosure.objects.get_or_create(kind=kind, on=on, defaults={"key": "", "plans": {}, "values": {}})
        first.first()


def keep_disclosure(
    kind: str, on: dt.date, *, key: str, plans: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Keep what a kind of viewer is shown on a day; a second time the same day replaces."""
    Disclosure.objects.update_or_create(
        kind=kind, on=on, defaults={"key": key, "plans": dict(plans), "values": dict(values)}
    )
