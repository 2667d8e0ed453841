"""怎样走得最快: what an area's doors that are left add up to, and what to do about it first; plain values only.

An advice speaks of doors and time bands of a whole area, never of a person or a worker, and nobody is ranked by it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from gridwalk.method import intervals
from gridwalk.visits import steps
from gridwalk.visits.steps import BAND_WORDS, Door

ENOUGH_KNOCKS = 30
"""With fewer knocks of the street in a band nothing is said of what to expect there."""
ENOUGH_DOORS = 3
"""So many doors of one stairwell are worth a walk of their own."""

WORDS = {
    "evening": ("{n} 户就差晚间", "白天没碰上人，晚间还没试过。"),
    "weekend": ("{n} 户就差周末", "平日没碰上人，周末还没试过。"),
    "call": ("{n} 户有电话没打过", "敲过门没碰上人，电话打通就算走访。"),
    "second_source": ("{n} 户报空房，差第二来源", "物业、邻居、业主电话，任一证实就算走访。"),
    "decide": ("{n} 户先定差异", "写法或登记不一致，定了再走，免得白跑。"),
    "recheck": ("{n} 户等另一人复核", "报搬离、找不到的，复核后生效。"),
    "missed": ("{n} 户定好的日子过了", "约定或打算的时间没去成，重新排一次。"),
}
"""Advice → its headline and its reason, in the order they are given."""


@dataclasses.dataclass(frozen=True)
class Knocked:
    """How often a street has knocked in a time band in this campaign, and how often somebody opened."""

    n: int
    n_opened: int


@dataclasses.dataclass(frozen=True)
class Left:
    """A door that is left: what its next step depends on. ``stairwell``: its grid and where it stands there, in walking
    order; ``planned``: the day and time band of the list it stands on already.
    """

    door: Door
    stairwell: tuple[str, str] = ("", "")
    planned: tuple[dt.date, str] | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Advice:
    """One advice. ``n``: its doors; ``stairwell``: of a walk through one of them."""

    code: str
    title: str
    why: str
    n: int
    stairwell: tuple[str, str] = ("", "")


def codes(row: Left) -> set[str]:
    """The advices a door belongs to; one door may belong to two, and to none once it stands on a list."""
    door, step = row.door, steps.next_step(row.door).code
    if row.planned is not None and step not in {"recheck", "decide"}:
        return set()
    missed = {"missed"} if door.missed_on is not None and step not in {"letter", "recheck"} else set()
    return missed | ({step} if step in WORDS else set())


def advise(left: Sequence[Left], knocked: Mapping[str, Knocked]) -> list[Advice]:
    """What to do about the doors that are left: the walk that takes several at once first, then by the list above."""
    counted = Counter(code for row in left for code in codes(row))
    given = [_of_band(code, counted[code], knocked) for code in WORDS if counted[code]]
    walk = _walk(left)
    return ([walk] if walk else []) + given


def _of_band(code: str, n: int, knocked: Mapping[str, Knocked]) -> Advice:
    title, why = WORDS[code]
    return Advice(code=code, title=title.format(n=f"{n:,}"), why=why + expected(code, n, knocked), n=n)


def expected(band: str, n: int, knocked: Mapping[str, Knocked]) -> str:
    """What a walk to ``n`` doors in a band brings at the street's own rate there, as an interval; "" where too few
    knocks tell.
    """
    street = knocked.get(band)
    if street is None or street.n < ENOUGH_KNOCKS:
        return ""
    low, high = (round(n * share) for share in intervals.wilson(street.n, street.n_opened))
    brings = f"{low:,} 户" if low == high else f"{low:,}–{high:,} 户"
    return f"本街道{BAND_WORDS[band]}敲门 {street.n:,} 次，开门 {street.n_opened:,} 次；照此约见到 {brings}。"


def _walk(left: Iterable[Left]) -> Advice | None:
    """The stairwell with the most doors that nobody has been to; of equals the first in walking order."""
    untried = Counter(row.stairwell for row in left if row.stairwell[1] and is_first_walk(row))
    stairwell, n = max(untried.items(), key=lambda item: item[1], default=(("", ""), 0))
    if n < ENOUGH_DOORS:
        return None
    title = f"{stairwell[1]} {n:,} 户顺路"
    return Advice(code="walk", title=title, why="都在一个单元，一趟走完，不用来回。", n=n, stairwell=stairwell)


def is_first_walk(row: Left) -> bool:
    """Whether a door waits for a walk to it and stands on no list yet."""
    return row.planned is None and steps.next_step(row.door).code == "walk"


def on_lists(left: Iterable[Left]) -> list[tuple[dt.date, str, int]]:
    """What is on lists already: (day, time band, how many doors), the nearest first."""
    planned = Counter(row.planned for row in left if row.planned is not None)
    return [(on, band, n) for (on, band), n in sorted(planned.items())]
