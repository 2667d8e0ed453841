"""The goals of matching in the goals' own terms: ``python -m benchmarks.linkage.goals FOLDER MAKE N SEED …``.

Person by person: of the people who stand on both sides, who was taken rightly, who was asked about (a right question
counts as half), who was lost in silence. Left out, and counted: rows whose ID number has eighteen places and a birth
date that no calendar has, and people whose rows share nothing but a name. An estate's other name is asked once for all
who live there: it is answered by the key, and counts as one question.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks.linkage import ledgers, third
from benchmarks.linkage.ledgers import Pair
from benchmarks.linkage.unseen import write as unseen
from benchmarks.results import Result
from gridwalk.ledger import comparing, sides
from gridwalk.ledger.comparing import Comparison
from gridwalk.ledger.sides import Side
from gridwalk.method.linkage import prepare
from gridwalk.method.linkage.link import COMPARE
from gridwalk.method.linkage.pairs import Pairs

MAKES: Mapping[str, Callable[[Path, int, int], Pair]] = {"people": ledgers.write, "unseen": unseen.write}
THIRD = "third"
PRECISION, F1, LOST, QUESTIONS, SMALL_F1 = 0.99995, 0.999, 0.0005, 0.005, 0.98
EACH = 10_000
SMALL = tuple(100 + 1400 * n // 49 for n in range(50))
"""The sizes of fifty small pairs, 100 to 1,500 rows."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """Counts of people, and of pairs where it says so. ``left_out``: impossible numbers, nothing but a name."""

    n_people: int
    n_found: int
    n_asked: int
    n_pairs: int
    n_wrong: int
    n_questions: int
    left_out: tuple[int, int]

    @property
    def precision(self) -> float:
        """Right pairs among those taken without asking."""
        return 1 - self.n_wrong / max(1, self.n_pairs)

    @property
    def f1(self) -> float:
        """With a right question counted as half."""
        recall = (self.n_found + self.n_asked / 2) / max(1, self.n_people)
        return 2 * self.precision * recall / max(1e-12, self.precision + recall)

    @property
    def lost(self) -> float:
        """The share neither found nor asked about."""
        return 1 - (self.n_found + self.n_asked) / max(1, self.n_people)

    def __add__(self, other: Outcome) -> Outcome:
        mine, theirs = dataclasses.asdict(self), dataclasses.asdict(other)
        left_out = (self.left_out[0] + other.left_out[0], self.left_out[1] + other.left_out[1])
        return Outcome(**{name: mine[name] + theirs[name] for name in mine if name != "left_out"}, left_out=left_out)


ANSWERS = 3
"""How often a comparison is made anew at most, as an answer may show another name."""
Whose = tuple[Mapping[int, int], Mapping[int, int]]
"""Row of either side → who it is."""


def _answered(here: Side, there: Side, whose: Whose) -> tuple[Comparison, int, int]:
    """The comparison once the estates' other names are answered; how many were asked, and how many are other names."""
    names: dict[str, str] = {}
    apart: set[str] = set()
    compared = comparing.compare(here, there)
    for _ in range(ANSWERS):
        asked = {other.name: other.estate for other in compared.other_names}
        if not asked:
            break
        for name, estate in asked.items():
            if _is_one(compared, name, estate, whose):
                names[name] = estate
            else:
                apart.add(name)
        compared = comparing.compare(here, there, names=names, apart=apart)
    return compared, len(names) + len(apart), len(names)


def _is_one(compared: Comparison, name: str, estate: str, whose: Whose) -> bool:
    """Whether most pairs between the two names are of one person."""
    estates = [
        side.frame.filter(pl.col("estate_key") == of).select("row")
        for side, of in ((compared.left, name), (compared.right, estate))
    ]
    between = compared.pairs.join(estates[0], left_on="left_row", right_on="row", how="semi")
    between = between.join(estates[1], left_on="right_row", right_on="row", how="semi")
    right = [whose[0].get(a, -1) == whose[1].get(b, -2) for a, b in between.select("left_row", "right_row").iter_rows()]
    return 2 * sum(right) > len(right)


