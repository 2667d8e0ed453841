"""What a linker got right, by row: a pair is right when both rows are one person; every person on both sides is to be
found once.
"""

from __future__ import annotations

import dataclasses

import polars as pl

from benchmarks.linkage.ledgers import Pair


@dataclasses.dataclass(frozen=True)
class Score:
    """``by_error``: recall among the people in whose rows that mistake was made."""

    precision: float
    recall: float
    n_pairs: int
    by_error: dict[str, float]

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-12, self.precision + self.recall)


def score(pair: Pair, pairs: pl.DataFrame) -> Score:
    """``pairs``: left_row, right_row of those taken without asking."""
    left, right = pl.read_parquet(pair.left_key), pl.read_parquet(pair.right_key)
    judged = (
        pairs.select(pl.col("left_row", "right_row").cast(pl.Int64))
        .join(left.select(left_row="row", a="who"), on="left_row")
        .join(right.select(right_row="row", b="who"), on="right_row")
    )
    right_people = judged.filter(pl.col("a") == pl.col("b"))["a"].unique()
    both = (
        left.group_by("who")
        .agg(pl.col("errors").str.join(","))
        .join(right.group_by("who").agg(other=pl.col("errors").str.join(",")), on="who")
    )
    both = both.with_columns(
        hit=pl.col("who").is_in(right_people.implode()), errors=pl.concat_str("errors", "other", separator=",")
    )
    each = (
        both.with_columns(pl.col("errors").str.split(",").list.unique())
        .explode("errors")
        .filter(pl.col("errors") != "")
    )
    by_error = dict(each.group_by("errors").agg(pl.col("hit").mean()).iter_rows())
    n_right = int((judged["a"] == judged["b"]).sum())
    return Score(n_right / max(1, len(judged)), len(right_people) / len(both), len(judged), by_error)
