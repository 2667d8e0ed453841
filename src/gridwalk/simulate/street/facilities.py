"""Facilities of the street, building by building, and the rounds their workers made."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

from gridwalk.dictionary.choices import FACILITY_INTERVALS
from gridwalk.simulate.street import rng as chance
from gridwalk.simulate.street.identities import Identities
from gridwalk.simulate.street.model import Door, Facility

# kind: (prefix of its number, spot, who keeps it, how often a building of a style has one)
KINDS: dict[str, tuple[str, str, str, dict[str, float]]] = {
    "hydrant": ("XHS", "1层走廊", "物业服务中心", {"tower": 1.0, "slab": 1.0}),
    "extinguisher": ("", "1层楼梯口", "物业服务中心", {"walkup": 0.5, "tower": 0.5}),
    "lift": ("DT", "门厅", "电梯维保站", {"tower": 1.0, "slab": 0.8}),
    "entrance_guard": ("MJ", "单元门口", "物业服务中心", {"walkup": 0.3, "tower": 0.4}),
    "notice_board": ("GGL", "楼前", "社区居委会", {"walkup": 0.5, "tower": 0.5, "slab": 0.5, "courtyard": 0.3}),
    "charging_point": ("CD", "楼西侧车棚", "充电运营公司", {"walkup": 0.2, "tower": 0.2}),
    "street_lamp": ("LD", "楼前路边", "路灯管理所", {"walkup": 0.3, "courtyard": 0.5}),
    "waste_point": ("LJ", "楼东侧", "环卫所", {"walkup": 0.2, "tower": 0.2, "courtyard": 0.2}),
    "fitness": ("JS", "楼前空地", "社区居委会", {"walkup": 0.1, "slab": 0.1}),
}
IN_STAIRWELLS = frozenset({"hydrant", "extinguisher", "lift", "entrance_guard"})
FAULTS = {
    "hydrant": ("blocked", "箱前堆了杂物"),
    "extinguisher": ("expired", "压力不足"),
    "lift": ("broken", "按钮不亮"),
    "entrance_guard": ("broken", "关不严"),
    "notice_board": ("broken", "玻璃裂了"),
    "charging_point": ("broken", "两个插口没电"),
    "street_lamp": ("broken", "不亮"),
    "waste_point": ("missing", "少一个桶"),
    "fitness": ("broken", "踏板松动"),
}
OUT_OF_USE = frozenset({"lift", "charging_point"})
"""Kinds that are closed while something is wrong with them."""


def stand(doors: Sequence[Door], on: dt.date, seed: int) -> list[Facility]:
    """The facilities of the buildings of ``doors``, as the ledger of ``on`` has them; one in forty is out of use."""
    rng = chance.stream(seed, "facilities")
    identities = Identities(rng)
    phones = {keeper: identities.phone() for _, _, keeper, _ in KINDS.values()}
    homes = [door for door in doors if door.usage == "residential"]
    facilities: list[Facility] = []
    for _, inside in itertools.groupby(homes, lambda d: (d.place.grid, d.place.estate, d.place.building)):
        first = next(inside)
        for kind, (prefix, spot, keeper, shares) in KINDS.items():
            if rng.random() >= shares.get(first.style, 0):
                continue
            stairwell = first.place.stairwell if kind in IN_STAIRWELLS else ""
            number = len(facilities) + 1
            facilities.append(
                Facility(
                    ref=f"F{number:04d}",
                    name=f"{prefix}-{number:04d}" if prefix else "",
                    facility_kind=kind,
                    place=dataclasses.replace(first.place, stairwell=stairwell, floor=0, room=""),
                    spot=spot,
                    keeper=keeper,
                    contact_phone=phones[keeper],
                    interval_days=FACILITY_INTERVALS[kind],
                    status="out_of_use" if rng.random() < 1 / 40 else "active",
                    looked_on=on - dt.timedelta(days=rng.randrange(3, 40)) if rng.random() < 0.8 else None,
                )
            )
    return facilities


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a worker saw on one day alike at several facilities of the grid."""

    on: dt.date
    grid: str
    refs: tuple[str, ...]
    result: str = "fine"
    fault: str = ""
    note: str = ""
    out_of_use: bool = False


def walks(facilities: Sequence[Facility], today: dt.date, seed: int) -> Iterator[Walk]:
    """The rounds before ``today``, in the order they were made: most in time, some with a fault, half of
    those repaired.
    """
    rng = chance.stream(seed, "facility rounds")
    repairs: list[Walk] = []
    fine: dict[tuple[dt.date, str], list[str]] = {}
    for facility in facilities:
        luck = rng.random()
        on = today - dt.timedelta(days=rng.choice((1, 4)))
        if luck < 0.15 or facility.status != "active":
            continue  # nobody came by
        if luck < 0.21:
            fault, note = FAULTS[facility.facility_kind]
            repairs.append(
                Walk(
                    on=on,
                    grid=facility.place.grid,
                    refs=(facility.ref,),
                    result="faulty",
                    fault=fault,
                    note=note,
                    out_of_use=facility.facility_kind in OUT_OF_USE,
                )
            )
            if luck < 0.18:
                repairs.append(
                    Walk(
                        on=today,
                        grid=facility.place.grid,
                        refs=(facility.ref,),
                        result="repaired",
                        note=facility.keeper,
                    )
                )
            continue
        fine.setdefault((on, facility.place.grid), []).append(facility.ref)
    repairs += [Walk(on=on, grid=grid, refs=tuple(refs)) for (on, grid), refs in fine.items()]
    yield from sorted(repairs, key=lambda walk: (walk.on, walk.grid, walk.refs))
