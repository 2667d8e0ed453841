"""One ledger's own faults: what cannot be read, what is missing, who is written twice, what contradicts
itself (P14).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import polars as pl

from gridwalk.ledger.annotate import Mark
from gridwalk.ledger.sides import Side
from gridwalk.ledger.table import FAULTS
from gridwalk.method import addresses
from gridwalk.method.linkage import certain

PHONE_DOORS = 3
"""Doors from which one telephone number is questioned, as the register's own check has it."""
AT_NO_DOOR = frozenset({"facility"})
"""Kinds whose rows need no room."""
TEXTS = {
    "duplicate": "和第 {} 行重复：{}",
    "one_id_two_names": "这个证件号还写在第 {} 行另一个名字下，请对照证件核对",
    "one_code_two_names": "这个信用代码还写在第 {} 行另一个名称下，请对照执照核对",
    "born_disagrees": "出生日期和证件号里的不同，请核对",
    "sex_disagrees": "性别和证件号里的不同，请核对",
    "phone_shared": "这个电话写在 {} 户，请核对",
    "vacant_but_let": "写着空置，又写着出租，请核对",
}


def check(side: Side) -> pl.DataFrame:
    """Every fault of the ledger as ``Side.faults``, in the order of its rows."""
    faults = [side.faults, *(rule(side) for rule in RULES[side.kind]), _addresses(side), _duplicates(side)]
    return pl.concat(faults).unique(maintain_order=True).sort("row", maintain_order=True)


def marks(side: Side, faults: pl.DataFrame) -> list[Mark]:
    """The faults as marks for the annotated workbook."""
    at = {row: (sheet, no) for row, sheet, no in side.frame.select("row", "sheet", "row_no").iter_rows()}
    return [Mark(*at[row], column, text) for row, _, column, _, text in faults.iter_rows()]


def marks_of_left_out(side: Side) -> list[Mark]:
    """The rows that a person has to look at, as marks of whole rows."""
    return [Mark(row.sheet, row.row_no, "", row.words) for row in side.left_out if row.asks]


def _has(side: Side, *columns: str) -> bool:
    return all(c in side.frame.columns for c in columns)


def _faults(side: Side, rows: pl.DataFrame, field: str, code: str, text: pl.Expr | None = None) -> pl.DataFrame:
    """``rows`` (column row, and what ``text`` needs) as faults of a field; its column is that of the row's table."""
    if rows.is_empty():
        return pl.DataFrame(schema=FAULTS)
    at = side.frame.select("row", "sheet", "row_no")
    places = rows.join(at, on="row", how="left", maintain_order="left").select("sheet", "row_no")
    return rows.select(
        "row",
        field=pl.lit(field),
        column=pl.Series([side.letter(sheet, row_no, field) for sheet, row_no in places.iter_rows()], dtype=pl.String),
        code=pl.lit(code),
        text=pl.lit(TEXTS[code]) if text is None else text,
    ).with_columns(pl.col("row").cast(pl.UInt32))


def _worded(code: str, *columns: str) -> pl.Expr:
    """The text of a fault with a value of each row in its gaps, in the order of ``columns``."""
    return pl.format(TEXTS[code], *columns)


def _addresses(side: Side) -> pl.DataFrame:
    if side.kind in AT_NO_DOOR or not _has(side, "door_fault"):
        return pl.DataFrame(schema=FAULTS)
    wrong = side.frame.filter(pl.col("door_fault").is_not_null() & (pl.col("door_fault") != "empty"))
    field = "address" if "address" in side.fields else "room"
    text = pl.col("door_fault").replace_strict(addresses.FAULTS, default="")
    faults = _faults(side, wrong.select("row", "door_fault"), field, "duplicate", text)
    return faults.with_columns(code=wrong["door_fault"])


def _duplicates(side: Side) -> pl.DataFrame:
    keys = certain.DUPLICATE_KEYS.get(side.kind, ())
    side = (
        dataclasses.replace(side, frame=side.frame.with_columns(estate=pl.col("estate_key")))
        if _has(side, "estate_key")
        else side
    )
    usable = [k for k in keys if _has(side, *k.needed)]
    doubled = certain.duplicates(certain.folded(side.frame), usable)
    first = side.frame.select(first_row="row", n="row_no")
    rows = doubled.join(first, on="first_row").select("row", "n", "why")
    return _faults(side, rows, "", "duplicate", _worded("duplicate", "n", "why"))


def _one_number(side: Side, number: str, code: str) -> pl.DataFrame:
    if not _has(side, number, "name"):
        return pl.DataFrame(schema=FAULTS)
    rows = side.frame.select("row", "row_no", "name", key=number).drop_nulls()
    rows = rows.filter(pl.col("name").n_unique().over("key") > 1)
    first = rows.group_by("key").agg(n=pl.col("row_no").first(), of=pl.col("name").first())
    others = rows.join(first, on="key").filter(pl.col("name") != pl.col("of"))
    return _faults(side, others.select("row", "n"), number, code, _worded(code, "n"))


def _one_id(side: Side) -> pl.DataFrame:
    return _one_number(side, "id_no", "one_id_two_names")


def _one_code(side: Side) -> pl.DataFrame:
    return _one_number(side, "uscc", "one_code_two_names")


def _against_the_number(side: Side) -> pl.DataFrame:
    """What the ID number says of birth and sex (GB 11643) against the columns beside it."""
    faults = [pl.DataFrame(schema=FAULTS)]
    if _has(side, "id_no", "born_on"):
        born = pl.col("id_no").str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
        faults.append(
            _faults(side, side.frame.filter(pl.col("born_on") != born).select("row"), "born_on", "born_disagrees")
        )
    if _has(side, "id_no", "sex"):
        odd = pl.col("id_no").str.slice(16, 1).cast(pl.Int8, strict=False) % 2 == 1
        sex = pl.when(odd).then(pl.lit("male")).otherwise(pl.lit("female"))
        wrong = side.frame.filter(pl.col("id_no").is_not_null() & (pl.col("sex") != sex))
        faults.append(_faults(side, wrong.select("row"), "sex", "sex_disagrees"))
    return pl.concat(faults)


def _shared_phone(side: Side) -> pl.DataFrame:
    if not _has(side, "phone", "building", "room"):
        return pl.DataFrame(schema=FAULTS)
    door = pl.struct(p for p in ("estate", "building", "stairwell", "room") if p in side.frame.columns)
    housed = side.frame.filter(pl.col("phone").is_not_null() & pl.col("room").is_not_null())
    many = housed.select("row", n=door.n_unique().over("phone")).filter(pl.col("n") >= PHONE_DOORS)
    return _faults(side, many, "phone", "phone_shared", _worded("phone_shared", "n"))


def _vacant_but_let(side: Side) -> pl.DataFrame:
    if not _has(side, "occupancy", "tenure"):
        return pl.DataFrame(schema=FAULTS)
    wrong = side.frame.filter((pl.col("occupancy") == "vacant") & (pl.col("tenure") == "let"))
    return _faults(side, wrong.select("row"), "occupancy", "vacant_but_let")


RULES: Mapping[str, tuple[Callable[[Side], pl.DataFrame], ...]] = {
    "person": (_against_the_number, _one_id, _shared_phone),
    "dwelling": (_vacant_but_let,),
    "organization": (_one_code,),
    "site": (),
    "facility": (),
    "care": (_against_the_number,),
}
