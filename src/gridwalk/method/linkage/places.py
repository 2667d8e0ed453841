"""Where one side leaves out what the other says of a door."""

from __future__ import annotations

import polars as pl

from gridwalk.method.linkage import prepare


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


REGISTERED, ABOVE = "registered", "above"
"""Where a door that is presumed comes from."""
FEWEST_NAMES = 2
"""Names of a household that must stand at one door on the other side; a namesake alone is there by chance."""
FEWEST_ROWS, USUAL = 10, 0.8
"""Rows below others, known on the other side, of which so many must stand at the door above: then the file is written
so.
"""


def presumed(left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides of persons, with a door presumed for rows that say none: the one they are registered at, else that of
    the row above, where the other side bears it out.
    """
    left, right = _at_registration(left), _at_registration(right)
    return _as_above(left, right), _as_above(right, left)


def _at_registration(side: pl.DataFrame) -> pl.DataFrame:
    registered = {part: f"{prepare.REGISTERED}{part}" for part in prepare.PLACE}
    silent = _silent() & pl.col(registered["room"]).is_not_null()
    put = [pl.when(silent).then(column).otherwise(part).alias(part) for part, column in registered.items()]
    origin = pl.when(silent).then(pl.lit(REGISTERED)).alias(prepare.PRESUMED)
    return side.with_columns(*put, origin).drop(registered.values())


def _silent() -> pl.Expr:
    return pl.all_horizontal(pl.col(part).is_null() for part in prepare.PLACE)


def _as_above(side: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """An office may write a door once, beside the first of a household. The file alone does not tell who is below it,
    for the door may be missing. So the other side has to know two names of the household at that door, or nearly
    everybody of all households where they are presumed.
    """
    rows = _below(side)
    # Without the estate: either side may leave it out, or know it by another name, and both are mended later.
    at_door = ["name", "building", "room"]
    other = other.join(rows, on="name", how="semi")
    neighbours = rows.join(other, on=at_door, how="semi")
    below = rows.filter("silent")
    namesakes = other.filter(pl.col("room").is_not_null() & pl.col("name").is_unique())
    unique = below.filter(pl.col("name").is_unique()).join(namesakes, on="name", how="semi")
    n_at_door = len(unique.join(neighbours, on="row", how="semi"))
    if len(unique) < FEWEST_ROWS or n_at_door < USUAL * len(unique):
        n_names = neighbours.group_by("household").agg(n=pl.col("name").n_unique())
        borne_out = n_names.filter(pl.col("n") >= FEWEST_NAMES)["household"]
        below = below.filter(pl.col("household").is_in(borne_out.implode()))
    doors = below.select("row", *prepare.PLACE)
    if doors.is_empty():
        return side
    filled = side.join(doors, on="row", how="left", suffix="_", maintain_order="left")
    return filled.with_columns(
        *(pl.coalesce(part, f"{part}_").alias(part) for part in prepare.PLACE),
        pl.when(pl.col("room_").is_not_null()).then(pl.lit(ABOVE)).otherwise(prepare.PRESUMED).alias(prepare.PRESUMED),
    ).drop(f"{part}_" for part in prepare.PLACE)


def _below(side: pl.DataFrame) -> pl.DataFrame:
    """The rows with the last door written above them (their own, where they write one), as far as it is of their
    community; ``household``: which of these doors it is; ``silent``: whether they say none themselves. Left out are
    households in which everybody says a door.
    """
    written = pl.col("room").is_not_null() & pl.col(prepare.PRESUMED).is_null()
    rows = side.select(
        *("row", "name", "community", *prepare.PLACE), silent=_silent(), written=written, household=written.cum_sum()
    )
    rows = rows.filter(pl.col("household").is_in(rows.filter("silent")["household"].unique().implode()))
    above = [
        pl.when("written").then(pl.col(part).fill_null("")).forward_fill().replace("", None).alias(part)
        for part in ("community", *prepare.PLACE)
    ]
    below = rows.with_columns(above).with_columns(row_community=rows["community"])
    is_of_it = pl.col("row_community").eq_missing(pl.col("community"))
    return below.filter(pl.col("silent") | pl.col("written"), pl.col("room").is_not_null(), is_of_it)
