"""The columns of one record of a row → its values and faults, for all rows of a table at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import types
from gridwalk.ledger import columns as reading
from gridwalk.ledger import composite
from gridwalk.ledger.groups import TICKS, Group
from gridwalk.ledger.headers import Column
from gridwalk.method import address_parts, idcards, papers, text

NEVER_REPEATED = frozenset({"name", "id_no", "uscc", "born_on"})
EACH_HAS_OWN = ("repeat", "各人不同，不能写“同上”，请写全")
ABOVE_IS_WRONG = ("repeat", "上一行这一格有错，“同上”接不上，请写全")
STRUCK = ("struck", "这一格划掉了，没有读。还有效请去掉删除线，作废请清空")
TWO_TICKS = ("choice", "这一行打了几个勾，说的不一样，请只留一个")
DAMAGED = ("damaged", idcards.FAULTS["damaged"])
ODD_ESTATE = (address_parts.FAULT, address_parts.TEXTS["estate"])
WRONG_DOOR = frozenset({address_parts.FAULT, address_parts.SEVERAL})
"""Faults that leave a row without its door: the other parts would tell another one."""
OF_THE_DOOR = ("room", "address")
NUMBERS = ("id_no", "uscc")
FAULTS = {"at": pl.UInt32, "field": pl.String, "column": pl.String, "code": pl.String, "text": pl.String}
FEWEST_DIGITS = 6


class Records:
    """One record of every row: ``values``, a column a field, and ``faults``; ``written``: the cells as they stand."""

    def __init__(
        self,
        kind: str,
        group: Group,
        rows: pl.DataFrame,
        *,
        struck: Mapping[int, Sequence[int]],
        odd_estates: Collection[str],
        paper: Column | None = None,
        from_1904: bool = False,
    ) -> None:
        """``rows``: a column a column of the sheet. ``struck``: column → rows whose cell is struck out.

        ``paper``: the column that says on which paper the ID number stands.
        """
        self._kind, self._group, self._n = kind, group, len(rows)
        self._struck, self._odd_estates, self._from_1904 = struck, odd_estates, from_1904
        self._repeats: list[tuple[Column, tuple[int, ...]]] = []
        self._faults: list[pl.DataFrame] = []
        self.values: dict[str, pl.Series] = {}
        self.written: dict[str, pl.Series] = {}
        self._papers = _papers(rows, paper)
        self._read(rows)
        self._drop_wrong_doors()
        for column, repeats in self._repeats:
            self._repeat(column, repeats)
        self._drop_wrong_doors()

    @property
    def faults(self) -> pl.DataFrame:
        """At, field, column, code, text; those of one row in the order of its columns."""
        return pl.concat(self._faults) if self._faults else pl.DataFrame(schema=FAULTS)

    def _read(self, rows: pl.DataFrame) -> None:
        beside: list[dict[str, pl.Series]] = []
        twice = _ticked_twice([self._raw(rows, c) for c in self._group.columns if c.says])
        for column in self._group.columns:
            raw = self._raw(rows, column)
            struck = [at for at in self._struck.get(column.index, ()) if raw[at] is not None]
            self._write(column, raw)
            if column.field == "id_no" and self._papers is not None:
                raw = self._papers + raw
            if struck:
                raw = raw.scatter(struck, None)
                self._fault(column, struck, *STRUCK)
            if column.says and twice:
                self._fault(column, [at for at in twice if raw[at] is not None], *TWO_TICKS)
                raw = raw.scatter(twice, None)
            if column.field == "estate":
                odd = raw.is_in(list(self._odd_estates)).fill_null(False).arg_true().to_list()
                raw = raw.scatter(odd, None) if odd else raw
                self._fault(column, odd, *ODD_ESTATE)
            read = reading.read(self._kind, column.field, column.header, raw)
            own = self.values.get(column.field)
            self.values[column.field] = read.values if own is None else read.values.fill_null(own)
            self._add(column, read.faults)
            beside.append(read.extra)
            if read.repeats:
                self._repeats.append((column, read.repeats))
        for extra in beside:
            for field, values in extra.items():
                self.fill(field, values)

    def _raw(self, rows: pl.DataFrame, column: Column) -> pl.Series:
        """The cells of a column that are to be read."""
        raw = rows.to_series(column.index)
        if column.says:
            raw = _ticked(column, raw)
        if column.beside:
            raw = composite.take(raw, column.field, column.beside)
        if self._from_1904 and dictionary.column(self._kind, column.field) is types.Column.DATE:
            raw = reading.days_from_1904(raw)
        return raw

    def _write(self, column: Column, raw: pl.Series) -> None:
        own = self.written.get(column.field)
        self.written[column.field] = raw if own is None else raw.fill_null(own)

    def _fault(self, column: Column, at: Sequence[int], code: str, words: str) -> None:
        if at:
            self._add(column, pl.DataFrame({"at": at}).with_columns(code=pl.lit(code), text=pl.lit(words)))

    def _add(self, column: Column, faults: pl.DataFrame) -> None:
        if not faults.is_empty():
            placed = faults.with_columns(field=pl.lit(column.field), column=pl.lit(column.letter))
            self._faults.append(placed.select(*FAULTS).cast({"at": pl.UInt32}))

    def _at_fault(self, field: str, codes: Collection[str] = ()) -> list[int]:
        """The rows whose cell of a field (any, where it is empty) is at fault."""
        faults = self.faults
        faults = faults.filter(pl.col("field") == field) if field else faults
        faults = faults.filter(pl.col("code").is_in(list(codes))) if codes else faults
        return faults["at"].unique().to_list()

    def _drop_wrong_doors(self) -> None:
        at = self._at_fault("", WRONG_DOOR) if any(f in self.values for f in OF_THE_DOOR) else []
        for field in OF_THE_DOOR if at else ():
            if field in self.values:
                self.values[field] = self.values[field].scatter(at, None)

    def _repeat(self, column: Column, repeats: Sequence[int]) -> None:
        """同上: the value of the row above, whatever it took it from."""
        field = column.field
        if field in NEVER_REPEATED:
            self._fault(column, repeats, *EACH_HAS_OWN)
            return
        wrong = set(self._at_fault(field))
        doorless = set(self._at_fault("", WRONG_DOOR)) if field in OF_THE_DOOR else set()
        values = self.values[field].to_list()
        without = []
        for at in repeats:
            if at - 1 in wrong:
                wrong.add(at)
                without.append(at)
            elif at and at not in doorless and values[at - 1] is not None:
                values[at] = values[at - 1]
        self.values[field] = pl.Series(field, values, dtype=self.values[field].dtype)
        self._fault(column, without, *ABOVE_IS_WRONG)

    def fill(self, field: str, values: pl.Series) -> None:
        """What a row's own cell of a field does not say."""
        own = self.values.get(field)
        if own is None:
            self.values[field] = values.rename(field)
        else:
            self.values[field] = own.fill_null(values)

    def speak(self) -> pl.Series:
        """Which rows have a value or a fault; 无 in every cell is no record."""
        spoken = pl.repeat(False, self._n, dtype=pl.Boolean, eager=True)
        for values in self.values.values():
            spoken = spoken | values.is_not_null()
        return spoken.scatter(self._at_fault(""), True) if self._faults else spoken

    def miss(self) -> None:
        """A fault for every required column left blank."""
        required = {f.name: f.label for f in dictionary.fields(self._kind) if f.required}
        for column in {c.field: c for c in self._group.columns if c.field in required}.values():
            blank = self.values[column.field].is_null()
            if column.field == "id_no" and self._papers is not None:
                blank = blank & (self._papers == "")
            at = blank.scatter(self._at_fault(column.field), False).arg_true().to_list()
            self._fault(column, at, "missing", f"没有填{required[column.field]}")

    def numbers(self) -> tuple[pl.Series, pl.Series] | None:
        """The ID numbers as written and as read, where there is a column of them."""
        return (self.written["id_no"], self.values["id_no"]) if "id_no" in self.written else None

    def distrust_numbers(self, at: pl.Series) -> None:
        """Take back ID numbers that a table program has spoilt, also those that pass the check."""
        rows = at.arg_true().to_list()
        if rows:
            column = next(c for c in self._group.columns if c.field == "id_no")
            self.values["id_no"] = self.values["id_no"].scatter(rows, None)
            told = (pl.col("field") == "id_no") & pl.col("at").is_in(rows)
            self._faults = [faults.filter(~told) for faults in self._faults]
            self._fault(column, rows, *DAMAGED)

    def id_texts(self) -> pl.Series:
        """The number of each record as written, where it is not valid."""
        field = next((f for f in NUMBERS if f in self.written), None)
        if field is None:
            return pl.repeat(None, self._n, dtype=pl.String, eager=True)
        unread = pl.select(pl.when(self.values[field].is_null()).then(self.written[field])).to_series()
        return _mapped(unread, written_id)


