"""Plain tables, however long: a header, one record a row, nothing merged, repeated or written between the rows.

``read`` answers None where a file is anything else; ``ledger.read`` then reads it row by row. Where both can read a
file, they say the same.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import captions, columns, frames, headers
from gridwalk.ledger import read as rows
from gridwalk.ledger.frames import Wide
from gridwalk.ledger.headers import Column, Header
from gridwalk.ledger.read import SheetRead
from gridwalk.method import text

_ID_NOISE = r"[\s'’`‘′\-_.,·]"
FEWEST_DIGITS = 6
SAMPLED = 400
"""Rows below the header among which a column's sample is looked for."""


@dataclasses.dataclass(frozen=True)
class Plain:
    """What ``sides.Side`` is made of."""

    kind: str
    frame: pl.DataFrame
    faults: pl.DataFrame
    sheets: tuple[SheetRead, ...]


def written_id(raw: str) -> str:
    """An ID number as written, without spaces and marks, X as a capital; empty where the cell says no number (不详)."""
    written = re.sub(_ID_NOISE, "", text.fold(raw)).upper().replace("×", "X")[:24]
    return written if sum(c.isdigit() for c in written) >= FEWEST_DIGITS else ""


def read(source: Path, format_: str, *, kind: str | None, mapping: Mapping[str, str]) -> Plain | None:
    """The file's rows, or None where it must be read row by row. Raises LedgerError."""
    try:
        sheets = [s for s in frames.read(source, format_) if not s.frame.is_empty()]
    except frames.NotATable:
        return None
    if any(s.hidden for s in sheets):
        return None
    found = [(s, headers.find(_head(s.frame), kind)) for s in sheets]
    if not found or any(header is None for _, header in found):
        return None
    with_header = [(s, h) for s, h in found if h is not None]
    kind = kind or rows.kind_of([(s.name, _head(s.frame), h) for s, h in with_header], source.name)
    if len(with_header) > 1 and any(headers.kind_of(h.texts)[0] != kind for _, h in with_header):
        return None
    read_sheets, parts, faults, n_before = [], [], [], 0
    for sheet, header in with_header:
        one = _sheet(sheet, header, kind, mapping, source.name)
        if one is None:
            return None
        understood, frame, of_sheet = one
        read_sheets.append(understood)
        parts.append(frame)
        faults.append(of_sheet.with_columns(pl.col("row") + n_before))
        n_before += len(frame)
    whole = pl.concat(parts, how="diagonal").drop("row", strict=False).with_row_index("row")
    return Plain(kind, whole, pl.concat(faults), tuple(read_sheets))


def _head(frame: pl.DataFrame) -> list[list[str]]:
    return [["" if c is None else c for c in row] for row in frame.head(headers.SEARCHED_ROWS + 2).iter_rows()]


def _sheet(
    sheet: Wide, header: Header, kind: str, mapping: Mapping[str, str], name: str
) -> tuple[SheetRead, pl.DataFrame, pl.DataFrame] | None:
    first = header.top + header.height
    if any(last >= first for _, last in sheet.merged):
        return None
    body = sheet.frame.slice(first).with_row_index("row_no", offset=first + 1)
    cell_names = sheet.frame.columns
    records = _records(body, cell_names, _head(sheet.frame)[:first], header)
    if records is None:
        return None
    body = records
    sample = [list(row) for row in body.head(SAMPLED).select(cell_names).iter_rows()]
    of_columns = headers.map_columns(header, kind, sample, mapping)
    if captions.place_of(sheet.name, {c.field for c in of_columns}):
        return None
    if rows.given(kind, of_columns, rows.titles([name, sheet.name], _head(sheet.frame)[: header.top])):
        return None
    used = [c for c in of_columns if c.field]
    read_ = _read(kind, used, body, cell_names)
    spoken = _says_something(read_, len(body))
    if not spoken.all():
        body = body.filter(spoken)
        read_ = _read(kind, used, body, cell_names)
    if any(one.repeats for _, one in read_):
        return None
    frame = _frame(sheet.name, body, cell_names, kind, read_)
    if _written_once(frame, kind):
        return None
    said = pl.concat(
        [
            columns.NO_FAULTS.with_columns(field=pl.lit(""), column=pl.lit("")),
            *(one.faults.with_columns(field=pl.lit(c.field), column=pl.lit(c.letter)) for c, one in read_),
        ]
    )
    faults = pl.concat([said, *_missing(kind, used, frame, said)]).select(
        row="at", field="field", column="column", code="code", text="text"
    )
    return SheetRead(name=sheet.name, header=header, columns=of_columns, n_rows=len(frame)), frame, faults


def _read(
    kind: str, used: Sequence[Column], body: pl.DataFrame, cell_names: Sequence[str]
) -> list[tuple[Column, columns.ColumnRead]]:
    return [(c, columns.read(kind, c.field, c.header, body[cell_names[c.index]])) for c in used]


