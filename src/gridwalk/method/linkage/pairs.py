"""Pairs of candidates, their two values in every column, and what comparing two values needs. Character-based, never
bytes.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

WORKERS = -1
ALIKE = 0.88
"""Jaro–Winkler similarity from which names in letters, and estates, count as near."""
UNSEEN = 0.3
AS_IF_AMONG = {"name_key": 100, "born_on": 1000, "phone": 1000, "door": 200, "flat": 200, "id_text": 10_000}
"""As among how many records at least a value nobody else has is rare: a ledger of three people says nothing of names,
days or numbers.
"""

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint64]


class Pairs:
    """Candidate pairs over two frames: what either side says in a column, gathered for every pair.

    Columns are worked out once a record and gathered as numbers: a ledger of ten thousand rows leaves some hundred
    pairs, and every call of polars costs more than comparing them.
    """

    def __init__(
        self,
        left: pl.DataFrame,
        right: pl.DataFrame,
        pairs: pl.DataFrame,
        *,
        whole: tuple[pl.DataFrame, ...] | None = None,
    ) -> None:
        """``whole``: the records among which a value is frequent or rare, where they are more than the candidates."""
        self._sides = (left, right)
        self.are_few = whole is not None
        self._at = (pairs["l"], pairs["r"])
        self._places = tuple(at.to_numpy() for at in self._at)
        self._coded = tuple(_codes(side) for side in self._sides)
        self._coded_whole = tuple(_codes(side) for side in whole) if whole else self._coded
        self._gathered: dict[str, tuple[Codes, Codes]] = {}
        self._both: dict[str, tuple[pl.Series, pl.Series]] = {}
        self.n = len(pairs)

    def has(self, column: str) -> bool:
        """Whether both sides have the column."""
        return all(column in side.columns for side in self._sides)

    def says(self, column: str) -> bool:
        """Whether any record of either side says something there."""
        return self.has(column) and any(side[column].null_count() < len(side) for side in self._sides)

    def latest(self, column: str) -> Any:
        """The greatest value of a column on either side."""
        return max((v for side in self._sides if (v := side[column].max()) is not None), default=None)

    def both(self, column: str) -> tuple[pl.Series, pl.Series]:
        """The column on the left and on the right, a value a pair."""
        if column not in self._both:
            left, right = (side[column].gather(at) for side, at in zip(self._sides, self._at, strict=True))
            self._both[column] = left, right
        return self._both[column]

    def each(self, *of: pl.Expr) -> list[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
        """What is true of (or counted in) each record, for its pairs; what is not known counts as no, or 0."""
        named = [worked_out.fill_null(value=False).alias(str(n)) for n, worked_out in enumerate(of)]
        left, right = (side.select(named) for side in self._sides)
        left_at, right_at = self._places
        return [(a.to_numpy()[left_at], b.to_numpy()[right_at]) for a, b in zip(left, right, strict=True)]

    def same_of(self, *of: pl.Expr) -> list[Bools]:
        """Where what is worked out of each record is the same; empty never is."""
        named = [worked_out.alias(str(n)) for n, worked_out in enumerate(of)]
        left, right = (_codes(side.select(named)) for side in self._sides)
        left_at, right_at = self._places
        return [_equal(left[column][left_at], right[column][right_at]) for column in left]

    def codes(self, column: str) -> tuple[Codes, Codes]:
        """A number for either value, the same for equal ones, 0 where a side says nothing."""
        if column not in self._gathered:
            left, right = (codes[column][at] for codes, at in zip(self._coded, self._places, strict=True))
            self._gathered[column] = left, right
        return self._gathered[column]

    def filled(self, column: str) -> Bools:
        """Where both sides say something."""
        left, right = self.codes(column)
        return np.logical_and(left, right)

    def same(self, column: str) -> Bools:
        """Where both sides say the same; empty is never the same."""
        return _equal(*self.codes(column))

    def share(self, column: str, *, unseen: float = UNSEEN) -> npt.NDArray[np.float64]:
        """For each pair the share of other records that carry the left value: the chance of agreeing on it by accident.

        ``unseen``: what a value nobody else carries counts for; the records at hand are not all there are.
        """
        others, total = self.others(column)
        whole = max(total, AS_IF_AMONG.get(column, 0))
        shares: npt.NDArray[np.float64] = others / total + unseen / whole
        return shares

    def others(self, column: str) -> tuple[npt.NDArray[np.float64], int]:
        """For each pair how many other records carry the left value, and how many carry any."""
        codes = np.concatenate([of_side[column] for of_side in self._coded_whole])
        values, n = np.unique(codes[codes != 0], return_counts=True)
        left, _ = self.codes(column)
        if not len(values):
            return np.zeros(self.n), 1
        at = np.minimum(np.searchsorted(values, left), len(values) - 1)
        carriers = np.where(values[at] == left, n[at], 0)
        return np.maximum(carriers - 2.0, 0.0), int(n.sum())  # without the pair itself


def _codes(frame: pl.DataFrame) -> dict[str, Codes]:
    """The values of every column as numbers, 0 where there is none.

    Two values under one number are not to be feared: there are 2⁶⁴.
    """
    coded = frame.select(pl.when(pl.all().is_not_null()).then(pl.all().hash()).otherwise(0))
    return {column.name: column.to_numpy() for column in coded}


def _equal(left: Codes, right: Codes) -> Bools:
    equal: Bools = (left == right) & (left != 0)
    return equal


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


def is_true(series: pl.Series) -> Bools:
    """Booleans of which what is not known counts as no."""
    return series.fill_null(value=False).to_numpy()


@dataclasses.dataclass(frozen=True)
class Seen:
    """Of values masked on one side at least: where they can be compared (``filled``), where all that can be seen of
    them agrees, where their ends do; and how many characters from the start and at the end both show.
    """

    filled: Bools
    agree: Bools
    end: Bools
    n_start: npt.NDArray[np.int64]
    n_end: npt.NDArray[np.int64]

    @classmethod
    def nothing(cls, n: int) -> Seen:
        """Of so many pairs none in which anything is masked."""
        filled, agree, end = (np.zeros(n, dtype=np.bool_) for _ in range(3))
        return cls(filled, agree, end, np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64))


def seen(pairs: Pairs, whole: str, masked: str) -> Seen:
    """How values compare of which either side shows a part only; ``whole``: the column of those shown in full."""
    both = Seen.nothing(pairs.n)
    if not pairs.says(masked):
        return both
    starred = pairs.codes(masked)
    filled = (np.logical_or(*of_side) for of_side in zip(pairs.codes(whole), starred, strict=True))
    at = np.flatnonzero(np.logical_and(*filled) & np.logical_or(*starred))
    if not len(at):
        return both
    columns = [column.gather(at) for name in (whole, masked) for column in pairs.both(name)]
    frame = pl.DataFrame(dict(zip(("a_whole", "b_whole", "a_seen", "b_seen"), columns, strict=True)))
    a, b = (pl.coalesce(f"{side}_whole", f"{side}_seen") for side in "ab")
    starts = [text.str.extract(r"^([^*]*)") for text in (a, b)]
    ends = [text.str.extract(r"([^*]*)$") for text in (a, b)]
    same_start = starts[0].str.starts_with(starts[1]) | starts[1].str.starts_with(starts[0])
    same_end = ends[0].str.ends_with(ends[1]) | ends[1].str.ends_with(ends[0])
    as_long = (a.str.len_chars() == b.str.len_chars()) | pl.any_horizontal(_one_seen(a), _one_seen(b))
    compared = frame.select(
        agree=(same_start & same_end & as_long).fill_null(False),
        end=same_end.fill_null(False),
        n_start=pl.min_horizontal(start.str.len_chars() for start in starts).fill_null(0),
        n_end=pl.min_horizontal(end.str.len_chars() for end in ends).fill_null(0),
    )
    both.filled[at] = True
    for name in compared.columns:
        getattr(both, name)[at] = compared[name].to_numpy()
    return both


def _one_seen(masked: pl.Expr) -> pl.Expr:
    """Whether only the surname can be seen: two stars stand for one character or two."""
    return masked.str.contains(r"^[^*]\*{1,2}$").fill_null(value=False)
