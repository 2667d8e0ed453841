"""Writing places: the official areas, grids with their dates, buildings and stairwells; the days an office keeps."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method import address_writing, addresses, phones
from gridwalk.method.renumbering import Scheme
from gridwalk.method.text import begins_formula, fold, says_number
from gridwalk.territory import rules
from gridwalk.territory.models import Area, Building, Grid, SetDay, Stairwell

MOST_SET_DAYS = 31
"""Days of the calendar that are set at once."""


class TerritoryError(Exception):
    """Places that cannot be written so; the text says why."""


def load_areas(*, actor: Viewer, at: dt.datetime, tree: Mapping[str, Any]) -> int:
    """Load an official area list: ``{province, city, district, street: {code, name}, communities: [{code, name,
    short}]}``.

    Codes that are known are renamed, none is removed. Every community gets its grid 000. Returns how many areas.
    """
    access.require(actor, Verb.MANAGE_AREAS, rules.scope_of(tree["street"]["code"]))
    rows: list[Area] = []
    parent: str | None = None
    for level in ("province", "city", "district", "street"):
        area = tree[level]
        rows.append(
            Area(
                code=area["code"],
                name=area["name"],
                short=area.get("short", area["name"]),
                level=level,
                parent_id=parent,
            )
        )
        parent = area["code"]
    for area in tree["communities"]:
        short = area.get("short") or rules.short_name(area["name"])
        rows.append(Area(code=area["code"], name=area["name"], short=short, level="community", parent_id=parent))
    with core.write_to(actor=actor, at=at) as writing:
        Area.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "short", "level", "parent"]
        )
        for community in tree["communities"]:
            add_grids(community["code"], {0: rules.grid_name(0)}, clock.local_date(at))
        writing.audit(AuditVerb.AREAS_LOADED, scope=rules.scope_of(tree["street"]["code"]), data={"n": len(rows)})
    return len(rows)


def create_grids(*, actor: Viewer, at: dt.datetime, community: str, n: int, from_on: dt.date) -> list[str]:
    """Create grids 001 to ``n`` of a community; those that exist stay. Returns their codes.

    Raises NotPermitted, TerritoryError, rules.CodeError.
    """
    access.require(actor, Verb.MANAGE_AREAS, community)
    if not Area.objects.filter(code=community, level="community").exists():
        raise TerritoryError(f"没有建：{community} 不是已导入的社区，请先导入区划。")
    with core.write_to(actor=actor, at=at) as writing:
        codes = add_grids(community, {number: rules.grid_name(number) for number in range(1, n + 1)}, from_on)
        writing.audit(AuditVerb.GRIDS_CREATED, scope=community, data={"n": n})
    return codes


def add_grids(community: str, names: Mapping[int, str], from_on: dt.date) -> list[str]:
    """Step: grids of a community by number, with their streams; those that exist stay. Returns their codes."""
    grids = [
        Grid(
            code=rules.grid_code(community, number),
            area_id=community,
            name=name,
            kind="basic" if number else "unassigned",
            valid_from=from_on,
        )
        for number, name in names.items()
    ]
    core.open_streams([grid.code for grid in grids])
    Grid.objects.bulk_create(grids, ignore_conflicts=True)
    return [grid.code for grid in grids]


def remove_grids(writing: Writing, grids: Sequence[str]) -> None:
    """Step: grids in which nothing was ever written are no more; they must be locked."""
    Grid.objects.filter(code__in=grids).delete()


def remove_area(writing: Writing, code: str) -> None:
    """Step: an area without grids is no more, nor what then has nothing inside."""
    area = Area.objects.filter(code=code).first()
    while area is not None and not area.children.exists():
        above = area.parent
        area.delete()
        area = above


def replace_grids(*, actor: Viewer, at: dt.datetime, old: Sequence[str], new: Sequence[str], from_on: dt.date) -> None:
    """End ``old`` grids the day before ``from_on`` and say which ``new`` ones stand for them (split and merge).

    Grids end, they never vanish, and a number is never given twice; a new one may be another grid in force (it takes
    the old one in). What stands in them is moved by the register's own action. Raises NotPermitted, TerritoryError.
    """
    for code in old:
        access.require(actor, Verb.MANAGE_AREAS, code)
    _check_replacement(old, new)
    if from_on > clock.local_date(at):
        raise TerritoryError("没有改：拆分合并从当天或之前的日子起算，不能预先做。")
    with core.write_to(*old, actor=actor, at=at) as writing:
        ended = Grid.objects.filter(code__in=old, valid_to__isnull=True)
        if ended.count() != len(old):
            raise TerritoryError("没有改：其中有网格已经停用，请刷新后再看。")
        if ended.filter(valid_from__gte=from_on).exists():
            raise TerritoryError("没有改：生效日期早于其中网格的设立日期。")
        if Grid.objects.filter(code__in=new, valid_to__isnull=False).exists():
            raise TerritoryError("没有改：新网格的编号以前用过，换一个没用过的。")
        add_grids(new[0][:12], {int(code[12:]): rules.grid_name(int(code[12:])) for code in new}, from_on)
        ended.update(valid_to=from_on - dt.timedelta(days=1), replaced_by=list(new))
        writing.audit(AuditVerb.GRIDS_REPLACED, scope=old[0][:12], data={"old": list(old), "new": list(new)})


def rename_grid(*, actor: Viewer, at: dt.datetime, grid: str, name: str) -> None:
    """Give a grid in force another name; its code stays. Raises NotPermitted, TerritoryError."""
    access.require(actor, Verb.MANAGE_AREAS, grid)
    name = name.strip()
    if fault := "名称要填。" if not name else rules.grid_name_fault(name):
        raise TerritoryError(f"没有改：{fault}")
    standing = Grid.objects.filter(code=grid, valid_to__isnull=True).first()
    if standing is None:
        raise TerritoryError("没有改：这个网格已经停用了。")
    others = Grid.objects.filter(area_id=standing.area_id, valid_to__isnull=True).exclude(pk=grid)
    same = [other for other in others.values_list("name", flat=True) if rules.grid_key(other) == rules.grid_key(name)]
    if same:
        raise TerritoryError(f"没有改：本社区已有一个叫“{same[0]}”的网格，“{name}”和它是同一个名称。")
    with core.write_to(grid, actor=actor, at=at) as writing:
        Grid.objects.filter(pk=grid).update(name=name)
        writing.audit(AuditVerb.GRIDS_RENAMED, scope=grid, kind="grid", data={"old": standing.name, "new": name})


def set_desk(*, actor: Viewer, at: dt.datetime, community: str, phone: str, address: str, hours: str) -> None:
    """Where residents reach a community's office, which is told to everybody. Raises NotPermitted, TerritoryError."""
    access.require(actor, Verb.MANAGE_AREAS, community)
    desk = phones.check(phone)
    if desk.fault not in ("", "empty"):
        raise TerritoryError(f"没有存：值班电话，{desk.fault_text}。")
    address, hours = address.strip(), hours.strip()
    if len(address) > 60 or len(hours) > 40:
        raise TerritoryError("没有存：地址不超过 60 个字，时间不超过 40 个字。")
    if any(says_number(fold(words)) or begins_formula(fold(words)) for words in (address, hours)):
        raise TerritoryError("没有存：地址、时间里不要写证件号、电话号码，也不用 = + - @ 开头。")
    with core.write_to(actor=actor, at=at) as writing:
        area = Area.objects.filter(code=community, level="community")
        if not area.update(desk_phone=desk.value, desk_address=address, desk_hours=hours):
            raise NotHere
        writing.audit(AuditVerb.AREAS_DESK_SET, scope=community)


