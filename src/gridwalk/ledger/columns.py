"""A whole column of cells read at once: what is plainly written is recognised by pattern, the rest by the dictionary.

Every distinct text that no pattern vouches for goes to the field dictionary once; the patterns only say which texts the
dictionary would leave as they stand (a test holds them to it).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import readers, refusals
from gridwalk.dictionary.types import Parsed
from gridwalk.ledger import meanings
from gridwalk.method import idcards, names, newborns, text

HAN_NAME = r"^[\u4e00-\u9fff]{2,4}$"
MOBILE = r"^1[2-9][0-9]{9}$"  # \d would find full-width digits too
NUMBER_18 = r"^[0-9]{17}[0-9X]$"
YMD = r"^([0-9]{4})(?:[-./年](?<m>[0-9]{1,2})[-./月](?<d>[0-9]{1,2})日?(?: 00:00:00)?|(?<mm>[0-9]{2})(?<dd>[0-9]{2}))$"
PLAIN = r"^(?:[\u4e00-\u9fff0-9A-Za-z#\-]+ )*[\u4e00-\u9fff0-9A-Za-z#\-]+$"
SPEAKS = r"[\u4e00-\u9fff0-9A-Za-z]"
SIGNS_OF_PLAIN = r"[ #\-]"
MARKS = r"[\s'’`‘′\-]"
NUMBER_MARKED = f"^{MARKS}*(?:[0-9]{MARKS}*){{17}}[0-9XxＸｘ×]{MARKS}*$"
"""A number of 18 places with spaces and marks in it, or its X written otherwise."""
NUMBER_15 = "^[0-9]{15}$"
SPACED_MOBILE = r"^(1[2-9][0-9])[- ]([0-9]{4})[- ]([0-9]{4})$"
TWO_MOBILES = r"^(1[2-9][0-9]{9})[/、；;，, ](1[2-9][0-9]{9})$"
SAYS_NOTHING = [*text.EMPTY_WORDS, *text.REPEAT_WORDS]
MOST_LOST_BY_CHANCE = 2
LATE_1904 = 1462
"""What a day's number lacks where a workbook counts from 1904."""


@dataclasses.dataclass(frozen=True)
class ColumnRead:
    """``values``: canonical, a value a row; ``faults``: at, code, text; ``extra``: what the cells say of other fields.

    ``repeats``: where a cell says 同上.
    """

    values: pl.Series
    faults: pl.DataFrame
    extra: dict[str, pl.Series]
    repeats: tuple[int, ...] = ()


def read(kind: str, field: str, header: str, raw: pl.Series) -> ColumnRead:
    """Read a column of texts (null where a cell is empty) as ``field`` of ``kind``."""
    raw = raw.rename("raw")
    settled, values, codes = _by_pattern(dictionary.get(kind, field).read, raw)
    wrong = pl.DataFrame({"at": codes.is_not_null().arg_true(), "code": codes.drop_nulls()}).with_columns(
        text=pl.col("code").replace_strict(_TEXTS, default="")
    )
    odd = raw.filter(~settled & raw.is_not_null()).unique()
    if odd.is_empty():
        return ColumnRead(values.rename(field), wrong, {})
    table = _one_by_one(kind, field, header, odd, values.dtype)
    joined = raw.to_frame().join(table, on="raw", how="left", maintain_order="left")
    faults = joined.with_row_index("at").filter(~settled & (pl.col("code") != "")).select("at", "code", "text")
    repeats = faults.filter(pl.col("code") == _REPEAT)["at"].to_list()
    faults = faults.filter(pl.col("code") != _REPEAT) if repeats else faults
    beside = {name.removeprefix(_BESIDE): joined[name] for name in table.columns if name.startswith(_BESIDE)}
    read_values = values.zip_with(settled, joined["value"]).rename(field)
    return ColumnRead(read_values, pl.concat([wrong, faults]), beside, tuple(repeats))


REMARK = "remark"
"""The code of what is said about a cell whose value is taken."""
_TEXTS = idcards.FAULTS | {REMARK: readers.SEVERAL_PHONES}
"""What is said where a pattern settles a cell, by code."""
NO_FAULTS = pl.DataFrame(schema={"at": pl.UInt32, "code": pl.String, "text": pl.String})
_BESIDE = "of_"
"""Columns ``of_<field>``: what the cells say of other fields."""
_REPEAT = "同上"


