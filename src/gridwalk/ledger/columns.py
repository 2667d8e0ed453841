"""A whole column of cells read at once: what is plainly written is recognised by pattern, the rest cell by cell.

Every distinct text that no pattern vouches for goes to the field dictionary, so both ways say the same (a test holds
them to it); the patterns only say which texts the dictionary would leave as they stand.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import readers, refusals
from gridwalk.ledger import meanings
from gridwalk.method import idcards, names, text

HAN_NAME = r"^[\u4e00-\u9fff]{2,4}$"
MOBILE = r"^1[2-9][0-9]{9}$"  # \d would find full-width digits too
NUMBER_18 = r"^[0-9]{17}[0-9X]$"
YMD = r"^([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?(?: 00:00:00)?$"
PLAIN = r"^[\u4e00-\u9fff0-9A-Za-z#\-]*[\u4e00-\u9fff0-9A-Za-z][\u4e00-\u9fff0-9A-Za-z#\-]*$"
SAYS_NOTHING = [*text.EMPTY_WORDS, *text.REPEAT_WORDS]
MOST_BY_CHANCE = 2


@dataclasses.dataclass
class ColumnRead:
    """``values``: canonical, a value a row.

    ``faults``: at, code, text. ``extra``: values the cells say of other fields.
    """

    values: pl.Series
    faults: pl.DataFrame
    extra: dict[str, pl.Series]
    repeats: bool = False
    """Whether cells say 同上; such a column must be read row by row."""


def read(kind: str, field: str, header: str, raw: pl.Series) -> ColumnRead:
    """Read a column of texts (null where a cell is empty) as ``field`` of ``kind``."""
    raw = raw.rename("raw")
    settled, values, codes = _by_pattern(dictionary.get(kind, field).read, raw)
    wrong = pl.DataFrame({"at": codes.is_not_null().arg_true(), "code": codes.drop_nulls()}).with_columns(
        text=pl.col("code").replace_strict(idcards.FAULTS, default="")
    )
    odd = raw.filter(~settled & raw.is_not_null()).unique()
    if odd.is_empty():
        return ColumnRead(values.rename(field), wrong, {})
    if any(text.meaning(t) == "repeat" for t in odd):
        return ColumnRead(values, wrong, {}, repeats=True)
    table = _one_by_one(kind, field, header, odd, values.dtype)
    joined = raw.to_frame().join(table, on="raw", how="left", maintain_order="left")
    faults = joined.with_row_index("at").filter(~settled & (pl.col("code") != "")).select("at", "code", "text")
    beside = {name.removeprefix(_BESIDE): joined[name] for name in table.columns if name.startswith(_BESIDE)}
    return ColumnRead(values.zip_with(settled, joined["value"]).rename(field), pl.concat([wrong, faults]), beside)


NO_FAULTS = pl.DataFrame(schema={"at": pl.UInt32, "code": pl.String, "text": pl.String})
_BESIDE = "of_"
"""Columns ``of_<field>``: what the cells say of other fields."""


def _one_by_one(kind: str, field: str, header: str, odd: pl.Series, dtype: pl.DataType) -> pl.DataFrame:
    """The distinct texts that no pattern settled, each with its value, fault, and values of other fields."""
    texts = odd.to_list()
    parsed = [meanings.parse(kind, field, header, t) for t in texts]
    beside = [meanings.values_beside(kind, field, t, p) for t, p in zip(texts, parsed, strict=True)]
    names = sorted({name for values in beside for name in values})
    return pl.DataFrame(
        {
            "raw": odd,
            "value": _typed([None if p.fault else p.value for p in parsed], dtype),
            "code": ["" if values else p.fault for p, values in zip(parsed, beside, strict=True)],
            "text": [p.text for p in parsed],
        }
        | {_BESIDE + name: [values.get(name) for values in beside] for name in names},
        schema_overrides={_BESIDE + name: pl.String for name in names},
    )


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
        good = good & ~raw.str.contains(names.PERHAPS_SEVERAL)
    elif reader is readers.phone:
        good = raw.str.contains(MOBILE)
    elif isinstance(reader, readers.Part) and reader.part != "address":
        good = pl.repeat(False, len(raw), dtype=pl.Boolean, eager=True)  # few differ: each is looked at once
    elif isinstance(reader, readers.Plain):
        good = raw.str.contains(PLAIN) & (raw.str.len_chars() <= reader.max_length)
        good = good & ~raw.str.to_lowercase().is_in(SAYS_NOTHING) & ~raw.str.contains(refusals.SUSPECT)
        good = good & ~raw.str.contains(text.MANY_DIGITS) & ~raw.str.starts_with("-")
        if isinstance(reader, readers.Part):
            good = good & raw.str.contains(r"[\p{Han}].*\d|\d.*[\p{Han}]") & ~raw.str.contains("^[12]\\d{3}年")
        elif isinstance(reader, readers.Place):
            good = good & raw.str.contains(readers.OF_A_PLACE)
    else:
        good = pl.repeat(False, len(raw), dtype=pl.Boolean, eager=True)
    good = good.fill_null(False)
    return good, pl.select(pl.when(good).then(raw)).to_series(), codes


def _numbers(raw: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Citizen identity numbers of the right shape (GB 11643): check digit, birth date, and what a table program spoilt.

    A number kept as a number has lost its last three digits, whatever digits stand there now: 18 digits that a double
    makes of their first fifteen, or zeros, as one wrong number in five hundred is by chance. Where a column holds
    more of them than that, one that passes the check (one in eleven does) is not trusted either.
    """
    shaped = raw.str.contains(NUMBER_18).fill_null(False)
    at = shaped.arg_true()
    written = raw.gather(at)
    letters = np.frombuffer("".join(written.to_list()).encode("ascii"), dtype=np.uint8).reshape(-1, 18)
    digits = letters[:, :17].astype(np.int32) - 48
    expected = np.frombuffer(idcards.CHECKS.encode(), dtype=np.uint8)[digits @ np.array(idcards.WEIGHTS) % 11]
    right = expected == letters[:, 17]
    year = digits[:, 6:10] @ [1000, 100, 10, 1]
    day = _is_day(year, digits[:, 10:12] @ [10, 1], digits[:, 12:14] @ [10, 1]) & (year >= idcards.EARLIEST.year)
    number = written.cast(pl.Int64, strict=False)
    double = (((number + 500) // 1000 * 1000).cast(pl.Float64).cast(pl.Int64) == number).fill_null(False).to_numpy()
    zeros = written.str.ends_with("000").to_numpy()
    lost = double | zeros
    n_lost = int((lost & ~right).sum())
    spoilt = lost & (n_lost > MOST_BY_CHANCE + MOST_BY_CHANCE / 100 * int((~right).sum()))
    code = np.select(
        [spoilt, ~right & zeros, ~day, ~right], ["damaged", "damaged", "birth_date", "checksum"], default=""
    )
    faults = pl.Series(code, dtype=pl.String).replace("", None)
    codes = pl.repeat(None, len(raw), dtype=pl.String, eager=True).scatter(at, faults)
    good = shaped & codes.is_null()
    return shaped, pl.select(pl.when(good).then(raw)).to_series(), codes


def _is_day(year: np.ndarray[Any, Any], month: np.ndarray[Any, Any], day: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    in_month = days[np.where((month >= 1) & (month <= 12), month, 0)] + (leap & (month == 2))
    good: np.ndarray[Any, Any] = (day >= 1) & (day <= in_month)
    return good


def _dates(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    parts = raw.str.extract_groups(YMD).struct.unnest().cast(pl.Int32, strict=False)
    year, month, day = (parts.to_series(i).fill_null(0).to_numpy() for i in range(3))
    good = pl.Series(_is_day(year, month, day) & (year >= 1850))
    clean = pl.DataFrame({n: np.where(good.to_numpy(), p, 1) for n, p in (("y", year), ("m", month), ("d", day))})
    values = clean.select(pl.when(good).then(pl.date("y", "m", "d"))).to_series()
    return good, values