def set_days(
    *, actor: Viewer, at: dt.datetime, scope: str, first: dt.date, last: dt.date, works: bool, name: str
) -> int:
    """Say of the days from ``first`` to ``last`` whether they are worked, and why. What was said of them goes.

    Returns how many days. Raises NotPermitted, TerritoryError.
    """
    access.require(actor, Verb.MANAGE_CAMPAIGN, scope)
    name = name.strip()
    if not name or len(name) > 20:
        raise TerritoryError("没有登记：写明为什么，不超过 20 个字，如：台风停工。")
    if says_number(fold(name)) or begins_formula(fold(name)):
        raise TerritoryError("没有登记：事由里不要写证件号、电话号码，也不用 = + - @ 开头。")
    n_days = (last - first).days + 1
    if not 1 <= n_days <= MOST_SET_DAYS:
        raise TerritoryError(f"没有登记：结束那天不能早于开始那天，一次最多 {MOST_SET_DAYS} 天。")
    days = [first + dt.timedelta(days=i) for i in range(n_days)]
    with core.write_to(actor=actor, at=at) as writing:
        SetDay.objects.bulk_create(
            [SetDay(day=day, works=works, name=name) for day in days],
            update_conflicts=True,
            unique_fields=["day"],
            update_fields=["works", "name"],
        )
        said = {"from": first.isoformat(), "to": last.isoformat(), "works": works}
        writing.audit(AuditVerb.WORKDAYS_SET, scope=scope, data=said)
    return n_days


