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

from gridwalk.method import address_doubts, address_items, address_marks, address_places, areas, text
from gridwalk.method.address_items import Item, Reading

_NOTE = re.compile(r"[(\[【<〈《「]([^()\[\]【】<>〈〉《》「」]*)[)\]】>〉》」]|[(\[【<]([^)\]】>]*)$")
# The commonest writings, in which nothing needs weighing: no other number in the name, no word that takes a number.
_PLAIN_NAME = (
    rf"[\u4e00-\u9fff]*(?<![门市面脸铺商库间室阁楼座栋幢元洞梯房屋侧旁边近壁负下第附增之牌{address_items.SIDES}])"
)
_PLAIN_END = re.compile(_PLAIN_NAME)
_PLAIN = re.compile(
    rf"({_PLAIN_NAME})"
    r"(\d{1,3})(?:号楼|[幢栋-])(\d{1,2})(?:单元|[门-])(\d{3,4})[室号]?$"
)
_HAN_NUMBER = re.compile(rf"[{text.CHINESE_DIGITS}]")
_NAME_AND_NUMBER = re.compile(rf"(.*?)([A-Za-z]?\d+[A-Za-z]?|[A-Za-z]|[{text.CHINESE_DIGITS}]+)[楼号#]?")
_GLUED = re.compile(r"^(\d{1,2}[A-Z]|[A-Z]{1,2})(\d{3,4})$")
_ROOM_UNIT = re.compile(r"(?<=.)(?:室|号|房间?|户|#)$")
_FLOOR_OF = re.compile(r"^[AC-Z]?(\d{1,2})\d{2}(?!\d)")
_PHONE = re.compile(r"(?<![\d-])(?:1[2-9]\d(?:\d{8}|[- ]\d{4}[- ]\d{4})|0\d{2,3}-\d{7,8}|[2-8]\d{7})(?![\d-])")
_NAMED_IN_BRACKETS = re.compile(r"^[\u4e00-\u9fff]+[里园村苑区城庄院厦寓居]$")
_OF_A_NAME = re.compile("(?:住宅)?(?:小区|社区|花园|家园|公寓|广场|中心|大厦|新城|新村|[城园苑])")
_HOUSE_ON_A_ROAD = re.compile(r"[路街道巷]\d+号$")
_PHASE = re.compile(r"[\d一二三四五六七八九十A-Za-z东西南北中]+[期区]")
_BESIDE_THE_STREET = re.compile(r"(?:临|沿)[街路]$")
_DIGIT = re.compile(r"\d")
_ESTATE_NOISE = re.compile(r"[\s()\[\]【】<>《》「」\-·.,、/]+")
_ESTATE_NUMBER = re.compile(rf"[{text.CHINESE_DIGITS}]+(?=号院?$)")
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
    """An estate's name without spelling: 建国小区 = 建国, 御园三号 = 御园3号, no brackets and spaces, upper-case."""
    bare = _ESTATE_SUFFIX.sub("", _ESTATE_NOISE.sub("", text.fold(raw)).upper())
    return _ESTATE_NUMBER.sub(lambda number: text.number_key(number[0]), bare)


def _valued(item: Item) -> str:
    return item.value + address_items.KEY_SUFFIX.get(item.unit, "")


_BUILDINGS = frozenset({"building", "block", "court", "row", "group", "commune", "team"})
_HALF = re.compile(r"(\d+)(?=.*[楼幢栋])号?[楼幢栋]?[(]?([东西南北])(?:半?[侧边部段]|半|楼|[幢栋])?[)]?")
_MANY_STAIRWELLS = 40
_PARTED = frozenset({"building", "stairwell"})
_OF_VILLAGES = frozenset({"group", "commune", "team", "row"})
_WHOLE_DOOR = re.compile(r"(?:\d{1,2}\s*(?:号楼|单元|[-幢栋门])\s*){1,2}\d{3,4}[室号]?")
_BELOW_GROUND = re.compile(r"[-B](\d)")


def _only(folded: str, part: str) -> Item | None:
    """The item that is ``part`` when a column holds one part of an address."""
    for run in address_items.runs(folded):
        for item in run:
            if item.unit == part or (part == "building" and item.unit in _BUILDINGS):
                return item
    return None


@functools.lru_cache(maxsize=8192)
def building_key(raw: str) -> str:
    """5号楼 = 5幢 = 5栋 = 五号楼 = 5# = 05 → ``5``; A座 → ``A``; 7号院 → ``7院``; 三组 → ``3组``; 林古里5号楼 → ``林古里5``.

    A building in two halves is two: 21号楼东 = 21号楼(东侧) = 21东楼 → ``21东``.
    """
    folded = text.fold(raw).replace(" ", "")
    if half := _HALF.fullmatch(folded):
        return number_key(half[1]) + half[2]
    if item := _only(folded, "building"):
        return folded[: item.start] + _valued(item)
    match = _NAME_AND_NUMBER.fullmatch(folded)
    return match[1] + number_key(match[2]) if match else folded


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
    folded = address_marks.STEM_APART.sub("", text.fold(raw).replace(" ", "").upper())
    runs = address_items.runs(folded)
    if len(runs) == 1 and len(runs[0]) == 1 and runs[0][0].start == 0 and runs[0][0].end == len(folded):
        return runs[0][0].value
    return "-".join(number_key(part) for part in _ROOM_UNIT.sub("", folded).split("-"))


