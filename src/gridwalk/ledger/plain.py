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
from gridwalk.ledger import body as bodies
from gridwalk.ledger import captions, columns, frames, glimpses, headers, tally, values, whose
from gridwalk.ledger import read as rows
from gridwalk.ledger.frames import Wide
from gridwalk.ledger.headers import Column, Header
from gridwalk.ledger.read import SheetRead
from gridwalk.ledger.tally import LeftOut, Tally
from gridwalk.method import address_parts, papers, text

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
    left_out: tuple[LeftOut, ...]
    tally: Tally


@dataclasses.dataclass(frozen=True)
class _Part:
    """What one sheet says."""

    sheet: SheetRead
    frame: pl.DataFrame
    faults: pl.DataFrame
    left_out: list[LeftOut]


def written_id(raw: str) -> str:
    """An ID number as written, without spaces and marks, X as a capital; empty where the cell says no number (不详)."""
    written = re.sub(_ID_NOISE, "", text.fold(raw)).upper().replace("×", "X")[:24]
    return written if sum(c.isdigit() for c in written) >= FEWEST_DIGITS else ""


def read(source: Path, format_: str, *, kind: str | None, mapping: Mapping[str, str]) -> Plain | None:
    """The file's rows, or None where it must be read row by row. Raises LedgerError."""
    headed = _headed(source, format_, kind)
    if not headed:
        return None
    kind = kind or rows.kind_of([(s.name, _head(s.frame), h) for s, h in headed], source.name)
    if len(headed) > 1 and any(headers.kind_of(h.texts)[0] != kind for _, h in headed):
        return None
    parts, faults, n_before = [], [], 0
    for sheet, header in headed:
        part = _sheet(sheet, header, kind, mapping, source.name)
        if part is None:
            return None
        parts.append(part)
        faults.append(part.faults.with_columns(pl.col("row") + n_before))
        n_before += len(part.frame)
    whole = pl.concat([part.frame for part in parts], how="diagonal").drop("row", strict=False).with_row_index("row")
    left_out = tuple(row for part in parts for row in part.left_out)
    summed = tally.of(
        kind,
        n_rows=sum(_n_spoken(sheet.frame) for sheet, _ in headed),
        n_unread=0,
        records=whole.select("sheet", "row_no").iter_rows(),
        left_out=left_out,
    )
    return Plain(kind, whole, pl.concat(faults), tuple(part.sheet for part in parts), left_out, summed)


def _n_spoken(frame: pl.DataFrame) -> int:
    """How many rows of a sheet say anything."""
    has_text = pl.any_horizontal(pl.all().str.contains(r"\S").fill_null(False))
    return int(frame.select(has_text.sum()).item()) if frame.width else 0


def _headed(source: Path, format_: str, kind: str | None) -> list[tuple[Wide, Header]]:
    """The sheets with content and their headers; empty where one is hidden or has none. Raises LedgerError."""
    try:
        sheets = [s for s in frames.read(source, format_) if not s.frame.is_empty()]
    except frames.NotATable:
        return []
    if any(s.hidden for s in sheets):
        return []
    heads = [_head(s.frame) for s in sheets]
    if any(bodies.is_form(head) for head in heads):
        return []
    headed = [(s, headers.find(head, kind)) for s, head in zip(sheets, heads, strict=True)]
    with_header = [(s, h) for s, h in headed if h is not None]
    return with_header if len(with_header) == len(headed) else []


def _head(frame: pl.DataFrame) -> list[list[str]]:
    return [["" if c is None else c for c in row] for row in frame.head(headers.SEARCHED_ROWS + 2).iter_rows()]