def _says_something(read_: Sequence[tuple[Column, columns.ColumnRead]], n: int) -> pl.Series:
    """Which rows have a value or a fault; 无 in every cell is no record."""
    said = pl.repeat(False, n, dtype=pl.Boolean, eager=True)
    for _, one in read_:
        said = said | one.values.is_not_null()
        for extra in one.extra.values():
            said = said | extra.is_not_null()
        if len(one.faults):
            said = said.scatter(one.faults["at"].unique(), True)
    return said


def _records(
    body: pl.DataFrame, cell_names: Sequence[str], above: Sequence[Sequence[str]], header: Header
) -> pl.DataFrame | None:
    """The body without blank rows, footers and headers repeated at page breaks; None where rows hold captions."""
    width = len(cell_names)
    n_filled = pl.sum_horizontal(pl.col(c).is_not_null().cast(pl.UInt16) for c in cell_names)
    heads = {i: words for i, words in enumerate(header.texts) if words and i < width}
    again = pl.any_horizontal(pl.col(cell_names[i]) == words for i, words in heads.items())
    seldom = n_filled <= max(4, width // 3)
    checked = body.with_columns(odd=seldom | again.fill_null(False))
    printed = rows.Printed([list(a) for a in above], header)
    dropped = []
    for row in checked.filter(pl.col("odd")).select("row_no", *cell_names).iter_rows():
        cells = [text.fold(c) for c in row[1:]]
        filled = [c for c in cells if c]
        if not filled or printed.again(cells) or rows.is_footer(cells):
            dropped.append(row[0])
        elif len(filled) == 1 and width > 2:
            return None
    if not body.is_empty() and rows.is_numbering([c or "" for c in body.row(0)[1:]]):
        dropped.append(body["row_no"][0])
    return body.filter(~pl.col("row_no").is_in(dropped)) if dropped else body


def _frame(
    sheet: str,
    body: pl.DataFrame,
    cell_names: Sequence[str],
    kind: str,
    read_: Sequence[tuple[Column, columns.ColumnRead]],
) -> pl.DataFrame:
    made: dict[str, pl.Series] = {c.field: one.values.rename(c.field) for c, one in read_}
    for _, one in read_:
        for name, values in one.extra.items():
            made[name] = made[name].fill_null(values) if name in made else values.rename(name)
    ordered = [made[f.name] for f in dictionary.fields(kind) if f.name in made]
    written = [body[cell_names[c.index]].hash().rename(f"written_{c.field}") for c, _ in read_]
    frame = pl.DataFrame([body["row_no"].cast(pl.UInt32), *ordered, *written])
    number = next((c for c, _ in read_ if c.field in {"id_no", "uscc"}), None)
    id_text = pl.Series("id_text", [None] * len(body), dtype=pl.String)
    if number is not None:
        raw = body[cell_names[number.index]]
        id_text = _written_ids(raw.set(made[number.field].is_not_null(), None))
    return frame.with_columns(
        id_text.rename("id_text"), sheet=pl.lit(sheet), row=pl.int_range(len(body), dtype=pl.UInt32)
    ).select("row", "sheet", *frame.columns, "id_text")


def _written_ids(raw: pl.Series) -> pl.Series:
    distinct = raw.drop_nulls().unique()
    clean = pl.DataFrame(
        {"raw": distinct, "id_text": [written_id(t) or None for t in distinct.to_list()]},
        schema={"raw": pl.String, "id_text": pl.String},
    )
    return raw.rename("raw").to_frame().join(clean, on="raw", how="left", maintain_order="left")["id_text"]


def _missing(kind: str, used: Sequence[Column], frame: pl.DataFrame, said: pl.DataFrame) -> list[pl.DataFrame]:
    """A fault for every required column left blank."""
    found = []
    for column in used:
        field = dictionary.get(kind, column.field)
        if not field.required:
            continue
        blank = frame.filter(pl.col(field.name).is_null()).select(at="row")
        blank = blank.join(said.filter(pl.col("field") == field.name), on="at", how="anti")
        found.append(
            blank.select(
                "at",
                code=pl.lit("missing"),
                text=pl.lit(f"没有填{field.label}"),
                field=pl.lit(field.name),
                column=pl.lit(column.letter),
            )
        )
    return found


def _written_once(frame: pl.DataFrame, kind: str) -> bool:
    """Whether the door stands beside the head of household only (``captions.Households``)."""
    places = [f.name for f in dictionary.fields(kind) if f.locates and f.name in frame.columns]
    if "relation" not in frame.columns or not places:
        return False
    members = frame.filter(~pl.col("relation").is_in(["head", "unrelated"]))
    n_blank = members.select(pl.all_horizontal(pl.col(p).is_null() for p in places).sum()).item()
    return len(members) >= captions.FEWEST_MEMBERS and n_blank >= captions.WRITTEN_ONCE_SHARE * len(members)
