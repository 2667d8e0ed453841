"""When an address is a question and not a door: its numbers may be another door's, or another part than they seem."""

from __future__ import annotations

import re

from gridwalk.method import address_places
from gridwalk.method.address_items import Item, Reading

_FURTHER = re.compile(r"\s*[-/]?\d")
_FURTHER_DASHED = re.compile(r"\s*[-/]\d")
_ANOTHER_DOOR = re.compile(
    r"\s*(?:[和及与、到至>→=+]+\s*[A-Za-z]?\d|(?:旁边|旁|对面|对门|对户|附近|隔壁|对过|斜对|[室户]?[内隔里]\d|下?地下室|阁楼|.*第[\d一二三四五六七八九十]+[家间户])"
    r"|(?:[东西南北里外前后左右][屋间房户侧边院楼门])|[东西南北中左右前后]$|楼[上下]|亭子间|[底顶][层楼]|后身|(?:[一二三]层)?阁(?!老)|平房$)"
)
"""What stands behind the numbers says that another door is meant, or a part of this one."""
_EITHER_STEM = re.compile(r"号[甲乙丙丁]\d+(?!\d|\s*(?:号楼|[幢栋]))")  # 38号甲301: is 甲 the house's or the room's?
_TWO_DOORS = re.compile(
    r"(号|室)\s*[、,和及与+]\s*[A-Za-z]?\d+\s*\1(?!楼)|(?<![\d、,])\d+[、,]\d+(?:室|号(?!楼))"
)  # 200号、202号商铺
_TWO_BUILDINGS = re.compile(
    r"\d\s*(?:号楼?|[楼幢栋座])?\s*[、,和及与]\s*\d+\s*(?:号楼|[楼幢栋座])|\d-[A-Za-z](?:号楼|[幢栋座])|\d[东西南北]?\s*号?楼.*[东西南北]\d+\s*门"
)
"""5、6号楼; 3-A号楼, which may be 3A; 5楼东3门: a side of the building, or of the stairwell?"""
_FROM_TO = re.compile(r"(\d+)\s*号?\s*[至到~]\s*\d+\s*号(?!楼)")  # 22至24号, 22号至24号底商
_RANGE = re.compile(r"(\d+)-(\d+)(?=室|号(?!楼)|房|$)")
_FLOOR_OR_FLAT = re.compile(r"\d[Ff]$")  # 18F: the floor, or a flat of it
_RENUMBERED = re.compile(r"(?:^|\s)[现今新][^\s]*\d")
_BASEMENT = re.compile(r"B\d")
_MALL = re.compile(r"(?:商场|市场|商城|广场|中心|车库|地下)$")
_BESIDE = re.compile(r"(?:侧|旁|旁边|对面|附近|[前后]面|隔壁)$")
_UNREAD_NUMBER = re.compile(r"\d号(?![地桥线院公])")  # SOHO5号商场B1, 街十字3号5单元: whose number is it?
_LEFT_BEHIND = re.compile(r"\d\s*-\s*\d")
"""Two numbers behind words behind the room (14号798园区3-434): they are the door, and what was read is a name."""
_PLACE_BEHIND = re.compile(r"\d\s*(?:号楼|单元|[幢栋])")
_ESTATE_BEHIND = re.compile(r"[\u4e00-\u9fff](?:[里园苑]|小区|新村|公寓|大厦)$")
"""2单元301林古里5号楼, 5号楼301林古里: written the other way round."""
_GLUED_TO_A_NAME = re.compile(
    r"(?<=[\u4e00-\u9fff])(?<!第)\d{4,}(?:号楼|[幢栋座])|[壹贰叁肆伍陆柒捌玖拾佰仟][一二三四五六七八九十百千廿卅]"
)
"""星河2003号楼, 星河贰佰三号楼: the name's number and the building's."""
LONGEST_RANGE = 20
_FEW_SHOPS = re.compile(r"(?<!\d)\d{1,2}-\d{1,2}$")
_DIGIT = re.compile(r"\d")
_HOLDS_HOUSES = frozenset({"court", "row", "group", "commune", "team", "lane"})