def forget_day(*, actor: Viewer, at: dt.datetime, scope: str, day: dt.date) -> None:
    """A day is again as the national arrangement has it. Raises NotPermitted, TerritoryError."""
    access.require(actor, Verb.MANAGE_CAMPAIGN, scope)
    with core.write_to(actor=actor, at=at) as writing:
        if not SetDay.objects.filter(pk=day).delete()[0]:
            raise TerritoryError("没有改：这一天已经不在登记里了，请刷新后再看。")
        writing.audit(AuditVerb.WORKDAYS_FORGOTTEN, scope=scope, data={"day": day.isoformat()})


def _check_replacement(old: Sequence[str], new: Sequence[str]) -> None:
    codes = [*old, *new]
    if not old or not new or len(set(codes)) != len(codes):
        raise TerritoryError("没有改：要有停用的和接替的网格，同一个网格只能写一次。")
    if {code[:12] for code in codes} != {old[0][:12]}:
        raise TerritoryError("没有改：网格的拆分合并只在一个社区里做。")
    if any(len(code) != 15 or not code[12:].isdecimal() or rules.is_unassigned(code) for code in codes):
        raise TerritoryError("没有改：网格编号是社区代码加 001 到 999；“未划入网格”不拆不并。")


@dataclasses.dataclass(frozen=True)
class WantedStairwell:
    """A place an import or a form speaks of, by keys."""

    grid: str
    estate: str
    building: str
    stairwell: str


def ensure_stairwells(
    writing: Writing, wanted: Sequence[WantedStairwell]
) -> dict[WantedStairwell, tuple[uuid.UUID, uuid.UUID]]:
    """Step: building id and stairwell id of every wanted place, made where missing; the grids must be locked."""
    grids = {w.grid for w in wanted}
    standing = Building.objects.filter(grid_id__in=grids)
    building_of = {(b.grid_id, addresses.estate_key(b.estate), b.key): b.id for b in standing}
    place_of = {w: (w.grid, addresses.estate_key(w.estate), w.building) for w in wanted}
    buildings = []
    for spot in wanted:
        place = place_of[spot]
        if place not in building_of:
            building = Building(
                grid_id=spot.grid,
                estate=spot.estate,
                key=spot.building,
                name=address_writing.building_name(spot.building),
            )
            building_of[place] = building.id
            buildings.append(building)
            writing.created(
                spot.grid, "building", building.id, {"estate": spot.estate, "key": spot.building}, source="office"
            )
    Building.objects.bulk_create(buildings)
    wanted_buildings = {building_of[place] for place in place_of.values()}
    stand_again(writing, [b.id for b in standing if b.ended_on is not None and b.id in wanted_buildings])
    stairs = {
        (s.building_id, s.key): s.id
        for s in Stairwell.objects.filter(building_id__in={building_of[place] for place in place_of.values()})
    }
    begun = []
    for spot in wanted:
        place_id = building_of[place_of[spot]]
        if (place_id, spot.stairwell) not in stairs:
            stairwell = Stairwell(
                building_id=place_id, key=spot.stairwell, name=f"{spot.stairwell}单元" if spot.stairwell else ""
            )
            stairs[place_id, spot.stairwell] = stairwell.id
            begun.append(stairwell)
    Stairwell.objects.bulk_create(begun)
    return {w: (building_of[place], stairs[building_of[place], w.stairwell]) for w, place in place_of.items()}