def _one_by_one(kind: str, field: str, header: str, odd: pl.Series, dtype: pl.DataType) -> pl.DataFrame:
    """The distinct texts that no pattern settled, each with its value, fault, and values of other fields."""
    texts = odd.to_list()
    parsed = [_meant(kind, field, header, t) for t in texts]
    beside = [meanings.values_beside(kind, field, t, p) for t, p in zip(texts, parsed, strict=True)]
    names = sorted({name for values in beside for name in values})
    return pl.DataFrame(
        {
            "raw": odd,
            "value": _typed([None if p.fault else p.value for p in parsed], dtype),
            "code": [
                REMARK if p.remark else "" if values else p.fault for p, values in zip(parsed, beside, strict=True)
            ],
            "text": [p.text or p.remark for p in parsed],
        }
        | {_BESIDE + name: [values.get(name) for values in beside] for name in names},
        schema_overrides={_BESIDE + name: pl.String for name in names},
    )


def _meant(kind: str, field: str, header: str, raw: str) -> Parsed:
    return Parsed(fault=_REPEAT) if text.meaning(raw) == "repeat" else meanings.parse(kind, field, header, raw)


def _typed(values: list[Any], dtype: pl.DataType) -> pl.Series:
    if dtype == pl.Date:
        return pl.Series(values, dtype=pl.String).str.to_date("%Y-%m-%d")
    return pl.Series([None if v is None else str(v) for v in values], dtype=pl.String)


