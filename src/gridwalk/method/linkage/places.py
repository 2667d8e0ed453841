"""Where one side leaves out what the other says of a door."""

from __future__ import annotations

import polars as pl


def estates_filled(left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides, with the estate put in where one has none at all and the other knows a single one, in its community
    or altogether.
    """
    return _filled(left, right), _filled(right, left)


def _filled(side: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    if side["estate"].count() or not other["estate"].count():
        return side
    if side["community"].count() and other["community"].count():
        only = other.group_by("community").agg(n=pl.col("estate").n_unique(), estate_=pl.col("estate").first())
        only = only.filter((pl.col("n") == 1) & pl.col("community").is_not_null()).select("community", "estate_")
        return (
            side.join(only, on="community", how="left", maintain_order="left")
            .drop("estate")
            .rename({"estate_": "estate"})
        )
    names = other["estate"].drop_nulls().unique()
    return side.with_columns(estate=pl.lit(names[0])) if len(names) == 1 and not other["estate"].null_count() else side
