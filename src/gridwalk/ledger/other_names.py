"""An estate that the left side seems to call otherwise: asked, and until it is answered two estates.

What only the other name pairs is a question until then (docs/algorithms/matching.md).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping

import polars as pl

from gridwalk.method import aliases
from gridwalk.method.linkage import Links

NUMBERS = {"person": "id_no", "organization": "uscc"}
WHY, APART = "小区名称还没定是不是一个", "小区定过不是一个"
_DOOR = pl.concat_str("building", "room", separator="|")


@dataclasses.dataclass(frozen=True, kw_only=True)
class OtherName:
    """A name on the left that seems to be that of an estate on the right. Doors of the name: at how many the same
    people or owners stand at the same number there, at how many elsewhere.
    """

    name: str
    estate: str
    n_doors: int
    n_against: int

    @property
    def question(self) -> str:
        """What a person is asked."""
        return asked_of(self.name, self.estate, self.n_doors, self.n_against)


def asked_of(name: str, estate: str, n_doors: int, n_against: int) -> str:
    """“海河苑”是不是“海河花园”？38 户门号对得上，0 户冲突."""
    return f"“{name}”是不是“{estate}”？{n_doors:,} 户门号对得上，{n_against:,} 户冲突"


def known(frame: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The rows with the estates by the names that somebody has confirmed."""
    if "estate_key" not in frame.columns:
        return frame
    return frame.with_columns(estate_key=aliases.apply(frame["estate_key"], names))


def asked(left: pl.DataFrame, right: pl.DataFrame, links: Links) -> list[OtherName]:
    """The names that were met on the way. Frames as they were linked."""
    if not links.aliases:
        return []
    doors = (
        links.pairs.select("left_row", "right_row")
        .join(left.select(left_row="row", left_estate="estate", left_door=_DOOR), on="left_row")
        .join(right.select(right_row="row", right_estate="estate", right_door=_DOOR), on="right_row")
    )
    return [counted(doors, name, estate) for name, estate in links.aliases.items()]


def counted(doors: pl.DataFrame, name: str, estate: str) -> OtherName:
    """A name with its doors, told by where both rows of pairs stand: left_estate, left_door, right_estate,
    right_door.
    """
    agrees = (pl.col("right_estate") == estate) & (pl.col("left_door") == pl.col("right_door"))
    own = doors.filter(pl.col("left_estate") == name).drop_nulls("left_door")
    by_door = own.group_by("left_door").agg(agrees=agrees.any())["agrees"].fill_null(value=False)
    return OtherName(name=name, estate=estate, n_doors=int(by_door.sum()), n_against=int((~by_door).sum()))


def pairs(left: pl.DataFrame, right: pl.DataFrame, links: Links, kind: str, apart: Collection[str]) -> pl.DataFrame:
    """The pairs; of one between an estate and another that may, or may not, be it, a number has to say who it is, else
    it is a question.
    """
    of_pairs = links.pairs.select("left_row", "right_row")
    here, there = (_told(side, kind) for side in (left, right))
    both = of_pairs.join(here, left_on="left_row", right_on="row", maintain_order="left").join(
        there, left_on="right_row", right_on="row", maintain_order="left", suffix="_r"
    )
    why = pl.col("estate").replace_strict(
        {**dict.fromkeys(apart, APART), **dict.fromkeys(links.aliases, WHY)}, default=None, return_dtype=pl.String
    )
    elsewhere = (pl.col("estate") != pl.col("estate_r")).fill_null(value=False)
    numbered = (pl.col("number") == pl.col("number_r")).fill_null(value=False)
    doubt = both.select(pl.when(elsewhere & ~numbered).then(why)).to_series()
    doubtful = doubt.is_not_null() & (links.pairs["status"] == "match")
    return links.pairs.with_columns(
        status=pl.when(doubtful).then(pl.lit("question")).otherwise(pl.col("status")),
        why=pl.when(doubtful).then(pl.concat_str("why", doubt, separator="，")).otherwise(pl.col("why")),
    )


def _told(side: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Row, estate and what says who it is wherever they are."""
    own = {"estate": "estate", "number": NUMBERS.get(kind, "")}
    nothing = pl.lit(None, dtype=pl.String)
    return side.select("row", **{name: column if column in side.columns else nothing for name, column in own.items()})
