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


class Pairs:
    """Candidate pairs over two frames: a column of either side gathered for every pair."""

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
        self._whole: tuple[pl.DataFrame, ...] = whole or self._sides
        self.are_few = whole is not None
        self._at = (pairs["l"], pairs["r"])
        self.n = len(pairs)

    def has(self, column: str) -> bool:
        """Whether both sides have the column."""
        return all(column in side.columns for side in self._sides)

    def latest(self, column: str) -> Any:
        """The greatest value of a column on either side."""
        return max((v for side in self._sides if (v := side[column].max()) is not None), default=None)

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
        others, total = self.others(column)
        whole = max(total, AS_IF_AMONG.get(column, 0))
        shares: npt.NDArray[np.float64] = others / total + unseen / whole
        return shares

    def others(self, column: str) -> tuple[npt.NDArray[np.float64], int]:
        """For each pair how many other records carry the left value, and how many carry any."""
        counts = pl.concat([side[column] for side in self._whole]).drop_nulls().value_counts(name="n")
        left, _ = self.both(column)
        carriers = left.to_frame("v").join(counts.rename({column: "v"}), on="v", how="left", maintain_order="left")["n"]
        others = np.maximum(carriers.fill_null(0).to_numpy().astype(np.float64) - 2.0, 0.0)  # without the pair itself
        return others, max(1, int(counts["n"].sum()))


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


def seen(pairs: Pairs, whole: str, masked: str) -> tuple[Bools, Bools, Bools]:
    """Where a value masked on one side at least can be compared, where all that can be seen of it agrees, and where its
    end does.
    """
    if not pairs.has(masked) or not any(column.count() for column in pairs.both(masked)):
        nowhere = np.zeros(pairs.n, dtype=np.bool_)
        return nowhere, nowhere, nowhere
    a, b = (pl.coalesce(f"{side}_whole", f"{side}_seen") for side in "ab")
    columns = [*pairs.both(whole), *pairs.both(masked)]
    frame = pl.DataFrame(dict(zip(("a_whole", "b_whole", "a_seen", "b_seen"), columns, strict=True)))
    starts = [text.str.extract(r"^([^*]*)") for text in (a, b)]
    ends = [text.str.extract(r"([^*]*)$") for text in (a, b)]
    begin = starts[0].str.starts_with(starts[1]) | starts[1].str.starts_with(starts[0])
    end = ends[0].str.ends_with(ends[1]) | ends[1].str.ends_with(ends[0])
    compared = frame.select(
        filled=pl.col("a_seen").is_not_null() | pl.col("b_seen").is_not_null(),
        agree=begin & end & ((a.str.len_chars() == b.str.len_chars()) | pl.any_horizontal(_one_seen(a), _one_seen(b))),
        end=end,
    )
    filled = compared["filled"]
    return is_true(filled), is_true(filled & compared["agree"]), is_true(filled & compared["end"])


def _one_seen(masked: pl.Expr) -> pl.Expr:
    """Whether only the surname can be seen: two stars stand for one character or two."""
    return masked.str.contains(r"^[^*]\*{1,2}$").fill_null(value=False)
