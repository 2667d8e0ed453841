"""Chinese addresses down to the room: ``estate | building | stairwell | room``, whatever way they are written.

``parse`` reads from the left: area names are dropped, then estate or road, then building, stairwell, floor, room. What
cannot be placed goes to ``rest``; nothing is guessed. See docs/algorithms/addresses.md.
"""

from __future__ import annotations

import dataclasses
import functools
import re

from gridwalk.method import text

NUM = rf"(?:[A-Za-z]?\d+[A-Za-z]?|[A-Za-z]|[{text.CHINESE_DIGITS}]+)"

_AREAS = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,6}?市)?(?:[\u4e00-\u9fff]{1,6}?(?:区|县)(?!域))?"
    r"(?:[\u4e00-\u9fff]{2,8}?(?:街道办事处|街道|镇|乡))?(?:[\u4e00-\u9fff0-9]{2,10}?(?:社区居委会|社区|居委会|村委会))?\s*"
)
_AREA_WORDS = re.compile(r"(?:省|市|区|县|街道|镇|乡|社区|居委会|村委会)")
_BRACKET_NOTE = re.compile(r"[(\[【<](.*?)[)\]】>]|[(\[【<].*$")
_TRIPLE = re.compile(
    rf"({NUM})\s*(?:号楼|幢|栋|座|楼|#)?\s*-\s*({NUM})\s*(?:单元|门)?\s*-\s*(\d{{1,4}}[A-Za-z]?)\s*(?:室|号|户|房)?$"
)
_PAIR = re.compile(rf"({NUM})\s*(?:号楼|幢|栋|座|楼|#)?\s*-\s*(\d{{3,4}}[A-Za-z]?)\s*(?:室|号|户|房)?$")
_BUILDING = re.compile(rf"({NUM})\s*(号楼|#楼|幢|栋|座|#|号院|组(?!团)|排)")
_LOOSE_BUILDING = re.compile(rf"({NUM})\s*(楼|号)(?=\s*{NUM}\s*(?:单元|门|梯|洞))")
_FLOOR_BUILDING = re.compile(rf"({NUM})\s*(楼)(?=\s*\d{{3,4}})")
_STAIRWELL = re.compile(rf"^\s*[-,]?\s*({NUM})\s*(?:单元|门洞|门栋|门|梯|洞)")
_ANY_STAIRWELL = re.compile(rf"({NUM})\s*(?:单元|门洞|门|梯|洞)")
_FLOOR = re.compile(rf"^\s*[-,]?\s*({NUM})\s*(?:层|楼)")
_ROOM = re.compile(
    r"^\s*[-,]?\s*((?:底商|商铺|车库|门脸|门面)?\s*[A-Za-z]?\d{1,4}[A-Za-z]?(?:-\d{1,2})?)\s*(?:室|房间|房|户|号)?\s*"
)
_HAN_ROOM = re.compile(rf"^\s*([{text.CHINESE_DIGITS}]+)\s*(?:室|号|户|$)")
_ROAD = re.compile(r"^(.*?(?:大街|路|道|街|胡同|巷|条|弄|里(?=\d)))\s*(?:(" + NUM + r")\s*号(?!楼|院))?")
_NUMBER = re.compile(rf"({NUM})\s*(?:号|弄)$")
_TRAILING_ROOM = re.compile(r"\s*(\d{3,4}[A-Za-z]?)\s*(?:室|号|户|房)?$")


@dataclasses.dataclass(frozen=True)
class Address:
    """Parts without spelling: numbers plain and without leading zeros; ``floor`` None where nothing says it."""

    road: str = ""
    number: str = ""
    estate: str = ""
    building: str = ""
    stairwell: str = ""
    floor: int | None = None
    room: str = ""
    rest: str = ""
    fault: str = ""


FAULTS = {"empty": "没有填地址", "no_room": "地址里看不出楼号和室号，请写成 5号楼2单元301 这样"}


def fault_text(code: str) -> str:
    """The fault in words that say what to do."""
    return FAULTS.get(code, "")


def number_key(raw: str) -> str:
    """A number without spelling: 〇五 = 05 = 5; letters upper-case; a word that is no number stays."""
    folded = text.fold(raw).upper()
    if folded.isdigit():
        return folded.lstrip("0") or "0"
    if folded.isascii():
        return re.sub(r"^0+(?=\d)", "", folded)
    value = text.chinese_number(folded)
    return folded if value is None else str(value)


@functools.lru_cache(maxsize=8192)
def building_key(raw: str) -> str:
    """5号楼 = 5幢 = 5栋 = 五号楼 = 5# = 05 → ``5``; A座 → ``A``; 7号院 → ``7院``; 三组 → ``3组``."""
    folded = text.fold(raw).replace(" ", "")
    found = _BUILDING.search(folded) or re.search(rf"({NUM})(楼|号)$", folded) or re.fullmatch(rf"({NUM})()", folded)
    if not found:
        return folded
    key = number_key(found[1])
    unit = {"号院": "院", "组": "组", "排": "排"}.get(found[2], "")
    return folded[: found.start()] + key + unit if found.start() else key + unit


@functools.lru_cache(maxsize=8192)
def stairwell_key(raw: str) -> str:
    """1单元 = 一单元 = 1门 = 01 → ``1``."""
    folded = text.fold(raw).replace(" ", "")
    found = _ANY_STAIRWELL.search(folded) or re.fullmatch(rf"({NUM})", folded)
    return number_key(found[1]) if found else folded


