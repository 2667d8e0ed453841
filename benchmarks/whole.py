"""``bench whole``: commands that need no server as whole processes, from their start to the last byte written.

Reading in the program, reading both ledgers, comparing and writing all count. Beside the seconds stand the processor
seconds of the process, which other work on the machine changes less.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import xlsxwriter

from benchmarks.linkage import ledgers
from benchmarks.linkage.ledgers import Pair
from benchmarks.linkage.unseen import write
from benchmarks.results import Result

RUNS = 3
SEED, UNSEEN_SEED = 1, 11
SECONDS = {100_000: 2.0, 1_000_000: 12.0}
"""The goals for two ledgers of so many rows each; a million is held to it in ledgers of another make."""
CHECKED, CHECK_SECONDS = 60_000, 3.0


def everything(folder: Path, *, quick: bool, full: bool) -> Iterator[Result]:
    """100,000 × 100,000 rows compared (``quick``: 10,000; ``full``: a million too), a workbook of 60,000 checked."""
    folder.mkdir()
    for n in (10_000,) if quick else (100_000, 1_000_000) if full else (100_000,):
        yield _compared(f"whole.{n // 1000}k", folder, ledgers.write(folder, n, SEED), SECONDS.get(n))
        yield _compared(f"whole.{n // 1000}k.unseen", folder, write.write(folder, n, UNSEEN_SEED), SECONDS.get(n))
    n = CHECKED // 10 if quick else CHECKED
    words = ["check", str(_workbook(folder, n)), "--rows", str(folder / "rows.jsonl"), "--json"]
    yield _fastest("whole.check", words, CHECK_SECONDS, f"a workbook of {n:,} rows, every row as read written out")


def _compared(name: str, folder: Path, pair: Pair, goal: float | None) -> Result:
    words = ["reconcile", str(pair.left), str(pair.right), "--pairs", str(folder / "pairs.csv"), "--json"]
    return _fastest(name, words, goal, "two ledgers of Parquet compared, the pairs written")


def _workbook(folder: Path, n: int) -> Path:
    target = folder / "ledger.xlsx"
    frame = pl.read_parquet(ledgers.write(folder, n, SEED).left).head(n)
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet("人口")
    sheet.write_row(0, 0, frame.columns)
    for number, row in enumerate(frame.iter_rows(), 1):
        sheet.write_row(number, 0, ["" if cell is None else cell for cell in row])
    book.close()
    return target


def _fastest(name: str, words: Sequence[str], goal: float | None, what: str) -> Result:
    runs = [_run([sys.executable, "-m", "gridwalk.cli", *words]) for _ in range(RUNS)]
    seconds, processor, peak = min(runs)
    note = f"{what}; fastest of {RUNS}, {processor:.2f} s of processor time, {peak:.0f} MiB"
    return Result(name=name, value=seconds, unit="s", goal=goal, note=note)


def _run(command: Sequence[str]) -> tuple[float, float, float]:
    """Seconds, processor seconds and the greatest memory (MiB) of one process. Raises CalledProcessError."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