def outcome(pair: Pair) -> Outcome:
    """Both ledgers read and compared, and judged by their key."""
    here, there = sides.read_files(pair.left, pair.right)
    keys = [_of_rows(side, key) for side, key in ((here, pair.left_key), (there, pair.right_key))]
    whose = dict(keys[0].select("row", "who").iter_rows()), dict(keys[1].select("row", "who").iter_rows())
    compared, n_names, n_right = _answered(here, there, whose)
    pairs = compared.pairs.join(keys[0].select(left_row="row", a="who", a_out="impossible"), on="left_row")
    pairs = pairs.join(keys[1].select(right_row="row", b="who", b_out="impossible"), on="right_row")
    pairs = pairs.filter(~pl.col("a_out") & ~pl.col("b_out"))
    standing = [key.filter(~pl.col("impossible")) for key in keys]
    people = set(standing[0]["who"]) & set(standing[1]["who"])
    bare = people - _share_more(here, there, standing)
    matched, asked = (pairs.filter(pl.col("status") == status) for status in ("match", "question"))
    found = {a for a, b in matched.select("a", "b").iter_rows() if a == b} & people
    in_question = {a for a, b in asked.select("a", "b").iter_rows() if a == b} & people - found
    return Outcome(
        n_people=len(people - bare),
        n_found=len(found - bare) - n_right,
        n_asked=len(in_question - bare) + n_right,
        n_pairs=len(matched),
        n_wrong=int((matched["a"] != matched["b"]).sum()),
        n_questions=len(asked) + n_names,
        left_out=(sum(int(key["impossible"].sum()) for key in keys), len(bare)),
    )


def _of_rows(side: Side, key: Path) -> pl.DataFrame:
    """Whose each row is, and whether its number is impossible."""
    number = side.frame.select("row", number=pl.col("id_text"))
    born = pl.col("number").str.slice(6, 8)
    whole = pl.col("number").str.contains(r"^\d{17}[\dX]$")
    impossible = whole & born.str.to_date("%Y%m%d", strict=False).is_null()
    return (
        pl.read_parquet(key)
        .with_columns(pl.col("row").cast(pl.UInt32))
        .join(number, on="row", how="left", maintain_order="left")
        .select("row", "who", impossible=impossible.fill_null(value=False))
    )


def _share_more(here: Side, there: Side, keys: Sequence[pl.DataFrame]) -> set[int]:
    """The people of whom some two rows agree in more than the name."""
    both = keys[0].join(keys[1], on="who", suffix="_r")
    frames = []
    for side, row in ((here, "row"), (there, "row_r")):
        prepared = prepare.persons(prepare.with_columns(comparing.linked(side), "person"))
        at = both.select(row=row).join(
            prepared.select("row").with_row_index("at"), on="row", how="left", maintain_order="left"
        )
        frames.append((prepared, at["at"]))
    pairs = Pairs(frames[0][0], frames[1][0], pl.DataFrame({"l": frames[0][1], "r": frames[1][1]}))
    compared = COMPARE["person"](pairs)
    said = [compared[c].level for c in ("id", "born", "phone", "home")]
    more = np.any([~np.isin(level, ("", "other", "both_valid", "unseen", "estate")) for level in said], axis=0)
    return set(both.filter(pl.Series(more))["who"])


def results(label: str, of: Outcome, *, small: bool = False) -> Iterator[Result]:
    """The goals of one make and size."""
    people = max(1, of.n_people)
    note = (
        f"{of.n_people:,} people on both sides; left out {of.left_out[0]} rows with impossible numbers and "
        f"{of.left_out[1]} people who share nothing but a name"
    )
    if small:
        yield Result(name=f"{label}.wrong", value=of.n_wrong, unit="pairs", goal=0, note=note)
        yield Result(
            name=f"{label}.missed",
            value=EACH * (1 - of.f1),
            unit="10,000 × (1 − F1)",
            goal=round(EACH * (1 - SMALL_F1), 3),
        )
        return
    yield Result(
        name=f"{label}.wrong",
        value=EACH * (1 - of.precision),
        unit="of 10,000 pairs",
        goal=round(EACH * (1 - PRECISION), 3),
        note=f"{of.n_wrong} of {of.n_pairs:,} pairs; {note}",
    )
    yield Result(
        name=f"{label}.missed", value=EACH * (1 - of.f1), unit="10,000 × (1 − F1)", goal=round(EACH * (1 - F1), 3)
    )
    yield Result(name=f"{label}.lost", value=EACH * of.lost, unit="of 10,000 people", goal=EACH * LOST)
    yield Result(
        name=f"{label}.questions",
        value=EACH * of.n_questions / people,
        unit="of 10,000 people",
        goal=EACH * QUESTIONS,
        note=f"{of.n_asked} of {of.n_questions} right",
    )


