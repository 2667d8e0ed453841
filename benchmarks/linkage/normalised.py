"""Our normalised columns for the peers: ``python -m benchmarks.linkage.normalised LEFT RIGHT FOLDER`` writes
l.parquet and r.parquet.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

COLUMNS = (
    "row",
    "name_key",
    "sound",
    "surname",
    "id_text",
    "sex",
    "born_on",
    "phone",
    "door",
    "place",
    "estate",
    "building",
    "room",
)


def main(left: str, right: str, folder: str) -> None:
    from gridwalk.ledger import sides
    from gridwalk.method.linkage import prepare

    for source, target in ((left, "l.parquet"), (right, "r.parquet")):
        side = sides.read_file(Path(source))
        frame = side.frame.with_columns(estate=pl.col("estate_key"))
        prepared = prepare.persons(prepare.with_columns(frame, "person")).select(COLUMNS)
        prepared.with_columns(born_on=pl.col("born_on").cast(pl.String)).write_parquet(Path(folder) / target)


if __name__ == "__main__":
    main(*sys.argv[1:])
