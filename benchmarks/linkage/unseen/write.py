"""The two ledgers as files, and their key: ``python -m benchmarks.linkage.unseen.write FOLDER N SEED [xlsx]``."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import polars as pl

from benchmarks.linkage.ledgers import Pair
from benchmarks.linkage.unseen import clerks
from benchmarks.linkage.unseen.clerks import Office, Written
from benchmarks.linkage.unseen.people import Door, Person, Town


def write(folder: Path, n: int, seed: int) -> Pair:
    """Two ledgers of about ``n`` rows, as Parquet, and of every row its person and the mistakes made in it."""
    rng = random.Random(seed * 15485863 + 3)
    people = Town(seed).fill(round(n * 1.06))
    members: dict[int, list[int]] = {}
    for number, person in enumerate(people):
        members.setdefault(person.household, []).append(number)
    places = sorted({p.door.place for p in people})
    renamed = {place: clerks.other_name(place, rng) for place in places if rng.random() < clerks.RENAMED}
    left = _present(people, members, rng, leave=0.0)
    right = _present(people, members, rng, leave=clerks.RATES["moved"])
    folder.mkdir(parents=True, exist_ok=True)
    pair = Pair(*(folder / f"unseen_{name}_{n}_{seed}.parquet" for name in ("left", "right", "left_key", "right_key")))
    for office, rows, names, target, key in (
        (clerks.STREET, left, {}, pair.left, pair.left_key),
        (clerks.PLATFORM, right, renamed, pair.right, pair.right_key),
    ):
        written = clerks.copy_out(people=people, members=members, rows=rows, office=office, names=names, rng=rng)
        if office is clerks.PLATFORM:
            rng.shuffle(written)  # an export in no order of streets
        _table(office, written).write_parquet(target)
        _key(written).write_parquet(key)
    return pair


def _present(
    people: list[Person], members: dict[int, list[int]], rng: random.Random, *, leave: float
) -> list[tuple[int, Door, bool]]:
    """Who stands in an office's ledger, behind which door: some households are missing, some moved, some
    entered twice.
    """
    rows: list[tuple[int, Door, bool]] = []
    elsewhere: list[Door] = []
    for numbers in members.values():
        door = people[numbers[0]].door
        if rng.random() < clerks.RATES["gone"]:
            elsewhere.append(door)
            continue
        moved = rng.random() < leave
        if moved:
            # Behind a door that stands empty, or, where it does not, where another family has left or is still entered.
            door = elsewhere.pop() if elsewhere and rng.random() < 0.7 else rng.choice(people).door
        for number in numbers:
            if rng.random() < clerks.GONE_ALONE:
                continue
            rows.append((number, door, moved))
            if rng.random() < clerks.DUPLICATED:
                rows.append((number, door if rng.random() < 0.6 else rng.choice(people).door, moved))
    return rows


def _table(office: Office, written: list[Written]) -> pl.DataFrame:
    rows = [
        [str(at + 1) if m == "number" else w.cells.get(m, "") for m in office.means] for at, w in enumerate(written)
    ]
    table = pl.DataFrame(rows, schema=dict.fromkeys(office.columns, pl.String), orient="row")
    return table.with_columns(pl.all().replace("", None))


def _key(written: list[Written]) -> pl.DataFrame:
    errors = [",".join(sorted(w.mistakes)) for w in written]
    return pl.DataFrame({"row": range(len(written)), "who": [w.who for w in written], "errors": errors})


def workbook(source: Path, target: Path) -> None:
    """A Parquet ledger as clerks keep it: titles, a sheet of some thousand rows a time, a footer under each."""
    import xlsxwriter

    frame = pl.read_parquet(source)
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        for number, part in enumerate(frame.iter_slices(60_000 if len(frame) > 50_000 else 4_000), start=1):
            sheet = book.add_worksheet(f"第{number}册")
            sheet.write_string(0, 0, "实有人口登记台账")
            sheet.write_string(1, 0, "填报单位：")
            for column, name in enumerate(frame.columns):
                sheet.write_string(2, column, name)
            for at, row in enumerate(part.iter_rows(), start=3):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write_string(at, column, cell)
            sheet.write_string(len(part) + 3, 0, f"合计：{len(part)}人")


if __name__ == "__main__":
    pair = write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    if "xlsx" in sys.argv:
        workbook(pair.left, pair.left.with_suffix(".xlsx"))
        workbook(pair.right, pair.right.with_suffix(".xlsx"))
