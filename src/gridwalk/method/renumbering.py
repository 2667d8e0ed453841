"""重编号: old numbers to new ones by a table, checked line by line, and the doors that would then bear the same address.

A door is ``(building, stairwell, room)``, all keys without spelling (``addresses``). Everything is read under the old
numbers at once, so that two numbers can change places. Inverse schemes lead back.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from gridwalk.method import address_parts, address_writing, addresses, text
from gridwalk.method.addresses import Address

Door = tuple[str, str, str]
LONGEST = 20

_PARTED = (
    re.compile(r"\s*(?:→|⇒|-+>|=+>|改为|改成)\s*"),
    re.compile(r"\t+"),
    re.compile(r"\s*[,，;；]\s*"),
    re.compile(r"\s+"),
)
_BUILDING = re.compile(
    rf"^(?:.*?(?:\d+\s*[A-Za-z甲乙丙丁]?|[{text.CHINESE_DIGITS}]+)|[A-Za-z甲乙丙丁]\d*)\s*(?:号楼|[楼栋幢座#])\s*"
)
_STAIRWELL = re.compile(r"^([^\s单门]{1,6})(?:单元|门)\s*")
_ROOM = re.compile(r"^[0-9A-Za-z\u4e00-\u9fff]{1,16}(?:-\d{1,4})?$")
_ROOM_UNIT = re.compile(r"[室号]$")


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of a table that cannot be followed, and why."""

    number: int
    typed: str
    fault: str


@dataclasses.dataclass(frozen=True)
class Scheme:
    """Old → new.

    ``rooms``: a door by its old numbers → (stairwell, room) by the new ones; what is not named stays as it is.
    """

    buildings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    stairwells: Mapping[tuple[str, str], str] = dataclasses.field(default_factory=dict)
    rooms: Mapping[Door, tuple[str, str]] = dataclasses.field(default_factory=dict)

    def building(self, key: str) -> str:
        """The new number of a building."""
        return self.buildings.get(key, key)

    def stairwell(self, building: str, key: str) -> str:
        """The new number of a stairwell of a building by its old numbers."""
        return self.stairwells.get((building, key), key)

    def door(self, door: Door) -> Door:
        """The new numbers of a door."""
        building, stairwell, room = door
        new_stairwell, new_room = self.rooms.get(door, (self.stairwell(building, stairwell), room))
        return self.building(building), new_stairwell, new_room

    def inverse(self) -> Scheme:
        """The scheme that leads back."""
        return Scheme(
            {new: old for old, new in self.buildings.items()},
            {(self.building(b), new): old for (b, old), new in self.stairwells.items()},
            {self.door(door): (door[1], door[2]) for door in self.rooms},
        )


def read(table: str, doors: Collection[Door], *, buildings: Mapping[str, str]) -> tuple[Scheme, list[Line]]:
    """The scheme a typed or pasted table says, and its lines that cannot be followed.

    ``doors``: those that stand; ``buildings``: renamed beside the table. A line names a building, a stairwell or a
    room on both sides: ``5号楼 → 甲5号楼``, ``1单元 → 2单元``, ``101 → 102``, ``1单元101 → 2单元103``. With one building its
    number may be left out.
    """
    work = _Reading(doors, dict(buildings))
    faults = []
    for number, typed in enumerate(table.splitlines(), 1):
        if typed.strip() and (fault := work.take(number, typed)):
            faults.append(Line(number, typed.strip(), fault))
    return work.scheme(), faults


def clashes(doors: Iterable[Door], scheme: Scheme) -> dict[Door, list[Door]]:
    """New numbers that several of these doors would bear: new → old ones."""
    bearers: dict[Door, list[Door]] = {}
    for door in doors:
        bearers.setdefault(scheme.door(door), []).append(door)
    return {new: old for new, old in bearers.items() if len(old) > 1}


def merged_stairwells(stairwells: Iterable[tuple[str, str]], scheme: Scheme) -> list[tuple[str, str]]:
    """(building, stairwell) by new numbers that two stairwells would bear, which no way back could part again."""
    new = Counter((scheme.building(b), scheme.stairwell(b, s)) for b, s in stairwells)
    return [place for place, n in new.items() if n > 1]


def readdress(address: str, key: str, door: Door, *, estate: str) -> Address:
    """An address as it is written, under new numbers and, where given, another estate."""
    parsed = addresses.parse(address)
    if parsed.fault or address_writing.key(parsed) != key:
        old_estate, building, stairwell, room = address_writing.parts_of(key)
        parsed = Address(estate=old_estate, building=building, stairwell=stairwell, room=room)
    building, stairwell, room = door
    parsed = dataclasses.replace(parsed, stairwell=stairwell, room=room)
    if parsed.building or not parsed.number:
        parsed = dataclasses.replace(parsed, building=building, estate=estate or parsed.estate)
    else:  # 建国道12号: the road is what it is called by, the house number its building
        parsed = dataclasses.replace(parsed, number=building, road=estate or parsed.road)
    return parsed


def floor(old: int | None, old_room: str, new_room: str) -> int | None:
    """The floor under a new room number: what the number says, where the old one said it too."""
    new = addresses.floor_of(new_room)
    return new if old is not None and old == addresses.floor_of(old_room) and new is not None else old


