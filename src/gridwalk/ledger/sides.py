"""One side of a comparison: a ledger's rows, or the register's, as a frame of canonical columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Column
from gridwalk.ledger import frames, guard, location, read
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.read import Ledger, SheetRead
from gridwalk.ledger.table import FAULTS
from gridwalk.ledger.tally import LeftOut, Tally

Progress = Callable[[str], None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Side:
    """``frame``: row (0-based, through all sheets), sheet, row_no, a column a field read (texts, ``pl.Date``), the
    door's parts (estate, building, stairwell, room; estate_key), and ``id_text``: the ID number as written where it is
    not valid.

    ``fields``: the dictionary's fields the file has a column for. ``faults``: row, field, column, code, text.
    ``left_out``: the rows of a file that became no record; ``tally``: the sum over all its rows.
    ``withheld``: sheet and number of the rows that are not compared.
    """

    kind: str
    name: str
    frame: pl.DataFrame
    fields: tuple[str, ...]
    faults: pl.DataFrame
    sheets: tuple[SheetRead, ...] = ()
    questions: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    tally: Tally | None = None
    withheld: tuple[tuple[str, int], ...] = ()

    def letter(self, sheet: str, row_no: int, field: str) -> str:
        """The column that holds a field in the table a row stands in; "" where none does, or several do."""
        return read.letter(self.sheets, sheet, row_no, field)

    def without_near_numbers(self) -> Side:
        """The side without what it wrote in the place of a person's ID number, or telephone, and is none.

        Against the register: how near it comes to a number on record would be told.
        """
        nothing = pl.lit(None, dtype=pl.String)
        return dataclasses.replace(self, frame=self.frame.with_columns(id_text=nothing, phone_seen=nothing))

    def without(self, field: str, beginnings: Collection[str]) -> Side:
        """The side without the rows whose ``field`` begins so (all of one length), its rows counted anew."""
        if field not in self.frame.columns or not beginnings:
            return self
        length = len(next(iter(beginnings)))
        begins = pl.col(field).str.slice(0, length).is_in(list(beginnings)).fill_null(value=False)
        gone = self.frame.filter(begins).select("sheet", "row_no")
        return dataclasses.replace(self._less(begins), withheld=tuple(gone.iter_rows()))

    def without_rows(self, rows: Collection[int]) -> Side:
        """The side without some rows, the others counted anew."""
        return self._less(pl.col("row").is_in(list(rows))) if rows else self

    def _less(self, gone: pl.Expr) -> Side:
        kept = self.frame.filter(~gone)
        rows = kept.select(before="row").with_row_index("row")
        faults = self.faults.rename({"row": "before"}).join(rows, on="before", maintain_order="left")
        return dataclasses.replace(
            self,
            frame=kept.drop("row").with_row_index("row"),
            faults=faults.select(*FAULTS),
        )


def read_file(
    source: Path, *, kind: str | None = None, mapping: Mapping[str, str] | None = None, progress: Progress | None = None
) -> Side:
    """A ledger file of the user's own. Raises LedgerError."""
    say = progress or (lambda _: None)
    say(f"读 {source.name}")
    sheets = frames.of_file(source, guard.format_of_file(source))
    say(f"认地址 {source.name}")
    return _of_ledger(read.of_sheets(sheets, source.name, kind=kind, mapping=mapping), source.name)


def read_files(
    left: Path, right: Path, *, kind: str | None = None, progress: Progress | None = None
) -> tuple[Side, Side]:
    """Two ledger files, read at the same time. Raises LedgerError."""
    with ThreadPoolExecutor(2) as readers:
        reading = [readers.submit(read_file, source, kind=kind, progress=progress) for source in (left, right)]
        here, there = (side.result() for side in reading)
    return here, there


def read_bytes(data: bytes, name: str, *, kind: str | None = None, mapping: Mapping[str, str] | None = None) -> Side:
    """An uploaded ledger. Raises LedgerError."""
    return _of_ledger(read.read(data, name, kind=kind, mapping=mapping), name)


def _of_ledger(ledger: Ledger, name: str) -> Side:
    return _located(
        kind=ledger.kind,
        name=name,
        frame=ledger.frame.drop("part", strict=False),
        faults=ledger.faults,
        sheets=tuple(ledger.sheets),
        left_out=tuple(ledger.left_out),
        tally=ledger.tally,
    )


def of_rows(
    kind: str, name: str, rows: Iterable[Mapping[str, Any]], *, fields: Sequence[str], more: Sequence[str] = ()
) -> Side:
    """Records that need no reading (the register's) as a side. Values are canonical; ``more``: further columns, which
    a side without any record has too.
    """
    records = list(rows)
    frame = pl.DataFrame(
        [
            pl.Series("sheet", [name] * len(records), dtype=pl.String),
            pl.Series("row_no", range(1, len(records) + 1), dtype=pl.UInt32),
            *(_column(kind, f, [record.get(f) for record in records]) for f in fields),
            *(_texts(key, [record.get(key) for record in records]) for key in more),
        ]
    ).with_row_index("row")
    return _located(
        kind=kind,
        name=name,
        frame=frame,
        faults=pl.DataFrame(schema=FAULTS),
        sheets=(),
        fields=tuple(fields),
    )


def _located(
    kind: str,
    name: str,
    frame: pl.DataFrame,
    faults: pl.DataFrame,
    sheets: Sequence[SheetRead],
    *,
    fields: tuple[str, ...] = (),
    left_out: tuple[LeftOut, ...] = (),
    tally: Tally | None = None,
) -> Side:
    if frame.is_empty() and sheets:
        raise LedgerError(f"{name} 里有表头，没有一行数据，没有比对。请换一份再来。")
    refused = read.refused(sheets)
    if not fields:
        mapped = [f for f in dictionary.fields(kind) if f.name in frame.columns]
        unreadable = set(faults.filter(pl.col("code") != "missing")["field"])
        empty = [f for f in mapped if f.name not in unreadable and frame[f.name].is_null().all()]
        refused += [f"“{f.label}”这一列是空的，没有比" for f in empty]
        refused += read.besides(sheets)
        fields = tuple(f.name for f in mapped if f not in empty)
    frame = location.columns(frame)
    asked = read.questions(kind, sheets) if sheets else []
    return Side(
        kind=kind,
        name=name,
        frame=frame,
        fields=fields,
        faults=faults,
        sheets=tuple(sheets),
        questions=tuple(asked),
        refused=tuple(refused),
        left_out=left_out,
        tally=tally,
    )


def _column(kind: str, name: str, values: Sequence[Any]) -> pl.Series:
    """Canonical values as a column: dates as dates, everything else as text."""
    texts = _texts(name, values)
    return texts.str.to_date("%Y-%m-%d") if dictionary.column(kind, name) is Column.DATE else texts


def _texts(name: str, values: Sequence[Any]) -> pl.Series:
    return pl.Series(name, [None if v is None or v == "" else str(v) for v in values], dtype=pl.String)
