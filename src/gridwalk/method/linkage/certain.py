"""Certain keys: what needs no weighing. A key that occurs twice on a side decides nothing there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import polars as pl

from gridwalk.method import text


@dataclasses.dataclass(frozen=True)
class Key:
    """Columns that together say who it is. ``unless``: columns on which both sides may not differ; ``absent``: columns
    in which the rows say nothing.

    ``unsaid``: a column that one side has to leave out.
    """

    columns: tuple[str, ...]
    why: str
    unless: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    unsaid: str = ""

    @property
    def needed(self) -> tuple[str, ...]:
        """Every column it looks at."""
        return (*self.columns, *self.unless, *self.absent, *filter(None, [self.unsaid]))


DOOR = ("estate", "building", "room")
KEYS: Mapping[str, Sequence[Key]] = {
    "person": (
        Key(("id_no", "name"), "证件号相同"),
        Key(("id_no",), "证件号相同", unless=("born_on", "sex"), absent=("name_seen",), unsaid="name"),
        Key(("name", "born_on", *DOOR), "同门同名同日生", unless=("id_no",)),
    ),
    "dwelling": (
        Key(("estate", "building", "stairwell", "room"), "地址相同"),
        Key(DOOR, "地址相同，一边没写单元", unless=("stairwell",)),
        Key(("estate", "room"), "地址相同", absent=("building", "stairwell")),
    ),
    "organization": (Key(("uscc",), "信用代码相同"),),
}
DUPLICATE_KEYS: Mapping[str, Sequence[Key]] = {
    "facility": (Key(("facility_kind", "name", "estate", "building"), "同一处同类同号"),),
    "person": (
        Key(("id_no", "name"), "证件号和姓名都相同"),
        Key(("name", "born_on", *DOOR), "同门同名同日生", unless=("id_no",)),
        Key(("name", *DOOR), "同门同名", unless=("id_no", "born_on", "phone", "stairwell", "sex")),
    ),
    "dwelling": (
        Key(("estate", "building", "stairwell", "room"), "同一户写了两行"),
        Key(("estate", "room"), "同一户写了两行", absent=("building", "stairwell")),
    ),
    "organization": (
        Key(("uscc",), "信用代码相同"),
        Key(("name", *DOOR), "同名同址", unless=("uscc",)),
    ),
}


def folded(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its names in simplified characters: 鄭衛東 and 郑卫东 are one name."""
    if "name" not in frame.columns:
        return frame
    traditional = frame["name"].filter(frame["name"].str.contains(text.TRADITIONAL)).unique()
    plain = {name: text.simplified(name) for name in traditional.drop_nulls().to_list()}
    return frame.with_columns(pl.col("name").replace(plain)) if plain else frame


def pairs(left: pl.DataFrame, right: pl.DataFrame, key: Key) -> pl.DataFrame:
    """``left_row``, ``right_row`` of the records that agree on the key, each alone with it on its side."""
    ours, theirs = _alone(left, key), _alone(right, key)
    joined = ours.join(theirs, on="key", suffix="_r").filter(_agree(key, "{}_r"))
    if key.unsaid:
        joined = joined.filter(pl.col(key.unsaid).is_null() | pl.col(f"{key.unsaid}_r").is_null())
    return joined.select(left_row="row", right_row="row_r")


def _agree(key: Key, other: str) -> pl.Expr:
    """Whether two records differ in nothing in which they may not. ``other``: the second one's columns."""
    agree = pl.lit(True)
    for column in key.unless:
        here, there = pl.col(column), pl.col(other.format(column))
        agree &= here.is_null() | there.is_null() | (here == there)
    return agree


def _keyed(frame: pl.DataFrame, key: Key) -> pl.DataFrame:
    complete = frame.filter(
        *(pl.col(column).is_not_null() for column in key.columns), *(pl.col(column).is_null() for column in key.absent)
    )
    column = pl.col(key.columns[0]) if len(key.columns) == 1 else pl.struct(key.columns)
    further = dict.fromkeys([*key.unless, *filter(None, [key.unsaid])])
    return complete.select("row", column.hash(seed=len(key.columns)).alias("key"), *further)


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
        first = keyed.select(first_row="row", **{f"{column}_first": pl.col(column) for column in key.unless})
        again = again.join(first, on="first_row").filter(_agree(key, "{}_first"))
        repeats.append(again.select("row", "first_row", why=pl.lit(key.why)))
    if not repeats:
        return pl.DataFrame(schema={"row": pl.UInt32, "first_row": pl.UInt32, "why": pl.String})
    return pl.concat(repeats).unique("row", keep="first").sort("row")
