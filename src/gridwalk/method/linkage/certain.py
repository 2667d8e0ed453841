"""Certain keys: what needs no weighing. A key that occurs twice on a side decides nothing there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import polars as pl


@dataclasses.dataclass(frozen=True)
class Key:
    """Columns that together say who it is. ``unless``: a column on which both sides may not differ.

    ``agree``: a column in which both sides must say the same, or the pair is weighed like any other.
    """

    columns: tuple[str, ...]
    why: str
    unless: str = ""
    agree: str = ""


KEYS: Mapping[str, Sequence[Key]] = {
    "person": (
        Key(("id_no",), "证件号相同", agree="name"),
        Key(("name", "born_on", "estate", "building", "room"), "同门同名同日生", unless="id_no"),
    ),
    "dwelling": (
        Key(("estate", "building", "stairwell", "room"), "地址相同"),
        Key(("estate", "building", "room"), "地址相同，一边没写单元", unless="stairwell"),
    ),
    "organization": (Key(("uscc",), "信用代码相同"),),
}
DUPLICATE_KEYS: Mapping[str, Sequence[Key]] = {
    "facility": (Key(("facility_kind", "name", "estate", "building"), "同一处同类同号"),),
    "person": (
        Key(("id_no", "name"), "证件号和姓名都相同"),
        Key(("name", "born_on", "estate", "building", "room"), "同门同名同日生", unless="id_no"),
    ),
    "dwelling": (Key(("estate", "building", "stairwell", "room"), "同一户写了两行"),),
    "organization": (
        Key(("uscc",), "信用代码相同"),
        Key(("name", "estate", "building", "room"), "同名同址", unless="uscc"),
    ),
}


def pairs(left: pl.DataFrame, right: pl.DataFrame, key: Key) -> pl.DataFrame:
    """``left_row``, ``right_row`` of the records that agree on the key, each alone with it on its side."""
    ours, theirs = _alone(left, key), _alone(right, key)
    joined = ours.join(theirs, on="key", suffix="_r")
    if key.unless:
        here, there = pl.col(key.unless), pl.col(f"{key.unless}_r")
        joined = joined.filter(here.is_null() | there.is_null() | (here == there))
    if key.agree:
        joined = joined.filter(_alike(pl.col(key.agree), pl.col(f"{key.agree}_r")))
    return joined.select(left_row="row", right_row="row_r")


def _alike(here: pl.Expr, there: pl.Expr) -> pl.Expr:
    """Under one number the same name, or one of them is missing: rows that carry a relative's number share
    the surname.
    """
    return here.is_null() | there.is_null() | (here == there)


def _keyed(frame: pl.DataFrame, key: Key) -> pl.DataFrame:
    complete = frame.filter(pl.all_horizontal(pl.col(c).is_not_null() for c in key.columns))
    column = pl.col(key.columns[0]) if len(key.columns) == 1 else pl.struct(key.columns)
    return complete.select(
        "row", column.hash(seed=len(key.columns)).alias("key"), *{c for c in (key.unless, key.agree) if c}
    )


def _alone(frame: pl.DataFrame, key: Key) -> pl.DataFrame:
    keyed = _keyed(frame, key)
    return keyed.filter(keyed["key"].is_unique())


def duplicates(frame: pl.DataFrame, keys: Sequence[Key]) -> pl.DataFrame:
    """``row``, ``first_row``, ``why``: rows that say again what an earlier row of the same side says."""
    repeats = []
    for key in keys:
        keyed = _keyed(frame, key)
        keyed = keyed.filter(~keyed["key"].is_unique())
        if keyed.is_empty():
            continue
        again = keyed.with_columns(first_row=pl.col("row").min().over("key")).filter(
            pl.col("row") != pl.col("first_row")
        )
        if key.unless:
            first = keyed.select(first_row="row", there=pl.col(key.unless))
            again = again.join(first, on="first_row")
            again = again.filter(
                pl.col(key.unless).is_null() | pl.col("there").is_null() | (pl.col(key.unless) == pl.col("there"))
            )
        repeats.append(again.select("row", "first_row", why=pl.lit(key.why)))
    if not repeats:
        return pl.DataFrame(schema={"row": pl.UInt32, "first_row": pl.UInt32, "why": pl.String})
    return pl.concat(repeats).unique("row", keep="first").sort("row")