@functools.lru_cache(maxsize=65536)
def room_key(raw: str) -> str:
    """301室 = 0301 = 301号 → ``301``; 底商3号 → ``底商3``."""
    folded = text.fold(raw).replace(" ", "")
    found = _ROOM.fullmatch(folded) or _HAN_ROOM.fullmatch(folded)
    return number_key(found[1]) if found else folded


def floor_of(room: str) -> int | None:
    """The floor a room number of three or four digits says: 1202 → 12."""
    found = re.match(r"^(\d{1,2})\d{2}[A-Z]?$", room)
    return int(found[1]) if found else None


def _strip_areas(folded: str) -> str:
    found = _AREAS.match(folded)
    if found and found.end() and _AREA_WORDS.search(found[0]):
        return folded[found.end() :]
    return folded


def _tail(rest: str) -> tuple[str, int | None, str, str]:
    """Stairwell, floor, room and what is left of the text after the building."""
    stairwell, floor, room = "", None, ""
    if found := _STAIRWELL.match(rest):
        stairwell, rest = number_key(found[1]), rest[found.end() :]
    if found := _FLOOR.match(rest):
        floor_text = number_key(found[1])
        floor = int(floor_text) if floor_text.isdigit() else None
        rest = rest[found.end() :]
    if found := _ROOM.match(rest):
        room, rest = number_key(found[1].replace(" ", "")), rest[found.end() :]
    elif found := _HAN_ROOM.match(rest):
        room, rest = number_key(found[1]), rest[found.end() :]
    if room.isdigit() and floor is not None and len(room) <= 2:
        room = f"{floor}{int(room):02d}"
    return stairwell, floor if floor is not None else floor_of(room), room, rest.strip(" ,-")


def _place(prefix: str) -> tuple[str, str, str]:
    """Road, number and estate of what stands before the building."""
    prefix = prefix.strip(" ,-")
    found = _ROAD.match(prefix)
    if found and found[2]:
        return found[1].strip(), number_key(found[2]), prefix[found.end() :].strip(" ,-")
    return "", "", prefix.replace(" ", "")


@functools.lru_cache(maxsize=65536)
def parse(raw: str) -> Address:
    """The parts of one address. ``fault``: ``empty``, or ``no_room`` where neither building nor room can be read."""
    folded = text.fold(raw)
    if text.meaning(folded) != "value":
        return Address(fault="empty")
    notes = "".join(m[0] for m in _BRACKET_NOTE.finditer(folded))
    bare = _strip_areas(_BRACKET_NOTE.sub("", folded).strip())
    for pattern in (_TRIPLE, _PAIR):
        if found := pattern.search(bare):
            road, number, estate = _place(bare[: found.start()])
            stairwell = number_key(found[2]) if pattern is _TRIPLE else ""
            room = number_key(found[3 if pattern is _TRIPLE else 2])
            return Address(road, number, estate, number_key(found[1]), stairwell, floor_of(room), room, notes)
    found = _BUILDING.search(bare) or _LOOSE_BUILDING.search(bare) or _FLOOR_BUILDING.search(bare)
    if found:
        road, number, estate = _place(bare[: found.start()])
        stairwell, floor, room, rest = _tail(bare[found.end() :])
        building = building_key(found[1] + found[2])
        return Address(road, number, estate, building, stairwell, floor, room, rest + notes, "" if room else "no_room")
    if found := _ANY_STAIRWELL.search(bare):
        road, number, estate = _place(bare[: found.start()])
        stairwell, floor, room, rest = _tail(bare[found.start() :])
        return Address(road, number, estate, "", stairwell, floor, room, rest + notes, "" if room else "no_room")
    return _without_building(bare, notes)


def _without_building(bare: str, notes: str) -> Address:
    road, number, estate = _place(bare)
    if number:
        _, floor, room, rest = _tail(estate)
        return Address(road, number, "", "", "", floor, room, rest + notes)
    if found := _TRAILING_ROOM.search(bare):
        return Address("", "", bare[: found.start()].replace(" ", ""), "", "", floor_of(number_key(found[1])),
                       number_key(found[1]), notes)  # fmt: skip
    if found := _NUMBER.search(bare):
        return Address(bare[: found.start()].strip(), number_key(found[1]), rest=notes)
    return Address(estate=bare.replace(" ", ""), rest=notes, fault="no_room")


def key(address: Address) -> str:
    """``estate|building|stairwell|room``; a road stands for the estate and its number for the building where they miss."""
    estate = address.estate or address.road
    building = address.building or address.number
    return "|".join((estate, building, address.stairwell, address.room))


def building_name(building: str) -> str:
    """The one way a building is written: 5号楼, A座, 7号院, 3组."""
    if building.isdigit() or re.fullmatch(r"\d+[A-Z]|[A-Z]\d+", building):
        return f"{building}号楼"
    if re.fullmatch(r"[A-Z]", building):
        return f"{building}座"
    if found := re.fullmatch(r"(\d+)院", building):
        return f"{found[1]}号院"
    return building


def display(address: Address) -> str:
    """The one way an address is written here: 林古里 5号楼 2单元 301."""
    parts = [f"{address.road}{address.number}号" if address.number else address.road, address.estate]
    if address.building:
        parts.append(building_name(address.building))
    if address.stairwell:
        parts.append(f"{address.stairwell}单元")
    parts.append(address.room)
    return " ".join(part for part in parts if part)


_PIECES = re.compile(r"\d+|\D+")


def walking_order(*parts: str) -> str:
    """A text whose byte order is the order of walking: numbers padded, so that 2号楼 comes before 10号楼."""
    return "|".join("".join(p.zfill(5) if p.isdigit() else p for p in _PIECES.findall(part)) for part in parts)
