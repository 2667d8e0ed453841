"""Chinese addresses down to the room: ``estate | building | stairwell | room``, whatever way they are written.

``parse`` drops the areas and the notes in brackets, finds the run of numbers that says the door (``address_items``) and
splits what stands before it into road, house number and estate. What cannot be placed goes to ``rest``; where digits
are left that could belong to the door, the address is a question (``fault``), never a guess. See
docs/algorithms/addresses.md.
"""

from __future__ import annotations

import dataclasses
import functools
import re

from gridwalk.method import address_items, address_places, areas, text
from gridwalk.method.address_items import Item, Reading

_NOTE = re.compile(r"[(\[【<〈《「]([^()\[\]【】<>〈〉《》「」]*)[)\]】>〉》」]|[(\[【<]([^)\]】>]*)$")
_ZERO = re.compile(r"(?<=\d)[oO](?=\d)")
_HAN_DASH = re.compile(r"(?<=[0-9A-Za-z])一+(?=[0-9A-Za-z])|-{2,}|~")  # 5一2一301: the numeral typed for a dash
# The commonest writings, in which nothing needs weighing: no other number in the name, no word that takes a number.
_PLAIN_NAME = (
    rf"[\u4e00-\u9fff]*(?<![门市面脸铺商库间室阁楼座栋幢元洞梯房屋侧旁边近壁负下第附增之{address_items.SIDES}])"
)
_PLAIN_END = re.compile(_PLAIN_NAME)
_PLAIN = re.compile(
    rf"({_PLAIN_NAME})"
    r"(\d{1,3})(?:号楼|[幢栋-])(\d{1,2})(?:单元|[门-])(\d{3,4})[室号]?$"
)
_HAN_NUMBER = re.compile(rf"[{text.CHINESE_DIGITS}]")
_GLUED = re.compile(r"^(\d{1,2}[A-Z]|[A-Z]{1,2})(\d{3,4})$")
TOWERS = re.compile(r"(?:大厦|大楼|公寓|广场|中心|写字楼|商厦|酒店|商城|商场|宾馆|饭店|百货)$")
_ROOM_UNIT = re.compile(r"(?<=.)(?:室|号|房间?|户|#)$")
_FLOOR_OF = re.compile(r"^[AC-Z]?(\d{1,2})\d{2}(?!\d)")
_PHONE = re.compile(r"(?<![\d-])(?:1[2-9]\d(?:\d{8}|[- ]\d{4}[- ]\d{4})|0\d{2,3}-\d{7,8}|[2-8]\d{7})(?![\d-])")
_ANOTHER_DOOR = re.compile(
    r"\s*(?:[和及与、到至>→=+]+\s*[A-Za-z]?\d|(?:旁边|旁|对面|对门|对户|附近|隔壁|对过|斜对|下?地下室|阁楼|.*第[\d一二三四五六七八九十]+[家间户])"
    r"|(?:[东西南北里外前后左右][屋间房户侧边院楼门])|[东西南北中左右]$)"
)
"""What stands behind the numbers says that another door is meant, or a part of this one."""
_EITHER_STEM = re.compile(r"号[甲乙丙丁]\d+(?!\d|\s*(?:号楼|[幢栋]))")  # 38号甲301: is 甲 the house's or the room's?
_TWO_DOORS = re.compile(
    r"(号|室)\s*[、,和及与+]\s*[A-Za-z]?\d+\s*\1(?!楼)|(?<![\d、,])\d+[、,]\d+(?:室|号(?!楼))"
)  # 200号、202号商铺
_TRADITIONAL = str.maketrans("號樓棟單門層", "号楼栋单门层")
_NO = re.compile(r"(?<![A-Za-z])[Nn][Oo]\.?\s*(?=\d)")
_MALL = re.compile(r"(?:商场|市场|商城|广场|中心|车库|地下)$")
_NAMED_IN_BRACKETS = re.compile(r"^[\u4e00-\u9fff]+[里园村苑区城庄院厦寓居]$")
_PHASE = re.compile(r"[\d一二三四五六七八九十A-Za-z东西南北中]+[期区]")
_BESIDE = re.compile(r"(?:侧|旁|旁边|对面|附近|[前后]面|隔壁)$")
_SPACED = re.compile(r"(?<=号) (?=楼(?:\s|\d|-|$))|(?<=单) (?=元)")
_DOTTED = re.compile(r"(?<=\d)\.(?=号|单元|门|栋|幢|室|楼|层)")
_BESIDE_THE_STREET = re.compile(r"(?:临|沿)[街路]$")
_DIGIT = re.compile(r"\d")
_ESTATE_NOISE = re.compile(r"[\s()\[\]【】<>《》「」\-·.,、/]+")
_ESTATE_SUFFIX = re.compile(r"(?<=..)(?:住宅小区|小区|社区)$")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Parts without spelling: numbers plain and without leading zeros; ``floor`` None where nothing says it.

    ``number``: the house number on ``road``. Where a road and number, not a name, say the estate (建国道12号3号楼), they
    are its name too. ``fault``: a key of ``FAULTS``, empty where the door can be found.
    """

    road: str = ""
    number: str = ""
    estate: str = ""
    building: str = ""
    stairwell: str = ""
    floor: int | None = None
    room: str = ""
    rest: str = ""
    fault: str = ""


FAULTS = {
    "empty": "没有填地址",
    "too_long": "地址里有一段太长，认不出是小区还是楼号，请写成 林古里5号楼2单元301 这样",
    "no_room": "地址里看不出楼号和室号，请写成 5号楼2单元301 这样",
    "unclear": "地址里的数字连在一起，分不清楼号和室号，请写成 5号楼2单元301 这样",
}


def fault_text(code: str) -> str:
    """The fault in words that say what to do."""
    return FAULTS.get(code, "")


def number_key(raw: str) -> str:
    """A number without spelling: 〇五 = 05 = 5; letters upper-case; a word that is no number stays."""
    return text.number_key(raw)


@functools.lru_cache(maxsize=8192)
def estate_key(raw: str) -> str:
    """An estate's name without spelling: 建国小区 = 建国, brackets and spaces gone, letters upper-case."""
    return _ESTATE_SUFFIX.sub("", _ESTATE_NOISE.sub("", text.fold(raw)).upper())


