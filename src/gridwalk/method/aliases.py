"""One estate under two names (阳光100 and 阳光壹佰), learnt from people known to be the same.

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

OF_NAMES = 0.3
"""Of the doors of the smaller of two estates, at how many the same name must stand."""

HARDLY = 0.1
"""An estate may be another's name where the other side has at most this share of its rows."""


def learn(pairs: pl.DataFrame, left: pl.DataFrame | None = None, right: pl.DataFrame | None = None) -> dict[str, str]:
    """Left estate → right estate, from pairs of rows known to be one person.

    ``left``, ``right``: estate and door of all rows of a side. ``pairs``: left_estate, right_estate (keys), left_door,
    right_door (building and room as one text, without the
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
    left_doors = _doors_of(distinct.select(estate="left_estate", door="left_door") if left is None else left, counted)
    right_doors = _doors_of(
        distinct.select(estate="right_estate", door="right_door") if right is None else right, counted
    )
    learnt: dict[str, str] = {}
    for estate, other in counted.select("left_estate", "right_estate").iter_rows():
        others = [e for e in (other, *(a for a, b in learnt.items() if b == other)) if e != estate]
        clash = (
            any(left_doors.get(e, set()) & left_doors[estate] for e in others)
            or right_doors.get(estate, set()) & right_doors[other]
        )
        if estate not in same and estate not in learnt and not clash:
            learnt[estate] = other
    return learnt


def _doors_of(side: pl.DataFrame, counted: pl.DataFrame) -> dict[str, set[str]]:
    """The doors of a side under every name that is about to be learnt, or to be taken for another."""
    names = pl.concat([counted["left_estate"], counted["right_estate"]]).unique()
    rows = side.filter(pl.col("estate").is_in(names.implode())).drop_nulls().unique()
    return {estate: set(doors) for estate, doors in rows.group_by("estate").agg("door").iter_rows()}


def learn_from_names(left: pl.DataFrame, right: pl.DataFrame) -> dict[str, str]:
    """Left estate → right estate, where names are all that both ledgers have: many people of an estate only the left
    side knows stand at the same building and room in one that the right side knows.

    ``left``, ``right``: name, estate, building, room. Two neighbours bear one name by chance; a third of an estate not.
    """
    ours, theirs = (
        side.filter(pl.col("estate").is_in(names.implode()))
        .select("name", "estate", "building", "room", door=pl.concat_str("building", "room", separator="|"))
        .drop_nulls()
        for side, names in ((left, _own(left, right)), (right, right["estate"].drop_nulls().unique()))
    )
    if ours.is_empty() or theirs.is_empty():
        return {}
    n_doors = [side.group_by("estate").agg(n_all=pl.col("door").n_unique()) for side in (ours, theirs)]
    agreeing = (
        ours.join(theirs, on=["name", "door"], suffix="_r")
        .filter(pl.col("estate") != pl.col("estate_r"))
        .group_by("estate", "estate_r")
        .agg(n=pl.col("door").n_unique())
        .join(n_doors[0], on="estate")
        .join(n_doors[1].rename({"estate": "estate_r"}), on="estate_r", suffix="_r")
        .filter((pl.col("n") >= FEWEST_DOORS) & (pl.col("n") >= OF_NAMES * pl.min_horizontal("n_all", "n_all_r")))
        .sort("n", "estate", "estate_r", descending=[True, False, False])
    )
    rows = left.select("estate", door=pl.concat_str("building", "room", separator="|"))
    doors_of = _doors_of(rows, agreeing.rename({"estate": "left_estate", "estate_r": "right_estate"}))
    learnt: dict[str, str] = {}
    for estate, other in agreeing.select("estate", "estate_r").iter_rows():
        clash = doors_of[estate] & doors_of.get(other, set())
        if estate not in learnt and other not in learnt.values() and not clash:
            learnt[estate] = other
    return learnt


def _own(side: pl.DataFrame, other: pl.DataFrame) -> pl.Series:
    """The estates that the other side hardly knows: by a row in ten of this side's at most."""
    counts = side["estate"].drop_nulls().value_counts(name="n")
    counts = counts.join(other["estate"].drop_nulls().value_counts(name="n_other"), on="estate", how="left")
    return counts.filter(pl.col("n_other").fill_null(0) <= HARDLY * pl.col("n"))["estate"]


def apply(estates: pl.Series, aliases: Mapping[str, str]) -> pl.Series:
    """The estates under their right names."""
    return estates.replace(list(aliases), list(aliases.values())) if aliases else estates
