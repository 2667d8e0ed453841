"""The record of the phone-days that were played: which seeds, by which model, and what became of them.

It is a file of the project, one entry a model and commit: what took hours on one machine goes on behind it on another.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "benchmarks" / "records" / "phone-days.json"
MODEL = ("asking", "dice", "phone_model", "phones", "promises", "sync_world", "together", "upheaval")
"""The files of the harness that a day is made of: with another one a seed is another day."""


@dataclasses.dataclass(frozen=True)
class Seed:
    """What became of the day of a seed; ``broken``: the promise that was not kept."""

    seed: int
    days: int
    broken: str = ""
    faults: Counter[str] = dataclasses.field(default_factory=Counter)
    totals: Counter[str] = dataclasses.field(default_factory=Counter)


@dataclasses.dataclass(frozen=True)
class Entry:
    """Seeds that one model played at one commit. ``model``: a digest of its files; ``seeds``: the first and the last of
    each row of them; ``broken``: by seed the promise that was not kept.
    """

    model: str
    commit: str
    seeds: tuple[tuple[int, int], ...] = ()
    days: int = 0
    totals: Counter[str] = dataclasses.field(default_factory=Counter)
    faults: Counter[str] = dataclasses.field(default_factory=Counter)
    broken: Mapping[int, str] = dataclasses.field(default_factory=dict)

    @property
    def numbers(self) -> set[int]:
        """Each of its seeds."""
        return {seed for first, last in self.seeds for seed in range(first, last + 1)}

    def with_seed(self, played: Seed) -> Entry:
        """The entry with one day more."""
        return dataclasses.replace(
            self,
            seeds=rows_of(self.numbers | {played.seed}),
            days=self.days + played.days,
            totals=self.totals + played.totals,
            faults=self.faults + played.faults,
            broken={**self.broken, **({played.seed: played.broken} if played.broken else {})},
        )


def rows_of(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """The first and the last of each row of numbers without a gap."""
    rows: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if rows and number == rows[-1][1] + 1:
            rows[-1] = (rows[-1][0], number)
        else:
            rows.append((number, number))
    return tuple(rows)


def read(place: Path) -> list[Entry]:
    """The entries, the oldest first."""
    return [_entry(content) for content in json.loads(place.read_text("utf-8"))] if place.exists() else []


def _entry(content: Mapping[str, Any]) -> Entry:
    return Entry(
        model=content["model"],
        commit=content["commit"],
        seeds=tuple((first, last) for first, last in content["seeds"]),
        days=content["days"],
        totals=Counter(content["totals"]),
        faults=Counter(content["faults"]),
        broken={int(seed): promise for seed, promise in content["broken"].items()},
    )


def add(place: Path, model: str, commit: str, played: Seed) -> None:
    """Note a day that was played. Several processes may write; one that is killed leaves the record whole."""
    place.parent.mkdir(exist_ok=True)
    with _locked(place.parent):
        entries = read(place)
        before = next((e for e in entries if (e.model, e.commit) == (model, commit)), None)
        after = (before or Entry(model, commit)).with_seed(played)
        fresh = place.with_suffix(".new")
        fresh.write_text(_spelled([*(e for e in entries if e is not before), after]), "utf-8")
        fresh.replace(place)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Nobody else writes there meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _spelled(entries: Sequence[Entry]) -> str:
    contents = [{**dataclasses.asdict(e), "totals": _sorted(e.totals), "faults": _sorted(e.faults)} for e in entries]
    return json.dumps(contents, ensure_ascii=False, indent=1) + "\n"


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items()))


def model() -> str:
    """A digest of the files that today's model is made of."""
    texts = [(ROOT / "tests" / "harness" / f"{name}.py").read_bytes() for name in MODEL]
    return hashlib.sha256(b"\n".join(texts)).hexdigest()[:12]


def commit() -> str:
    """The commit whose server is played with, with a ``+`` where its server or model has been changed since; empty
    where the project stands in no repository.
    """
    changed = _git("status", "--porcelain", "--", "src", "tests/harness")
    return _git("rev-parse", "--short=8", "HEAD") + ("+" if changed else "")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
