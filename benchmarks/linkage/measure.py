"""``bench linkage``: our engine, the peers and the floor on the same two ledgers, each in a process of its own.

Sizes: 10,000 with ``--quick``, 100,000 by default, 1,000,000 as well with ``--full`` (half an hour). The peers live
in an environment of their own, made from requirements-bench.lock the first time (``.venv-bench``).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.linkage import evaluate, ledgers
from benchmarks.linkage.evaluate import Score
from benchmarks.linkage.ledgers import Pair
from benchmarks.linkage.unseen import write
from benchmarks.results import Result

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-bench"
SEEDS = {10_000: (1, 2, 3), 100_000: (1, 2), 1_000_000: (1,)}
UNSEEN_SEEDS = {10_000: (11, 12, 13), 100_000: (11, 12), 1_000_000: (11,)}
"""Others than those whose mistakes were looked at (1, 2, 3 and 7)."""
SECONDS = {10_000: 0.15, 100_000: 0.8, 1_000_000: 8.0}
"""The goals in seconds at each size (10,000: comparing alone, both sides read and warm)."""
XLSX_SECONDS, MEMORY_MIB, F1, FEBRL_F1, FEBRL_SECONDS = 17.0, 2560, 0.998, 0.9999, 0.8
RECORDLINKAGE_UP_TO = 10_000


def everything(folder: Path, *, quick: bool, full: bool) -> Iterator[Result]:
    """The results, as they come."""
    python = _peers()
    sizes = [10_000] if quick else [10_000, 100_000] + ([1_000_000] if full else [])
    for n in sizes:
        yield from _size(folder, python, n)
    if full:
        yield _workbook(folder, 1_000_000)
    _run([str(python), str(Path(__file__).with_name("febrl.py")), "export", str(folder)])
    febrl = _run([sys.executable, "-m", "benchmarks.linkage.febrl", str(folder)])
    yield Result(
        name="linkage.febrl4.missed",
        value=1 - febrl["f1"],
        unit="1 − F1",
        peer=None,
        goal=1 - FEBRL_F1,
        note="published weights, made for Chinese ledgers",
    )
    yield Result(
        name="linkage.febrl4.learnt",
        value=1 - febrl["f1_learnt"],
        unit="1 − F1",
        peer=None,
        goal=1 - FEBRL_F1,
        note="weights learnt by EM on these records",
    )
    yield Result(name="linkage.febrl4.seconds", value=febrl["seconds"], unit="s", peer=None, goal=FEBRL_SECONDS)


def _peers() -> Path:
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        lock = ROOT / "requirements-bench.lock"
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)], check=True)
    return python


def _run(words: list[str]) -> dict[str, Any]:
    """A measuring process; its last line on stdout is JSON (or nothing)."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    measured: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return measured


def _size(folder: Path, python: Path, n: int) -> Iterator[Result]:
    label = f"linkage.{n // 1000}k"
    pairs = [ledgers.write(folder, n, seed) for seed in SEEDS[n]]
    floor = _floor(pairs[0])
    runs, scores = [], []
    for pair in pairs:
        ran, score = _ours(folder, pair)
        runs.append(ran)
        scores.append(score)
    seconds = statistics.median(r["warm"] if n == 10_000 else r["seconds"] for r in runs)
    what = "compared, warm" if n == 10_000 else "read and compared, Parquet"
    yield Result(
        name=f"{label}.seconds",
        value=seconds,
        unit="s",
        peer=None,
        goal=SECONDS[n],
        note=f"{what}; floor (read, exact join) {floor:.2f} s, {seconds / floor:.1f} × that",
    )
    yield Result(
        name=f"{label}.missed",
        value=1 - min(s.f1 for s in scores),
        unit="1 − F1",
        peer=None,
        goal=1 - F1,
        note=_quality(scores, runs),
    )
    yield Result(name=f"{label}.memory", value=max(r["peak"] for r in runs), unit="MiB", peer=None, goal=MEMORY_MIB)
    yield _worst(f"{label}.worst_error", scores)
    peers = ("splink", "datacompy", *(["recordlinkage"] if n <= RECORDLINKAGE_UP_TO else []))
    yield from _beside(
        folder=folder, python=python, label=label, pair=pairs[0], seconds=runs[0]["seconds"], peers=peers
    )
    yield from _unseen(folder, python, label, n)


