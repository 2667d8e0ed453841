"""The numbers of a Chinese address: which is the building, the stairwell, the floor, the room.

A *run* is a series of numbers, with or without a unit, that no other word interrupts: ``5号楼 2单元 301``, ``3-2-501``,
``A座12层03``. A unit says what a number may be, more or less surely, and parts stand in one order from the house number
on a road to the room. ``read`` weighs every assignment that keeps this order and takes the best;
docs/algorithms/addresses.md shows it at work.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Callable

from gridwalk.method import address_places, text

PARTS = ("number", "building", "stairwell", "floor", "room")
_STOREY_FIRST = ("number", "building", "floor", "stairwell", "room")  # 10号楼7层3单元706
_STEMS = "甲乙丙丁"
SIDES = "东南西北中前后左右甲乙丙丁"

_NUMBER = rf"(?:\d+|[{text.CHINESE_DIGITS}]+)"
_SHOPS = "底商|商铺|门面房?|门脸房?|门市房?|车库|储藏[间室]|半?地下室|阁楼"
_SHOP = re.compile(
    rf"({_SHOPS})\s*-?\s*([A-Za-z]?\d+(?:-\d{{1,2}}(?!\d))?"
    rf"|[{text.CHINESE_DIGITS}]+(?![{text.CHINESE_DIGITS}层楼]))?\s*[号室铺]?"
)
_SHOP_AFTER = re.compile(rf"([A-Za-z]?\d{{1,4}})\s*[号室]?\s*({_SHOPS})(?!\d)")
_SUFFIXED = re.compile(rf"({_NUMBER})\s*号?([之附增副])({_NUMBER})\s*(?:号(?!楼)|室)?|(\d+)\s*号([甲乙丙丁])(?=$|\s)")
_ANNEX = re.compile(r"附(\d+)\s*号(?!楼)")
_SIDE_LANE = re.compile(r"(\d+)\s*弄\s*(\d+)\s*支弄")
_DASHED_HOUSE = re.compile(r"(\d{1,4}-\d{1,3})\s*号(?![楼幢栋线桥])")
_AFTER_STAIRWELL = re.compile(r"(\d{1,2}-\d{1,2})(?!\d|-|\s*[楼幢栋单门层])\s*[号室户]?")
_NAMED_BUILDING = re.compile(rf"(?<!号)([主副裙配辅]楼|[{SIDES}](?=楼))楼?(?=[\s-]*[A-Za-z\d{text.CHINESE_DIGITS}])")
_SIDE_ROOM = re.compile(r"(?<=[院号])([东西南北正]厢?[房屋](?![产管]))\s*(\d{0,2})\s*[号间室]?")
_JOINT = re.compile(
    r"([A-Za-z]?\d{3,4}-\d{1,2}(?!\d|-\d|\s*[楼幢栋单门#])|[A-Za-z]?\d{3,4}-\d{3,4}(?=\s*[室号房]))\s*(?:室|号(?!楼)|房间?|户)?"
)
_JOINT_BUILDING = re.compile(r"(?<![\d-])(\d{1,3}-\d{1,2})\s*(?:号楼|[幢栋座]|楼(?=\s*\d{1,2}\s*(?:单元|门|洞|梯)))")
_HALF_BUILDING = re.compile(r"(\d{1,3})([东西南北])(?:号?楼|[幢栋])")
_FLAT_BY_SIDE = re.compile(rf"({_NUMBER})\s*[楼层]\s*([东西南北中]{{1,2}})户")
_MINUS = r"(?:(?<=[楼栋幢座元门])-(?=\d[层楼](?!\s*-))|(?<=[厦场心城])-(?=\d层(?!\s*-)))"
"""Below ground behind a building (5号楼-1楼); behind a name (光明大厦-1层) 层 alone, as 光明新城-2楼301 is building 2."""
_BELOW = re.compile(rf"(?:负|地下|{_MINUS})\s*([\d{text.CHINESE_DIGITS}]+)\s*(?:层|楼)")
_VALUE = re.compile(
    r"第?(?:(?P<plain>(?:[甲乙丙丁]|(?<=[路街道巷同条])[副临])?"
    r"(?:\d{1,2}[A-EG-Za-eg-z](?=\d{3,4}(?!\d))|\d{1,2}[A-Za-z]\d{1,2}(?!\d)"
    r"|[A-Za-z]{0,2}\d+(?:[甲乙丙丁](?=$|[\s\-\d号单室户房])|(?![Ff]\s*-?\s*\d{3,4})[A-Za-z](?![A-Za-z]))?)"
    r"|[A-Za-z](?![A-Za-z]))"
    rf"|(?P<han>[{text.CHINESE_DIGITS}]+)|(?P<side>[{SIDES}]))\s*"
)
_UNITS = re.compile(
    r"(?P<building>号[楼褛搂偻]|#楼|号[幢栋]|[幢栋]楼?|舍|[撞憧](?=[\s\-\d]))|(?P<block>号?座(?!落))|(?P<court>号?大?院内?(?!士))|(?P<row>排)"
    r"|(?P<group>(?:村民)?小?组(?!团))|(?P<commune>社(?!区))|(?P<team>(?:生产)?小?队)|(?P<lane>弄(?!堂))|(?P<stairwell>单元[楼门号]?"
    r"|单无|单(?=[\s\-]*\d{3})|门[洞栋]|号?门(?![市面脸诊厅口卫头])|梯|洞)"
    r"|(?P<floor>楼?层|[Ff](?![A-Za-z0-9])|[Ff](?=\d{3,4}(?!\d)))|(?P<storey>楼(?![盘道梯上下]))|(?P<room>房间|室|房(?![产屋管东客])"
    r"|户(?![主籍口]))"
    r"|(?P<house>号(?:(?:写字楼|公寓楼?)(?=[\s-]*\d)|(?![线桥])))|(?P<hash>#)"
)
_DASHED_SIDE = re.compile(rf"-[{SIDES}](?:-|单元)")
_JOINER = re.compile(r"[\s\-/.,#_、:;]*")
_STARTS = re.compile(rf"{_MINUS}|[A-Za-z\d{text.CHINESE_DIGITS}{SIDES}第负地底商门车储半阁附主副临裙配辅正]")

# How well a unit fits a part. A bare number's fit depends on its length, see ``_fit``.
_FITS: dict[str, dict[str, float]] = {
    "building": {"building": 3},
    "block": {"building": 3, "stairwell": 1.5},
    "court": {"number": 1.8, "building": 2},
    "row": {"building": 3},
    "group": {"number": 2.2, "building": 2.5},
    "commune": {"number": 2.2, "building": 2.5},
    "team": {"number": 2.2, "building": 2.5},
    "annex": {"room": 2.5},
    "lane": {"number": 3},
    "stairwell": {"stairwell": 3},
    "floor": {"floor": 3},
    "storey": {"floor": 1.8, "building": 2},
    "room": {"room": 3},
    "shop": {"room": 3},
    "joint": {"room": 2.2},
    "suffixed": {"number": 2.5, "building": 1, "room": 1},
    "house": {"number": 0.5, "building": 1, "stairwell": 0.9, "room": 1.05},
    "hash": {"building": 2, "stairwell": 1, "room": 0.5},
    "": {"building": 1, "stairwell": 0.9, "floor": 0.1, "room": 1},
}
KEY_SUFFIX = {"court": "院", "row": "排", "group": "组", "lane": "弄", "commune": "社", "team": "队"}
_HELD_HOUSES = frozenset({"group", "commune", "team", "row"})
_EXPLICIT = frozenset({"building", "block", "stairwell", "floor", "storey"})
_ON_A_ROAD = 2.5
_ON_ROADS = frozenset({"house", "court", "joint"})
_WEIGHED_BY_LENGTH = frozenset({"", "house", "hash", "room"})
_LONGER_ROOM = {0: -0.8, 1: 0.0, 2: 0.0, 3: 1.0, 4: 1.0}
"""What a room's number of so many digits has over its unit; longer ones are no rooms."""


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One number: where it stands, its unit (a key of ``_FITS``, empty where bare) and its value without spelling."""

    start: int
    end: int
    unit: str
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """The best assignment of one run.

    ``parts``: part → item; ``leftover``: numbers of the run that belong to the door and fit nowhere.
    """

    start: int
    end: int
    weight: float
    parts: dict[str, Item]
    leftover: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class _Writing:
    """A number written in a way of its own: its unit, its value, and where it may stand after the item before it."""

    pattern: re.Pattern[str]
    unit: str
    value: Callable[[re.Match[str]], str]
    may_stand: Callable[[re.Match[str], Item | None], bool] | None = None


def _dashed(match: re.Match[str]) -> str:
    return "-".join(map(text.number_key, match[1].split("-")))


def _of_floor(match: re.Match[str]) -> str:
    """3-01 is written for 301, 3-1 may be a room of three."""
    floor, room = match[1].split("-")
    return floor + room if room.startswith("0") and len(room) > 1 else _dashed(match)


def _suffixed(match: re.Match[str]) -> str:
    number, mark, suffix = match.group(1, 2, 3) if match[1] else (match[4], match[5], "")
    return text.number_key(number) + mark + text.number_key(suffix)


def _shop(words: str, number: str | None) -> str:
    return words.removesuffix("房") + text.number_key(number or "")


def _after(*units: str) -> Callable[[re.Match[str], Item | None], bool]:
    return lambda _, before: before is not None and before.unit in units


def _on_a_road(match: re.Match[str]) -> bool:
    return address_places.ROAD_END.search(match.string[: match.start()].rstrip()) is not None


_WRITINGS = (
    _Writing(_AFTER_STAIRWELL, "joint", _of_floor, _after("stairwell")),
    _Writing(_HALF_BUILDING, "building", lambda match: text.number_key(match[1]) + match[2]),
    _Writing(_NAMED_BUILDING, "building", lambda match: match[1]),
    _Writing(_SIDE_ROOM, "shop", lambda match: match[1] + text.number_key(match[2])),
    _Writing(_FLAT_BY_SIDE, "shop", lambda match: text.number_key(match[1]) + match[2]),
    _Writing(_SIDE_LANE, "lane", lambda match: f"{text.number_key(match[1])}弄{text.number_key(match[2])}支"),
    _Writing(
        _ANNEX, "annex", lambda match: "附" + text.number_key(match[1]), _after("group", "commune", "team", "house")
    ),
    _Writing(
        _DASHED_HOUSE,
        "house",
        _dashed,
        lambda match, before: _on_a_road(match) or (before is not None and before.unit in _HELD_HOUSES),
    ),
    _Writing(_SHOP, "shop", lambda match: _shop(match[1], match[2])),
    _Writing(_SHOP_AFTER, "shop", lambda match: _shop(match[2], match[1]), lambda match, _: not _on_a_road(match)),
    _Writing(_SUFFIXED, "suffixed", _suffixed),
    _Writing(_BELOW, "floor", lambda match: "-" + text.number_key(match[1])),
    _Writing(_JOINT_BUILDING, "building", _dashed),
    _Writing(_JOINT, "joint", _dashed),
)
"""The first that matches and may stand there counts."""


def _special(folded: str, pos: int, before: Item | None) -> Item | None:
    for writing in _WRITINGS:
        match = writing.pattern.match(folded, pos)
        if match and (writing.may_stand is None or writing.may_stand(match, before)):
            return Item(pos, match.end(), writing.unit, writing.value(match))
    return None


def _inside(folded: str, pos: int) -> bool:
    """Whether ``pos`` stands inside a longer number or word; digits may follow a word of three letters (中天MCC10座)."""
    before, here = folded[max(0, pos - 3) : pos], folded[pos]
    if not (before and here.isascii() and before[-1].isascii() and before[-1].isalnum()):
        return False
    return not (here.isdigit() and len(before) == 3 and before.isascii() and before.isalpha())


def _stands_before_a_word(folded: str, end: int, raw: str) -> bool:
    """301电联 is a room and a note, 55五单元 two numbers; 3期 and 2人 are words."""
    after = folded[end]
    if after.isascii():
        return raw[-1].isalpha()
    following = _VALUE.match(folded, end)
    if following and _UNITS.match(folded, following.end()):
        return True
    return bool(re.search(r"\d{3}[A-Za-z]?$", raw)) and after not in "期区年路"


def _item(folded: str, pos: int, before: Item | None) -> Item | None:
    """The item that begins at ``pos``; ``before``: the one it follows without a word between."""
    if special := _special(folded, pos, before):
        return special
    match = _VALUE.match(folded, pos)
    if not match:
        return None
    unit = _UNITS.match(folded, match.end())
    kind = str(match.lastgroup)
    raw = match[kind]
    if kind == "side" and not (_side_has_unit(raw, unit, before) or _DASHED_SIDE.match(folded, max(0, pos - 1))):
        return None
    if unit:
        return Item(pos, unit.end(), str(unit.lastgroup), text.number_key(raw))
    return Item(pos, match.end(kind), "", text.number_key(raw)) if _stands_bare(folded, match, kind) else None


def _side_has_unit(side: str, unit: re.Match[str] | None, before: Item | None) -> bool:
    """东单元, 甲座 and, behind a building, 东门, which elsewhere may be a gate."""
    if unit is None or unit.lastgroup not in {"stairwell", "block", "building"}:
        return False
    return "门" not in unit[0] or side in _STEMS or (before is not None and before.unit in _EXPLICIT)


def _stands_bare(folded: str, match: re.Match[str], kind: str) -> bool:
    """Whether what has no unit is a number; a Chinese numeral is one between dashes, or a long one at the end."""
    start, end = match.span(kind)
    after = folded[end : end + 1]
    if kind == "han":
        return "-" in (folded[match.start() - 1 : match.start()], after) or (end - start >= 3 and not after)
    return not after.isalpha() or _stands_before_a_word(folded, end, match[kind])


def runs(folded: str) -> list[list[Item]]:
    """The runs of ``folded``, from the left."""
    ended: list[list[Item]] = []
    pos, run = 0, list[Item]()
    while start := _STARTS.search(folded, pos):
        if run and not _JOINER.fullmatch(folded, run[-1].end, start.start()):
            ended.append(run)
            run = []
        glued = run and run[-1].end == start.start()
        inside = not glued and _inside(folded, start.start())
        item = None if inside else _item(folded, start.start(), run[-1] if run else None)
        if item:
            run.append(item)
            pos = item.end
        else:
            pos = start.end()
    return [*ended, run] if run else ended


def begins(folded: str, pos: int) -> bool:
    """Whether a number of a door begins at ``pos``."""
    return pos < len(folded) and _STARTS.match(folded, pos) is not None and _item(folded, pos, None) is not None


@functools.lru_cache(maxsize=8192)
def _digits(value: str) -> int:
    return sum(c.isdigit() for c in value)


def _fit(unit: str, n_digits: int, part: str, on_a_road: bool) -> float:
    """How well a number with that unit and so many digits is ``part``; 0 where it cannot be."""
    if part == "number" and on_a_road and unit in _ON_ROADS:
        return _ON_A_ROAD
    if unit == "stairwell" and n_digits > 2:
        return _FITS["room"].get(part, 0)  # 3座1204单元
    weight = _FITS[unit].get(part, 0)
    return _fit_of_length(weight, unit, part, n_digits) if unit in _WEIGHED_BY_LENGTH else weight


def _fit_of_length(weight: float, unit: str, part: str, n_digits: int) -> float:
    """The fit of a number of which the length says as much as the unit."""
    if part == "room":
        return weight + _LONGER_ROOM[n_digits] if n_digits in _LONGER_ROOM else 0
    if n_digits <= 2:
        return weight
    if part == "floor" or (part == "stairwell" and (n_digits > 3 or not unit)):
        return 0
    return weight / 3 if part == "stairwell" or n_digits > 3 else weight


_Shape = tuple[tuple[str, int], ...]
"""Of each number of a run its unit and how many digits it has, which is all that is weighed."""


@functools.lru_cache(maxsize=16384)
def _assigned(shape: _Shape, on_a_road: bool) -> tuple[float, tuple[str, ...]] | None:
    """The parts that numbers of this shape are best taken for, and how well they fit; None where they fit nowhere.

    A ledger has ten thousand addresses that nobody wrote alike, and some hundred shapes.
    """
    best: tuple[float, tuple[str, ...]] | None = None
    if len(shape) == 1 and not _says_alone(*shape[0]):
        return None
    units = [unit for unit, _ in shape]
    storey_first = "floor" in units and "stairwell" in units and units.index("floor") < units.index("stairwell")
    for parts in itertools.combinations(_STOREY_FIRST if storey_first else PARTS, len(shape)):
        weight = 0.0
        for (unit, n_digits), part in zip(shape, parts, strict=True):
            fit = _fit(unit, n_digits, part, on_a_road)
            if not fit:
                break
            weight += fit
        else:
            if best is None or weight > best[0]:
                best = weight, parts
    return best


def _says_alone(unit: str, n_digits: int) -> bool:
    """A number alone is a part of the name before it (阳光100, 三期2), unless a unit or its length says it is a room."""
    return bool(unit) or 3 <= n_digits <= 4


def read(run: list[Item], on_a_road: bool) -> Reading | None:
    """The best reading of a run; ``on_a_road``: the words before it end like a road's name."""
    best: tuple[float, tuple[str, ...], int, int] | None = None
    if len(run) == 1 and run[0].unit == "house" and not any(c.isascii() and c.isalpha() for c in run[0].value):
        on_a_road = True  # 林古里5号: nothing else says what it is
    shape = tuple((item.unit, _digits(item.value)) for item in run)
    for first in range(len(run)):
        for last in range(len(run), max(first, len(run) - 3), -1):
            if last - first > len(PARTS):
                continue
            assigned = _assigned(shape[first:last], on_a_road and first == 0)
            if assigned and (best is None or assigned[0] > best[0]):
                best = *assigned, first, last
    return _reading(run, *best) if best else None


def _reading(run: list[Item], weight: float, parts: tuple[str, ...], first: int, last: int) -> Reading:
    items = run[first:last]
    lost = any(item.unit in _EXPLICIT for item in run[:first])
    return Reading(
        start=items[0].start,
        end=items[-1].end,
        weight=weight,
        parts=dict(zip(parts, items, strict=True)),
        leftover=lost or last < len(run),
    )