def floor_of(room: str) -> int | None:
    """The floor a room number of three or four digits says: 1202 → 12."""
    match = _FLOOR_OF.match(room)
    return int(match[1]) if match else None


def _unwrapped(folded: str) -> tuple[str, str]:
    """The address without notes in brackets, and the notes; a bracket that holds a part (5号楼) is opened instead."""
    notes: list[str] = []

    def opened_or_noted(bracket: re.Match[str]) -> str:
        words = (bracket[1] or bracket[2] or "").strip()
        opened = _opened(words, bracket)
        if not opened:
            notes.append(words)
        return opened or " "

    return _NOTE.sub(opened_or_noted, folded).strip(), " ".join(notes)


def _opened(words: str, bracket: re.Match[str]) -> str:
    """What a bracket's words are in the address; "" where they are a note."""
    folded, start = bracket.string, bracket.start()
    if _PHASE.fullmatch(words) or (start and _OF_A_NAME.match(folded, bracket.end())):  # 凤凰(二期), 中海(国际)社区
        return words
    runs_before = address_items.runs(folded[:start])
    if any(len(run) > 2 for run in runs_before):  # 5-2-301(5号楼2单元301)
        return ""
    if _is_part(words, first=not runs_before) or (_is_house(runs_before, start) and _WHOLE_DOOR.fullmatch(words)):
        return f" {words} "
    named = _NAMED_IN_BRACKETS.search(words) and address_items.begins(folded, bracket.end())
    if named and (not start or _HOUSE_ON_A_ROAD.search(folded[:start])):  # 景山道69号(福安花园)七号楼
        return f"{words} "
    return ""


def _is_part(words: str, *, first: bool) -> bool:
    """Whether a bracket holds nothing but a building or stairwell, or, as the ``first`` numbers, several parts."""
    runs = address_items.runs(words)
    if len(runs) != 1 or runs[0][0].start != 0 or runs[0][-1].end != len(words):
        return False
    units = _PARTED | _OF_VILLAGES if first else _PARTED  # 红星村(一组)86号
    return any(item.unit in units for item in runs[0]) or (first and len(runs[0]) > 1)


def _is_house(runs: list[list[Item]], end: int) -> bool:
    """Whether nothing but a house number stands before a bracket: 建国道92号(3-301)."""
    return len(runs) == len(runs[0]) == 1 and (runs[0][0].unit, runs[0][0].end) == ("house", end) if runs else False


def _best(bare: str) -> Reading | None:
    best: Reading | None = None
    runs = address_items.runs(bare)
    for run in runs:
        reading = address_items.read(run, bool(address_places.ROAD_END.search(bare[: run[0].start].rstrip())))
        if reading and (best is None or _rank(reading) >= _rank(best)):
            best = reading
    if best and not best.leftover and _parted(runs, best):
        best = dataclasses.replace(best, leftover=True)
    return best


def _parted(runs: list[list[Item]], best: Reading) -> bool:
    """Whether a word stands between parts of a door: 昌泰里7号楼西侧底商."""
    return any(run[-1].end <= best.start and item.unit in _PARTED for run in runs for item in run)


def _rank(reading: Reading) -> tuple[bool, float]:
    return set(reading.parts) != {"number"}, reading.weight


def _storeys(reading: Reading, before: str) -> dict[str, Item]:
    """5楼301 is building 5, unless the name before it is a tower's or the room is on that floor (5楼501)."""
    parts = dict(reading.parts)
    item = parts.get("building")
    if item and item.unit == "storey" and "floor" not in parts and "stairwell" not in parts:
        room = parts.get("room")
        if address_places.TOWERS.search(before) or (room and str(floor_of(room.value)) == item.value):
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
    return _plainly_written(folded) or _weighed(folded)


def _plainly_written(folded: str) -> Address | None:
    match = _PLAIN.match(folded)
    if not match or _HAN_NUMBER.search(match[1]):
        return None
    road, number, estate = named(match[1])
    building, stairwell, room = (part.lstrip("0") or "0" for part in match.group(2, 3, 4))
    return Address(
        road=road,
        number=number,
        estate=estate,
        building=building,
        stairwell=stairwell,
        floor=floor_of(room),
        room=room,
    )


