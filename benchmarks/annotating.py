"""``bench annotate``: the user's own workbook back with a mark in every fifth row, beside openpyxl doing the same."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterator

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from benchmarks.results import Result
from gridwalk.ledger import annotate
from gridwalk.ledger.annotate import Mark

COLUMNS = 15
EVERY = 5


def _workbook(n_rows: int) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("人口")
    sheet.write_row(0, 0, [f"第{column}列" for column in range(COLUMNS)])
    for row in range(1, n_rows + 1):
        sheet.write_row(row, 0, [f"{row % 900}号楼{column}单元" for column in range(COLUMNS)])
    book.close()
    return out.getvalue()


def seconds(action: Callable[[], object], repeats: int) -> float:
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        action()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def _by_openpyxl(data: bytes, marks: list[Mark]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    fill = PatternFill("solid", start_color="F9E6E1", end_color="F9E6E1")
    for mark in marks:
        cell = book[mark.sheet][f"{mark.column}{mark.row_no}"]
        cell.fill, cell.comment = fill, Comment(mark.text, "网格走访")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def everything(*, quick: bool) -> Iterator[Result]:
    """10,000 rows of 15 cells, 2,000 of them with a mark, in processor seconds."""
    n_rows = 1_000 if quick else 10_000
    data = _workbook(n_rows)
    marks = [Mark("人口", row, "D", "请核对") for row in range(2, n_rows + 2, EVERY)]
    ours = seconds(lambda: annotate.annotate(data, "台账.xlsx", marks), 5)
    theirs = seconds(lambda: _by_openpyxl(data, marks), 1 if quick else 3)
    what = f"{n_rows:,} rows of {COLUMNS} cells with {len(marks):,} marks"
    yield Result(name="annotate", value=ours, unit="s", goal=1.0, note=what)
    yield Result(name="annotate.openpyxl", value=ours, unit="s", peer=theirs, note=f"{what} / openpyxl doing the same")
