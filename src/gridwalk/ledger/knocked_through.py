"""Flats made one: a row that writes two rooms (501-502) is asked about, and the question names both."""

from __future__ import annotations

import polars as pl

ROOMS = r"(\d{3,4})\s*[-—~、,/和及]\s*(\d{3,4})\s*[室号]?$"
"""Two rooms at the end of an address."""


def named(pairs: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """The pairs; the reason of a question about a row that writes two rooms names both."""
    told = [pl.col(column) for column in ("room", "address") if column in left.columns]
    if not told:
        return pairs
    rooms = left.select(left_row="row", rooms=pl.coalesce(told).str.extract_groups(ROOMS))
    written = rooms.unnest("rooms").rename({"1": "one", "2": "other"}).drop_nulls()
    both = pl.concat_str(pl.lit("这一行写着 "), "one", pl.lit("、"), "other", pl.lit(" 两户"))
    why = pl.concat_str(pl.col("why").replace("", None), both, separator="，", ignore_nulls=True)
    asked = (pl.col("status") == "question") & pl.col("one").is_not_null()
    beside = pairs.join(written, on="left_row", how="left", maintain_order="left")
    return beside.with_columns(why=pl.when(asked).then(why).otherwise(pl.col("why"))).select(pairs.columns)
