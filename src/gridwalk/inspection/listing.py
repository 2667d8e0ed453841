"""What is written down where a stairwell is listed anew, and how it is read; plain values only."""

from __future__ import annotations

import dataclasses
import enum
import math
import re
from collections.abc import Mapping

from gridwalk.inspection.rules import MOST_LIVING, AskingError
from gridwalk.method import addresses
from gridwalk.method.addresses import Address
from gridwalk.method.sampling import missed
from gridwalk.registry import rules as registry

MOST_DOORS = 400
"""Doors of one listing at most; what is more is a slip of the pen."""
LONGEST = 60
_ROOM = re.compile(r"\w{2}|[0-9A-Z]")
"""What a door can be told by: a number, a letter, two characters; 室 alone is none."""
_PEOPLE = re.compile(r"(\d{1,9})[人口]")


class Match(enum.StrEnum):
    """What a listed door is to the register."""

    MET = "met"
    MISSED = "missed"
    ABSENT = "absent"


MATCHES: Mapping[Match, str] = {
    Match.MET: "表里有",
    Match.MISSED: "表里没有",
    Match.ABSENT: "表里有，实地没点到",
}


@dataclasses.dataclass(frozen=True)
class Written:
    """A line of a listing: what stands on the door, where it is, how many live there where somebody answered.
    ``place``: field and number of the line, in words.
    """

    label: str
    address: Address
    n_living: int | None = None
    place: str = ""


def stairwells_hit(n_stairwells: int, share: int) -> int:
    """How many hits an area sample takes of so many stairwells, by its share in percent; never one alone."""
    return min(n_stairwells, max(missed.FEWEST, math.ceil(n_stairwells * share / 100)))


def read(doors: str, beyond: str, *, of: Address) -> list[Written]:
    """The lines of a listing: rooms of the stairwell, whose address is that of a door ``of`` it, and whole addresses of
    what stands before the next one. Raises AskingError, naming the line.
    """
    inside = [_inside(label, n, of, place) for place, label, n in _lines(doors, "这个单元的门")]
    outside = [_outside(label, n, place) for place, label, n in _lines(beyond, "到下一个单元之前的门")]
    lines = [*inside, *outside]
    if len(lines) > MOST_DOORS:
        raise AskingError(f"没有记：一次最多 {MOST_DOORS} 扇门。请核对是不是写重了。")
    return lines


def _lines(typed: str, field: str) -> list[tuple[str, str, int | None]]:
    lines = []
    for n, line in enumerate(typed.splitlines(), 1):
        words = line.split()
        people = _PEOPLE.fullmatch(words[-1]) if len(words) > 1 else None
        label = " ".join(words[:-1] if people else words)
        n_living = int(people[1]) if people else None
        if not label:
            continue
        if len(label) > LONGEST:
            raise AskingError(f"没有记：“{field}”第 {n} 行太长。一行只写一扇门，最多 {LONGEST} 个字。")
        if label.endswith("人"):
            raise AskingError(
                f"没有记：“{field}”第 {n} 行“{line.strip()}”的人数看不懂。请写成：门牌、空格、几人，如 404 3人。"
            )
        if n_living is not None and n_living > MOST_LIVING:
            raise AskingError(f"没有记：“{field}”第 {n} 行人数太多。写 0 到 {MOST_LIVING}，看不准就不写。")
        lines.append((f"“{field}”第 {n} 行", label, n_living))
    return lines


def _inside(label: str, n_living: int | None, of: Address, place: str) -> Written:
    if len(label.split()) > 1:
        raise AskingError(f"没有记：{place}看不懂。一行只写一扇门；有人应的写成：门牌、空格、几人，如 404 3人。")
    room = addresses.room_key(label)
    if not _ROOM.search(room):
        raise AskingError(f"没有记：{place}“{label}”看不懂。请只写门牌，如 404；没有门牌的写位置，如 地下室。")
    return _written(label, dataclasses.replace(of, room=room, floor=addresses.floor_of(room)), n_living, place)


def _outside(label: str, n_living: int | None, place: str) -> Written:
    address = addresses.parse(label)
    if address.fault:
        raise AskingError(f"没有记：{place}“{label}”：{addresses.fault_text(address.fault)}")
    return _written(label, address, n_living, place)


def _written(label: str, address: Address, n_living: int | None, place: str) -> Written:
    """The line; what was written is not said again, for it may be somebody's number. Raises AskingError."""
    try:
        registry.refuse_unfit_door(address)
    except registry.Unfit as unfit:
        raise AskingError(
            f"没有记：{place}里有一段是号码、日期或别的栏里的字。请只写门牌或位置，不写人名、号码。"
        ) from unfit
    return Written(label, address, n_living, place)