def _valued(item: Item) -> str:
    return item.value + address_items.KEY_SUFFIX.get(item.unit, "")


_BUILDINGS = frozenset({"building", "block", "court", "row", "group", "commune", "team"})
_HOLDS_HOUSES = frozenset({"court", "row", "group", "commune", "team", "lane"})
_MANY_STAIRWELLS = 40
_UNREAD_NUMBER = re.compile(r"\d号(?![地桥线院公])")  # SOHO5号商场B1, 街十字3号5单元: whose number is it?
_PARTED = frozenset({"building", "stairwell"})


def _only(folded: str, part: str) -> Item | None:
    """The item that is ``part`` when a column holds one part of an address."""
    for run in address_items.runs(folded):
        for item in run:
            if item.unit == part or (part == "building" and item.unit in _BUILDINGS):
                return item
    return None


@functools.lru_cache(maxsize=8192)
def building_key(raw: str) -> str:
    """5号楼 = 5幢 = 5栋 = 五号楼 = 5# = 05 → ``5``; A座 → ``A``; 7号院 → ``7院``; 三组 → ``3组``; 林古里5号楼 → ``林古里5``."""
    folded = text.fold(raw).replace(" ", "")
    if item := _only(folded, "building"):
        return folded[: item.start] + _valued(item)
    found = re.fullmatch(rf"(.*?)([A-Za-z]?\d+[A-Za-z]?|[A-Za-z]|[{text.CHINESE_DIGITS}]+)[楼号#]?", folded)
    return found[1] + number_key(found[2]) if found else folded


@functools.lru_cache(maxsize=8192)
def stairwell_key(raw: str) -> str:
    """1单元 = 一单元 = 1门 = 01 → ``1``; 东单元 → ``东``."""
    folded = text.fold(raw).replace(" ", "")
    if item := _only(folded, "stairwell"):
        return item.value
    return number_key(re.sub(r"[号#]$", "", folded))


@functools.lru_cache(maxsize=65536)
def room_key(raw: str) -> str:
    """301室 = 0301 = 301号 → ``301``; 底商3号 → ``底商3``; 301-1 stays apart from 301."""
    folded = text.fold(raw).replace(" ", "").upper()
    found = address_items.runs(folded)
    if len(found) == 1 and len(found[0]) == 1 and found[0][0].start == 0 and found[0][0].end == len(folded):
        return found[0][0].value
    return "-".join(number_key(part) for part in _ROOM_UNIT.sub("", folded).split("-"))


def floor_of(room: str) -> int | None:
    """The floor a room number of three or four digits says: 1202 → 12."""
    found = _FLOOR_OF.match(room)
    return int(found[1]) if found else None


