"""Area samples: the stairwells to be listed, what listing them costs, how many doors no register has."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection

from django.db.models import Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.inspection import listing
from gridwalk.inspection.listing import MATCHES, Match
from gridwalk.inspection.models import DrawnStairwell, ListedDoor
from gridwalk.inspection.queries import frames, staffing
from gridwalk.inspection.queries.doors import is_on
from gridwalk.inspection.queries.samples import get_sample
from gridwalk.inspection.rules import Kind, Stage
from gridwalk.method.sampling import missed
from gridwalk.method.sampling.missed import Listing, MissedDoors
from gridwalk.registry import predicates as registry
from gridwalk.registry.models import Dwelling
from gridwalk.territory.models import Stairwell

NO_NAME = "（没有名字的单元）"


@dataclasses.dataclass(frozen=True, kw_only=True)
class StairwellRow:
    """A stairwell on somebody's list; ``until``: where the listing ends, empty at the end of the grid."""

    id: uuid.UUID
    place: str
    until: str
    until_on: dt.date
    is_listed: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class AreaResults:
    """What an area sample shows. ``doors``: by what they are to the register; ``missed``: None where too few stairwells
    were listed. ``n_answered``: doors where somebody did, with who lives there as said and as recorded.
    """

    n_drawn: int
    n_listed: int
    n_not_given: int
    n_registered: int
    doors: list[tuple[str, int]]
    missed: MissedDoors | None
    n_absent: int
    n_answered: int
    n_living: int
    n_recorded: int
    n_bells: int
    n_boxes: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class AreaOutlook:
    """What an area sample would take and show at best: stairwells, doors about, the bound if none is missed."""

    n_stairwells: int
    n_drawn: int
    n_doors: int
    at_most: float | None


def names(stairwells: Collection[str]) -> dict[str, str]:
    """Stairwell → its place in words: estate, building, stairwell."""
    rows = Stairwell.objects.filter(pk__in=stairwells).select_related("building")
    places = {str(row.pk): _place(row) for row in rows}
    return {key: places.get(key, NO_NAME) for key in stairwells}


def _place(stairwell: Stairwell) -> str:
    building = stairwell.building
    words = (building.estate, building.name, stairwell.name)
    return " ".join(word for word in words if word)[:80]


def to_list(viewer: Viewer, at: dt.datetime) -> list[StairwellRow]:
    """The stairwells given to the viewer on their days, those to be listed first, then by place."""
    today = clock.local_date(at)
    rows = DrawnStairwell.objects.select_related("sample").filter(
        inspector=viewer.id, sample__stage=Stage.DRAWN, sample__from_on__lte=today, sample__to_on__gte=today
    )
    shown = [_row(row) for row in rows if staffing.sends(viewer, row.sample, "")]
    return sorted(shown, key=lambda row: (row.is_listed, row.place))


def get_stairwell(viewer: Viewer, stairwell: uuid.UUID, at: dt.datetime) -> DrawnStairwell:
    """One stairwell of the viewer's on its days. Raises NotHere."""
    row = DrawnStairwell.objects.select_related("sample").filter(pk=stairwell, inspector=viewer.id).first()
    if row is None or viewer.id is None or not is_on(row.sample, clock.local_date(at)):
        raise NotHere
    if not staffing.sends(viewer, row.sample, ""):
        raise NotHere
    return row


def grid_now(row: DrawnStairwell) -> str:
    """The grid that a drawn stairwell stands in now, by its first registered door; of the draw where it has none."""
    standing = Dwelling.objects.filter(registry.dwelling_active(), stairwell=row.stairwell)
    return standing.order_by("walk_key", "pk").values_list("grid_id", flat=True).first() or row.grid_id


def stairwell_row(viewer: Viewer, stairwell: uuid.UUID, at: dt.datetime) -> StairwellRow:
    """The same as it is shown: nothing of the register. Raises NotHere."""
    return _row(get_stairwell(viewer, stairwell, at))


def _row(row: DrawnStairwell) -> StairwellRow:
    return StairwellRow(
        id=row.pk,
        place=row.place,
        until=row.until,
        until_on=row.sample.to_on,
        is_listed=row.listed_at is not None,
    )


def area_results(viewer: Viewer, sample: uuid.UUID, on: dt.date) -> AreaResults | None:
    """What an area sample shows; None of other kinds, before the draw, and to who reads not all of its scope.

    Raises NotHere.
    """
    shown = get_sample(viewer, sample)
    drawn = shown.draws_for is Kind.AREA and shown.stands in {Stage.DRAWN, Stage.REVEALED}
    if not drawn or not viewer.may(Verb.SEE_COUNTS, shown.scope):
        return None
    stairwells = list(DrawnStairwell.objects.filter(sample=shown))
    listed = [row for row in stairwells if row.listed_at]
    doors = list(ListedDoor.objects.filter(listing__sample=shown))
    n = Counter(door.match for door in doors)
    answered = [door for door in doors if door.n_living is not None]
    waiting = DrawnStairwell.objects.filter(sample=shown, listed_at=None)
    posted = staffing.over(shown.scope, on)
    return AreaResults(
        n_drawn=len(stairwells),
        n_listed=len(listed),
        n_not_given=waiting.exclude(Q(inspector__isnull=False) & Q(inspector__in=posted)).count(),
        n_registered=sum(row.n_doors for row in listed),
        doors=[(words, n[match]) for match, words in MATCHES.items()],
        missed=_missed(listed, doors),
        n_absent=n[Match.ABSENT],
        n_answered=len(answered),
        n_living=sum(door.n_living or 0 for door in answered),
        n_recorded=sum(door.n_recorded for door in answered),
        n_bells=sum(row.n_bells or 0 for row in listed),
        n_boxes=sum(row.n_boxes or 0 for row in listed),
    )


def _missed(listed: list[DrawnStairwell], doors: list[ListedDoor]) -> MissedDoors | None:
    """The bound, None below two stairwells: one that was hit twice shows no variance either."""
    if len(listed) < missed.FEWEST:
        return None
    n_missed = Counter(door.listing_id for door in doors if door.match == Match.MISSED)
    return missed.bound([Listing(row.n_doors, n_missed[row.pk], row.hits) for row in listed])


def outlook(scope: str, share: int) -> AreaOutlook | None:
    """What drawing an area sample now would take; None where there are no stairwells to draw."""
    sizes = Counter(unit.key for unit in frames.stairwells(scope))
    if len(sizes) < missed.FEWEST:
        return None
    n_hits = listing.stairwells_hit(len(sizes), share)
    mean = max(1, round(sum(n * n for n in sizes.values()) / sizes.total()))
    bound = missed.bound([Listing(mean, 0)] * n_hits)
    return AreaOutlook(
        n_stairwells=len(sizes), n_drawn=n_hits, n_doors=n_hits * mean, at_most=bound.at_most if bound else None
    )
