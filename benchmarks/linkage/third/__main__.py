"""`python -m benchmarks.linkage.third --seed 1 --persons 100000 --out FOLDER [--messy]`."""

import argparse
from pathlib import Path
from random import Random

from . import make

MESSY_SIZES = (100, 1500)


def main() -> None:
    """Write the four files."""
    parser = argparse.ArgumentParser(prog="benchmarks.linkage.third", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--persons", type=int, help="about so many rows a side; messy: drawn when left out")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--messy", action="store_true")
    choice = parser.parse_args()
    persons = choice.persons or (Random(choice.seed).randint(*MESSY_SIZES) if choice.messy else 100_000)
    ledgers = make(choice.seed, persons, choice.messy)
    choice.out.mkdir(parents=True, exist_ok=True)
    for name in ("left", "right", "truth", "left_out"):
        frame = getattr(ledgers, name)
        frame.write_csv(choice.out / f"{name}.csv")
        print(f"{name}.csv: {frame.height:,} rows")


main()
