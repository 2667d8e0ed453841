"""Which door a row speaks of: from separate columns, from one address column, from the sheet's name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from gridwalk.method import address_columns, addresses, text
from gridwalk.method.addresses import Address

_ESTATE_FROM = 3
"""How many characters before a building's number are an estate's name and not part of the building's."""
WHOLE_HOUSE = "号"
"""What stands for the room of a house that has none: 建国道 5 号."""
_BUNGALOW = re.compile(r"平房\s*\d+")
_BUILDING_AND_STAIRWELL = re.compile(r"^(\d+)-([1-9])$")


@dataclasses.dataclass(slots=True, kw_only=True)
class _Door:
    """A row's door while one column after the other is read; ``room`` as it is written."""

    estate: str
    building: str
    stairwell: str
    room: str

    def read_stairwell(self, building: str) -> None:
        """The building's column may hold the stairwell: 5-2, 5号楼2门."""
        if self.stairwell or not building:
            return
        if match := _BUILDING_AND_STAIRWELL.match(text.fold(building)):
            self.building, self.stairwell = addresses.number_key(match[1]), match[2]
        else:
            self.stairwell = addresses.parse(building).stairwell

    def read_building(self) -> None:
        """The estate's column, or the address, may hold the building: 林古里5号楼."""
        if not self.building:
            inside = addresses.parse(self.estate)
            if inside.building and inside.estate:
                self._take(inside)

    def read_estate(self, building: str) -> None:
        """The building's column may hold the estate: 海河花园5号楼; but 配2号楼 is a building."""
        if not self.estate and building:
            inside = addresses.parse(building)
            if inside.building and len(inside.estate) >= _ESTATE_FROM:
                self._take(inside)

    def _take(self, inside: Address) -> None:
        self.estate, self.building = inside.estate, inside.building
        self.stairwell = self.stairwell or inside.stairwell

    def read_room(self, building: str) -> None:
        """The room's column may hold 5-2-301 or, beside one of the building, stairwell and room: 2-301."""
        if not building:
            inside = addresses.parse(self.room)
            if inside.building:
                self.building, self.stairwell = inside.building, inside.stairwell or self.stairwell
                self.room = inside.room
        elif "-" in self.room and not self.stairwell:
            inside = addresses.parse(self.room)
            if inside.room and not inside.stairwell:
                self.stairwell, self.room = inside.building, inside.room
            elif inside.room and inside.building == self.building:
                self.stairwell, self.room = inside.stairwell, inside.room


def address_of(values: Mapping[str, Any]) -> Address:
    """The parts of a row's door; what separate columns say goes before what the address column says."""
    place = str(values.get("address") or values.get("spot") or "")
    whole = addresses.parse(place)  # 3号楼1单元门口 says the building too
    estate, building = str(values.get("estate") or ""), str(values.get("building") or "")
    stairwell, room = str(values.get("stairwell") or ""), str(values.get("room") or "")
    if estate and not building and _BUNGALOW.match(room):
        return addresses.parse(f"{estate}{room.removesuffix('号')}号")  # 平房12 is the house, as in 松鹤园平房12号
    door = _Door(
        estate=estate.replace(" ", "") or whole.estate,
        building=addresses.building_key(building) if building else whole.building,
        stairwell=addresses.stairwell_key(stairwell) if stairwell else whole.stairwell,
        room=room,
    )
    door.read_stairwell(building)
    door.read_building()
    door.read_estate(building)
    if room:
        door.read_room(building)
    return _address(door, whole, floor=str(values.get("floor") or ""), with_building=bool(building))


def _address(door: _Door, whole: Address, *, floor: str, with_building: bool) -> Address:
    """The door with its room, floor and fault; ``with_building``: whether a column says the building."""
    room = addresses.room_key(door.room) if door.room else whole.room
    number = _floor_number(floor)
    storey = number if number is not None else addresses.floor_of(room) or whole.floor
    if floor and with_building and storey and room.isdigit() and len(room) <= 2:
        room = f"{storey}{int(room):02d}"
    address = Address(
        road=whole.road,
        number="" if door.building else whole.number,
        estate=door.estate,
        building=door.building,
        stairwell=door.stairwell,
        floor=storey,
        room=room,
        rest=whole.rest,
        fault="" if room or (whole.number and not with_building) else "no_room",
    )
    return address if _fits(address) else dataclasses.replace(address, fault="too_long")


def _floor_number(floor: str) -> int | None:
    number = addresses.number_key(floor.rstrip("层楼F")) if floor else ""
    return int(number) if number.lstrip("-").isdigit() else None


def _fits(address: Address) -> bool:
    """Whether every part is short enough to be kept: a sentence in the address column is no estate's name."""
    return (
        max(len(address.road), len(address.estate)) <= 40
        and max(len(address.number), len(address.building)) <= 36
        and len(address.stairwell) <= 18
        and len(address.room) <= 20
    )


