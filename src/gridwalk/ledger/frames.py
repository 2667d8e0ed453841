"""Large plain files as frames of texts: csv, parquet and xlsx, columns at once.

Workbooks are parsed in a child with bounded memory and time, as ``cells`` does: ``python -m gridwalk.ledger.frames``,
the file's path as its argument, one JSON line and one Arrow stream a sheet on its stdout.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import polars as pl

from gridwalk.ledger import cells, parts
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.parts import Merge
from gridwalk.ledger.wide import LOST, Wide, spoken, text_of

MEMORY_BYTES = 6 << 30
SECONDS = 300
_TEXT_FORMULA = r'^="(.*)"$'
NOT_PLAIN = 5
"""What the child ends with where a workbook has to be taken cell by cell."""
FORMATS = frozenset({"csv", "parquet", "xlsx"})
LARGE_BYTES = 1 << 17
"""Workbooks from this size on are first tried columns at once; of smaller ones the cells come as quickly one by one."""


MOST_COLUMNS = 16_384
"""As many as a sheet of a table program has."""


class NotATable(Exception):
    """A file that is no plain table (a quotation mark never closed, cells struck out, days from 1904, an xlsb …);
    taking it cell by cell does better.
    """


def of_bytes(data: bytes, name: str) -> list[Wide]:
    """The sheets of an untrusted file. Raises LedgerError."""
    return [Wide.of(sheet) for sheet in cells.read(data, name)[1]]


def of_file(source: Path, kind: str) -> list[Wide]:
    """The sheets of the user's own file, however long; ``kind``: its format. Raises LedgerError."""
    if kind in {"csv", "parquet"} or (kind == "xlsx" and source.stat().st_size >= LARGE_BYTES):
        with contextlib.suppress(NotATable):
            return read(source, kind)
    return of_bytes(source.read_bytes(), source.name)


def read(source: Path, kind: str) -> list[Wide]:
    """The sheets of a csv, parquet or xlsx file, columns at once. Raises LedgerError, NotATable."""
    if kind == "csv":
        return [Wide("Sheet1", spoken(_csv(source.read_bytes())))]
    if kind == "parquet":
        return [Wide("Sheet1", spoken(_parquet(source)))]
    return _workbook(source)


def _csv(data: bytes) -> pl.DataFrame:
    text = cells.decoded(data)
    delimiter = cells.delimiter_of(text)
    if cells.text_table(text, delimiter) is not None:
        raise NotATable
    # A title stands alone in its line: the widest line says how many columns there are.
    n_columns = 1 + max((line.count(delimiter) for line in text.splitlines()), default=0)
    if n_columns > MOST_COLUMNS:
        raise NotATable
    schema = {f"column_{n}": pl.String for n in range(1, n_columns + 1)}
    try:
        frame = pl.read_csv(
            io.BytesIO(text.encode()), separator=delimiter, has_header=False, schema=schema, missing_columns="insert"
        )
    except pl.exceptions.PolarsError as error:
        raise NotATable from error
    frame = frame.with_columns(pl.all().str.replace(_TEXT_FORMULA, "$1")).with_columns(pl.all().replace("", None))
    used = [n for n, column in enumerate(frame.iter_columns(), 1) if column.null_count() < len(column)]
    return frame[:, : max(used, default=0)]  # a quoted cell may hold the delimiter


def _parquet(source: Path) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(source)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise LedgerError(cells.FAILED[cells.BROKEN]) from error
    texts = frame.select(_as_text(name, dtype) for name, dtype in frame.schema.items())
    header = pl.DataFrame([[name] for name in frame.columns], schema=dict.fromkeys(texts.columns, pl.String))
    return pl.concat([header, texts])


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Datetime:
        return pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S")
    if dtype in (pl.Binary, pl.List, pl.Struct, pl.Object, pl.Array):
        return pl.lit(None, dtype=pl.String).alias(name)
    return pl.col(name).cast(pl.String)


