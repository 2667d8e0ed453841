"""How an address is written and ordered here: its key, its parts, its one spelling, the order of walking."""

from __future__ import annotations

import functools
import re

from gridwalk.method import address_items, address_places, areas
from gridwalk.method.addresses import Address, estate_key


def key(address: Address) -> str:
    """``estate|building|stairwell|room``; a road stands for the estate and its number for the building
    where they miss.
    """
    estate = estate_key(address.estate or address.road)
    building = address.building or address.number
    return "|".join((estate, building, address.stairwell, address.room))


def parts_of(key: str) -> tuple[str, str, str, str]:
    """Estate, building, stairwell and room of a ``key``; what is missing is empty."""
    estate, building, stairwell, room = (key.split("|") + [""] * 4)[:4]
    return estate, building, stairwell, room


def key_anew(key: str) -> str:
    """A ``key`` that an earlier reader made, with its estate as today's reads it: no county's full name before it, no
    numeral in it.
    """
    estate, *door = parts_of(key)
    name = areas.without_areas(estate) if areas.names_county(estate) else estate
    return "|".join((estate_key(name), *door))


def building_name(building: str) -> str:
    """The one way a building is written: 5号楼, A座, 7号院, 3组."""
    if re.fullmatch(r"[甲乙丙丁]?\d+[甲乙丙丁]?|\d+[A-Z]|[A-Z]{1,2}\d+", building):
        return f"{building}号楼"
    if match := re.fullmatch(r"(\d+)([东西南北])", building):
        return f"{match[1]}号楼{match[2]}"
    if re.fullmatch(rf"[A-Z{address_items.SIDES}]", building):
        return f"{building}座"
    if match := re.fullmatch(r"(\w*\d)院", building):
        return f"{match[1]}号院"
    return building


def display(address: Address) -> str:
    """The one way an address is written here: 林古里 5号楼 2单元 301."""
    place = address_places.place_name(address.road, address.number) if address.number else address.road
    parts = [place, "" if address.estate == place else address.estate]
    if address.building:
        parts.append(building_name(address.building))
    if address.stairwell:
        parts.append(f"{address.stairwell}单元")
    is_house = address.number and not address.building and len(address.room) <= 2  # 存善胡同12号院 3号
    parts.append(f"{address.room}号" if is_house and address.room else address.room)
    return " ".join(part for part in parts if part)


_PIECES = re.compile(r"\d+|\D+")


def walking_order(*parts: str) -> str:
    """A text whose byte order is the order of walking: numbers padded, so that 2号楼 comes before 10号楼."""
    return "|".join(map(_padded, parts))


@functools.lru_cache(maxsize=1 << 13)
def _padded(part: str) -> str:
    return "".join(piece.zfill(5) if piece.isdigit() else piece for piece in _PIECES.findall(part))