def _sheet(sheet: Wide, header: Header, kind: str, mapping: Mapping[str, str], name: str) -> _Part | None:
    first = header.top + header.height
    if any(last >= first for _, last in sheet.merged):
        return None
    body = sheet.frame.slice(first).with_row_index("row_no", offset=first + 1)
    cell_names = sheet.frame.columns
    above = _head(sheet.frame)[:first]
    if any(bodies.pairs(row) >= rows.FEWEST_PAIRS for row in above[: header.top]):
        return None
    left_out = [
        LeftOut(sheet.name, n + 1, "title" if n < header.top else "header") for n, row in enumerate(above) if any(row)
    ]
    dropped = _no_records(body, cell_names, above, header)
    if dropped is None:
        return None
    left_out += [LeftOut(sheet.name, row_no, why) for row_no, why in dropped.items() if why]
    body = body.filter(~pl.col("row_no").is_in(list(dropped))) if dropped else body
    sample = [list(row) for row in body.head(SAMPLED).select(cell_names).iter_rows()]
    of_columns = whose.map_columns(header, kind, sample, mapping)
    if captions.place_of(sheet.name, {c.field for c in of_columns}):
        return None
    if rows.given(kind, of_columns, rows.titles([name, sheet.name], _head(sheet.frame)[: header.top])):
        return None
    used = [c for c in of_columns if c.field]
    if any(c.group or c.says for c in used) or _has_other_papers(body, cell_names, of_columns):
        return None
    read_ = _read(kind, used, body, cell_names)
    spoken = _says_something(read_, len(body))
    if not spoken.all():
        left_out += _silent(sheet.name, body.filter(~spoken), of_columns)
        body = body.filter(spoken)
        read_ = _read(kind, used, body, cell_names)
    if any(column.repeats for _, column in read_):
        return None
    estates = [body[cell_names[c.index]].drop_nulls().to_list() for c in used if c.field == "estate"]
    if any(address_parts.odd_estates(names) for names in estates):
        return None
    frame = _frame(sheet.name, body, cell_names, kind, read_)
    wrong = pl.concat(
        [
            columns.NO_FAULTS.with_columns(field=pl.lit(""), column=pl.lit("")),
            *(of.faults.with_columns(field=pl.lit(c.field), column=pl.lit(c.letter)) for c, of in read_),
        ]
    )
    frame = _without_wrong_doors(frame, wrong)
    if _written_once(frame, kind, wrong):
        return None
    faults = pl.concat([wrong, *_missing(kind, used, frame, wrong)]).select(
        row="at", field="field", column="column", code="code", text="text"
    )
    understood = SheetRead(name=sheet.name, header=header, columns=of_columns, n_rows=len(frame), last=len(sheet.frame))
    return _Part(understood, frame, faults, left_out)


def _read(
    kind: str, used: Sequence[Column], body: pl.DataFrame, cell_names: Sequence[str]
) -> list[tuple[Column, columns.ColumnRead]]:
    return [(c, columns.read(kind, c.field, c.header, body[cell_names[c.index]])) for c in used]


def _says_something(read_: Sequence[tuple[Column, columns.ColumnRead]], n: int) -> pl.Series:
    """Which rows have a value or a fault; 无 in every cell is no record."""
    spoken = pl.repeat(False, n, dtype=pl.Boolean, eager=True)
    for _, column in read_:
        for of_field in (column.values, *column.extra.values()):
            spoken = spoken | of_field.is_not_null()
        if len(column.faults):
            spoken = spoken.scatter(column.faults["at"].unique(), True)
    return spoken


def _has_other_papers(body: pl.DataFrame, cell_names: Sequence[str], of_columns: Sequence[Column]) -> bool:
    """Whether a number stands on another paper than a citizen's card."""
    named = {word for c in of_columns if c.how == "paper" for word in body[cell_names[c.index]].drop_nulls().unique()}
    return bool({papers.kind_of(word) for word in named} - {"", papers.CITIZEN})


def _silent(sheet: str, body: pl.DataFrame, of_columns: Sequence[Column]) -> list[LeftOut]:
    """The rows without a value."""
    used = {c.index for c in of_columns if c.field}
    numbering = {c.index for c in of_columns if c.header in headers.NUMBERING}
    return [
        LeftOut(sheet, row_no, bodies.says_nothing([c or "" for c in row], used, numbering))
        for row_no, *row in body.iter_rows()
        if any(c and not c.isspace() for c in row)
    ]


def _no_records(
    body: pl.DataFrame, cell_names: Sequence[str], above: Sequence[Sequence[str]], header: Header
) -> dict[int, str] | None:
    """The rows that are blank ("") or printed around the records, each with the reason; None where rows hold captions
    or a further table begins.
    """
    printed = bodies.Printed([list(a) for a in above], header)
    words = headers.any_words()
    dropped: dict[int, str] = {}
    first = header.top + header.height + 1
    for row_no, *row in _odd_rows(body, cell_names, header).iter_rows():
        cells = [text.fold(c) for c in row]
        n_filled = sum(map(bool, cells))
        why = bodies.around(cells, printed, is_first=row_no == first) if n_filled else ""
        if why or not n_filled:
            dropped[row_no] = why
        elif (n_filled == 1 and len(cell_names) > 2) or bodies.is_heading(cells, words):
            return None
    return dropped


