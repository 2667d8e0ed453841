"""Whether two records look like one person, door or organization written twice; plain values only, nothing is
decided here.

How two records compare is ``method.linkage``'s business; here stands what a bench asks about, and whom it keeps apart.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from gridwalk.method import names
from gridwalk.method.linkage import EVIDENCE

CODE_OF_BODY = slice(8, 17)
"""Where in a credit code (GB 32100) the code of the body itself stands: it stays when the registering office
changes.
"""


@dataclasses.dataclass(frozen=True)
class Somebody:
    """What tells persons apart. ``number``: anything that equals for equal valid ID numbers, "" without one."""

    name: str
    born_on: dt.date | None
    number: str = ""
    homes: frozenset[uuid.UUID] = frozenset()


TWO_NUMBERS = "两个证件号都校验无误，却不同：是两个人"
TWINS = "同一户、同日生、同姓不同名：像是双胞胎，当两个人看"


def apart(one: Somebody, other: Somebody) -> str:
    """Why two records are two persons, however much alike; "" where nothing says so."""
    if one.number and other.number and one.number != other.number:
        return TWO_NUMBERS
    if one.born_on and one.born_on == other.born_on and one.homes & other.homes and _siblings(one.name, other.name):
        return TWINS
    return ""


def _siblings(one: str, other: str) -> bool:
    """One surname, and given names that do not even sound alike: a name that is misheard is still one name."""
    here, there = names.key(one), names.key(other)
    return here != there and here.split(" ")[0] == there.split(" ")[0]


def twice(levels: Mapping[str, str]) -> bool:
    """Whether two persons' records, as ``linkage`` compares them, look like one person's: a name that sounds the
    same, the birth date not another, no two valid numbers, and the same telephone or door.
    """
    near = "same" in (levels["phone"], levels["home"])
    return (
        near
        and levels["name"] in {"same", "sounds"}
        and levels["born"] in {"same", ""}
        and levels["id"] != "both_valid"
    )


def one_body(one: str, other: str) -> bool:
    """Whether two credit codes may be one organization's: one is missing, or the body's own code is the same."""
    return not one or not other or one[CODE_OF_BODY] == other[CODE_OF_BODY]


SPEAKS_FOR = {"same", "sounds", "near", "within", "household", "room"}


def evidence(levels: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """What speaks for one entity and what against, in words, as far as the comparisons have any."""
    said = [(level, EVIDENCE[name, level]) for name, level in levels.items() if (name, level) in EVIDENCE]
    return [w for level, w in said if level in SPEAKS_FOR], [w for level, w in said if level not in SPEAKS_FOR]


Thing = TypeVar("Thing")


def groups(things: Sequence[Thing], alike: Callable[[Thing, Thing], bool]) -> list[list[Thing]]:
    """Whoever is alike, or alike to somebody of the group, stands together; nobody alone. For few things at a time."""
    found: list[list[Thing]] = []
    for thing in things:
        joined = [group for group in found if any(alike(thing, other) for other in group)]
        found = [group for group in found if group not in joined]
        found.append([other for group in joined for other in group] + [thing])
    return [group for group in found if len(group) > 1]


def by_key(things: Iterable[Thing], key: Callable[[Thing], object]) -> list[list[Thing]]:
    """Things by a key, in the order they come."""
    found: dict[object, list[Thing]] = {}
    for thing in things:
        found.setdefault(key(thing), []).append(thing)
    return list(found.values())