def of_third(folder: Path, seed: int, n: int, *, messy: bool = False) -> Outcome:
    """The same for the third make, which says itself what no reader could decide."""
    made = third.make(seed, n, messy)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"third_{side}_{n}_{seed}.csv" for side in ("left", "right")]
    for file, frame in zip(files, (made.left, made.right), strict=True):
        frame.write_csv(file)
    here, there = sides.read_files(*files, kind="person")
    whose = _whose(made.truth)
    rows = [side.frame.select("row", no=pl.col("row_no").cast(pl.Int64) - 1) for side in (here, there)]
    of_rows = [
        {row: of.get(no, nobody) for row, no in side.iter_rows()}
        for side, of, nobody in zip(rows, whose, (-1, -2), strict=True)
    ]
    compared, n_names, n_right = _answered(here, there, (of_rows[0], of_rows[1]))
    at = [side.frame.select(row="row", no=pl.col("row_no").cast(pl.Int64) - 1) for side in (here, there)]
    pairs = compared.pairs.join(at[0].rename({"row": "left_row", "no": "left"}), on="left_row")
    pairs = pairs.join(at[1].rename({"row": "right_row", "no": "right"}), on="right_row")
    apart = made.left_out
    for side in ("left", "right"):
        alone = apart.filter(pl.any_horizontal(pl.col("left", "right").is_null())).select(side).drop_nulls()
        pairs = pairs.join(alone, on=side, how="anti")
    pairs = pairs.join(apart.select("left", "right").drop_nulls(), on=["left", "right"], how="anti")
    judged = pairs.with_columns(
        who=pl.col("left").replace_strict(whose[0], default=-1),
        other=pl.col("right").replace_strict(whose[1], default=-2),
    )
    matched, asked = (judged.filter(pl.col("status") == status) for status in ("match", "question"))
    right = pl.col("who") == pl.col("other")
    found = set(matched.filter(right)["who"])
    impossible = int((apart["reason"] == "impossible number").sum())
    return Outcome(
        n_people=len(set(whose[0].values())),
        n_found=len(found) - n_right,
        n_asked=len(set(asked.filter(right)["who"]) - found) + n_right,
        n_pairs=len(matched),
        n_wrong=len(matched.filter(~right)),
        n_questions=len(asked) + n_names,
        left_out=(impossible, len(apart) - impossible),
    )


def _whose(truth: pl.DataFrame) -> tuple[dict[int, int], dict[int, int]]:
    """Left and right row → who it is: rows that pairs hold together, a person's second rows among them, are one."""
    n_left = int(truth["left"].max() or 0) + 1  # type: ignore[arg-type]
    n_rows = n_left + int(truth["right"].max() or 0) + 1  # type: ignore[arg-type]
    ends = truth["left"].to_numpy(), truth["right"].to_numpy() + n_left
    _, who = connected_components(coo_matrix((np.ones(len(truth)), ends), shape=(n_rows, n_rows)), directed=False)
    left = {row: int(who[row]) for row in truth["left"].to_list()}
    return left, {row: int(who[row + n_left]) for row in truth["right"].to_list()}


def small(folder: Path, make: str, first_seed: int) -> Iterator[Result]:
    """Fifty small pairs as one sum."""
    whole = None
    for at, n in enumerate(SMALL):
        seed = first_seed + at
        of = of_third(folder, seed, n, messy=True) if make == THIRD else outcome(MAKES[make](folder, n, seed))
        whole = of if whole is None else whole + of
    assert whole is not None
    yield from results(f"linkage.small.{make}.{first_seed}", whole, small=True)


def measured(folder: Path, make: str, n: int, seed: int) -> Iterator[Result]:
    """The goals of one make, size and seed."""
    of = of_third(folder, seed, n) if make == THIRD else outcome(MAKES[make](folder, n, seed))
    yield from results(f"linkage.{make}.{n // 1000}k.{seed}", of)


def main(folder: str, make: str, n: str, *seeds: str) -> None:
    """Print the goals of one make; ``N`` small: fifty small pairs from each seed on."""
    for seed in map(int, seeds):
        of_seed = small(Path(folder), make, seed) if n == "small" else measured(Path(folder), make, int(n), seed)
        for result in of_seed:
            print(result.row(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