def written_id(raw: str) -> str | None:
    """An ID number as written, without spaces and marks, X as a capital; None where the cell says no number (不详)."""
    written = idcards.tidy(text.fold(raw))[:24]
    return written if sum(c.isdigit() for c in written) >= FEWEST_DIGITS else None


def paper_beside(columns: Sequence[Column], own: Sequence[Column]) -> Column | None:
    """The column that names the paper of the number among ``own``: the one that stands nearest, and to no other's."""
    number = next((c for c in own if c.field == "id_no"), None)
    named = [c for c in columns if c.how == "paper"]
    if number is None or not named:
        return None
    numbers = [c.index for c in columns if c.field == "id_no"]
    nearest = min(named, key=lambda c: abs(c.index - number.index))
    owner = min(numbers, key=lambda index: (abs(index - nearest.index), index < nearest.index))
    return nearest if owner == number.index else None


def _papers(rows: pl.DataFrame, column: Column | None) -> pl.Series | None:
    """Of each row what stands before its number: the name of the paper, where that is no citizen's card; else ""."""
    if column is None:
        return None
    return _mapped(rows.to_series(column.index), _named).fill_null("")


def _named(cell: str) -> str:
    kind = papers.kind_of(cell)
    return f"{papers.label(kind)} " if papers.is_other(kind) else ""


def _ticked_twice(columns: Sequence[pl.Series]) -> list[int]:
    """The rows with a tick in several of the columns."""
    ticks = [of.is_not_null().cast(pl.UInt8) for of in columns]
    return (sum(ticks[1:], start=ticks[0]) > 1).arg_true().to_list() if ticks else []


def _ticked(column: Column, raw: pl.Series) -> pl.Series:
    """What the ticks of a column say: its lower heading."""
    return _mapped(raw, lambda cell: column.says if text.fold(cell).lower() in TICKS else None)


def _mapped(raw: pl.Series, meaning: Callable[[str], str | None]) -> pl.Series:
    """A column with each text as what it means; each distinct one is looked at once."""
    distinct = raw.drop_nulls().unique()
    meanings = pl.DataFrame(
        {"raw": distinct, "means": [meaning(cell) for cell in distinct.to_list()]},
        schema={"raw": pl.String, "means": pl.String},
    )
    return raw.rename("raw").to_frame().join(meanings, on="raw", how="left", maintain_order="left")["means"]