def _beside(
    folder: Path, python: Path, label: str, pair: Pair, seconds: float, peers: tuple[str, ...]
) -> Iterator[Result]:
    """The peers on the same two ledgers, given our normalised columns."""
    _run([sys.executable, "-m", "benchmarks.linkage.normalised", str(pair.left), str(pair.right), str(folder)])
    for peer in peers:
        out = folder / f"{peer}.parquet"
        ran = _run([str(python), str(Path(__file__).with_name("peers.py")), peer, str(folder), str(out)])
        score = evaluate.score(pair, pl.read_parquet(out))
        yield Result(
            name=f"{label}.beside_{peer}",
            value=seconds,
            unit="s",
            peer=ran["seconds"],
            goal=None,
            note=(
                f"{peer}: F1 {score.f1:.5f}, precision {score.precision:.5f}, recall {score.recall:.5f}, "
                f"{ran['peak']:.0f} MiB, given our columns"
            ),
        )


def _ours(folder: Path, pair: Pair) -> tuple[dict[str, Any], Score]:
    out = folder / "ours.parquet"
    ran = _run([sys.executable, "-m", "benchmarks.linkage.ours", str(pair.left), str(pair.right), str(out)])
    return ran, evaluate.score(pair, pl.read_parquet(out).filter(pl.col("status") == "match"))


def _unseen(folder: Path, python: Path, label: str, n: int) -> Iterator[Result]:
    """Ledgers of another make, whose mistakes come by clerk and household; no weight was fitted to them."""
    pairs = [write.write(folder, n, seed) for seed in UNSEEN_SEEDS[n]]
    measured = [_ours(folder, pair) for pair in pairs]
    runs, scores = [ran for ran, _ in measured], [score for _, score in measured]
    worst = min(score.f1 for score in scores)
    yield Result(
        name=f"{label}.unseen.missed",
        value=1 - worst,
        unit="1 − F1",
        peer=None,
        goal=1 - F1,
        note=_quality(scores, runs),
    )
    yield Result(
        name=f"{label}.unseen.memory", value=max(r["peak"] for r in runs), unit="MiB", peer=None, goal=MEMORY_MIB
    )
    yield _worst(f"{label}.unseen.worst_error", scores)
    yield from _beside(
        folder=folder,
        python=python,
        label=f"{label}.unseen",
        pair=pairs[0],
        seconds=runs[0]["seconds"],
        peers=("splink",),
    )


def _worst(name: str, scores: list[Score]) -> Result:
    """The mistakes that cost most: of the people in whose rows one was made, the share not found."""
    by_error = {e: min(s.by_error.get(e, 1.0) for s in scores) for e in scores[0].by_error}
    worst = sorted(by_error.items(), key=lambda item: item[1])[:6]
    return Result(
        name=name,
        value=1 - worst[0][1],
        unit="missed",
        peer=None,
        goal=None,
        note=", ".join(f"{e} {r:.4f}" for e, r in worst),
    )


def _quality(scores: list[Score], runs: list[dict[str, Any]]) -> str:
    worst = min(scores, key=lambda s: s.f1)
    asked = "/".join(str(r["questions"]) for r in runs)
    return (
        f"worst of {len(scores)} seeds: F1 {worst.f1:.5f}, precision {worst.precision:.6f}, recall "
        f"{worst.recall:.5f}; asked {asked}"
    )


def _floor(pair: Pair) -> float:
    """Reading both files and joining them on the number as written (not on words such as 无, which would pair
    everybody with everybody).
    """
    began = time.perf_counter()
    left, right = pl.read_parquet(pair.left), pl.read_parquet(pair.right)
    left.join(
        right.filter(pl.col("id_no").str.len_chars() >= 15), left_on="公民身份号码", right_on="id_no", how="inner"
    )
    return time.perf_counter() - began


def _workbook(folder: Path, n: int) -> Result:
    """One side as a workbook of a million rows."""
    import fastexcel
    import xlsxwriter

    pair = ledgers.write(folder, n, SEEDS[n][0])
    target = folder / "left.xlsx"
    frame = pl.read_parquet(pair.left)
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet("人口")
    sheet.write_row(0, 0, ["全区常住人口台账"])
    sheet.write_row(1, 0, frame.columns)
    for number, row in enumerate(frame.iter_rows()):
        sheet.write_row(number + 2, 0, ["" if c is None else c for c in row])
    book.close()
    began = time.perf_counter()
    fastexcel.read_excel(target).load_sheet(0, header_row=None, dtypes="string").to_polars()
    floor = time.perf_counter() - began
    ran = _run(
        [sys.executable, "-m", "benchmarks.linkage.ours", str(target), str(pair.right), str(folder / "ours.parquet")]
    )
    return Result(
        name="linkage.1000k.xlsx",
        value=ran["seconds"],
        unit="s",
        peer=None,
        goal=XLSX_SECONDS,
        note=f"one side xlsx; merely reading it {floor:.1f} s",
    )