def _unwrapped(folded: str) -> tuple[str, str]:
    """The address without notes in brackets, and the notes; a bracket that holds a part (5号楼) is opened instead."""
    notes: list[str] = []

    def replace(found: re.Match[str]) -> str:
        inside = (found[1] or found[2] or "").strip()
        runs = address_items.runs(inside)
        units = {item.unit for run in runs for item in run}
        if _PHASE.fullmatch(inside):  # 凤凰小区(二期)
            return inside
        if any(len(run) > 2 for run in address_items.runs(folded[: found.start()])):
            notes.append(inside)  # 5-2-301(5号楼2单元301)
            return " "
        if (
            len(runs) == 1
            and runs[0][0].start == 0
            and runs[0][-1].end == len(inside)
            and (
                units & {"building", "stairwell"}
                or (len(runs[0]) > 1 and not address_items.runs(folded[: found.start()]))
            )
        ):
            return f" {inside} "
        if not found.start() and _NAMED_IN_BRACKETS.search(inside) and address_items.begins(folded, found.end()):
            return f"{inside} "
        notes.append(inside)
        return " "

    return _NOTE.sub(replace, folded).strip(), " ".join(notes)


def _best(bare: str) -> Reading | None:
    best: Reading | None = None
    found_runs = address_items.runs(bare)
    for run in found_runs:
        found = address_items.read(run, bool(address_places.ROAD_END.search(bare[: run[0].start].rstrip())))
        if found and (best is None or _rank(found) >= _rank(best)):
            best = found
    return best and dataclasses.replace(best, leftover=best.leftover or _parted(found_runs, best))


def _parted(found_runs: list[list[Item]], best: Reading) -> bool:
    """Whether a word stands between parts of a door: 昌泰里7号楼西侧底商."""
    return any(run[-1].end <= best.start and item.unit in _PARTED for run in found_runs for item in run)


def _rank(reading: Reading) -> tuple[bool, float]:
    return set(reading.parts) != {"number"}, reading.weight


def _storeys(reading: Reading, before: str) -> dict[str, Item]:
    """5楼301 is building 5, unless the name before it is a tower's or the room is on that floor (5楼501)."""
    parts = dict(reading.parts)
    item = parts.get("building")
    if item and item.unit == "storey" and "floor" not in parts and "stairwell" not in parts:
        room = parts.get("room")
        if TOWERS.search(before) or (room and str(floor_of(room.value)) == item.value):
            parts["floor"] = parts.pop("building")
    return parts


@functools.lru_cache(maxsize=8192)
def named(prefix: str) -> tuple[str, str, str]:
    """Road, house number and estate of what stands before a door's numbers, areas left out."""
    return address_places.place(areas.without_areas(prefix))


def ends_plainly(prefix: str) -> bool:
    """Whether nothing at the end of a name belongs to the number behind it: no 第, 负, 底商, side of the sky or road."""
    return _PLAIN_END.fullmatch(prefix) is not None and not address_places.ROAD_END.search(prefix)


@functools.lru_cache(maxsize=65536)
def parse(raw: str) -> Address:
    """The parts of one address; see ``Address`` for what they hold and ``FAULTS`` for what may be wrong."""
    folded = text.fold(raw)
    if text.meaning(folded) != "value":
        return Address(fault="empty")
    if (plain := _PLAIN.match(folded)) and not _HAN_NUMBER.search(plain[1]):
        road, number, estate = named(plain[1])
        building, stairwell, room = (part.lstrip("0") or "0" for part in plain.group(2, 3, 4))
        return Address(
            road=road,
            number=number,
            estate=estate,
            building=building,
            stairwell=stairwell,
            floor=floor_of(room),
            room=room,
        )
    plain_marks = _ZERO.sub(
        "0", _DOTTED.sub("", _SPACED.sub("", _HAN_DASH.sub("-", _NO.sub("", folded.translate(_TRADITIONAL)))))
    )
    phones = " ".join(_PHONE.findall(plain_marks))
    opened, notes = _unwrapped(_PHONE.sub(" ", plain_marks) if phones else plain_marks)
    notes = " ".join(part for part in (phones, notes) if part)
    bare = areas.without_areas(opened)
    reading = _best(bare)
    if reading is None:
        road, number, estate = address_places.place(bare)
        return Address(road=road, number=number, estate=estate, rest=notes, fault="" if number else "no_room")
    before, after = bare[: reading.start], bare[reading.end :].rstrip()
    if any(item.unit == "shop" for item in reading.parts.values()):
        before = _BESIDE_THE_STREET.sub("", before.rstrip())
    bare_end = not list(reading.parts.values())[-1].unit
    if (
        re.match(r"\s*[-/]\d" if not bare_end else r"\s*[-/]?\d", after)
        or _ANOTHER_DOOR.match(after)
        or _EITHER_STEM.search(bare)
        or _TWO_DOORS.search(bare)
    ):
        reading = dataclasses.replace(reading, leftover=True)
    after = after.strip(address_places.STRIP)
    parts = _storeys(reading, before.strip())
    if "number" in parts and set(parts) == {"number"}:
        road, number, estate = address_places.place(before)
        house = _valued(parts["number"])
        rest = " ".join(part for part in (after, notes) if part)
        if number:  # 建国道92号君临天下12号
            return Address(
                road=road,
                number=number,
                estate=estate or f"{road}{number}号",
                building=house,
                rest=rest,
                fault="no_room",
            )
        return Address(
            road=estate or road,
            number=house,
            estate="",
            rest=rest,
            fault="unclear" if reading.leftover or _DIGIT.search(after) else "",
        )
    return _door(before, parts, reading, " ".join(part for part in (after, notes) if part))


