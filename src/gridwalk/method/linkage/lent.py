"""One number under two names that are a character apart: a slip of the pen, or a brother's number.

Within a family numbers are lent: a pupil's row carries the sister's. Brothers and sisters often share all of their
names but a character, so that the number and the look of the name say less of them than of anybody else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from gridwalk.method.linkage import prepare, score
from gridwalk.method.linkage.pairs import Bools, Compared, Pairs

OFTEN = 0.005
"""Of the rows of the shorter side so many numbers under wholly other names: in such ledgers numbers are lent."""
HOME = ("estate", "building", "room")
NAMED_OTHERWISE = ("surname", "given", "other")


def doubtful(pairs: Pairs, compared: Mapping[str, Compared], child: Bools, n_rows: int) -> Bools:
    """Pairs of one number and two like names that are asked about: their homes differ, or numbers are lent in these
    ledgers and it is a child's (``child``). ``n_rows``: of the shorter side.
    """
    called, numbered = compared["name"].level, pairs.same("id_no")
    (length,) = pairs.each(pl.col("name_key").str.len_chars())
    of_brothers: Bools = numbered & (called == "near") & (length[0] == length[1])  # what a slip cuts is shorter
    if not of_brothers.any():
        return of_brothers
    n_lent = int((numbered & np.isin(called, NAMED_OTHERWISE)).sum())
    doubt: Bools = ~np.isin(compared["home"].level, (*score.AT_HOME, ""))
    if n_lent >= OFTEN * n_rows:
        doubt |= child
    return of_brothers & doubt


def returned(left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides of persons without the numbers that the other side knows as another's of the same household, where it
    also knows who bears the name: 王宇轩 with the number of 王宇飞, with whom a 王宇轩 of another number lives.

    A birth date that stands within such a number goes with it.
    """
    ours, theirs = (side.filter(pl.col("id_no").is_not_null()).select("row", "name", "id_no") for side in (left, right))
    of_two = ours.join(theirs, on="id_no", suffix="_r").filter(pl.col("name") != pl.col("name_r"))
    if of_two.is_empty():
        return left, right
    turned = of_two.rename({"row": "row_r", "row_r": "row", "name": "name_r", "name_r": "name"})
    return _returned(left, right, of_two), _returned(right, left, turned)


def _returned(side: pl.DataFrame, other: pl.DataFrame, of_two: pl.DataFrame) -> pl.DataFrame:
    """The side without what is lent; ``of_two``: the rows of both of one number and two names (``row``, ``row_r``)."""
    bearers = other.join(of_two, on="name", how="semi").select("name", "id_no", *HOME)
    of_others = of_two.join(bearers, on=["id_no", "name"], how="anti")
    of_others = of_others.join(other.select("row", *HOME), left_on="row_r", right_on="row")
    lent = side.join(of_others.join(bearers, on=["name", *HOME], how="semi"), on="row", how="semi")
    if lent.is_empty():
        return side
    within = (pl.col("born_on") == prepare.date_within(pl.col("id_no"))).fill_null(value=True)
    return side.with_columns(_except(lent, "id_no"), _except(lent.filter(within), "born_on"))


def _except(rows: pl.DataFrame, column: str) -> pl.Expr:
    """The column without what it says of these rows."""
    return pl.when(~pl.col("row").is_in(rows["row"].implode())).then(column)
