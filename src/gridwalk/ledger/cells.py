"""Workbooks as plain matrices of cells, parsed in a subprocess with bounded memory and time.

The child is ``python -m gridwalk.ledger.cells FORMAT``: the file on its stdin, one JSON line a sheet on its stdout; no
temporary file is written anywhere.
"""

from __future__ import annotations

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

from gridwalk.ledger import guard
from gridwalk.ledger.errors import LedgerError

MAX_ROWS = 200_000
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


def read(data: bytes, name: str) -> tuple[str, list[Sheet]]:
    """The format and the sheets of an untrusted file. Raises LedgerError."""
    kind = guard.format_of(data, name)
    if kind == "csv":
        return kind, [_read_csv(data)]
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "gridwalk.ledger.cells", kind],
            input=data,
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env={name: os.environ[name] for name in NEEDED if name in os.environ},
        )
    except subprocess.TimeoutExpired as error:
        raise LedgerError(f"这个文件 {SECONDS} 秒还没读完，没有导入。请按社区分成几个文件。") from error
    if done.returncode:
        raise LedgerError(FAILED.get(done.returncode, FAILED[TOO_BIG] if done.returncode < 0 else FAILED[BROKEN]))
    sheets = []
    for line in done.stdout.splitlines():
        sheet = json.loads(line)
        if "refused" in sheet:
            raise LedgerError(sheet["refused"])
        sheets.append(Sheet(sheet["name"], sheet["rows"], [tuple(m) for m in sheet["merged"]], sheet["hidden"]))
    return kind, sheets


UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(data: bytes) -> str:
    """A text table's text, whatever of the usual encodings it is in. Raises LedgerError."""
    for encoding in ("utf-8-sig", "gb18030") if not data.startswith(UTF_16) else ("utf-16",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LedgerError("这个文本表格的编码认不出来。请另存为 xlsx 或 UTF-8 的 csv 后再传。")


def delimiter_of(text: str) -> str:
    """What parts the cells, by the first lines."""
    head = text[: 1 << 16].splitlines()[:20]
    return max(",\t;，", key="\n".join(head).count)


def _read_csv(data: bytes) -> Sheet:
    text = decoded(data)
    try:
        # Web systems export ="1201…" so that table programs keep the digits.
        rows: list[list[Cell]] = [
            [_TEXT_FORMULA.sub(r"\1", cell) for cell in row]
            for row in csv.reader(io.StringIO(text), delimiter=delimiter_of(text))
        ]
    except csv.Error as error:
        raise LedgerError(FAILED[BROKEN]) from error
    if len(rows) > MAX_ROWS:
        raise LedgerError(_too_long(len(rows)))
    return Sheet("Sheet1", rows)


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
        rows = [list(frame.columns), *([_exact(v) for v in row] for row in frame.iter_rows())]
        if len(rows) > MAX_ROWS:
            yield {"refused": _too_long(len(rows) - 1)}
            return
        yield {"name": "Sheet1", "rows": rows, "merged": [], "hidden": False}
        return
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for meta in book.sheets_metadata:
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.height > MAX_ROWS:
            yield {"refused": _too_long(sheet.height)}
            return
        ranges = getattr(sheet, "merged_cell_ranges", None) or []
        yield {
            "name": meta.name,
            "rows": [[_plain(v) for v in row] for row in sheet.to_python(skip_empty_area=False)],
            "merged": [(top, left, bottom, right) for (top, left), (bottom, right) in ranges],
            "hidden": meta.visible is not SheetVisibleEnum.Visible,
        }


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
    except MemoryError:
        return TOO_BIG
    except Exception:  # whatever a broken file makes the parser raise, the parent says one thing
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