def end_empty_buildings(writing: Writing, buildings: Sequence[uuid.UUID]) -> None:
    """Step: buildings that were demolished stand no longer; their grids must be locked."""
    _stand(writing, buildings, clock.local_date(writing.at))


def stand_again(writing: Writing, buildings: Sequence[uuid.UUID]) -> None:
    """Step: buildings whose doors come back stand again; their grids must be locked."""
    _stand(writing, buildings, None)


def _stand(writing: Writing, buildings: Sequence[uuid.UUID], ended_on: dt.date | None) -> None:
    for building in Building.objects.filter(pk__in=list(buildings), ended_on__isnull=ended_on is not None):
        old = building.ended_on.isoformat() if building.ended_on else None
        new = ended_on.isoformat() if ended_on else None
        writing.change(
            stream=building.grid_id,
            kind="building",
            entity=building.pk,
            field="ended_on",
            old=old,
            new=new,
            source="office",
        )
        Building.objects.filter(pk=building.pk).update(ended_on=ended_on)


def renumber_buildings(
    writing: Writing, buildings: Sequence[Building], scheme: Scheme, estates: Mapping[uuid.UUID, str], *, reason: str
) -> None:
    """Step: new numbers for buildings and their stairwells, a new name of their estate (building → name); grids
    must be locked.

    Every number goes over a mark of its own, so that two may change places.
    """
    stairwells = list(Stairwell.objects.filter(building__in=buildings).select_related("building"))
    new_keys = {s.pk: scheme.stairwell(s.building.key, s.key) for s in stairwells}
    moved = [s for s in stairwells if new_keys[s.pk] != s.key]
    for stairwell in moved:
        _renamed(
            writing=writing,
            grid=stairwell.building.grid_id,
            place=stairwell,
            field="key",
            new=new_keys[stairwell.pk],
            reason=reason,
        )
        Stairwell.objects.filter(pk=stairwell.pk).update(key=f"~{stairwell.pk}"[:20])
    for stairwell in moved:
        key = new_keys[stairwell.pk]
        Stairwell.objects.filter(pk=stairwell.pk).update(key=key, name=f"{key}单元" if key else "")
    keys = {b.pk: scheme.building(b.key) for b in buildings}
    for building in buildings:
        _renamed(
            writing=writing, grid=building.grid_id, place=building, field="key", new=keys[building.pk], reason=reason
        )
        _renamed(
            writing=writing,
            grid=building.grid_id,
            place=building,
            field="estate",
            new=estates.get(building.pk, building.estate),
            reason=reason,
        )
        Building.objects.filter(pk=building.pk).update(key=f"~{building.pk}")
    for building in buildings:
        key = keys[building.pk]
        name = address_writing.building_name(key) if key != building.key else building.name
        estate = estates.get(building.pk, building.estate)
        Building.objects.filter(pk=building.pk).update(key=key, name=name, estate=estate)


def _renamed(writing: Writing, grid: str, place: Building | Stairwell, field: str, new: str, reason: str) -> None:
    old = getattr(place, field)
    if old != new:
        kind = "building" if isinstance(place, Building) else "stairwell"
        writing.change(
            stream=grid, kind=kind, entity=place.pk, field=field, old=old, new=new, source="office", reason=reason
        )
