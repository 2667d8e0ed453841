"""Which door a row speaks of: from separate columns, from one address column, from the sheet's name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from gridwalk.method import addresses, text
from gridwalk.method.addresses import Address

_BUILDING_AND_STAIRWELL = re.compile(r"^(\d+)-([1-9])$")


def address_of(values: Mapping[str, Any]) -> Address:
    """The parts of a row's door; what separate columns say goes before what the address column says."""
    whole = addresses.parse(str(values.get("address") or ""))
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
    door = Address(whole.road, number, estate, building, stairwell, floor, room, whole.rest, fault)
    return door if _fits(door) else dataclasses.replace(door, fault="too_long")


def _fits(address: Address) -> bool:
    """Whether every part is short enough to be kept: a sentence in the address column is no estate's name."""
    parts = {40: (address.road, address.estate), 36: (address.number, address.building), 18: (address.stairwell,),
             20: (address.room,)}  # fmt: skip
    return all(len(part) <= length for length, of_length in parts.items() for part in of_length)
