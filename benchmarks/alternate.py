"""``python -m benchmarks.alternate BEFORE AFTER NAME … [--quick]``: which of two checkouts is slower, at what.

BEFORE and AFTER are folders, each a checkout of its own (``git worktree add --detach FOLDER COMMIT``). Each is measured
by its own ``run.py bench --json``, ``--runs`` times in turn (before, after, after, before, …), so that what the machine
does meanwhile falls on both. Printed of each figure: both medians, their ratio, and the greater spread. A figure is
*slower* when it is worse by more than 5 % and by more than that spread; then the command ends with 1.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

BETTER_WHEN_MORE = ("rows/s", "visits/s")
TOLERATED = 0.05
Values = dict[str, list[float]]


def _measure(folder: Path, words: list[str], values: Values, units: dict[str, str]) -> None:
    """One run: every figure it prints is added to the values. Missing a goal is no fault here."""
    command = [sys.executable, "run.py", "bench", *words, "--json"]
    run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    figures = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    if not figures:
        raise SystemExit(f"{folder} printed no figure")
    for figure in figures:
        values[figure["name"]].append(figure["value"])
        units[figure["name"]] = figure["unit"]


def _spread(values: list[float]) -> float:
    """Half of the range, as a share of the median."""
    middle = statistics.median(values)
    return (max(values) - min(values)) / 2 / middle if middle else 0.0


def _compare(name: str, unit: str, before: list[float], after: list[float]) -> tuple[str, bool]:
    """A line to read, and whether it is slower."""
    medians = statistics.median(before), statistics.median(after)
    ratio = medians[1] / medians[0] if medians[0] else 1.0
    worse = 1 / ratio - 1 if unit in BETTER_WHEN_MORE and ratio else ratio - 1
    spread = max(_spread(before), _spread(after))
    slower = worse > TOLERATED and worse > spread
    line = f"{name:32} {medians[0]:10.3f} → {medians[1]:10.3f} {unit:9} × {ratio:.3f}  spread ±{spread:.1%}"
    return line + ("  SLOWER" if slower else ""), slower


def main() -> int:
    """Ends with 1 when a figure is slower."""
    parser = argparse.ArgumentParser(prog="alternate", description=__doc__)
    parser.add_argument("folders", nargs=2, type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    words = [*options.names, *(["--quick"] if options.quick else [])]
    units: dict[str, str] = {}
    values: list[Values] = [defaultdict(list), defaultdict(list)]
    for run in range(options.runs):
        for side in (0, 1) if run % 2 == 0 else (1, 0):
            _measure(options.folders[side], words, values[side], units)
            print(f"{run + 1}/{options.runs} {options.folders[side]}", file=sys.stderr, flush=True)
    shared = [name for name in values[0] if name in values[1]]
    compared = [_compare(name, units[name], values[0][name], values[1][name]) for name in shared]
    for line, _ in compared:
        print(line)
    return 1 if any(slower for _, slower in compared) else 0


if __name__ == "__main__":
    sys.exit(main())
