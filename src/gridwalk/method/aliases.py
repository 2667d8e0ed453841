"""One estate under two names (阳光100 and 阳光壹佰), learnt from people whose ID number says they are the same.

Where two ledgers have the same people at the same building and room, and only the estate's name differs, the names
mean one estate. Nothing is guessed from how names look.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

FEWEST_DOORS = 3
"""Different doors that must agree; two households may have moved together by chance."""
SHARE = 0.8
"""Of the doors known under the left name, how many must lie in the right one at the same building and room."""


def learn(pairs: pl.DataFrame) -> dict[str, str]:
    """Left estate → right estate, from pairs of rows known to be one person.

    ``pairs``: left_estate, right_estate (keys), left_door, right_door (building and room as one text, without the
    estate). A name both sides use for the same estate is no alias, and two names on one side stay two where they have
    a door in common.
    """
    distinct = pairs.drop_nulls().unique()
    if distinct.is_empty():
        return {}
    doors = distinct.group_by("left_estate").agg(n_all=pl.col("left_door").n_unique())
    same = set(distinct.filter(pl.col("left_estate") == pl.col("right_estate"))["left_estate"].to_list())
    agreeing = distinct.filter(
        (pl.col("left_door") == pl.col("right_door")) & (pl.col("left_estate") != pl.col("right_estate"))
    )
    counted = (
        agreeing.group_by("left_estate", "right_estate")
        .agg(n=pl.col("left_door").n_unique())
        .join(doors, on="left_estate")
        .filter((pl.col("n") >= FEWEST_DOORS) & (pl.col("n") >= SHARE * pl.col("n_all")))
        .sort("n", "left_estate", "right_estate", descending=[True, False, False])
    )
    doors_of = {e: set(d) for e, d in distinct.group_by("left_estate").agg("left_door").iter_rows()}
    learnt: dict[str, str] = {}
    for left, right in counted.select("left_estate", "right_estate").iter_rows():
        others = [e for e in (right, *(a for a, b in learnt.items() if b == right)) if e != left]
        clash = any(doors_of.get(e, set()) & doors_of[left] for e in others)
        if left not in same and left not in learnt and not clash:
            learnt[left] = right
    return learnt


def apply(estates: pl.Series, aliases: Mapping[str, str]) -> pl.Series:
    """The estates under their right names."""
    return estates.replace(list(aliases), list(aliases.values())) if aliases else estates
