"""A column of addresses read at once."""

from __future__ import annotations

import polars as pl

from gridwalk.method import addresses

PARTS = ("road", "number", "estate", "building", "stairwell", "floor", "room", "fault")


def parts(texts: pl.Series) -> pl.DataFrame:
    """The parts of every address, as ``addresses.parse`` reads them."""
    read = [addresses.parse(t) for t in texts.to_list()]
    return pl.DataFrame(
        {
            p: pl.Series([str(getattr(a, p) if getattr(a, p) is not None else "") for a in read], dtype=pl.String)
            for p in PARTS
        }
    )