PARTS = ("estate", "building", "stairwell", "room")
_SIMPLE = {
    "estate": r"^[\u4e00-\u9fffA-Z]+$",
    "building": r"^[1-9]\d{0,2}(?:号?楼|栋|幢|座|#)?$",
    "stairwell": r"^[1-9]\d?(?:单元|门)?$",
    "room": r"^[1-9]\d{2,3}室?$",
}
_LOCATING = ("community", "estate", "building", "stairwell", "floor", "room", "address")


def columns(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the door's parts of every row in place of what its location columns say; ``door_fault``: its code;
    ``estate_key``: the estate without spelling.

    The same as ``address_of`` row by row. Where every column holds one plain part, its keys are the parts; an address
    column alone is read as a column; whatever is left is worked out once a distinct combination.
    """
    locating = [c for c in _LOCATING if c in frame.columns]
    if not locating:
        return frame
    distinct = frame.select(locating).unique()
    if locating in (["address"], ["community", "address"]):
        parts = address_columns.parts(distinct["address"].fill_null(""))
        located = distinct.with_columns(
            *(_filled(parts[p]).alias(f"{p}_") for p in ("road", "number", *PARTS)), door_fault=_filled(parts["fault"])
        )
    else:
        located = _of_several(distinct)
    located = _with_houses(located)
    keyed = frame.drop("door_fault", strict=False).join(
        located, on=locating, how="left", maintain_order="left", nulls_equal=True
    )
    keyed = keyed.with_columns(pl.col(f"{p}_").alias(p) for p in PARTS).drop([f"{p}_" for p in PARTS])
    names = keyed["estate"].drop_nulls().unique()
    keys = pl.DataFrame(
        {"estate": names, "estate_key": [addresses.estate_key(n) for n in names.to_list()]},
        schema={"estate": pl.String, "estate_key": pl.String},
    )
    return keyed.drop("estate_key", strict=False).join(keys, on="estate", how="left", maintain_order="left")


def _with_houses(located: pl.DataFrame) -> pl.DataFrame:
    """A house of a road or village is a door too: the road stands for the estate, its number for the building."""
    is_house = (
        pl.col("number_").is_not_null()
        & pl.all_horizontal(pl.col(f"{part}_").is_null() for part in PARTS)
        & pl.col("door_fault").is_null()
    )
    house = {"estate_": pl.col("road_"), "building_": pl.col("number_"), "room_": pl.lit(WHOLE_HOUSE)}
    put = [pl.when(is_house).then(part).otherwise(name).alias(name) for name, part in house.items()]
    return located.with_columns(put).drop("road_", "number_")


def _filled(parts: pl.Series) -> pl.Series:
    return parts.replace("", None)


def _of_several(distinct: pl.DataFrame) -> pl.DataFrame:
    simple = pl.lit(True)
    for part, pattern in _SIMPLE.items():
        here = pl.col(part) if part in distinct.columns else pl.lit(None, dtype=pl.String)
        empty = here.is_null() if part in {"estate", "stairwell"} else pl.lit(False)
        simple &= empty | here.str.contains(pattern).fill_null(False)
    if "address" in distinct.columns:
        simple &= pl.col("address").is_null()
    # An estate's name may end in what a building's begins with (阳光里二号): only names with no numeral are plain.
    estate = pl.col("estate") if "estate" in distinct.columns else pl.lit("", dtype=pl.String)
    simple &= ~estate.str.contains(f"[{text.CHINESE_DIGITS}]|[号楼栋幢座院组]$").fill_null(False)
    flagged = distinct.with_columns(simple.alias("simple_"))
    plain = flagged.filter("simple_").drop("simple_")
    plain = plain.with_columns(
        *(
            (pl.col(p).str.extract(r"^(\d+)") if p in plain.columns else pl.lit(None, dtype=pl.String)).alias(f"{p}_")
            for p in ("building", "stairwell", "room")
        ),
        (pl.col("estate") if "estate" in plain.columns else pl.lit(None, dtype=pl.String)).alias("estate_"),
        **{f"{part}_": pl.lit(None, dtype=pl.String) for part in ("road", "number")},
        door_fault=pl.lit(None, dtype=pl.String),
    )
    rest = flagged.filter(~pl.col("simple_")).drop("simple_")
    doors = [address_of(row) for row in rest.iter_rows(named=True)]
    rest = rest.with_columns(
        *(
            pl.Series(f"{p}_", [getattr(d, p) or None for d in doors], dtype=pl.String)
            for p in (*PARTS, "road", "number")
        ),
        door_fault=pl.Series([d.fault or None for d in doors], dtype=pl.String),
    )
    return pl.concat([plain, rest.select(plain.columns)])
