"""The reads of splitting and merging grids: what stands there, what a plan would move; counts only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Prefetch
from django.db.models.functions import Length

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.registry import predicates
from gridwalk.registry.models import Dwelling, Facility, Organization, Person, Residence, Site
from gridwalk.sync.models import Device
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.models import Building, Grid, Stairwell
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.rules import REGRID


@dataclasses.dataclass(frozen=True)
class Ground:
    """What stands on a piece of ground: a building, or a grid that is to be."""

    dwellings: int = 0
    persons: int = 0
    others: int = 0
    open_targets: int = 0

    def __add__(self, other: Ground) -> Ground:
        return Ground(
            self.dwellings + other.dwellings,
            self.persons + other.persons,
            self.others + other.others,
            self.open_targets + other.open_targets,
        )


@dataclasses.dataclass(frozen=True)
class Part:
    """A stairwell of a building, with what stands in it."""

    id: uuid.UUID
    name: str
    key: str
    ground: Ground


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """A building of the old grids: its stairwells, and ``loose``, what has no stairwell."""

    id: uuid.UUID
    name: str
    grid: str
    grid_name: str
    parts: list[Part]
    loose: Ground

    @property
    def ground(self) -> Ground:
        """All that stands in it."""
        return sum((part.ground for part in self.parts), self.loose)


@dataclasses.dataclass(frozen=True)
class NewGrid:
    """A grid that is to be: its ground, where it comes from, who would look after it."""

    code: str
    name: str
    ground: Ground
    comes_from: str
    worker: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Impact:
    """What a plan moves. ``left_out``: workers of the old grids who get no new one; ``phones``: that pull anew;
    ``empty``: new grids to which nothing goes.
    """

    new: list[NewGrid]
    n_buildings: int
    total: Ground
    phones: int
    left_out: list[str]
    empty: list[str]


def require_community(viewer: Viewer, community: str) -> None:
    """Raises NotHere unless the viewer may draw grids of this community."""
    if not viewer.may(Verb.REGRID, community):
        raise NotHere


def standing(viewer: Viewer, old: Sequence[str]) -> list[Standing]:
    """The buildings of some grids in walking order, with their counts; a constant number of queries. Raises NotHere."""
    for code in old:
        require_community(viewer, code)
    if Grid.objects.filter(code__in=old).count() != len(set(old)):
        raise NotHere
    return _standing(old, _grounds(old))


def _standing(old: Sequence[str], grounds: Mapping[uuid.UUID | None, Ground]) -> list[Standing]:
    by_key = Prefetch("stairwells", Stairwell.objects.order_by(Length("key"), "key"))
    rows = (
        Building.objects.filter(grid_id__in=old, ended_on__isnull=True).select_related("grid").prefetch_related(by_key)
    )
    return [
        Standing(
            id=b.pk,
            name=f"{b.estate} {b.name}".strip(),
            grid=b.grid_id,
            grid_name=b.grid.name,
            parts=[Part(s.pk, s.name or "没有单元号", s.key, grounds.get(s.pk, Ground())) for s in b.stairwells.all()],
            loose=grounds.get(b.pk, Ground()),
        )
        for b in sorted(rows, key=lambda b: (b.grid_id, territory.walking(b)))
    ]


def _grounds(old: Sequence[str]) -> dict[uuid.UUID | None, Ground]:
    """What stands in each stairwell, in each building beside its stairwells; None: what has no door at all."""
    rows = Dwelling.objects.filter(grid_id__in=old).values_list("id", "stairwell_id", "building_id", "status")
    doors: dict[uuid.UUID, uuid.UUID | None] = {}
    dwellings: Counter[uuid.UUID | None] = Counter()
    for door, stairwell, building, status in rows:
        doors[door] = stairwell or building
        dwellings[doors[door]] += status != "struck_off"
    homes = dict(
        Residence.objects.filter(person__grid_id__in=old, grid_id__in=old, to_on__isnull=True).values_list(
            "person_id", "dwelling_id"
        )
    )
    people = Person.objects.filter(grid_id__in=old, status="active").values_list("id", flat=True)
    persons = Counter(doors.get(homes[p]) if p in homes else None for p in people)
    places = {
        pk: doors.get(door) if door else None
        for pk, door in Organization.objects.filter(grid_id__in=old, status="active").values_list("id", "dwelling_id")
    }
    places |= dict.fromkeys(Site.objects.filter(grid_id__in=old, status="active").values_list("id", flat=True))
    things = Facility.objects.filter(predicates.facility_standing(), grid_id__in=old)
    places |= {
        pk: stairwell or building for pk, stairwell, building in things.values_list("id", "stairwell_id", "building_id")
    }
    others = Counter(places.values())
    waiting = Target.objects.filter(grid_id__in=old, state__in=("remaining", "pending")).values_list(
        "entity", flat=True
    )
    targets = Counter(doors[e] if e in doors else places.get(e) for e in waiting)
    keys = {*dwellings, *persons, *others, *targets}
    return {key: Ground(dwellings[key], persons[key], others[key], targets[key]) for key in keys}


def fresh_codes(community: str, n: int) -> list[str]:
    """The next ``n`` grid codes of a community that were never used. Raises codes.CodeError beyond 999."""
    used = Grid.objects.filter(area_id=community).values_list("code", flat=True)
    first = max((int(code[12:]) for code in used), default=0) + 1
    return [codes.grid_code(community, first + i) for i in range(n)]


def workers_of(old: Sequence[str], on: dt.date) -> dict[uuid.UUID, str]:
    """The workers of some grids by name."""
    return {user: name for code in old for user, name, _ in accounts.workers(code, on)}


def impact(plan: Plan, on: dt.date) -> Impact:
    """What a plan moves, stairwell by stairwell. The caller has checked that the viewer may see the plan."""
    old, new = plan.choices["old"], plan.choices["new"]
    grounds = _grounds(old)
    present = _standing(old, grounds)
    to: Mapping[str, str] = plan.choices["buildings"]
    totals: dict[str, Ground] = dict.fromkeys(new, Ground())
    sources: dict[str, set[str]] = {code: set() for code in new}
    left = dict(grounds)
    for building in present:
        own = to.get(str(building.id), new[0])
        for part in building.parts:
            code = to.get(str(part.id), own)
            totals[code] += left.pop(part.id, Ground())
            sources[code].add(building.grid_name)
        if building.id in left or not building.parts:
            totals[own] += left.pop(building.id, Ground())
            sources[own].add(building.grid_name)
    rest = sum(left.values(), Ground())
    totals[new[0]] += rest
    workers: Mapping[str, str] = plan.choices["workers"]
    chosen = dict(User.objects.filter(pk__in=list(workers.values())).values_list("id", "name"))
    named = {code: chosen.get(uuid.UUID(user), "") for code, user in workers.items()}
    had = workers_of(old, on)
    touched = Device.objects.filter(user__in=[*had, *chosen], revoked_at__isnull=True)
    return Impact(
        new=[
            NewGrid(
                code,
                codes.grid_name(int(code[12:])),
                totals[code],
                "、".join(sorted(sources[code])),
                named.get(code, ""),
            )
            for code in new
        ],
        n_buildings=len(present),
        total=sum(totals.values(), Ground()),
        phones=touched.count(),
        left_out=sorted(name for user, name in had.items() if user not in chosen),
        empty=[code for code in new if not sources[code] and (code != new[0] or rest == Ground())],
    )


def choices(
    *,
    old: Sequence[str],
    new: Sequence[str],
    buildings: Mapping[uuid.UUID, str],
    workers: Mapping[str, uuid.UUID],
    on: dt.date,
) -> dict[str, Any]:
    """What a plan says, of what was chosen. ``buildings``: building or stairwell → new code; a stairwell without one
    goes with its building, a building without one to the first new grid. ``workers``: new code → one of the workers.
    """
    here, had = places(old), workers_of(old, on)
    return {
        "old": list(old),
        "new": list(new),
        "buildings": {str(pk): code for pk, code in buildings.items() if str(pk) in here and code in new},
        "workers": {code: str(user) for code, user in workers.items() if code in new and user in had},
    }


def way_back(plan: Plan, on: dt.date) -> dict[str, Any]:
    """What the reverse of a done plan says: as many grids as there were, each building with those it stood with
    before. A number is never given twice, so the grids that come back have new numbers.
    """
    old, new = plan.choices["old"], plan.choices["new"]
    fresh = dict(zip(old, fresh_codes(plan.communities[0], len(old)), strict=True))
    reverse = choices(
        old=new,
        new=list(fresh.values()),
        buildings={uuid.UUID(pk): fresh[code] for pk, code in plan.seen.items()},
        workers=dict(zip(fresh.values(), workers_of(new, on), strict=False)),
        on=on,
    )
    return {**reverse, "reverses": str(plan.id)}


def places(grids: Sequence[str]) -> dict[str, str]:
    """Building or stairwell → grid, of all that stand in some grids."""
    standing = Building.objects.filter(grid_id__in=grids, ended_on__isnull=True)
    stairwells = Stairwell.objects.filter(building__in=standing)
    rows = [*standing.values_list("id", "grid_id"), *stairwells.values_list("id", "building__grid_id")]
    return {str(pk): grid for pk, grid in rows}


class Regridding:
    """Reads of a plan that draws grids anew: it has no subjects; its choices name the grids."""

    def stands_in(self, plan: Plan) -> set[str]:
        """The grids of before; the community, once what was chosen has been cleared."""
        return set(plan.choices.get("old") or plan.communities)

    def grids(self, plan: Plan) -> set[str]:
        """The same: the new ones come to be while it is done."""
        return self.stands_in(plan)

    def state(self, plan: Plan) -> Mapping[str, Any]:
        """Every building and stairwell with its grid; of a done plan that is what the way back follows."""
        return places(plan.choices["old"])

    def titles(self, viewer: Viewer, plans: Sequence[Plan]) -> Mapping[uuid.UUID, str]:
        """林古里：2 个网格改成 3 个."""
        names = territory.place_names({plan.communities[0] for plan in plans})
        return {plan.id: f"{names[plan.communities[0]]}：{_numbers(plan)}" for plan in plans}

    def shown(self, viewer: Viewer, plan: Plan) -> Mapping[str, Any]:
        """What it would move, while it waits; afterwards which grids ended and came to be."""
        return {
            "template": "console/grid_plans/_plan.html",
            "names": territory.place_names(plan.choices.get("old", ())),
            "impact": impact(plan, clock.local_date(clock.now())) if plan.state == "open" else None,
        }


def _numbers(plan: Plan) -> str:
    old, new = plan.choices.get("old"), plan.choices.get("new")
    return f"{len(old)} 个网格改成 {len(new)} 个" if old and new else "拆并网格"


def plans(viewer: Viewer, *, limit: int = 30, offset: int = 0) -> tuple[list[Plan], int]:
    """The plans of the viewer's communities, newest first, and how many."""
    inside = in_scopes(viewer.scopes(Verb.REGRID), "communities__0")
    of_grids = Plan.objects.filter(inside, kind=REGRID).order_by("-proposed_at", "-id")
    return list(of_grids[offset : offset + limit]), of_grids.count()