def _workbook(source: Path) -> list[Wide]:
    sheets = []
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "gridwalk.ledger.frames", str(source)],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=cells.environment(),
        )
        timer = threading.Timer(SECONDS, child.kill)
        timer.start()
        try:
            assert child.stdout is not None
            while line := child.stdout.readline():
                head = json.loads(line)
                frame = pl.read_ipc_stream(io.BytesIO(child.stdout.read(head["bytes"])))
                merged = [tuple(merge) for merge in head["merged"]]
                sheets.append(Wide(head["name"], spoken(frame), merged, head["hidden"]))
        except (json.JSONDecodeError, pl.exceptions.PolarsError):
            child.kill()
        finally:
            timer.cancel()
    if child.wait() == NOT_PLAIN:
        raise NotATable
    if child.returncode:
        raise LedgerError(cells.FAILED[cells.TOO_BIG if child.returncode < 0 else cells.BROKEN])
    return sheets


def _send(source: Path) -> None:
    import fastexcel

    with source.open("rb") as file:
        own = parts.Parts(file)
        if own.from_1904 or own.struck() or own.usual() is not None:
            raise NotATable
    merged: dict[str, list[Merge]] = {}
    unpacking = threading.Thread(target=lambda: merged.update(_merges(source)))
    unpacking.start()  # beside the parsing: neither holds the interpreter for long
    book = fastexcel.read_excel(source)
    loaded: list[Any] = []
    for index in range(len(book.sheet_names)):
        sheet = book.load_sheet(index, header_row=None, dtypes="string")
        loaded.append((sheet.name, sheet.visible != "visible", sheet.to_polars()))
    unpacking.join()
    loaded = [(name, hidden, _with_numbers(source, name, frame)) for name, hidden, frame in loaded]
    for name, hidden, frame in loaded:
        stream = io.BytesIO()
        frame.write_ipc_stream(stream)
        head = {"name": name, "hidden": hidden, "merged": merged[name], "bytes": stream.tell()}
        sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
        sys.stdout.buffer.write(stream.getbuffer())
    sys.stdout.buffer.flush()


def _with_numbers(source: Path, sheet: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The sheet with long numbers as they are written where a cell is a number: columns at once, a text of digits and
    a number that has lost some of its own look alike.
    """
    doubtful = [name for name in frame.columns if _perhaps_numbers(frame[name])]
    if not doubtful:
        return frame
    from python_calamine import CalamineWorkbook

    at = [frame.columns.index(name) for name in doubtful]
    cells_: list[list[str]] = [[] for _ in at]
    book = CalamineWorkbook.from_path(source).get_sheet_by_name(sheet)
    offset = book.start[1] if book.start else 0
    for row in book.iter_rows():
        for column, index in zip(cells_, at, strict=True):
            cell = row[index - offset] if offset <= index < offset + len(row) else ""
            column.append(text_of(cell) if isinstance(cell, (int, float)) and abs(cell) >= LOST else "")
    lost = [pl.Series(name, column, dtype=pl.String) for name, column in zip(doubtful, cells_, strict=True)]
    return frame.with_columns(
        of.replace("", None).extend_constant(None, len(frame) - len(of)).fill_null(frame[of.name]) for of in lost
    )


def _perhaps_numbers(column: pl.Series) -> bool:
    return bool(column.str.contains(r"^[0-9]{13,}000$").any())


def _merges(source: Path) -> dict[str, list[Merge]]:
    with source.open("rb") as file:
        own = parts.Parts(file)
        return {sheet: own.merges(sheet) for sheet, part in own.sheets.items() if part}


def main(source: str) -> int:
    """The child: bounded, writes to stdout."""
    cells.bound(MEMORY_BYTES, SECONDS)
    try:
        _send(Path(source))
    except (NotATable, parts.NoParts):
        return NOT_PLAIN
    except MemoryError:
        return cells.TOO_BIG
    except Exception:  # whatever a broken file makes the parser raise, the parent says one thing
        return cells.BROKEN
    return 0


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main(sys.argv[1]))