def speaks_of_another_door(bare: str, reading: Reading, after: str) -> bool:
    """Whether the numbers go on behind the reading, the place stands behind it, or the words say two doors."""
    *_, last = reading.parts.values()
    return bool(
        (_FURTHER_DASHED if last.unit else _FURTHER).match(after)
        or _ANOTHER_DOOR.match(after)
        or _EITHER_STEM.search(bare)
        or _TWO_DOORS.search(bare)
        or _TWO_BUILDINGS.search(bare)
        or _FROM_TO.search(bare)
        or any(_is_range(*match.groups()) for match in _RANGE.finditer(bare))
        or _FLOOR_OR_FLAT.search(bare)
        or _GLUED_TO_A_NAME.search(bare)
        or ("room" in reading.parts and (_LEFT_BEHIND.search(after) or _PLACE_BEHIND.search(after)))
        or (not bare[: reading.start].strip() and _ESTATE_BEHIND.search(after))
    )


def _is_range(first: str, last: str) -> bool:
    """22-24号, 101-103室: doors from one to the other, where 25-3 and 101-2 are one door."""
    return len(first) == len(last) > 1 and 0 < int(last) - int(first) <= LONGEST_RANGE


def is_renumbered(notes: str) -> bool:
    """Whether a bracket says what the number is today: 胜利路92号(现建国道98号)."""
    return bool(_RENUMBERED.search(notes))


def is_doubtful_place(place: str) -> bool:
    """Whether the name before the numbers has a number of its own, or says that the door is beside the place."""
    return bool(_UNREAD_NUMBER.search(place) or _BESIDE.search(place))


def is_ambiguous(parts: dict[str, Item], before: str) -> bool:
    """Whether the last number may be another part than it was read as."""
    if (building := parts.get("building")) and building.unit == "storey" and _is_some_shop(parts.get("room")):
        return True
    if len(parts) == 1:
        return "room" in parts and _is_ambiguous_room(parts["room"], before)
    return "floor" not in parts and _is_ambiguous_end(parts, before)


def _is_some_shop(room: Item | None) -> bool:
    """一楼商铺: a shop without a number on some floor; 5楼底商 is on the ground."""
    return (
        room is not None and room.unit == "shop" and not _DIGIT.search(room.value) and not room.value.startswith("底")
    )


def _is_ambiguous_room(room: Item, before: str) -> bool:
    """635-3: room 3 of 635? 阳光100: a room, or the estate's name?"""
    if room.unit == "shop":
        return "-" in room.value
    if room.unit:
        return room.unit == "joint"
    return (
        bool(before) and not before[-1].isspace() and not address_places.TOWERS.search(before) and room.value.isdigit()
    )


def _is_ambiguous_end(parts: dict[str, Item], before: str) -> bool:
    """5-2, 5-2-11, 3栋12-5, 22号3: does a room end it, or a stairwell?"""
    *_, before_last, last = parts.values()
    if last.unit == "shop" and _FEW_SHOPS.search(last.value):  # 底商1-2: one shop or two?
        return True
    if (
        before_last.unit == "storey" and last.unit == "house" and len(last.value) <= 2
    ):  # 5楼2号: a building, or a floor?
        return True
    if last.unit == "shop":  # 2-4号商铺: a house number and a shop, or shops 2 to 4?
        return not _DIGIT.search(last.value) and "-" in before_last.value
    if parts.keys() == {"number", "room"} and before_last.unit == last.unit == "house":  # 41号-2号
        return True
    if not before_last.unit and _is_floor_or_range(before_last.value, last.value, before):
        return True
    if len(last.value) > 2 or last.unit or not last.value.isdigit():
        return False
    return before_last.unit not in _HOLDS_HOUSES


def _is_floor_or_range(value: str, last: str, before: str) -> bool:
    """商场B1-532: a basement, or a building? 801-803: rooms."""
    if _BASEMENT.fullmatch(value) and _MALL.search(before):
        return True
    return len(last) == len(value) > 2 and value.isdigit()