def _odd_rows(body: pl.DataFrame, cell_names: Sequence[str], header: Header) -> pl.DataFrame:
    """The first row, rows of few cells, and rows with a cell that is a heading."""
    width = len(cell_names)
    words = pl.Series([*headers.any_words(), *filter(None, header.texts)])
    n_filled = pl.sum_horizontal(pl.col(c).is_not_null().cast(pl.UInt16) for c in cell_names)
    heading = pl.any_horizontal(pl.col(c).is_in(words.implode()) for c in cell_names).fill_null(False)
    is_first = pl.col("row_no") == header.top + header.height + 1
    return body.filter(is_first | (n_filled <= max(4, width // 3)) | heading).select("row_no", *cell_names)


def _frame(
    sheet: str,
    body: pl.DataFrame,
    cell_names: Sequence[str],
    kind: str,
    read_: Sequence[tuple[Column, columns.ColumnRead]],
) -> pl.DataFrame:
    by_field: dict[str, pl.Series] = {c.field: column.values.rename(c.field) for c, column in read_}
    for _, column in read_:
        for name, beside in column.extra.items():
            by_field[name] = by_field[name].fill_null(beside) if name in by_field else beside.rename(name)
    ordered = [by_field[f.name] for f in dictionary.fields(kind) if f.name in by_field]
    written = [body[cell_names[c.index]].hash().rename(f"written_{c.field}") for c, _ in read_]
    frame = pl.DataFrame([body["row_no"].cast(pl.UInt32), *ordered, *written])
    number = next((c for c, _ in read_ if c.field in {"id_no", "uscc"}), None)
    id_text = pl.Series("id_text", [None] * len(body), dtype=pl.String)
    if number is not None:
        raw = body[cell_names[number.index]]
        id_text = _written_ids(raw.set(by_field[number.field].is_not_null(), None))
    further = glimpses.columns(kind, {c.field: body[cell_names[c.index]] for c, _ in read_})
    return frame.with_columns(
        id_text.rename("id_text"), *further, sheet=pl.lit(sheet), row=pl.int_range(len(body), dtype=pl.UInt32)
    ).select("row", "sheet", *frame.columns, "id_text", *(column.name for column in further))


def _without_wrong_doors(frame: pl.DataFrame, wrong: pl.DataFrame) -> pl.DataFrame:
    """A row one of whose parts of an address is at fault has no door: the others would tell another one."""
    rows = wrong.filter(pl.col("code").is_in(values.WRONG_DOOR))["at"].implode()
    parts = [part for part in ("room", "address") if part in frame.columns]
    return frame.with_columns(pl.when(~pl.col("row").is_in(rows)).then(pl.col(parts)))


def _written_ids(raw: pl.Series) -> pl.Series:
    distinct = raw.drop_nulls().unique()
    clean = pl.DataFrame(
        {"raw": distinct, "id_text": [written_id(t) or None for t in distinct.to_list()]},
        schema={"raw": pl.String, "id_text": pl.String},
    )
    return raw.rename("raw").to_frame().join(clean, on="raw", how="left", maintain_order="left")["id_text"]


def _missing(kind: str, used: Sequence[Column], frame: pl.DataFrame, wrong: pl.DataFrame) -> list[pl.DataFrame]:
    """A fault for every required column left blank."""
    faults = []
    for column in used:
        field = dictionary.get(kind, column.field)
        if not field.required:
            continue
        blank = frame.filter(pl.col(field.name).is_null()).select(at="row")
        blank = blank.join(wrong.filter(pl.col("field") == field.name), on="at", how="anti")
        faults.append(
            blank.select(
                "at",
                code=pl.lit("missing"),
                text=pl.lit(f"没有填{field.label}"),
                field=pl.lit(field.name),
                column=pl.lit(column.letter),
            )
        )
    return faults


def _written_once(frame: pl.DataFrame, kind: str, wrong: pl.DataFrame) -> bool:
    """Whether the door stands beside the head of household only (``captions.Households``)."""
    places = [f.name for f in dictionary.fields(kind) if f.locates and f.name in frame.columns]
    if "relation" not in frame.columns or not places:
        return False
    unknown = wrong.filter(pl.col("field") == "relation")["at"].implode()
    members = frame.filter(~pl.col("relation").is_in(["head", "unrelated"]) | pl.col("row").is_in(unknown))
    n_blank = members.select(pl.all_horizontal(pl.col(p).is_null() for p in places).sum()).item()
    return len(members) >= captions.FEWEST_MEMBERS and n_blank >= captions.WRITTEN_ONCE_SHARE * len(members)