def _door(before: str, parts: dict[str, Item], reading: Reading, rest: str) -> Address:
    values = {part: _valued(item) if part in {"number", "building"} else item.value for part, item in parts.items()}
    road, number, estate = address_places.place(before)
    place = estate
    if "number" in values:
        if not estate or address_places.ROAD_END.search(
            estate
        ):  # of two roads (翠柏路三忠巷189号) the number is the last one's
            rest = " ".join(part for part in (road if estate else "", rest) if part)
            road, number, estate = estate or road, values["number"], ""
        else:  # 高桥东路八方锦苑98号7幢: the number is the estate's
            estate = address_places.place_name(estate, values["number"])
    building, stairwell, room = values.get("building", ""), values.get("stairwell", ""), values.get("room", "")
    if not building and values.get("number", number).endswith("弄") and _is_house(parts):
        building, room = room, ""  # 愚园路1088弄48号 is a house of the lane, not a room
    if not building and (glued := _GLUED.match(room)) and not stairwell:
        building, room = glued[1], glued[2]
    floor_text = values.get("floor", "")
    floor = int(floor_text) if floor_text.lstrip("-").isdigit() else None
    if floor and room and len(room) <= 2 and parts["room"].unit != "shop":  # 3楼01号 → 301, 负一层02 → B102
        room = (f"B{-floor}" if floor < 0 else str(floor)) + (room.zfill(2) if room.isdigit() else room)
    if floor is None:
        floor = floor_of(room)
    if building and not estate and number:
        estate = address_places.place_name(road, number)
    if not building and stairwell.isdigit() and int(stairwell) >= _MANY_STAIRWELLS:
        return Address(
            road=road, number=number, estate=estate, rest=rest, fault="unclear"
        )  # 82单元: building 8, stairwell 2?
    if _UNREAD_NUMBER.search(place) or _BESIDE.search(place):
        return Address(
            road=road,
            number=number,
            estate=estate,
            building=building,
            stairwell=stairwell,
            floor=floor,
            room="",
            rest=rest,
            fault="unclear",
        )
    fault = "" if room else "no_room"
    if reading.leftover or _ambiguous(parts, before):
        fault, room = "unclear", ""
    return Address(
        road=road,
        number=number,
        estate=estate,
        building=building,
        stairwell=stairwell,
        floor=floor,
        room=room,
        rest=rest,
        fault=fault,
    )


def _is_house(parts: dict[str, Item]) -> bool:
    return "room" in parts and parts["room"].unit == "house"


def _ambiguous(parts: dict[str, Item], before: str) -> bool:
    """5-2, 5-2-11, 3栋12-5, 22号3: does a room end it, or a stairwell? 635-3: room 3 of 635? 阳光100: a room, or the
    estate's name?
    """
    if len(parts) > 1 and "floor" not in parts:
        *_, before_last, last = parts.values()
        if last.unit == "shop":  # 2-4号商铺: a house number and a shop, or shops 2 to 4?
            return not _DIGIT.search(last.value) and "-" in before_last.value
        if (set(parts) == {"number", "room"} and before_last.unit == last.unit == "house") or (
            not before_last.unit and re.fullmatch(r"B\d", before_last.value) and _MALL.search(before)
        ):  # 41号-2号; 商场B1-532: a basement or a building?
            return True
        if len(last.value) == len(before_last.value) > 2 and not before_last.unit and before_last.value.isdigit():
            return True  # 801-803
        if len(last.value) > 2 or last.unit or not last.value.isdigit():
            return False
        return before_last.unit not in _HOLDS_HOUSES
    room = parts.get("room")
    if len(parts) > 1 or room is None:
        return False
    glued = before and not before[-1].isspace() and not TOWERS.search(before) and room.value.isdigit()
    return room.unit == "joint" or (room.unit == "shop" and "-" in room.value) or (not room.unit and bool(glued))
