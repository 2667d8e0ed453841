"""Candidate pairs: records that share a key.

What no block brings together can never be matched, so recall is measured.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

MOST_OF_A_KEY = 900
"""Pairs one key may bring; beyond it the key (a switchboard's number, a wrong date for all) says too little."""
Block = Sequence[str]


def candidates(left: pl.DataFrame, right: pl.DataFrame, blocks: Sequence[Block]) -> pl.DataFrame:
    """Distinct pairs ``l``, ``r`` (columns of the same names in the frames) that agree on every column of
    some block.
    """
    usable = [block for block in blocks if all(c in left and c in right for c in block)]
    if not usable:
        return pl.DataFrame(schema={"l": pl.UInt32, "r": pl.UInt32})
    # All blocks are one query: each by itself cost more in being asked than in being answered.
    return pl.concat([_pairs(left.lazy(), right.lazy(), block) for block in usable]).unique().collect()


def _pairs(left: pl.LazyFrame, right: pl.LazyFrame, block: Block) -> pl.LazyFrame:
    # A key of several columns as one number: joining on a hash is several times faster than on strings. Two keys
    # under one hash would only bring a candidate more, which scoring throws out.
    key = pl.struct(block).hash() if len(block) > 1 else pl.col(block[0]).hash()
    complete = pl.all_horizontal(pl.col(c).is_not_null() for c in block)
    ours, theirs = (side.filter(complete).select(row, key.alias("k")) for side, row in ((left, "l"), (right, "r")))
    size = ours.group_by("k").len("nl").join(theirs.group_by("k").len("nr"), on="k")
    usable = size.filter(pl.col("nl").cast(pl.UInt64) * pl.col("nr") <= MOST_OF_A_KEY).select("k")
    return ours.join(usable, on="k").join(theirs, on="k").select("l", "r")
