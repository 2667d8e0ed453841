"""A child without an ID number and a telephone: lists of pupils write the guardian's telephone in its row."""

from __future__ import annotations

import polars as pl

from gridwalk.method.linkage import prepare
from gridwalk.method.linkage.caution import CHILDREN, EARLIEST_USE

OF_AGE = 18
MOST_AT_HOME = 6
"""Telephones at one door from which it is no household's: a dormitory, an office."""


def reachable(side: pl.DataFrame) -> pl.DataFrame:
    """The side with the telephones of their household (``phone_home``) for children who have no ID number and no
    telephone of their own.
    """
    children = side.filter(_is_child(side), pl.col("room").is_not_null())
    if children.is_empty():
        return side
    residents = side.filter(pl.col("phone").is_not_null()).select("phone", *_DOOR)
    phones = children.select("row", *_DOOR).join(residents, on=list(_DOOR), nulls_equal=True)
    of_child = phones.group_by("row").agg(pl.col("phone").unique().sort())
    of_child = of_child.filter(pl.col("phone").list.len() <= MOST_AT_HOME)
    at_home = of_child.select("row", phone_home=pl.col("phone").list.join(" "))
    return side.drop("phone_home").join(at_home, on="row", how="left", maintain_order="left")


_DOOR = prepare.PLACE


def _is_child(side: pl.DataFrame) -> pl.Expr:
    latest = side.select(pl.col("born_on").dt.year().max()).item() or 0
    is_young = pl.col("born_on").dt.year() > max(latest, EARLIEST_USE.year) - OF_AGE
    unsaid = pl.col("born_on").is_null() & pl.col("relation").is_in(CHILDREN)
    alone = [pl.col(column).is_null() for column in ("id_no", "id_text", "phone", "phone_seen")]
    return pl.all_horizontal(*alone, is_young.fill_null(value=False) | unsaid)
