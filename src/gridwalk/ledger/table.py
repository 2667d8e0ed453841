"""The rows of one table → its records, and the rows that are none."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import body, captions, columns, glimpses, groups, headers
from gridwalk.ledger.body import Printed, Stretch
from gridwalk.ledger.groups import Group
from gridwalk.ledger.headers import Column
from gridwalk.ledger.tally import LeftOut
from gridwalk.ledger.values import Records, paper_beside
from gridwalk.ledger.wide import Wide
from gridwalk.method import address_parts, text

LONGEST_ALONE = 8
"""Characters of a name or room that is a record without anything beside it; what is longer is a remark."""
STRUCK_SHARE = 0.8
"""Of the filled cells of a row that is struck out as a whole."""
WRITTEN = "written_"
"""Columns ``written_<field>``: a number for the cell as it stood, to tell 相同 from 写法不同 (equal after normalising)."""
FAULTS = {"row": pl.UInt32, "field": pl.String, "column": pl.String, "code": pl.String, "text": pl.String}


@dataclasses.dataclass(frozen=True)
class TableRead:
    """``frame``: row (0-based), sheet, row_no, part (from 0: records of one row), a column a field (texts,
    ``pl.Date``), ``id_text``: the number as written where it is not valid, ``written_<field>``. ``faults``: by row.
    """

    frame: pl.DataFrame
    faults: pl.DataFrame
    left_out: list[LeftOut]


class Table:
    """One table of a sheet."""

    def __init__(
        self,
        sheet: Wide,
        stretch: Stretch,
        columns_: Sequence[Column],
        kind: str,
        of_titles: Mapping[str, str],
        place: captions.Place,
    ) -> None:
        self._sheet, self._stretch, self._kind = sheet, stretch, kind
        self._columns, self._given, self._place = columns_, of_titles, place
        self._used = {c.index for c in columns_ if c.field}
        self._numbering = {c.index for c in columns_ if c.header in headers.NUMBERING}
        self._groups = groups.of(columns_)
        self._body = sheet.body(stretch.first, stretch.last)
        self._left_out: dict[int, str] = {}
        self._captions: list[tuple[int, dict[str, str]]] = [(0, dict(place.parts))]

    def read(self) -> TableRead:
        """Every record in order, and the other rows."""
        kept = self._kept()
        rows = self._body[kept]
        odd = self._odd_estates()
        own = [self._own_rows(rows, group) for group in self._groups]
        parts = [self._records(rows, kept, at, group, odd) for at, group in zip(own, self._groups, strict=True)]
        if len(parts) == 1:
            captions.fill_households(parts[0], self._columns, rows, self._kind)
        spoken = [part.speak() for part in parts]
        for part, at, group in zip(parts, own, self._groups, strict=True):
            self._complete(part, kept.gather(at), group)
        self._distrust(parts)
        framed = [
            self._framed(part, kept.gather(at), number, speaks)
            for number, (part, at, speaks) in enumerate(zip(parts, own, spoken, strict=True))
        ]
        self._leave_silent(rows, kept, own, spoken)
        frame = pl.concat([frame for frame, _ in framed], how="diagonal").sort("row_no", "part").with_row_index("row")
        return TableRead(
            frame=frame,
            faults=_placed(frame, [faults for _, faults in framed]),
            left_out=[
                LeftOut(self._sheet.name, self._stretch.first + n + 1, why) for n, why in sorted(self._left_out.items())
            ],
        )

    def _kept(self) -> pl.Series:
        """The rows (0-based in the body) that may be records; the others are noted with their reasons."""
        printed = Printed(self._sheet.rows(0, self._stretch.first), self._stretch.header)
        blank = self._body.select(pl.all_horizontal(pl.all().is_null())).to_series()
        for at, row in self._odd_rows(printed):
            why = body.around(row, printed, is_first=at == 0) or self._no_record(at, row)
            if why:
                self._left_out[at] = why
        return (~blank).scatter(list(self._left_out), False).arg_true()

    def _odd_rows(self, printed: Printed) -> Iterable[tuple[int, list[str]]]:
        """The rows that may be something else: the first, those of few cells, and those with a cell that is printed
        above the table or is a heading.
        """
        n_filled = pl.sum_horizontal(pl.all().is_not_null().cast(pl.UInt16))
        is_odd = body.may_be_around(self._body, printed) | (n_filled == 1)
        at = self._body.select(is_odd.fill_null(False)).to_series().arg_true()
        first, last = self._stretch.first, self._stretch.last
        struck = [row - first for row in self._sheet.struck if first <= row < last]
        odd = sorted({0, *at.to_list(), *struck}) if len(self._body) else []
        for at_row, row in zip(odd, self._body[odd].iter_rows(), strict=True):
            if any(row):
                yield at_row, [text.fold(c) for c in row]

    def _no_record(self, at: int, row: Sequence[str]) -> str:
        struck = self._sheet.struck.get(self._stretch.first + at, ())
        if struck and len(struck) >= STRUCK_SHARE * sum(map(bool, row)):
            return "struck"
        words = body.only_text(row)
        if words and self._place.take(self._stretch.first + at, words):
            self._captions.append((at, dict(self._place.parts)))
            return "caption"
        if words and not self._is_record_alone(row):
            return "caption" if body.is_subtitle(words) else "alone"
        return ""

    def _is_record_alone(self, row: Sequence[str]) -> bool:
        """Whether the one text of a row is a record in a table of so few columns, or stands where a required one is."""
        if not self._stretch.header.height:
            return False  # above records without headings it is their title
        at = next(i for i, c in enumerate(row) if c)
        required = {f.name for f in dictionary.fields(self._kind) if f.required} | {"room", "address"}
        for group in self._groups:
            column = next((c for c in group.columns if c.index == at), None)
            if column is not None and column.field in required:
                is_value = dictionary.parse(self._kind, column.field, row[at]).value is not None
                return len(self._used) < 2 or (is_value and len(row[at]) <= LONGEST_ALONE)
        return False

    def _odd_estates(self) -> set[str]:
        written = (self._body.to_series(c.index).drop_nulls().to_list() for c in self._columns if c.field == "estate")
        return set().union(*map(address_parts.odd_estates, written))

    def _own_rows(self, rows: pl.DataFrame, group: Group) -> pl.Series:
        """The rows in which a record of the group stands."""
        own = [c.index for c in group.columns if c.group]
        if len(self._groups) == 1 or not own:
            return pl.int_range(len(rows), dtype=pl.UInt32, eager=True)
        return rows.select(pl.any_horizontal(pl.nth(own).is_not_null())).to_series().arg_true()

    def _records(
        self, rows: pl.DataFrame, kept: pl.Series, at: pl.Series, group: Group, odd_estates: set[str]
    ) -> Records:
        return Records(
            self._kind,
            group,
            rows if len(at) == len(rows) else rows[at],
            struck=self._struck(kept.gather(at)),
            odd_estates=odd_estates,
            paper=paper_beside(self._columns, group.columns),
            from_1904=self._sheet.from_1904,
        )

    def _struck(self, of_body: pl.Series) -> dict[int, list[int]]:
        """Column → those of the rows whose cell is struck out."""
        if not self._sheet.struck:
            return {}
        struck: dict[int, list[int]] = {}
        for at, row in enumerate(of_body):
            for column in self._sheet.struck.get(self._stretch.first + row, ()):
                struck.setdefault(column, []).append(at)
        return struck

    def _complete(self, part: Records, of_body: pl.Series, group: Group) -> None:
        """What the rows' own cells do not say: the caption's place, the title's, the group's; then what is missing."""
        for field in {field for _, parts in self._captions for field in parts}:
            part.fill(field, self._by_captions(field).gather(of_body))
        self._name_estate(part)
        for field, value in {**self._given, **group.given}.items():
            part.fill(field, pl.repeat(value, len(of_body), dtype=pl.String, eager=True))
        part.miss()

    def _name_estate(self, part: Records) -> None:
        """10-1-101 below 福安里10号楼居民名单 lies in 福安里: the row says no estate, and the building of the title."""
        estate, building = self._place.building
        addresses_ = part.values.get("address")
        if not estate or addresses_ is None or addresses_.dtype != pl.String:
            return
        of_title = addresses_.str.contains(rf"^{re.escape(building)}(?:号?楼|栋|幢|座|[-#])")
        part.fill("estate", pl.select(pl.when(of_title).then(pl.lit(estate))).to_series())

    def _by_captions(self, field: str) -> pl.Series:
        """Of each row of the body what the captions above it say."""
        ends = [at for at, _ in self._captions[1:]] + [len(self._body)]
        return pl.concat(
            pl.repeat(parts.get(field), end - at, dtype=pl.String, eager=True)
            for (at, parts), end in zip(self._captions, ends, strict=True)
        )

    @staticmethod
    def _distrust(parts: Sequence[Records]) -> None:
        numbers = [(part, of) for part in parts if (of := part.numbers()) is not None]
        for (part, _), at in zip(numbers, columns.spoilt([of for _, of in numbers]), strict=True):
            part.distrust_numbers(at)

    def _framed(
        self, part: Records, of_body: pl.Series, number: int, spoken: pl.Series
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The records of a group, and their faults with the numbers of their rows."""
        row_no = (of_body + (self._stretch.first + 1)).cast(pl.UInt32).rename("row_no")
        ordered = [part.values[f.name] for f in dictionary.fields(self._kind) if f.name in part.values]
        written = [cells.hash().rename(f"{WRITTEN}{field}") for field, cells in part.written.items()]
        beside = glimpses.columns(self._kind, part.written)
        frame = pl.DataFrame([row_no, *ordered, part.id_texts().rename("id_text"), *written, *beside]).with_columns(
            sheet=pl.lit(self._sheet.name), part=pl.lit(number, dtype=pl.UInt8)
        )
        order = ["sheet", "row_no", "part", *frame.columns[1:-2]]
        faults = part.faults.with_columns(row_no=row_no.gather(part.faults["at"]), part=pl.lit(number, dtype=pl.UInt8))
        silent = (~spoken).arg_true()
        return frame.select(order).filter(spoken), faults.filter(~pl.col("at").is_in(silent.implode()))

    def _leave_silent(
        self, rows: pl.DataFrame, kept: pl.Series, own: Sequence[pl.Series], spoken: Sequence[pl.Series]
    ) -> None:
        """Note the rows that have no value."""
        has_record = pl.repeat(False, len(rows), dtype=pl.Boolean, eager=True)
        for at, speaks in zip(own, spoken, strict=True):
            has_record = has_record.scatter(at.filter(speaks), True)
        silent = (~has_record).arg_true()
        for at, row in zip(kept.gather(silent), rows[silent].iter_rows(), strict=True):
            self._left_out[at] = body.says_nothing([c or "" for c in row], self._used, self._numbering)


def _placed(frame: pl.DataFrame, faults: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The faults by row of the frame, those of one row in the order of its columns."""
    rows = frame.select("row", "row_no", "part")
    placed = pl.concat(faults).join(rows, on=["row_no", "part"], maintain_order="left")
    return placed.select(*FAULTS).sort("row", maintain_order=True)
