"""Large plain files as frames of texts: csv, parquet and xlsx, columns at once.

Workbooks are parsed in a child with bounded memory and time, as ``cells`` does: ``python -m gridwalk.ledger.frames``,
the file's path as its argument, one JSON line and one Arrow stream a sheet on its stdout.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from gridwalk.ledger import cells
from gridwalk.ledger.errors import LedgerError

MEMORY_BYTES = 6 << 30
SECONDS = 300
MAX_MERGES = 1000
_MERGE = re.compile(rb'<mergeCell\s+ref="[A-Z]+(\d+):[A-Z]+(\d+)"')
_TEXT_FORMULA = r'^="(.*)"$'
BLOCK = 1 << 20
FORMATS = frozenset({"csv", "parquet", "xlsx"})


@dataclasses.dataclass
class Wide:
    """One sheet: every cell a text or null, from A1 on; ``merged``: (first, last) 0-based rows of its
    vertical merges.
    """

    name: str
    frame: pl.DataFrame
    merged: list[tuple[int, int]]
    hidden: bool = False


MOST_COLUMNS = 16_384
"""As many as a sheet of a table program has."""


class NotATable(Exception):
    """A csv file that is no plain table (a quotation mark that is never closed …); reading it row by row
    may do better.
    """


def read(source: Path, kind: str) -> list[Wide]:
    """The sheets of a csv, parquet or xlsx file. Raises LedgerError, NotATable."""
    if kind == "csv":
        return [Wide("Sheet1", _csv(source.read_bytes()), [])]
    if kind == "parquet":
        return [Wide("Sheet1", _parquet(source), [])]
    return _workbook(source)


def _csv(data: bytes) -> pl.DataFrame:
    text = cells.decoded(data)
    delimiter = cells.delimiter_of(text)
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
    environment = {name: os.environ[name] for name in cells.NEEDED if name in os.environ}
    sheets = []
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "gridwalk.ledger.frames", str(source)],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
        )
        timer = threading.Timer(SECONDS, child.kill)
        timer.start()
        try:
            assert child.stdout is not None
            while line := child.stdout.readline():
                head = json.loads(line)
                frame = pl.read_ipc_stream(io.BytesIO(child.stdout.read(head["bytes"])))
                sheets.append(Wide(head["name"], frame, [tuple(m) for m in head["merged"]], head["hidden"]))
        except (json.JSONDecodeError, pl.exceptions.PolarsError):
            child.kill()
        finally:
            timer.cancel()
    if child.wait():
        raise LedgerError(cells.FAILED[cells.TOO_BIG if child.returncode < 0 else cells.BROKEN])
    return sheets


def _merges(source: Path) -> Iterator[list[tuple[int, int]]]:
    """The vertical merges of each sheet in order. They stand behind the data, so the whole sheet is unpacked once."""
    with zipfile.ZipFile(source) as archive:
        for path in _sheet_paths(archive):
            before = b""
            merges: list[tuple[int, int]] = []
            with archive.open(path) as file:
                while (block := file.read(BLOCK)) and len(merges) < MAX_MERGES:
                    window = before + block
                    if b"<mergeCell" in window:
                        merges += [
                            (int(m[1]) - 1, int(m[2]) - 1) for m in _MERGE.finditer(window) if m.end() > len(before)
                        ]
                    before = window[-128:]
            yield [merge for merge in merges if merge[0] != merge[1]]


def _sheet_paths(archive: zipfile.ZipFile) -> list[str]:
    """The parts of the sheets in the workbook's order (ECMA-376 part 1, 18.2.20 and part 2, 9.3)."""
    relations = {
        r.get("Id"): r.get("Target", "")
        for r in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 # nosec B314
    }
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 # nosec B314
    space = book.tag.split("}")[0] + "}"
    rid = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    targets = [relations[sheet.get(rid)] for sheet in book.iter(f"{space}sheet")]
    return [t.lstrip("/") if t.startswith("/") else f"xl/{t}" for t in targets]


def _send(source: Path) -> None:
    import fastexcel

    merged: list[list[tuple[int, int]]] = []
    unpacking = threading.Thread(target=lambda: merged.extend(_merges(source)))
    unpacking.start()  # beside the parsing: neither holds the interpreter for long
    book = fastexcel.read_excel(source)
    loaded: list[Any] = []
    for index in range(len(book.sheet_names)):
        sheet = book.load_sheet(index, header_row=None, dtypes="string")
        loaded.append((sheet.name, sheet.visible != "visible", sheet.to_polars()))
    unpacking.join()
    for (name, hidden, frame), merges in zip(loaded, merged, strict=True):
        stream = io.BytesIO()
        frame.write_ipc_stream(stream)
        head = {"name": name, "hidden": hidden, "merged": merges, "bytes": stream.tell()}
        sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
        sys.stdout.buffer.write(stream.getbuffer())
    sys.stdout.buffer.flush()


def main(source: str) -> int:
    """The child: bounded, writes to stdout."""
    cells.bound(MEMORY_BYTES, SECONDS)
    try:
        _send(Path(source))
    except MemoryError:
        return cells.TOO_BIG
    except Exception:  # whatever a broken file makes the parser raise, the parent says one thing
        return cells.BROKEN
    return 0


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main(sys.argv[1]))
