"""How two values compare: one level a pair, for all pairs of candidates at once. Character-based, never bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

WORKERS = -1
ALIKE = 0.88
"""Jaro–Winkler similarity from which names in letters, and estates, count as near."""

UNSEEN = 0.3
UNSEEN_NUMBER = 0.002
"""Identifiers are given out once: two people hardly ever have one."""
AS_IF_AMONG = {"name_key": 100}
"""As among how many records at least a name nobody else bears is rare: a ledger of three people says nothing of
names.
"""
WORD = 6
DATED = 14
"""Characters of an ID number from which it holds its birth date (GB 11643)."""

Bools = npt.NDArray[np.bool_]


class Pairs:
    """Candidate pairs over two frames: a column of either side gathered for every pair."""

    def __init__(self, left: pl.DataFrame, right: pl.DataFrame, pairs: pl.DataFrame) -> None:
        self._sides = (left, right)
        self._at = (pairs["l"], pairs["r"])
        self.n = len(pairs)

    def has(self, column: str) -> bool:
        """Whether both sides have the column."""
        return all(column in side.columns for side in self._sides)

    def both(self, column: str) -> tuple[pl.Series, pl.Series]:
        """The column on the left and on the right, a value a pair."""
        left, right = (side[column].gather(at) for side, at in zip(self._sides, self._at, strict=True))
        return left, right

    def filled(self, column: str) -> Bools:
        """Where both sides say something."""
        left, right = self.both(column)
        return (left.is_not_null() & right.is_not_null()).to_numpy()

    def same(self, column: str) -> Bools:
        """Where both sides say the same; empty is never the same."""
        left, right = self.both(column)
        return (left == right).fill_null(False).to_numpy()

    def share(self, column: str, *, unseen: float = UNSEEN) -> npt.NDArray[np.float64]:
        """For each pair the share of other records that carry the left value: the chance of agreeing on it by accident.

        ``unseen``: what a value nobody else carries counts for; the records at hand are not all there are.
        """
        counts = pl.concat([side[column] for side in self._sides]).drop_nulls().value_counts(name="n")
        total = max(1, int(counts["n"].sum()))
        whole = max(total, AS_IF_AMONG.get(column, 0))
        left, _ = self.both(column)
        carriers = left.to_frame("v").join(counts.rename({column: "v"}), on="v", how="left", maintain_order="left")["n"]
        others = np.maximum(carriers.fill_null(0).to_numpy().astype(np.float64) - 2.0, 0.0)  # without the pair itself
        shares: npt.NDArray[np.float64] = others / total + unseen / whole
        return shares


@dataclasses.dataclass
class Compared:
    """``level``: each pair's level of one comparison, "" where a side says nothing; ``share``: of the value agreed on.

    ``implies``: where agreeing says birth date and sex as well, because the number holds them.
    """

    level: npt.NDArray[np.str_]
    share: npt.NDArray[np.float64] | None = None
    implies: Bools = dataclasses.field(default_factory=lambda: np.zeros(1, dtype=np.bool_))


def pick(pairs: Pairs, filled: Bools, **levels: Bools) -> npt.NDArray[np.str_]:
    """The first level that holds for each pair; ``other`` where both sides spoke and none does."""
    return np.select([~filled, *levels.values()], ["", *levels], default="other").astype("U10")


def edits(left: pl.Series, right: pl.Series, where: Bools, most: int) -> npt.NDArray[np.int64]:
    """Keystrokes between two texts (insert, delete, replace, swap neighbours), where asked; ``most`` + 1 means more."""
    keystrokes = np.full(len(where), most + 1, dtype=np.int64)
    at = np.flatnonzero(where)
    if len(at):
        a, b = left.gather(at).to_list(), right.gather(at).to_list()
        keystrokes[at] = cpdist(a, b, scorer=OSA.distance, score_cutoff=most, dtype=np.int32, workers=WORKERS)
    return keystrokes


def alike(left: pl.Series, right: pl.Series, where: Bools) -> Bools:
    """Where two texts resemble each other, where asked."""
    resembling = np.zeros(len(where), dtype=np.bool_)
    at = np.flatnonzero(where)
    if len(at):
        a, b = left.gather(at).to_list(), right.gather(at).to_list()
        resembling[at] = (
            cpdist(a, b, scorer=JaroWinkler.similarity, score_cutoff=ALIKE, dtype=np.float32, workers=WORKERS) > 0
        )
    return resembling


def name(pairs: Pairs) -> Compared:
    """Names of persons: the same · sounding the same · a keystroke apart · the surname only · other."""
    left, right = pairs.both("name_key")
    filled, same = pairs.filled("name_key"), pairs.same("name_key")
    sounds = pairs.same("sound")
    open_ = filled & ~same & ~sounds
    # Among two characters one keystroke is half the name; only swapping them is a slip.
    long = ((left.str.len_chars() >= 3) | (right.str.len_chars() >= 3)).fill_null(False).to_numpy()
    swapped = (left == right.str.reverse()).fill_null(False).to_numpy()
    latin = (left.str.contains("[a-z]") & right.str.contains("[a-z]")).fill_null(False).to_numpy()
    near = swapped | (edits(left, right, open_ & long & ~latin, 1) <= 1) | alike(left, right, open_ & latin)
    return Compared(
        pick(pairs, filled, same=same, sounds=sounds, near=near, surname=pairs.same("surname")), pairs.share("name_key")
    )


def id_number(pairs: Pairs, called: Compared | None = None) -> Compared:
    """ID numbers as written: two with right check digits that differ are two persons; a slip is one or two keystrokes.

    ``called``: the persons' names. A number that its own row contradicts, under two names, is a relative's.
    """
    left, right = pairs.both("id_text")
    filled, same = pairs.filled("id_text"), pairs.same("id_text")
    valid = pairs.filled("id_valid")
    open_ = filled & ~same & ~valid
    near = edits(left, right, open_, 2) <= 2
    kept = (left.str.slice(0, 14) == right.str.slice(0, 14)).fill_null(False).to_numpy()
    tail = (left.str.slice(-4) == right.str.slice(-4)).fill_null(False).to_numpy()
    lost = (left.str.ends_with("000") | right.str.ends_with("000")).fill_null(False).to_numpy()
    birth = (left.str.slice(6, 8) == right.str.slice(6, 8)).fill_null(False).to_numpy()
    full = ((left.str.len_chars() >= 17) & (right.str.len_chars() >= 17)).fill_null(False).to_numpy()
    stars = (left.str.contains("*", literal=True) | right.str.contains("*", literal=True)).fill_null(False).to_numpy()
    borrowed = np.zeros(pairs.n, dtype=np.bool_) if called is None else _borrowed(pairs, called)
    return Compared(
        pick(
            pairs,
            filled,
            other=borrowed,
            same=same & ~stars,
            both_valid=valid & ~same,
            near=near & ~stars | kept & lost,
            birth=birth & full & ~stars | stars & tail,
        ),
        pairs.share("id_text", unseen=UNSEEN_NUMBER),
        (left.str.len_chars() >= DATED).fill_null(False).to_numpy(),
    )


def _borrowed(pairs: Pairs, called: Compared) -> Bools:
    """Where a doubted number stands under two names that have nothing in common: 王伟 and 王伟外出 have."""
    here, there = pairs.both("id_doubted")
    left, right = pairs.both("name_key")
    a, b = pl.col("a"), pl.col("b")
    within = pl.DataFrame({"a": left, "b": right}).select(a.str.starts_with(b) | b.str.starts_with(a)).to_series()
    doubted: Bools = ((here | there) & ~within.fill_null(False)).to_numpy()
    return doubted & np.isin(called.level, ["surname", "other"])


def born(pairs: Pairs) -> Compared:
    """Birth dates: the same · one of year, month, day otherwise, or day and month swapped · the year alone · other."""
    left, right = pairs.both("born_on")
    filled, same = pairs.filled("born_on"), pairs.same("born_on")
    parts = [(getattr(left.dt, p)(), getattr(right.dt, p)()) for p in ("year", "month", "day")]
    (year, month, day) = [(a == b).fill_null(False).to_numpy() for a, b in parts]
    swapped = ((parts[1][0] == parts[2][1]) & (parts[2][0] == parts[1][1])).fill_null(False).to_numpy()
    one_off = (year.astype(int) + month + day) == 2
    return Compared(pick(pairs, filled, same=same, near=one_off | year & swapped, year=year), pairs.share("born_on"))


def equal(pairs: Pairs, column: str, *, by_share: bool = True) -> Compared:
    """The same or other."""
    filled, same = pairs.filled(column), pairs.same(column)
    return Compared(pick(pairs, filled, same=same), pairs.share(column) if by_share else None)


def typed(pairs: Pairs, column: str, *, most: int = 1) -> Compared:
    """The same, at most ``most`` keystrokes apart, or other."""
    left, right = pairs.both(column)
    filled, same = pairs.filled(column), pairs.same(column)
    return Compared(
        pick(pairs, filled, same=same, near=edits(left, right, filled & ~same, most) <= most), pairs.share(column)
    )


def named(pairs: Pairs, column: str, *, within: bool = False) -> Compared:
    """Names of estates, organizations, owners: the same, (one within the other,) near, or other."""
    left, right = pairs.both(column)
    filled, same = pairs.filled(column), pairs.same(column)
    levels: Mapping[str, Bools] = {"same": same}
    if within:
        short = ((left.str.len_chars() >= 3) & (right.str.len_chars() >= 3)).fill_null(False)
        a, b = pl.col("a"), pl.col("b")
        inside = pl.DataFrame({"a": left, "b": right}).select(
            (a.str.contains(b, literal=True) | b.str.contains(a, literal=True)).fill_null(False)
        )
        levels = {**levels, "within": (short & inside.to_series()).to_numpy()}
    near = (edits(left, right, filled & ~same, 1) <= 1) | alike(left, right, filled & ~same)
    return Compared(pick(pairs, filled, **levels, near=near), pairs.share(column))


def home(pairs: Pairs) -> Compared:
    """Doors: the same · of households known to be the same people · same building and room · the building misspelt, the
    room the same · same building · same estate, by how many live there · other.
    """
    household = pairs.same("household") if pairs.has("household") else np.zeros(pairs.n, dtype=np.bool_)
    filled = pairs.filled("door") | pairs.filled("house") | household
    same, room, building = pairs.same("door"), pairs.same("place"), pairs.same("house")
    open_ = ~same & ~household & ~building
    same_estate, same_building = pairs.same("estate"), pairs.same("building")
    misspelt_estate = alike(*pairs.both("estate"), open_ & same_building & pairs.filled("estate"))
    # A building is a number where estates have names; only where it is a word (a street's name) can it be misspelt.
    words = (
        (pairs.both("building")[0].str.len_chars() >= WORD) & (pairs.both("building")[1].str.len_chars() >= WORD)
    ).fill_null(False)
    misspelt_building = alike(*pairs.both("building"), open_ & same_estate & words.to_numpy())
    near = misspelt_estate | misspelt_building
    level = pick(
        pairs,
        filled,
        same=same,
        household=household,
        room=room,
        near=near & pairs.same("room"),
        building=building | near,
        estate=same_estate,
    )
    return Compared(level, np.where(level == "estate", pairs.share("estate"), pairs.share("door")))
