"""Two sides compared by meaning: who is who, and for each pair and agreed field whether both say the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import relations
from gridwalk.ledger import knocked_through, location, other_names
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.other_names import OtherName
from gridwalk.ledger.sides import Side
from gridwalk.ledger.table import WRITTEN
from gridwalk.method import aliases, linkage

ADDRESS = "address"
"""The door as one agreed field, from whatever columns say it."""
VERDICTS = {
    "same": "相同",
    "normalised": "写法不同",
    "missing_left": "左边没有",
    "missing_right": "右边没有",
    "conflict": "不同",
    "name_asked": "小区名称还没定",
}
ONLY_RIGHT = "（仅右侧）"
"""What stands for the sheet of a record that only the right side has."""
EQUAL = ("same", "normalised")
PLACE = ("estate", "building", "stairwell", "room")
Progress = Callable[[str], None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Totals:
    """Counts of records.

    Every rate is a pair (equal, all); ``by_field`` counts pairs, the others records of left ∪ right.
    """

    n_left: int
    n_right: int
    n_pairs: int
    n_questions: int
    n_left_only: int
    n_right_only: int
    n_left_duplicates: int
    n_right_duplicates: int
    n_equal: int
    n_union: int
    by_field: Mapping[str, tuple[int, int]]
    by_sheet: Mapping[str, tuple[int, int]]
    by_grid: Mapping[str, tuple[int, int]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """``pairs``: left_row, right_row, status, score, why. ``cells``: left_row, right_row, field, verdict, left,
    right, of matched pairs where the verdict is not ``same``. One-sided rows and duplicates by ``row``.
    ``aliases``, ``other_names``: left estates that seem to be right ones under other names, which is asked.
    """

    left: Side
    right: Side
    pairs: pl.DataFrame
    cells: pl.DataFrame
    left_only: pl.DataFrame
    right_only: pl.DataFrame
    left_duplicates: pl.DataFrame
    right_duplicates: pl.DataFrame
    agreed: tuple[str, ...]
    aliases: Mapping[str, str] = dataclasses.field(default_factory=dict)
    other_names: Sequence[OtherName] = ()

    def with_answers(self, *, same: Sequence[int], apart: Sequence[int]) -> Comparison:
        """The comparison with questions answered: left rows whose pair is one record, and those whose pair are two."""
        pairs, only = self.pairs, pl.col("left_row").is_in(list(apart))
        parted = pairs.filter(only)
        status = pl.when(pl.col("left_row").is_in(list(same))).then(pl.lit("match")).otherwise(pl.col("status"))
        joined = pairs.filter(pl.col("left_row").is_in(list(same))).select("left_row", "right_row")
        return dataclasses.replace(
            self,
            pairs=pairs.filter(~only).with_columns(status=status),
            cells=pl.concat([self.cells, cells_of(self.left, self.right, joined, self.agreed, self.aliases)]),
            left_only=pl.concat([self.left_only, parted.select(row="left_row")]).sort("row"),
            right_only=pl.concat([self.right_only, parted.select(row="right_row")]).sort("row"),
        )

    def totals(self) -> Totals:
        """The counts of domain.md, rate 3: records equal on all agreed fields / |left ∪ right|."""
        matched = self.pairs.filter(pl.col("status") == "match")
        unequal = self.cells.filter(~pl.col("verdict").is_in(EQUAL))
        wrong = unequal.group_by("field").len("n")
        n_wrong = dict(zip(wrong["field"].to_list(), wrong["n"].to_list(), strict=True))
        records = self.records()
        n_equal = int(records["equal"].sum())
        return Totals(
            n_left=len(self.left.frame),
            n_right=len(self.right.frame),
            n_pairs=len(matched),
            n_questions=len(self.pairs) - len(matched),
            n_left_only=len(self.left_only),
            n_right_only=len(self.right_only),
            n_left_duplicates=len(self.left_duplicates),
            n_right_duplicates=len(self.right_duplicates),
            n_equal=n_equal,
            n_union=len(records),
            by_field={f: (len(matched) - n_wrong.get(f, 0), len(matched)) for f in self.agreed},
            by_sheet=_rates(records, "sheet"),
            by_grid=_rates(records, "area"),
        )

    def records(self) -> pl.DataFrame:
        """left ∪ right: one row a record with left_row and right_row (null on one side), ``equal``, its ``sheet``
        (left; right where only there) and ``area``.
        """
        unequal = self.cells.filter(~pl.col("verdict").is_in(EQUAL)).select("left_row").unique()
        left = self.left.frame.select(left_row="row", sheet="sheet", area=_area(self.left.frame))
        right = self.right.frame.select(right_row="row", sheet=pl.lit(ONLY_RIGHT), area=_area(self.right.frame))
        paired = self.pairs.join(left, on="left_row").join(unequal.with_columns(wrong=True), on="left_row", how="left")
        shown = ("left_row", "right_row", "sheet", "area")
        nobody = pl.lit(None, dtype=pl.UInt32)
        return pl.concat(
            [
                paired.select(*shown, equal=(pl.col("status") == "match") & pl.col("wrong").is_null()),
                left.join(self.left_only.select(left_row="row"), on="left_row")
                .with_columns(right_row=nobody, equal=pl.lit(False))
                .select(*shown, "equal"),
                right.join(self.right_only.select(right_row="row"), on="right_row")
                .with_columns(left_row=nobody, equal=pl.lit(False))
                .select(*shown, "equal"),
            ]
        )


def _rates(records: pl.DataFrame, by: str) -> dict[str, tuple[int, int]]:
    counted = records.filter(pl.col(by).is_not_null()).group_by(by).agg(n=pl.col("equal").sum(), d=pl.len()).sort(by)
    return {row[0]: (row[1], row[2]) for row in counted.iter_rows()}


def _area(frame: pl.DataFrame) -> pl.Expr:
    """What says where a row belongs: the grid, else the community, else the estate."""
    columns = [pl.col(c) for c in ("grid_code", "grid_name", "community", "estate") if c in frame.columns]
    return pl.coalesce(columns) if columns else pl.lit(None, dtype=pl.String)


def compare(
    left: Side,
    right: Side,
    *,
    progress: Progress | None = None,
    names: Mapping[str, str] | None = None,
    apart: Collection[str] = (),
) -> Comparison:
    """Compare two sides of one kind. ``names``: other names of estates, as confirmed; ``apart``: names on the left
    that are estates of their own.

    Raises LedgerError where the kinds differ or nothing can link them.
    """
    say = progress or (lambda _: None)
    if left.kind != right.kind:
        raise LedgerError(
            f"{left.name} 是{dictionary.KINDS[left.kind]}台账，{right.name} 是{dictionary.KINDS[right.kind]}台账，不是一种，"
            "没有比对。请换成同一种，或用 --kind 指明。"
        )
    if left.kind not in linkage.KINDS:
        raise LedgerError(f"{dictionary.KINDS[left.kind]}台账还不能比对，能比的是人员、房屋、单位。")
    say("找同一个人" if left.kind == "person" else "找同一处")
    left, right = (
        dataclasses.replace(side, frame=other_names.known(side.frame, names or {})) for side in (left, right)
    )
    here, there = linked(left), linked(right)
    links = linkage.link(here, there, left.kind, apart=apart)
    doubtful = links.aliases or apart
    pairs = other_names.pairs(here, there, links, left.kind, apart) if doubtful else links.pairs
    if left.kind == "dwelling":
        pairs = knocked_through.named(pairs, left.frame)
    say("逐项比对")
    agreed = agreed_fields(left, right)
    matched = pairs.filter(pl.col("status") == "match")
    cells = cells_of(left, right, matched.select("left_row", "right_row"), agreed, links.aliases)
    return Comparison(
        left=left,
        right=right,
        pairs=pairs,
        cells=cells,
        left_only=_only(left, pairs["left_row"], links.left_duplicates),
        right_only=_only(right, pairs["right_row"], links.right_duplicates),
        left_duplicates=links.left_duplicates,
        right_duplicates=links.right_duplicates,
        agreed=agreed,
        aliases=links.aliases,
        other_names=other_names.asked(here, there, links),
    )


def keyed(side: Side, names: Mapping[str, str] | None = None) -> pl.DataFrame:
    """The rows with the estate as its key: 林古里小区 is 林古里, and an estate's other name is it too."""
    if "estate_key" not in side.frame.columns:
        return side.frame
    return side.frame.with_columns(estate=aliases.apply(side.frame["estate_key"], names or {}))


