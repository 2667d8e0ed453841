"""Whether a twin could be meant: who else at the same door has the same birth date, on either side."""

from __future__ import annotations

import polars as pl

from gridwalk.method.linkage import prepare

Frames = tuple[pl.DataFrame, ...]


def safe(flagged: pl.DataFrame, *, pool: Frames, sides: Frames, homes: Frames, settled: pl.DataFrame) -> pl.Series:
    """``at`` of the flagged pairs (l, r, at, numbered) that no twin stands in the way of: the twins known on both sides
    are each other's, or a valid number agrees and neither side knows a twin. Who is at home there, both sides must say:
    a twin is not known where no door is.
    """
    others = []
    numbered = flagged.select("at", "numbered")
    for side, prepared, homes_of, place in zip(sides, pool, homes, ("l", "r"), strict=True):
        own = flagged.select(
            "at", row=prepared["row"].gather(flagged[place]), born=prepared["born_on"].gather(flagged[place])
        )
        own = own.join(homes_of, on="row")
        numbered = numbered.with_columns(pl.col("numbered") & pl.col("at").is_in(own["at"].implode()))
        there = homes_of.filter(pl.col("home").is_in(own["home"].implode()))
        there = there.join(side.select("row", born=prepare.birth_date()), on="row")
        twins = own.join(there.rename({"row": "twin"}), on=["home", "born"]).filter(pl.col("twin") != pl.col("row"))
        others.append(twins.group_by("at").agg("twin"))
    known = numbered.join(others[0], on="at", how="left")
    known = known.join(others[1], on="at", how="left", suffix="_r")
    twins_here = known["twin"].explode().drop_nulls()
    partner = dict(
        settled.filter(pl.col("left_row").is_in(twins_here.implode())).select("left_row", "right_row").rows()
    )
    is_safe = [
        numbered if not (here or there) else {partner.get(row) for row in here or ()} == set(there or ())
        for numbered, here, there in known.select("numbered", "twin", "twin_r").iter_rows()
    ]
    return known["at"].filter(pl.Series(is_safe, dtype=pl.Boolean))