@dataclasses.dataclass(frozen=True)
class _Side:
    """One side of a line: what it names, "" where it does not."""

    building: str
    stairwell: str
    room: str

    @property
    def names(self) -> str:
        return "room" if self.room else "stairwell" if self.stairwell else "building" if self.building else ""


class _Reading:
    """Lines of one table, each against those before it."""

    def __init__(self, doors: Collection[Door], buildings: dict[str, str]) -> None:
        self.buildings = buildings
        self.stairwells: dict[tuple[str, str], str] = {}
        self.rooms: dict[Door, tuple[str, str]] = {}
        self._doors = set(doors)
        self._standing = {b for b, _, _ in doors}
        self._from: dict[tuple[str, ...], int] = {}
        self._to: dict[tuple[str, ...], int] = {}

    def take(self, number: int, typed: str) -> str:
        """Follow one line; what is wrong with it, empty where nothing is."""
        sides = _sides(typed)
        if sides is None:
            return "写成“旧号 → 新号”，一行一个"
        old, new = (_side(side) for side in sides)
        if old is None or new is None or not old.names:
            return "认不出是楼、单元还是房号，写成 5号楼、1单元、101 这样"
        if any(map(address_parts.is_none, dataclasses.astuple(new))):
            return "右边像是号码、日期或别的字，不是楼、单元或房号，请核对"
        if old.names != new.names:
            return "两边要对得上：楼对楼，单元对单元，房号对房号"
        places = self._places(old)
        if not places:
            return f"这里没有 {sides[0].strip()}"
        if len(places) > 1:
            return (
                f"有 {len(places)} 处都是 {sides[0].strip()}，前面写上{'楼号和单元' if old.names == 'room' else '楼号'}"
            )
        return self._note(number, places[0], new, old.names)

    def _note(self, number: int, place: tuple[str, ...], new: _Side, names: str) -> str:
        building = place[0]
        if new.building and names != "building" and new.building != self.buildings.get(building, building):
            return "房子不会换楼：右边的楼号与这栋楼的新号对不上，可以不写"
        to: tuple[str, ...] = (new.building,) if names == "building" else (building, new.stairwell)
        if names == "room":
            to = (building, new.stairwell or f"={place[1]}", new.room)
        if line := self._from.get(place):
            return f"第 {line} 行已经写过这一个"
        if line := self._to.get(to):
            return f"第 {line} 行也改成这个号"
        self._from[place], self._to[to] = number, number
        if names == "building":
            self.buildings[building] = new.building
        elif names == "stairwell":
            self.stairwells[building, place[1]] = new.stairwell
        else:
            self.rooms[building, place[1], place[2]] = (new.stairwell, new.room)
        return ""

    def scheme(self) -> Scheme:
        """What the lines say together: a room whose stairwell was not written stays in its own, under that one's
        new number.
        """
        whole = Scheme(self.buildings, self.stairwells)
        rooms = {door: (s or whole.stairwell(door[0], door[1]), r) for door, (s, r) in self.rooms.items()}
        return dataclasses.replace(whole, rooms=rooms)

    def _places(self, old: _Side) -> list[tuple[str, ...]]:
        """What a left side can mean among the doors that stand."""
        if old.names == "building":
            return [(old.building,)] if old.building in self._standing else []
        depth = 2 if old.names == "stairwell" else 3
        return sorted(
            {
                door[:depth]
                for door in self._doors
                if old.building in ("", door[0]) and old.stairwell in ("", door[1]) and old.room in ("", door[2])
            }
        )


def _sides(typed: str) -> tuple[str, str] | None:
    """Both sides of a line, by the first mark that parts it in two."""
    for mark in _PARTED:
        sides: Sequence[str] = [side for side in mark.split(typed.strip()) if side.strip()]
        if len(sides) == 2:
            return sides[0], sides[1]
        if len(sides) > 2 and mark is not _PARTED[-1]:
            return None
    return None


def _side(typed: str) -> _Side | None:
    """One side of a line; None where it cannot be read."""
    folded = text.fold(typed).strip()
    return _dashed_side(folded) or _worded_side(folded)


def _dashed_side(folded: str) -> _Side | None:
    """5-2-301: building, stairwell, room; 2-301: stairwell, room."""
    numbers = folded.split("-")
    if len(numbers) != 3 and not (len(numbers) == 2 and len(numbers[0]) <= 2 and len(numbers[1]) >= 3):
        return None
    *building, stairwell, room = map(addresses.number_key, numbers)
    return _Side("".join(building), stairwell, room)


def _worded_side(folded: str) -> _Side | None:
    """5号楼2单元301, or some of it."""
    building, rest = _leading(_BUILDING, addresses.building_key, folded)
    stairwell, rest = _leading(_STAIRWELL, addresses.stairwell_key, rest)
    rest = rest.strip()
    if rest and not _ROOM.match(_ROOM_UNIT.sub("", rest)):
        return None
    side = _Side(building, stairwell, addresses.room_key(rest) if rest else "")
    return None if any(len(part) > LONGEST or "|" in part for part in dataclasses.astuple(side)) else side


def _leading(pattern: re.Pattern[str], key: Callable[[str], str], folded: str) -> tuple[str, str]:
    """The key of what a text begins with, "" where it begins with something else, and what follows."""
    match = pattern.match(folded)
    return (key(match[0].strip()), folded[match.end() :]) if match else ("", folded)
