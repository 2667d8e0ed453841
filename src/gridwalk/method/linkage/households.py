"""Households that are the same people on both sides, whatever their doors: by who is matched, and by names together."""

from __future__ import annotations

import polars as pl

Frames = tuple[pl.DataFrame, ...]
ROWS = ("left_row", "right_row")


def together(sides: Frames, homes: Frames, kind: str) -> pl.DataFrame:
    """``ROWS``: pairs of rows that bear one name, which nobody else on either side bears. At least two such pairs stand
    at the same two doors.
    """
    if kind != "person":
        return pl.DataFrame(schema=dict.fromkeys(ROWS, pl.UInt32))
    named = pl.col("name").is_not_null() & pl.col("name").is_unique()
    ours, theirs = (
        side.filter(named).select("row", "name").join(of, on="row") for side, of in zip(sides, homes, strict=True)
    )
    both = ours.join(theirs, on="name", suffix="_r")
    several = both.filter(pl.len().over("home", "home_r") > 1)
    return several.select(left_row="row", right_row="row_r")


def counterparts(
    left: pl.DataFrame, right: pl.DataFrame, homes: Frames, settled: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A column ``household`` on both sides: the right door to which most of the left door's people have
    been matched, or at which several of their names stand together.
    """
    left, right = left.drop("household", strict=False), right.drop("household", strict=False)
    left = left.join(homes[0], on="row", how="left", maintain_order="left")
    # Only the doors of those who are still to be weighed are asked about: a tenth of them in a large ledger.
    asked = homes[0].join(left.select("home"), on="home", how="semi")
    moved = (
        settled.join(asked.select(left_row="row", home="home"), on="left_row")
        .unique()
        .join(homes[1].select(right_row="row", household="home"), on="right_row")
        .group_by("home", "household")
        .len("n")
        .sort("n", "household", descending=True)
        .unique("home", keep="first", maintain_order=True)
    )
    left = left.join(moved.select("home", "household"), on="home", how="left", maintain_order="left")
    right = right.join(homes[1].select("row", household="home"), on="row", how="left", maintain_order="left")
    return left.drop("home"), right