def _by_pattern(reader: Any, raw: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Which cells a pattern settles, the column with their values, and the fault codes of those settled as wrong."""
    codes = pl.repeat(None, len(raw), dtype=pl.String, eager=True)
    if reader is readers.date:
        return *_dates(raw), codes
    if reader is readers.id_no:
        return _numbers(raw)
    if reader in (readers.person_name, readers.owner_names):
        good = raw.str.contains(HAN_NAME) & ~raw.is_in([*SAYS_NOTHING, *readers.NOT_A_NAME])
        good = good & ~raw.str.contains(names.PERHAPS_SEVERAL) & ~raw.str.contains(newborns.UNNAMED)
    elif reader is readers.phone:
        return _phones(raw)
    elif isinstance(reader, readers.Part) and reader.part != "address":
        good = pl.repeat(False, len(raw), dtype=pl.Boolean, eager=True)  # few differ: each is looked at once
    elif isinstance(reader, readers.Plain):
        good = raw.str.contains(PLAIN) & raw.str.contains(SPEAKS) & (raw.str.len_chars() <= reader.max_length)
        words = raw.str.replace_all(SIGNS_OF_PLAIN, "")
        good = good & ~words.str.to_lowercase().is_in(SAYS_NOTHING) & ~words.str.contains(refusals.SUSPECT)
        good = good & ~raw.str.contains(text.MANY_DIGITS) & ~raw.str.starts_with("-")
        if isinstance(reader, readers.Part):
            good = good & raw.str.contains(r"[\p{Han}].*[0-9]|[0-9].*[\p{Han}]")
            good = good & ~raw.str.contains("^[12][0-9]{3}年|[0-9]{7}")
        elif isinstance(reader, readers.Place):
            good = good & raw.str.contains(readers.OF_A_PLACE)
        elif isinstance(reader, readers.Firm):
            good = good & ~raw.str.contains(readers.EMPTY_SHOP.pattern)
    else:
        good = pl.repeat(False, len(raw), dtype=pl.Boolean, eager=True)
    good = good.fill_null(False)
    return good, pl.select(pl.when(good).then(raw)).to_series(), codes


def _phones(raw: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Mobile numbers, also in groups of digits, and the first of two, which is remarked."""
    cell = pl.col("raw")
    grouped = cell.str.extract_groups(SPACED_MOBILE).struct.rename_fields(["a", "b", "c"])
    together = pl.concat_str(grouped.struct.field("a"), grouped.struct.field("b"), grouped.struct.field("c"))
    two = cell.str.extract_groups(TWO_MOBILES).struct.rename_fields(["first", "second"])
    first, second = two.struct.field("first"), two.struct.field("second")
    read = raw.to_frame().select(
        value=pl.when(cell.str.contains(MOBILE)).then(cell).otherwise(together.fill_null(first)),
        code=pl.when(first != second).then(pl.lit(REMARK)),
    )
    return read["value"].is_not_null(), read["value"], read["code"]


def _as_18(cells: pl.Series) -> pl.Series:
    """Numbers as they stand with 18 places: without spaces and marks, X as a capital, of 15 places with the century and
    the check digit put in. What has another shape is left as it is.
    """
    odd = cells.filter(~cells.str.contains(NUMBER_18)).unique()
    marked, short = odd.filter(odd.str.contains(NUMBER_MARKED)), odd.filter(odd.str.contains(NUMBER_15))
    tidy = marked.str.replace_all(MARKS, "").str.replace("[xＸｘ×]$", "X")
    seventeen = short.str.slice(0, 6) + "19" + short.str.slice(6)
    checks = pl.Series(_check_digits(_digits(seventeen, 17)).view("S1").astype(str), dtype=pl.String)
    return cells.replace(pl.concat([marked, short]), pl.concat([tidy, seventeen + checks]))


def _digits(numbers: pl.Series, places: int) -> np.ndarray[Any, Any]:
    """The characters of numbers of so many places, each as its distance from 0."""
    letters = np.frombuffer("".join(numbers.to_list()).encode("ascii"), dtype=np.uint8)
    return letters.reshape(-1, places).astype(np.int32) - ord("0")


def _check_digits(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The check digit of every number (GB 11643), as a character's code."""
    letters = np.frombuffer(idcards.CHECKS.encode(), dtype=np.uint8)
    checks: np.ndarray[Any, Any] = letters[digits[:, :17] @ np.array(idcards.WEIGHTS) % 11]
    return checks


def _numbers(cells: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Citizen identity numbers of the right shape (GB 11643): check digit, birth date, and zeros at the end."""
    raw = _as_18(cells)
    shaped = raw.str.contains(NUMBER_18).fill_null(False)
    at = shaped.arg_true()
    written = raw.gather(at)
    digits = _digits(written, idcards.LENGTH)
    right = _check_digits(digits) == digits[:, 17] + ord("0")
    year = digits[:, 6:10] @ [1000, 100, 10, 1]
    day = _is_day(year, digits[:, 10:12] @ [10, 1], digits[:, 12:14] @ [10, 1]) & (year >= idcards.EARLIEST.year)
    zeros = written.str.ends_with("000").to_numpy()
    code = np.select([~right & zeros, ~day, ~right], ["damaged", "birth_date", "checksum"], default="")
    faults = pl.Series(code, dtype=pl.String).replace("", None)
    codes = pl.repeat(None, len(raw), dtype=pl.String, eager=True).scatter(at, faults)
    good = shaped & codes.is_null()
    return shaped, pl.select(pl.when(good).then(raw)).to_series(), codes


def spoilt(columns: Sequence[tuple[pl.Series, pl.Series]]) -> list[pl.Series]:
    """Of columns of ID numbers (as written, as read), which a table program has spoilt, pass the check or not.

    A number kept as a number has lost its last three digits, whatever digits stand there now: 18 digits that a double
    makes of their first fifteen, or zeros, as one wrong number in five hundred is by chance. Where a table holds
    more of them than that, one that passes the check (one in eleven does) is not trusted either.
    """
    lost = [_lost(raw) for raw, _ in columns]
    wrong = [raw.is_not_null() & values.is_null() for raw, values in columns]
    n_lost = sum(int((here & of).sum()) for here, of in zip(lost, wrong, strict=True))
    n_wrong = sum(int(of.sum()) for of in wrong)
    is_rule = n_lost > MOST_LOST_BY_CHANCE + MOST_LOST_BY_CHANCE / 100 * n_wrong
    return [here & is_rule for here in lost]


def _lost(raw: pl.Series) -> pl.Series:
    shaped = raw.str.contains(r"^[0-9]{18}$").fill_null(False)
    number = pl.select(pl.when(shaped).then(raw)).to_series().cast(pl.Int64, strict=False)
    double = ((number + 500) // 1000 * 1000).cast(pl.Float64).cast(pl.Int64) == number
    program = raw.str.contains(r"^[0-9]\.?[0-9]*[eE]\+?[0-9]+$|^[0-9]{16,}\.0*$")
    return double.fill_null(False) | (shaped & raw.str.ends_with("000")).fill_null(False) | program.fill_null(False)


def days_from_1904(raw: pl.Series) -> pl.Series:
    """A column of days with its bare numbers as other workbooks count them; a year is no such number."""
    is_number = raw.str.contains(r"^[0-9]{4,5}(?:\.[0-9]+)?$") & ~raw.str.contains(
        r"^(?:18[5-9][0-9]|19[0-9][0-9]|20[0-9][0-9]|2100)$"
    )
    day = raw.str.extract(r"^([0-9]{1,9})").cast(pl.Int64, strict=False) + LATE_1904
    return day.cast(pl.String).zip_with(is_number.fill_null(False), raw)


def _is_day(year: np.ndarray[Any, Any], month: np.ndarray[Any, Any], day: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    in_month = days[np.where((month >= 1) & (month <= 12), month, 0)] + (leap & (month == 2))
    good: np.ndarray[Any, Any] = (day >= 1) & (day <= in_month)
    return good


def _dates(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    parts = raw.str.extract_groups(YMD).struct.unnest().cast(pl.Int32, strict=False)
    parts = parts.select(pl.nth(0), pl.coalesce("m", "mm"), pl.coalesce("d", "dd")).fill_null(0)
    year, month, day = (part.to_numpy() for part in parts)
    good = pl.Series(_is_day(year, month, day) & (year >= 1850))
    clean = pl.DataFrame({n: np.where(good.to_numpy(), p, 1) for n, p in (("y", year), ("m", month), ("d", day))})
    values = clean.select(pl.when(good).then(pl.date("y", "m", "d"))).to_series()
    return good, values
