"""Workbooks as plain matrices of cells, parsed in a subprocess with bounded memory and time.

The child is ``python -m gridwalk.ledger.cells FORMAT``: the file on its stdin, one JSON line a sheet on its stdout; no
temporary file is written anywhere.
"""

from __future__ import annotations

import collections
import contextlib
import csv
import dataclasses
import datetime as dt
import io
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import orjson

from gridwalk.ledger import guard, parts
from gridwalk.ledger.errors import LedgerError

MAX_ROWS = 200_000
MAX_LINES = 10 * MAX_ROWS
"""Lines of a text table, empty ones among them: sixty million of these take minutes and are no ledger."""
MAX_COLUMNS = 1_000
MAX_CELL = 32_767
"""As much as a cell of a table program holds."""
MEMORY_BYTES = 2 << 30
SECONDS = 120
NEEDED = ("PATH", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP")  # no passwords or keys for what reads untrusted files
BROKEN, TOO_BIG = 3, 4
FAILED = {
    BROKEN: "这个工作簿已损坏，读不出来，没有导入。请用表格软件打开，另存为 xlsx 后再传。",
    TOO_BIG: "这个工作簿占的内存太多，没有读。多半是表格边上有看不见的内容：请删掉多余的空白行和列，另存后再传。",
}
_TEXT_FORMULA = re.compile(r'^="(.*)"$')
Cell = Any


@dataclasses.dataclass
class Sheet:
    """``rows``: the cells from A1 on (str, float, int, bool, ISO date text or ""); ``merged``: (top, left,
    bottom, right).
    """

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]] = dataclasses.field(default_factory=list)
    hidden: bool = False
    from_1904: bool = False
    """Whether day numbers that no format shows as dates count from 1904."""
    struck: dict[int, list[int]] = dataclasses.field(default_factory=dict)
    """0-based row → 0-based columns of the cells that are struck out."""


def read(data: bytes, name: str) -> tuple[str, list[Sheet]]:
    """The format and the sheets of an untrusted file. Raises LedgerError."""
    kind = guard.format_of(data, name)
    try:
        done = parsed(kind, data)
    except subprocess.TimeoutExpired as error:
        raise LedgerError(f"这个文件 {SECONDS} 秒还没读完，没有导入。请按社区分成几个文件。") from error
    if done.returncode:
        raise LedgerError(FAILED.get(done.returncode, FAILED[TOO_BIG] if done.returncode < 0 else FAILED[BROKEN]))
    sheets = []
    for line in done.stdout.splitlines():
        sheet = orjson.loads(line)
        if "refused" in sheet:
            raise LedgerError(sheet["refused"])
        merged = [tuple(merge) for merge in sheet["merged"]]
        struck = {int(row): columns for row, columns in sheet["struck"].items()}
        sheets.append(Sheet(sheet["name"], sheet["rows"], merged, sheet["hidden"], sheet["from_1904"], struck))
    return kind, sheets