def _weighed(folded: str) -> Address:
    written = address_marks.usual(folded)
    phones = " ".join(_PHONE.findall(written))
    opened, notes = _unwrapped(_PHONE.sub(" ", written) if phones else written)
    notes = _joined(phones, notes)
    bare = areas.without_areas(opened)
    reading = _best(bare)
    if reading is None:
        road, number, estate = address_places.place(bare)
        return Address(road=road, number=number, estate=estate, rest=notes, fault="" if number else "no_room")
    before, after = bare[: reading.start], bare[reading.end :].rstrip()
    if any(item.unit == "shop" for item in reading.parts.values()):
        before = _BESIDE_THE_STREET.sub("", before.rstrip())
    if address_doubts.speaks_of_another_door(bare, reading, after) or address_doubts.is_renumbered(notes):
        reading = dataclasses.replace(reading, leftover=True)
    parts = _storeys(reading, before.strip())
    rest = _joined(after.strip(address_places.STRIP), notes)
    if parts.keys() == {"number"}:
        is_clear = not (reading.leftover or _DIGIT.search(after) or address_doubts.is_doubtful_place(before.rstrip()))
        return _house(before, _valued(parts["number"]), rest, is_clear=is_clear)
    return _door(before, parts, rest, is_clear=not reading.leftover)


def _joined(*notes: str) -> str:
    return " ".join(filter(None, notes))


def _house(before: str, house: str, rest: str, *, is_clear: bool) -> Address:
    """A number and no other part: a house on a road, or a building where a road's number stands before it."""
    road, number, estate = address_places.place(before)
    if not number:
        return Address(road=estate or road, number=house, rest=rest, fault="" if is_clear else "unclear")
    return Address(  # 建国道92号君临天下12号
        road=road,
        number=number,
        estate=estate or f"{road}{number}号",
        building=house,
        rest=rest,
        fault="no_room",
    )


@dataclasses.dataclass(slots=True, kw_only=True)
class _Door:
    """An address while its parts are put in their places."""

    road: str
    number: str
    estate: str
    rest: str
    building: str = ""
    stairwell: str = ""
    floor: int | None = None
    room: str = ""

    def take_number(self, number: str) -> None:
        """Give the number that was read to the estate, or to the road where only roads are named."""
        if self.estate and not address_places.ROAD_END.search(self.estate):  # 高桥东路八方锦苑98号7幢
            self.estate = address_places.place_name(self.estate, number)
            return
        if self.estate:  # of two roads (翠柏路三忠巷189号) the number is the last one's
            self.rest = _joined(self.road, self.rest)
        self.road, self.number, self.estate = self.estate or self.road, number, ""

    def find_building(self, *, in_lane: bool) -> None:
        """Find the building in what was read as the room."""
        if self.building:
            return
        if in_lane:
            self.building, self.room = self.room, ""  # 愚园路1088弄48号 is a house of the lane, not a room
        elif not self.stairwell and (glued := _GLUED.match(self.room)):
            self.building, self.room = glued[1], glued[2]

    def take_floor(self, floor: str, *, in_room: bool) -> None:
        """Keep the floor that was read, or the one the room says; ``in_room``: a short room's number is its floor's."""
        if below := _BELOW_GROUND.fullmatch(floor):
            self.floor = -int(below[1])
            if in_room and self.room.isdigit():  # B1层101, 负一层02 → B101, B102
                self.room = f"B{self.room if self.room[0] == below[1] else below[1] + self.room.zfill(2)}"
            return
        if not floor.isdigit():
            self.floor = floor_of(self.room)
            return
        self.floor = int(floor)
        if in_room and self.floor and 0 < len(self.room) <= 2:  # 3楼01号 → 301
            self.room = floor + (self.room.zfill(2) if self.room.isdigit() else self.room)

    def name_estate(self) -> None:
        """Where a road and number, not a name, say the estate, they are its name."""
        if self.building and not self.estate and self.number:
            self.estate = address_places.place_name(self.road, self.number)

    def has_building_in_stairwell(self) -> bool:
        """82单元: building 8, stairwell 2?"""
        return not self.building and self.stairwell.isdigit() and int(self.stairwell) >= _MANY_STAIRWELLS

    def address(self, fault: str) -> Address:
        """The address; without its room where it is unclear."""
        return Address(
            road=self.road,
            number=self.number,
            estate=self.estate,
            building=self.building,
            stairwell=self.stairwell,
            floor=self.floor,
            room="" if fault else self.room,
            rest=self.rest,
            fault=fault,
        )


def _door(before: str, parts: dict[str, Item], rest: str, *, is_clear: bool) -> Address:
    values = {part: _valued(item) if part in {"number", "building"} else item.value for part, item in parts.items()}
    if "building" in values and values.get("floor", "").isalpha():  # 10幢A楼301
        values["building"] += values.pop("floor")
    road, number, place = address_places.place(before)
    door = _Door(
        road=road,
        number=number,
        estate=place,
        rest=rest,
        building=values.get("building", ""),
        stairwell=values.get("stairwell", ""),
        room=values.get("room", ""),
    )
    if "number" in values:
        door.take_number(values["number"])
    room_unit = parts["room"].unit if "room" in parts else ""
    door.find_building(in_lane=room_unit == "house" and values.get("number", number).endswith("弄"))
    door.take_floor(values.get("floor", ""), in_room=room_unit != "shop")
    door.name_estate()
    if door.has_building_in_stairwell():
        door.stairwell, door.floor = "", None
        return door.address("unclear")
    if not is_clear or address_doubts.is_doubtful_place(place) or address_doubts.is_ambiguous(parts, before):
        return door.address("unclear")
    return door.address("" if door.room else "no_room")
