"""怎样走得最快 of an area: the doors that are left, read for ``visits.advice``; which doors an advice means."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter

from django.db.models import Count, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import Dwelling
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits import advice, steps
from gridwalk.visits.advice import Advice, Knocked, Left
from gridwalk.visits.models import Visit
from gridwalk.visits.queries import facts
from gridwalk.visits.queries.worklist import group_name
from gridwalk.visits.steps import Door


@dataclasses.dataclass(frozen=True)
class Planning:
    """The doors of an area that are left, with what each depends on, and what to do first."""

    advices: tuple[Advice, ...]
    left: dict[uuid.UUID, Left]

    def targets(self, code: str) -> list[uuid.UUID]:
        """The targets an advice means, in walking order."""
        if code == "walk":
            stairwells = {a.stairwell for a in self.advices if a.code == code}
            return [pk for pk, row in self.left.items() if row.stairwell in stairwells and advice.is_first_walk(row)]
        return [pk for pk, row in self.left.items() if code in advice.codes(row)]

    def planned(self, on: dt.date, band: str) -> list[uuid.UUID]:
        """The targets that stand on the list of a day and time band."""
        return [pk for pk, row in self.left.items() if row.planned == (on, band)]

    @property
    def on_lists(self) -> list[tuple[dt.date, str, int]]:
        """What is on lists already: (day, time band, how many doors)."""
        return advice.on_lists(self.left.values())

    @property
    def by_stairwell(self) -> Counter[tuple[str, str]]:
        """How many doors are left in each stairwell, whatever a page shows of them."""
        return Counter(row.stairwell for row in self.left.values())

    @property
    def by_part(self) -> list[tuple[str, str, bool, int]]:
        """怎样算尽了力: (mark, words, whether it is a part of the closeout, how many doors to be walked stand there)."""
        counted = Counter(_stands_at(row.door) for row in self.left.values() if row.door.state != "explained")
        parts = [(code, mark, words, True) for code, (mark, words) in steps.CLOSEOUT.items()]
        others = [(code, mark, words, False) for code, (mark, words) in BESIDE.items()]
        return [(mark, words, own, counted[code]) for code, mark, words, own in (*parts, *others) if counted[code]]


BESIDE = {
    "agreed": ("约", "约好了，等上门"),
    "decide": ("异", "有差异，先定再走"),
    "recheck": ("核", "另一人复核后再定"),
}
"""Where a door can stand beside the closeout."""


def _stands_at(door: Door) -> str:
    return steps.next_part(door) or steps.next_step(door).code


def planning(viewer: Viewer, campaign: Campaign, scope: str, *, kind: str, at: dt.datetime) -> Planning:
    """What to do first in a scope; a constant number of queries. Raises NotHere."""
    if not viewer.may(Verb.SEE_ROWS_MASKED, scope):
        raise NotHere
    open_ = Target.objects.filter(campaign=campaign, grid__code__startswith=scope, kind=kind)
    walked = open_.exclude(state__in=["visited", "left"]).order_by("grid_id", "walk_key", "id")
    targets = list(walked.values_list(*facts.TARGET_FACTS, "planned_on", "planned_band", named=True))
    doors, today = facts.doors(viewer, targets, at), clock.local_date(at)
    groups = _groups(walked) if kind == "dwelling" else {}
    left = {
        t.id: Left(
            door=doors[t.id],
            stairwell=(t.grid_id, groups.get(t.entity, "")),
            planned=(t.planned_on, t.planned_band) if t.planned_on and t.planned_on >= today else None,
        )
        for t in targets
    }
    return Planning(tuple(advice.advise(list(left.values()), _knocked(campaign))), left)


def _groups(targets: QuerySet[Target]) -> dict[uuid.UUID, str]:
    """The building and stairwell of each door, as the list groups them."""
    doors = Dwelling.objects.filter(pk__in=targets.order_by().values("entity"))
    rows = list(doors.values_list("id", "building_id", "stairwell_id"))
    stairwell_ids = {stairwell for *_, stairwell in rows}
    buildings = Building.objects.filter(pk__in={building for _, building, _ in rows})
    of_building = {pk: group_name(*parts) for pk, *parts in buildings.values_list("id", "estate", "name")}
    of_stairwell = dict(Stairwell.objects.filter(pk__in=stairwell_ids).values_list("id", "name"))
    return {pk: group_name(of_building.get(building), of_stairwell.get(stairwell)) for pk, building, stairwell in rows}


def _knocked(campaign: Campaign) -> dict[str, Knocked]:
    """Knocks of the whole campaign by time band: an area's, so that they tell nothing of one worker (red line 2)."""
    knocks = Visit.objects.filter(target__campaign=campaign, kind="dwelling", withdrawn_at__isnull=True)
    counted = (
        knocks.exclude(outcome="phone")
        .values("band")
        .annotate(n=Count("pk"), n_opened=Count("pk", filter=Q(outcome__in=[*facts.OPENED, "refused"])))
    )
    return {row["band"]: Knocked(row["n"], row["n_opened"]) for row in counted}