def parsed(kind: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
    """The child when it is through. Raises TimeoutExpired."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "gridwalk.ledger.cells", kind],
        input=data,
        capture_output=True,
        check=False,
        timeout=SECONDS,
        env=environment(),
    )


def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in NEEDED if name in os.environ}


UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(data: bytes) -> str:
    """A text table's text, whatever of the usual encodings it is in. Raises LedgerError."""
    for encoding in ("utf-8-sig", "gb18030") if not data.startswith(UTF_16) else ("utf-16",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LedgerError("这个文本表格的编码认不出来。请另存为 xlsx 或 UTF-8 的 csv 后再传。")


DELIMITERS = ",\t;，|；"
LOOKED_AT = 200
"""Lines of a text table by which its delimiter is told."""


def delimiter_of(text: str) -> str:
    """What parts the cells: that by which most lines have equally many, and of two such the one that parts more."""
    lines = [line for line in text[: 1 << 18].splitlines() if line.strip()][:LOOKED_AT]

    def evenly(delimiter: str) -> tuple[float, int]:
        widths = collections.Counter(len(next(csv.reader([line], delimiter=delimiter), ())) for line in lines)
        width, n = max(((w, n) for w, n in widths.items() if w > 1), key=lambda of: of[1], default=(1, 0))
        return n / max(1, len(lines)), width

    return max(DELIMITERS, key=evenly)


def text_table(text: str, delimiter: str) -> list[list[str]] | None:
    """The rows of a text table whose quotation marks part nothing as they should; None where they do.

    A mark that opens and is never closed swallows lines. Read without quoting, the columns fit again; where they do
    not, the table is refused. Raises LedgerError.
    """
    if '"' not in text:
        return None
    try:
        quoted = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error:
        quoted = []
    if quoted and not _swallows_lines(quoted, delimiter):
        return None
    plain = list(csv.reader(io.StringIO(text), delimiter=delimiter, quoting=csv.QUOTE_NONE))
    n_usual, width = _usual(plain)
    if n_usual == sum(1 for row in plain if len(row) > 1):
        return [[_unquoted(cell) for cell in row] for row in plain] if width > 1 else None
    lenient = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    if _usual(lenient)[0] == sum(map(bool, lenient)) and not _swallows_lines(lenient, delimiter):
        return None
    line = next((n for n, line in enumerate(text.splitlines(), 1) if line.count('"') % 2), 1)
    raise LedgerError(
        f"第 {line} 行的引号没有成对，后面的行会连在一起，没有导入。请删掉多余的引号，或另存为 xlsx 后再传。"
    )


def _usual(rows: list[list[str]]) -> tuple[int, int]:
    """How many rows have as many cells as most have, and how many cells these are."""
    widths = collections.Counter(len(row) for row in rows if len(row) > 1)
    width, n = max(widths.items(), key=lambda of: of[1], default=(1, 0))
    return n, width


def _swallows_lines(rows: list[list[str]], delimiter: str) -> bool:
    """Whether a cell holds a line that is a row of its own."""
    width = _usual(rows)[1]
    return any(
        "\n" in cell and any(line.count(delimiter) >= max(1, width - 2) for line in cell.split("\n")[1:])
        for row in rows
        for cell in row
    )


def _unquoted(cell: str) -> str:
    whole = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if whole else cell.strip('"')


def _read_csv(data: bytes) -> list[list[Cell]]:
    text = decoded(data)
    if (n_lines := text.count("\n")) > MAX_LINES:
        raise LedgerError(_too_long(n_lines))
    csv.field_size_limit(len(text) + 1)  # a longer cell is refused in our words
    delimiter = delimiter_of(text)
    table = text_table(text, delimiter)
    rows: list[list[Cell]] = []
    for row in table if table is not None else csv.reader(io.StringIO(text), delimiter=delimiter):
        spoken = _trimmed(row) if len(row) > MAX_COLUMNS else row
        if len(spoken) > MAX_COLUMNS:
            raise LedgerError(_too_wide("这张表", len(rows), len(row)))
        # Web systems export ="1201…" so that table programs keep the digits.
        rows.append([_TEXT_FORMULA.sub(r"\1", cell) for cell in spoken])
    return rows


def _trimmed(row: list[Cell]) -> list[Cell]:
    """A row without the cells at its end that say nothing."""
    end = len(row)
    while end and _is_blank(row[end - 1]):
        end -= 1
    return row[:end]


def _is_blank(cell: Cell) -> bool:
    return cell == "" or (isinstance(cell, str) and cell.isspace())


def _too_wide(sheet: str, index: int, n_columns: int) -> str:
    return (
        f"{sheet}第 {index + 1} 行有 {n_columns:,} 列，一张表最多 {MAX_COLUMNS:,} 列，没有导入。"
        "请删掉用不着的列；是文本表格的，请核对分隔符和换行。"
    )


def _bounded(sheet: str, rows: Iterable[list[Cell]]) -> list[list[Cell]]:
    """The rows to the last that says something, none of them wider and no cell longer than is read.

    Raises LedgerError.
    """
    n_spoken = 0
    bounded: list[list[Cell]] = []
    blank: list[list[Cell]] = []
    for index, row in enumerate(rows):
        if all(map(_is_blank, row)):
            blank.append(row if len(row) <= MAX_COLUMNS else [])
            continue
        bounded += blank
        blank.clear()
        n_spoken += 1
        if n_spoken > MAX_ROWS:
            continue
        trimmed = _trimmed(row) if len(row) > MAX_COLUMNS else row
        if len(trimmed) > MAX_COLUMNS:
            raise LedgerError(_too_wide(sheet, index, len(trimmed)))
        for column, cell in enumerate(trimmed):
            if isinstance(cell, str) and len(cell) > MAX_CELL:
                raise LedgerError(
                    f"{sheet}第 {index + 1} 行第 {column + 1} 列这一格有 {len(cell):,} 个字，最多 {MAX_CELL:,} 个，没有导入。"
                    "请缩短这一格；是文本表格的，请看看引号是不是没有成对。"
                )
        bounded.append(trimmed)
    if n_spoken > MAX_ROWS:
        raise LedgerError(_too_long(n_spoken))
    return bounded


def _too_long(n_rows: int) -> str:
    return f"这张表有 {n_rows:,} 行，一次最多 {MAX_ROWS:,} 行，没有导入。请按社区分成几个文件。"


def _plain(value: Any) -> Cell:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return value


def _exact(value: Any) -> Cell:
    """A cell of a typed column: whole numbers there are exact, so long ones are kept as digits."""
    if value is None:
        return ""
    plain = _plain(value)
    return (
        plain
        if isinstance(plain, (str, float, bool)) or (isinstance(plain, int) and abs(plain) < 10**15)
        else str(plain)
    )


def _sheets(kind: str, data: bytes) -> Iterable[dict[str, Any]]:
    if kind == "parquet":
        import polars

        frame = polars.read_parquet(io.BytesIO(data))
        if frame.width > MAX_COLUMNS:
            raise LedgerError(_too_wide("这张表", 0, frame.width))
        rows = [list(frame.columns), *([_exact(v) for v in row] for row in frame.iter_rows())]
        yield _sheet("Sheet1", _bounded("这张表", rows))
    elif kind == "csv":
        yield _sheet("Sheet1", _bounded("这张表", _read_csv(data)))
    else:
        yield from _sheets_of_book(data)


def _sheet(name: str, rows: list[list[Cell]], **more: Any) -> dict[str, Any]:
    return {"name": name, "rows": rows, "merged": [], "hidden": False, "from_1904": False, "struck": {}} | more


def _sheets_of_book(data: bytes) -> Iterable[dict[str, Any]]:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    try:
        own: parts.Parts | None = parts.Parts(io.BytesIO(data))
    except parts.NoParts:  # xls, ods, xlsb
        own = None
    struck = own.struck() if own else parts.Struck()
    book = CalamineWorkbook.from_filelike(io.BytesIO((own.usual() if own else None) or data))
    for meta in book.sheets_metadata:
        sheet = book.get_sheet_by_name(meta.name)
        ranges = getattr(sheet, "merged_cell_ranges", None) or []
        left = [""] * (sheet.start[1] if sheet.start else 0)  # rows come from the first, columns from the first filled
        rows = ([*left, *map(_plain, row)] for row in sheet.iter_rows())
        yield _sheet(
            meta.name,
            _bounded(f"“{meta.name}”", rows),
            merged=[(top, left, bottom, right) for (top, left), (bottom, right) in ranges],
            hidden=meta.visible is not SheetVisibleEnum.Visible,
            from_1904=own is not None and own.from_1904,
            struck=own.struck_cells(meta.name, struck) if own and struck and meta.name in own.sheets else {},
        )


def bound(memory: int, seconds: int) -> None:
    """Limit this process's memory (bytes) and processor time, where the system can."""
    if sys.platform != "win32":
        import resource

        for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
            with contextlib.suppress(ValueError, OSError):  # macOS, or a lower limit already set
                resource.setrlimit(what, (most, most))


def main(kind: str) -> int:
    """The child: bounded, reads stdin, writes stdout."""
    bound(MEMORY_BYTES, SECONDS)
    data = sys.stdin.buffer.read()
    out = sys.stdout
    try:
        for sheet in _sheets(kind, data):
            out.write(json.dumps(sheet, ensure_ascii=True, separators=(",", ":")) + "\n")
    except LedgerError as error:
        out.write(json.dumps({"refused": str(error)}) + "\n")
    except MemoryError:
        return TOO_BIG
    except Exception:  # whatever a broken file makes the parser raise, the parent says one thing
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
