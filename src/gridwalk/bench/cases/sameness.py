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
    """What tells persons apart. ``number``: anything that equals for equal valid ID numbers, "" without one; ``paper``:
    on which it stands.
    """

    name: str
    born_on: dt.date | None
    number: str = ""
    homes: frozenset[uuid.UUID] = frozenset()
    paper: str = ""


TWO_NUMBERS = "两个证件号都校验无误，却不同：是两个人"
TWINS = "同一户、同日生、同姓不同名：像是双胞胎，当两个人看"


def apart(left: Somebody, right: Somebody) -> str:
    """Why two records are two persons, however much alike; "" where nothing says so."""
    if left.number and right.number and left.number != right.number and left.paper == right.paper:
        return TWO_NUMBERS
    if left.born_on and left.born_on == right.born_on and left.homes & right.homes and _siblings(left.name, right.name):
        return TWINS
    return ""


def _siblings(left: str, right: str) -> bool:
    """One surname, and given names that do not even sound alike: a name that is misheard is still one name."""
    here, there = names.key(left), names.key(right)
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


def one_body(left: str, right: str) -> bool:
    """Whether two credit codes may be one organization's: one is missing, or the body's own code is the same."""
    return not left or not right or left[CODE_OF_BODY] == right[CODE_OF_BODY]


SPEAKS_FOR = {"same", "sounds", "near", "within", "household", "room"}


def evidence(levels: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """What speaks for one entity and what against, in words, as far as the comparisons have any."""
    words = [(level, EVIDENCE[name, level]) for name, level in levels.items() if (name, level) in EVIDENCE]
    return [word for level, word in words if level in SPEAKS_FOR], [
        word for level, word in words if level not in SPEAKS_FOR
    ]


Record = TypeVar("Record")


def groups(records: Sequence[Record], alike: Callable[[Record, Record], bool]) -> list[list[Record]]:
    """Whoever is alike, or alike to somebody of the group, stands together; nobody alone. For few records at a time."""
    grouped: list[list[Record]] = []
    for record in records:
        joined = [group for group in grouped if any(alike(record, other) for other in group)]
        grouped = [group for group in grouped if group not in joined]
        grouped.append([other for group in joined for other in group] + [record])
    return [group for group in grouped if len(group) > 1]


def by_key(records: Iterable[Record], key: Callable[[Record], object]) -> list[list[Record]]:
    """Records by a key, in the order they come."""
    grouped: dict[object, list[Record]] = {}
    for record in records:
        grouped.setdefault(key(record), []).append(record)
    return list(grouped.values())
