"""楼盘表: a building as an elevation, floors × stairwells × rooms, each door with its state."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence

from gridwalk.accounts.rules import Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.registry.models import Dwelling
from gridwalk.registry.queries import entities
from gridwalk.territory.models import Building
from gridwalk.visits.queries import facts, worklist

WORDS = {"remaining": "还没去", "visited": "已走访", "explained": "已登记原因", "pending": "待复核", "": "不在本次走访"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell:
    """A door on the elevation. ``label``: its state as read aloud."""

    dwelling: uuid.UUID
    room: str
    floor: int
    column: int
    mark: str
    tone: str
    let: bool
    care: bool
    label: str


@dataclasses.dataclass(frozen=True)
class Stair:
    """A stairwell: its columns, and its pair of doors settled and doors to visit, as in ``building_pairs``."""

    name: str
    entrance: str
    columns: int
    n_visited: int
    n_doors: int


@dataclasses.dataclass(frozen=True)
class Elevation:
    """The chart of a building: ``floors`` from the top, each a list by stairwell of cells (None: no door there).

    ``shops``: what belongs to no stairwell where others do; it stands below the ground, not in a column of its own.
    ``doors``: each door's row.
    """

    stairs: list[Stair]
    floors: list[tuple[int, list[list[Cell | None]]]]
    shops: list[Cell]
    legend: list[tuple[str, str, str, int]]
    n_visited: int
    n_doors: int
    doors: Mapping[uuid.UUID, entities.DoorRow]


LEGEND = [
    ("访", "v", "已走访"),
    ("见", "v", "见面"),
    ("电", "v", "电话"),
    ("空", "k", "空房已核"),
    ("拒", "e", "拒访"),
    ("无", "e", "多时段无人"),
    ("无", "n", "去过无人"),
    ("空", "n", "报空房，待证实"),
    ("约", "q", "约好回访"),
    ("核", "q", "待复核"),
    ("未", "n", "还没去"),
    ("异", "z", "有差异"),
]


def elevation(viewer: Viewer, building: Building, campaign: Campaign | None, at: dt.datetime) -> Elevation:
    """The chart; a constant number of queries. The caller got ``building`` through territory's access function."""
    dwellings = list(
        Dwelling.objects.filter(building=building)
        .exclude(status="struck_off")
        .select_related("stairwell", "building")
        .order_by("walk_key")
    )
    targets = _targets(campaign, [d.id for d in dwellings])
    doors = entities.doors(viewer, dwellings, clock.local_date(at))
    by_stair: dict[str, list[Dwelling]] = {}
    for dwelling in dwellings:
        by_stair.setdefault(dwelling.stairwell.key if dwelling.stairwell else "", []).append(dwelling)
    apart = by_stair.pop("", []) if len(by_stair) > 1 else []
    today = clock.local_date(at)
    cells = {
        d.id: _cell(viewer=viewer, dwelling=d, target=targets.get(d.id), door=doors[d.id], today=today)
        for d in dwellings
    }
    stairs, columns, start = [], {}, 0
    for key in sorted(by_stair, key=lambda k: (len(k), k)):
        members = by_stair[key]
        width = max(_per_floor(members).values(), default=1)
        stair = members[0].stairwell
        name, entrance = (stair.name, stair.entrance) if stair else ("", "")
        stairs.append(Stair(name, entrance, width, *_pair(members, targets)))
        columns[key] = (start, width)
        start += width
    rows = []
    for floor in sorted({_floor(d) for members in by_stair.values() for d in members}, reverse=True):
        line: list[list[Cell | None]] = []
        for key, (first, width) in columns.items():
            on_floor = [cells[d.id] for d in by_stair[key] if _floor(d) == floor]
            placed = [dataclasses.replace(cell, column=first + i) for i, cell in enumerate(on_floor)]
            line.append([*placed, *[None] * (width - len(placed))])
        rows.append((floor, line))
    shops = [dataclasses.replace(cells[d.id], floor=0, column=i) for i, d in enumerate(apart)]
    counted = Counter((cell.mark, cell.tone) for cell in cells.values())
    legend = [(m, t, w, counted[m, t]) for m, t, w in LEGEND if counted[m, t]]
    return Elevation(stairs, rows, shops, legend, *_pair(dwellings, targets), doors)


