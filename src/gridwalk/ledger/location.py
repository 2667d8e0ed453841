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
_BUILDING_AND_STAIRWELL = re.compile(r"^(\d+)-([1-9])$")


def address_of(values: Mapping[str, Any]) -> Address:
    """The parts of a row's door; what separate columns say goes before what the address column says."""
    whole = addresses.parse(
        str(values.get("address") or values.get("spot") or "")
    )  # 3号楼1单元门口 says the building too
    building = addresses.building_key(str(values["building"])) if values.get("building") else whole.building
    stairwell = addresses.stairwell_key(str(values["stairwell"])) if values.get("stairwell") else whole.stairwell
    if not stairwell and (found := _BUILDING_AND_STAIRWELL.match(text.fold(values.get("building")))):
        building, stairwell = addresses.number_key(found[1]), found[2]
    if not stairwell and values.get("building"):
        stairwell = addresses.parse(str(values["building"])).stairwell  # one column may hold 5号楼2门
    room_text = str(values["room"]) if values.get("room") else ""
    estate = str(values.get("estate") or "").replace(" ", "") or whole.estate
    if not building and (inside := addresses.parse(estate)).building and inside.estate:
        estate, building, stairwell = inside.estate, inside.building, stairwell or inside.stairwell
    if not estate and values.get("building"):
        inside = addresses.parse(str(values["building"]))  # 海河花园5号楼 in one column; 配2号楼 is a building
        if inside.building and len(inside.estate) >= _ESTATE_FROM:
            estate, building, stairwell = inside.estate, inside.building, stairwell or inside.stairwell
    if room_text and not values.get("building"):
        inside = addresses.parse(room_text)  # a room column may hold 5-2-301
        if inside.building:
            building, stairwell, room_text = inside.building, inside.stairwell or stairwell, inside.room
    elif room_text and "-" in room_text and not stairwell:
        inside = addresses.parse(room_text)  # or 2-301, stairwell and room, beside a building column
        if inside.room and not inside.stairwell:
            stairwell, room_text = inside.building, inside.room
        elif inside.room and inside.building == building:
            stairwell, room_text = inside.stairwell, inside.room
    room = addresses.room_key(room_text) if room_text else whole.room
    floor_text = addresses.number_key(str(values["floor"]).rstrip("层楼F")) if values.get("floor") else ""
    floor = int(floor_text) if floor_text.lstrip("-").isdigit() else addresses.floor_of(room) or whole.floor
    if room.isdigit() and len(room) <= 2 and floor and values.get("floor") and values.get("building"):
        room = f"{floor}{int(room):02d}"
    number = "" if building else whole.number
    fault = "" if room or (whole.number and not values.get("building")) else "no_room"
    door = Address(
        road=whole.road,
        number=number,
        estate=estate,
        building=building,
        stairwell=stairwell,
        floor=floor,
        room=room,
        rest=whole.rest,
        fault=fault,
    )
    return door if _fits(door) else dataclasses.replace(door, fault="too_long")


def _fits(address: Address) -> bool:
    """Whether every part is short enough to be kept: a sentence in the address column is no estate's name."""
    parts = {
        40: (address.road, address.estate),
        36: (address.number, address.building),
        18: (address.stairwell,),
        20: (address.room,),
    }
    return all(len(part) <= length for length, of_length in parts.items() for part in of_length)


PARTS = ("estate", "building", "stairwell", "room")
_SIMPLE = {
    "estate": r"^[\u4e00-\u9fffA-Z]+$",
    "building": r"^[1-9]\d{0,2}(?:号楼|栋|幢|座|#)?$",
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
    held = [c for c in _LOCATING if c in frame.columns]
    if not held:
        return frame
    said = frame.select(held)
    distinct = said.unique()
    if held == ["address"] or held == ["community", "address"]:
        parts = address_columns.parts(distinct["address"].fill_null(""))
        located = distinct.with_columns(
            *(_filled(parts[p]).alias(f"{p}_") for p in PARTS), door_fault=_filled(parts["fault"])
        )
    else:
        located = _of_several(distinct)
    keyed = frame.drop("door_fault", strict=False).join(
        located, on=held, how="left", maintain_order="left", nulls_equal=True
    )
    keyed = keyed.with_columns(pl.col(f"{p}_").alias(p) for p in PARTS).drop([f"{p}_" for p in PARTS])
    names = keyed["estate"].drop_nulls().unique()
    keys = pl.DataFrame(
        {"estate": names, "estate_key": [addresses.estate_key(n) for n in names.to_list()]},
        schema={"estate": pl.String, "estate_key": pl.String},
    )
    return keyed.drop("estate_key", strict=False).join(keys, on="estate", how="left", maintain_order="left")


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
        door_fault=pl.lit(None, dtype=pl.String),
    )
    rest = flagged.filter(~pl.col("simple_")).drop("simple_")
    doors = [address_of(row) for row in rest.iter_rows(named=True)]
    rest = rest.with_columns(
        *(pl.Series(f"{p}_", [getattr(d, p) or None for d in doors], dtype=pl.String) for p in PARTS),
        door_fault=pl.Series([d.fault or None for d in doors], dtype=pl.String),
    )
    return pl.concat([plain, rest.select(plain.columns)])
