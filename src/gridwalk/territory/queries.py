"""Reads of places. Areas and grids are no secret; who may see what stands inside is judged where that is read."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable

from django.db.models import Case, Prefetch, Q, When
from django.db.models.functions import Length

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.method import address_writing, addresses
from gridwalk.method.workdays import Workdays
from gridwalk.territory import rules
from gridwalk.territory.models import Area, Building, Grid, SetDay, Stairwell


def area_of_scope(scope: str) -> Area | None:
    """The area a prefix stands for; None for "" and for grids."""
    return Area.objects.filter(code=scope.ljust(12, "0")).first() if scope and len(scope) <= 12 else None


def is_place(scope: str) -> bool:
    """Whether a prefix is an area's, a grid's or everything's; one between two levels stands for neighbours at once."""
    if len(scope) == rules.GRID:
        return Grid.objects.filter(code=scope).exists()
    area = area_of_scope(scope)
    return not scope or (area is not None and rules.scope_of(area.code) == scope)


def place_names(scopes: Iterable[str]) -> dict[str, str]:
    """Short names by scope, in two queries: 光复道街道, 林古里, 林古里 第二网格; 全部 for ""; an unknown code names itself."""
    wanted = set(scopes)
    areas = Area.objects.filter(code__in=[scope.ljust(12, "0") for scope in wanted if 0 < len(scope) <= 12])
    by_code = {area.code: area.short if area.level == "community" else area.name for area in areas}
    rows = Grid.objects.filter(code__in=[scope for scope in wanted if len(scope) == rules.GRID]).select_related("area")
    grids = {grid.code: f"{grid.area.short} {grid.name}" for grid in rows}
    return {
        scope: (grids.get(scope) or by_code.get(scope.ljust(12, "0")) or scope) if scope else "全部" for scope in wanted
    }


def area_label(scopes: Iterable[str]) -> str:
    """Names of the areas of some assignments, for the bar: 光复道街道、林古里 第二网格."""
    ordered = list(dict.fromkeys(street_of(scope) for scope in scopes))
    names = place_names(ordered)
    return "、".join(names[scope] for scope in ordered)


def desk_of(area: Area) -> str:
    """A community's telephone, address and hours, as far as they are written down."""
    return "，".join(filter(None, (area.desk_phone, area.desk_address, area.desk_hours)))


def street_of(scope: str) -> str:
    """The one street inside a wider scope, where exactly one is laid out; any other scope as it is."""
    if len(scope) >= rules.STREET:
        return scope
    streets = Area.objects.filter(level="street", code__startswith=scope, closed_on__isnull=True).order_by("code")
    codes = list(streets.values_list("code", flat=True)[:2])
    return rules.scope_of(codes[0]) if len(codes) == 1 else scope


def scope_name(scope: str) -> str:
    """The name of one scope, as ``place_names`` has it."""
    return place_names([scope])[scope]


def areas(viewer: Viewer, *, under: str = "", level: str | None = None) -> list[Area]:
    """Areas below a scope in code order: what the viewer's assignments lie in, and all inside them."""
    rows = Area.objects.filter(code__startswith=under, closed_on__isnull=True).order_by("code")
    if not viewer.everything:
        touched = Q(pk__in=[code for post in viewer.assignments for code in rules.above(post.scope)])
        for post in viewer.assignments:
            touched |= Q(code__startswith=post.scope)
        rows = rows.filter(touched)
    return list(rows.filter(level=level) if level else rows)


def grids(viewer: Viewer, *, scope: str, verb: Verb = Verb.SEE_COUNTS) -> list[Grid]:
    """The grids in force inside ``scope`` where the viewer holds ``verb``, in code order, with their areas."""
    rows = Grid.objects.filter(in_scopes(viewer.within(verb, scope), "code"), valid_to__isnull=True)
    return list(rows.select_related("area").order_by("code"))


def grids_shown(viewer: Viewer, *, scope: str, verb: Verb) -> list[Grid]:
    """The grids to choose from, community by community; grid 000 last, and only where a building stands in it."""
    standing = grids(viewer, scope=scope, verb=verb)
    built = set(Building.objects.filter(grid__in=standing, ended_on__isnull=True).values_list("grid_id", flat=True))
    shown = [grid for grid in standing if grid.kind != "unassigned" or grid.code in built]
    return sorted(shown, key=lambda grid: (grid.area_id, grid.kind == "unassigned", grid.code))


def get_grid(viewer: Viewer, code: str, *, verb: Verb = Verb.SEE_COUNTS) -> Grid:
    """One grid. Raises NotHere."""
    grid = Grid.objects.select_related("area").filter(code=code).first()
    if grid is None or not viewer.may(verb, code):
        raise NotHere
    return grid