def linked(side: Side) -> pl.DataFrame:
    """The rows as they are linked: of a relation only its group, for one side says 长子 and the other 子."""
    frame = _with_registration(keyed(side))
    if "relation" not in frame.columns:
        return frame
    return frame.with_columns(pl.col("relation").replace_strict(relations.GROUP, default=None, return_dtype=pl.String))


def _with_registration(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with the door somebody is registered at, where they say no other: those who live elsewhere are listed
    there.
    """
    if not {"registered_address", *PLACE} <= set(frame.columns):
        return frame
    silent = frame.filter(pl.all_horizontal(pl.col(part).is_null() for part in PLACE))
    texts = silent.select(address="registered_address").drop_nulls().unique()
    if texts.is_empty():
        return frame
    doors = location.columns(texts).select(
        registered_address="address",
        **{f"{linkage.REGISTERED}{part}": part for part in ("building", "stairwell", "room")},
        **{f"{linkage.REGISTERED}estate": "estate_key"},
    )
    return frame.join(doors, on="registered_address", how="left", maintain_order="left")


def _only(side: Side, paired: pl.Series, duplicates: pl.DataFrame) -> pl.DataFrame:
    rows = side.frame.select("row")
    return rows.join(paired.rename("row").to_frame(), on="row", how="anti").join(duplicates, on="row", how="anti")


def agreed_fields(left: Side, right: Side) -> tuple[str, ...]:
    """The fields both sides have a column for, in the dictionary's order; all that says the door counts
    as one, last.
    """
    both = [f for f in dictionary.fields(left.kind) if f.name in left.fields and f.name in right.fields]
    with_doors = [all(p in side.frame.columns for p in ("building", "room")) for side in (left, right)]
    return (*(f.name for f in both if not f.locates), *([ADDRESS] if all(with_doors) else []))


def cells_of(
    left: Side, right: Side, matched: pl.DataFrame, agreed: tuple[str, ...], names: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """``Comparison.cells`` of known pairs (left_row, right_row). ``names``: left estates under their right names."""
    ours = matched.join(keyed(left, names), left_on="left_row", right_on="row", how="left", maintain_order="left")
    theirs = matched.join(keyed(right), left_on="right_row", right_on="row", how="left", maintain_order="left")
    cells = [_of_field(ours, theirs, field) for field in agreed]
    empty = pl.DataFrame(
        schema={
            "left_row": pl.UInt32,
            "right_row": pl.UInt32,
            "field": pl.String,
            "verdict": pl.String,
            "left": pl.String,
            "right": pl.String,
        }
    )
    return pl.concat([empty, *cells])


def _of_field(ours: pl.DataFrame, theirs: pl.DataFrame, field: str) -> pl.DataFrame:
    if field == ADDRESS:
        return _of_door(ours, theirs)
    here, there = ours[field], theirs[field]
    same = (here == there).fill_null(False)
    if field == "relation":
        same = same | _says_more(here, there)
    verdict = _verdict(here, there, same, _same_writing(ours, theirs, field))
    return _cells(ours, field, verdict, here.cast(pl.String), there.cast(pl.String))


def _says_more(here: pl.Series, there: pl.Series) -> pl.Series:
    """Where one side says what the other does, and more of it: 长子 beside 子."""
    pairs = pl.DataFrame({"here": here, "there": there})
    finer = [(vague, exact) for vague, codes in relations.FINER.items() for exact in codes]
    table = pl.DataFrame([*finer, *((b, a) for a, b in finer)], schema=["here", "there"], orient="row").unique()
    told = table.with_columns(more=pl.lit(True))
    return pairs.join(told, on=["here", "there"], how="left", maintain_order="left")["more"].fill_null(False)


def _same_writing(ours: pl.DataFrame, theirs: pl.DataFrame, field: str) -> pl.Series:
    """Where both cells stand letter by letter the same; a side that was never written (the register)
    counts as plain.
    """
    name = WRITTEN + field
    if name not in ours.columns or name not in theirs.columns:
        return pl.repeat(True, len(ours), dtype=pl.Boolean, eager=True)
    return (ours[name] == theirs[name]).fill_null(False)


def _of_door(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Doors: building and room equal; the estate and the stairwell where both sides say them."""
    same = (ours["building"].eq_missing(theirs["building"])) & (ours["room"] == theirs["room"]).fill_null(False)
    for part in ("estate", "stairwell"):
        if part in ours.columns and part in theirs.columns:
            same = same & (ours[part] == theirs[part]).fill_null(True)
    here, there = _door(ours), _door(theirs)
    verdict = _verdict(here, there, same, (here == there).fill_null(False))
    if "estate_key" in ours.columns:
        bare = _door(ours.with_columns(estate="estate_key"))
        asked = verdict.is_in(EQUAL) & (bare != here).fill_null(False)
        verdict, here = (
            verdict.zip_with(~asked, pl.repeat("name_asked", len(asked), eager=True)),
            here.zip_with(~asked, bare),
        )
    return _cells(ours, ADDRESS, verdict, here, there)


def _door(frame: pl.DataFrame) -> pl.Series:
    parts = [pl.col(p) for p in PLACE if p in frame.columns]
    return frame.select(
        pl.when(pl.col("room").is_not_null()).then(pl.concat_str(parts, separator=" ", ignore_nulls=True))
    ).to_series()


def _verdict(here: pl.Series, there: pl.Series, same: pl.Series, written: pl.Series) -> pl.Series:
    both_empty = here.is_null() & there.is_null()
    return pl.select(
        pl.when(both_empty | same & written)
        .then(pl.lit("same"))
        .when(same)
        .then(pl.lit("normalised"))
        .when(here.is_null())
        .then(pl.lit("missing_left"))
        .when(there.is_null())
        .then(pl.lit("missing_right"))
        .otherwise(pl.lit("conflict"))
    ).to_series()


def _cells(ours: pl.DataFrame, field: str, verdict: pl.Series, here: pl.Series, there: pl.Series) -> pl.DataFrame:
    cells = ours.select("left_row", "right_row").with_columns(
        field=pl.lit(field), verdict=verdict, left=here, right=there
    )
    return cells.filter(verdict != "same")