def _pair(dwellings: Sequence[Dwelling], targets: Mapping[uuid.UUID, Target]) -> tuple[int, int]:
    """How many of them are visited, and how many are to be."""
    states = [t.state for d in dwellings if (t := targets.get(d.id)) and t.state != "left"]
    return states.count("visited"), len(states)


def _targets(campaign: Campaign | None, dwellings: Sequence[uuid.UUID]) -> dict[uuid.UUID, Target]:
    if campaign is None:
        return {}
    return {t.entity: t for t in Target.objects.filter(campaign=campaign, entity__in=dwellings)}


def _floor(dwelling: Dwelling) -> int:
    return dwelling.floor or 1


def _per_floor(dwellings: Sequence[Dwelling]) -> dict[int, int]:
    counted: dict[int, int] = {}
    for dwelling in dwellings:
        counted[_floor(dwelling)] = counted.get(_floor(dwelling), 0) + 1
    return counted


def _cell(*, viewer: Viewer, dwelling: Dwelling, target: Target | None, door: entities.DoorRow, today: dt.date) -> Cell:
    """A door, not placed yet."""
    state = target.state if target else ""
    character, tone = (
        worklist.mark(
            state,
            facts.shown(viewer, dwelling.grid_id, state, target.outcome),
            target.n_visits,
            revisits=facts.revisits(target, today),
            different=bool(door.n_differences) and state != "visited",
        )
        if target
        else ("", "n")
    )
    words = {(m, t): w for m, t, w in LEGEND}.get((character, tone), WORDS.get(state, ""))
    extra = [w for w, on in (("出租", door.label == "出租房"), ("有关爱联系", door.has_care)) if on]
    floor = _floor(dwelling)
    spoken = "，".join([f"{floor}层 {dwelling.room}", words, *extra])
    return Cell(
        dwelling=dwelling.id,
        room=dwelling.room,
        floor=floor,
        column=0,
        mark=character,
        tone=tone,
        let=door.label == "出租房",
        care=door.has_care,
        label=spoken,
    )


def building_pairs(campaign: Campaign | None, buildings: Sequence[Building]) -> dict[uuid.UUID, tuple[int, int, int]]:
    """(visited, explained, all) of each building's targets; two queries."""
    dwellings = dict(
        Dwelling.objects.filter(building__in=buildings).exclude(status="struck_off").values_list("id", "building_id")
    )
    pairs: dict[uuid.UUID, tuple[int, int, int]] = {}
    if campaign is None:
        return pairs
    targets = Target.objects.filter(
        campaign=campaign, kind="dwelling", grid_id__in={b.grid_id for b in buildings}
    ).exclude(state="left")
    for entity, state in targets.values_list("entity", "state"):
        building = dwellings.get(entity)
        if building is not None:
            v, e, d = pairs.get(building, (0, 0, 0))
            pairs[building] = (v + (state == "visited"), e + (state == "explained"), d + 1)
    return pairs


def neighbours(dwelling: Dwelling) -> tuple[Dwelling | None, Dwelling | None]:
    """The doors before and after in the walking order of the grid."""
    of_grid = Dwelling.objects.filter(grid_id=dwelling.grid_id).exclude(status="struck_off").exclude(pk=dwelling.pk)
    before = of_grid.filter(walk_key__lte=dwelling.walk_key).order_by("-walk_key", "-id").first()
    after = of_grid.filter(walk_key__gte=dwelling.walk_key).order_by("walk_key", "id").first()
    return before, after