def get_area(viewer: Viewer, code: str) -> Area:
    """One area that the viewer's assignments touch. Raises NotHere."""
    touched = [a for a in areas(viewer, under=code[:12]) if a.code == code]
    if not touched:
        raise NotHere
    return touched[0]


def buildings(viewer: Viewer, *, grid: str) -> list[Building]:
    """The standing buildings of a grid in walking order. Raises NotHere."""
    get_grid(viewer, grid, verb=Verb.SEE_ROWS_MASKED)
    last = Case(When(key="", then=1), default=0)  # what has no stairwell (shops) stands last
    stairwells = Prefetch("stairwells", Stairwell.objects.order_by(last, Length("key"), "key"))
    from_grid = Building.objects.filter(grid_id=grid, ended_on__isnull=True).prefetch_related(stairwells)
    return sorted(from_grid, key=walking)


def get_building(viewer: Viewer, building: uuid.UUID) -> Building:
    """One building with its stairwells. Raises NotHere."""
    row = Building.objects.select_related("grid__area").prefetch_related("stairwells").filter(pk=building).first()
    if row is None or not viewer.may(Verb.SEE_ROWS_MASKED, row.grid_id):
        raise NotHere
    return row


def get_stairwell(viewer: Viewer, stairwell: uuid.UUID) -> Stairwell:
    """One stairwell with its building. Raises NotHere."""
    row = Stairwell.objects.select_related("building__grid__area").filter(pk=stairwell).first()
    if row is None or not viewer.may(Verb.SEE_ROWS_MASKED, row.building.grid_id):
        raise NotHere
    return row


def walking(building: Building) -> str:
    """The order buildings are walked in."""
    return address_writing.walking_order(building.estate, building.key)


@dataclasses.dataclass(frozen=True)
class KnownBuilding:
    """A building as imports look it up; ``stairwells``: key → id; ``grids``: key → grid, where its stairwells part."""

    id: uuid.UUID
    grid: str
    stairwells: dict[str, uuid.UUID]
    grids: dict[str, str] = dataclasses.field(default_factory=dict)

    def grid_of(self, stairwell: str) -> str:
        """The grid a door of this stairwell is in."""
        return self.grids.get(stairwell, self.grid)


def building_index(community: str) -> dict[tuple[str, str], KnownBuilding]:
    """The standing buildings of a community by (estate without spelling, key): 建国小区 and 建国 are one."""
    by_place: dict[tuple[str, str], KnownBuilding] = {}
    rows = Building.objects.filter(grid__area_id=community, ended_on__isnull=True).order_by("grid_id", "id")
    columns = ("id", "grid_id", "estate", "key", "stairwells__key", "stairwells__id")
    for building, grid, estate, key, stairwell, pk in rows.values_list(*columns):
        entry = by_place.setdefault((addresses.estate_key(estate), key), KnownBuilding(building, grid, {}))
        if pk is not None:
            entry.stairwells[stairwell], entry.grids[stairwell] = pk, grid
    return by_place


def estates(scope: str) -> set[str]:
    """The estates that have a standing building inside a scope, without spelling."""
    rows = Building.objects.filter(grid__code__startswith=scope, ended_on__isnull=True)
    return {addresses.estate_key(name) for name in rows.values_list("estate", flat=True).distinct()} - {""}


def above(scope: str) -> list[Area]:
    """The areas a scope lies in, itself among them."""
    return list(Area.objects.filter(pk__in=rules.above(scope)))


def communities(scope: str) -> list[Area]:
    """The communities inside a scope, in code order."""
    return list(
        Area.objects.filter(level="community", code__startswith=scope[:12], closed_on__isnull=True).order_by("code")
    )


def grids_named(scope: str) -> list[tuple[str, str]]:
    """Code and name of the grids in force inside a scope."""
    return list(Grid.objects.filter(code__startswith=scope, valid_to__isnull=True).values_list("code", "name"))


def grid_codes(scope: str) -> list[str]:
    """The codes of the grids in force inside a scope."""
    return list(
        Grid.objects.filter(code__startswith=scope, valid_to__isnull=True)
        .order_by("code")
        .values_list("code", flat=True)
    )


def workdays() -> Workdays:
    """The working days as this office keeps them, for a sum or a plan."""
    return Workdays(dict(SetDay.objects.values_list("day", "works")))


def set_days(year: int) -> list[SetDay]:
    """The days of a year that the office set itself, in their order."""
    return list(SetDay.objects.filter(day__year=year).order_by("day"))
