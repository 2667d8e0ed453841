"""Our engine in a process of its own: ``python -m benchmarks.linkage.ours LEFT RIGHT OUT``, one JSON line on stdout."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def main(left: str, right: str, out: str) -> None:
    from gridwalk.ledger import comparing, sides

    began = time.perf_counter()
    here, there = sides.read_files(Path(left), Path(right))
    read = time.perf_counter()
    comparison = comparing.compare(here, there)
    totals = comparison.totals()
    done = time.perf_counter()
    warm = time.perf_counter()
    if len(here.frame) <= 20_000:
        comparing.compare(here, there)
    again = time.perf_counter() - warm
    comparison.pairs.write_parquet(out)
    measured = {
        "seconds": done - began,
        "read": read - began,
        "warm": again,
        "questions": totals.n_questions,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(measured) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
