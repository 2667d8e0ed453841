"""The model of phones and server by dice: phone-days that keep every promise, and how often a planted bug is noticed.

``bench sync --days 100000`` makes only the days, until the record (``record.py``) has so many, ``bench sync --shares
200 --kept FILE`` only the bugs, each in so many days. Each run that is done is kept at once; started again it goes on
behind the last one, and it prints the totals of all when it ends or is interrupted (Ctrl-C). Several processes may
share the work and the file: ``--part 1/2`` makes every second seed, ``--part 2/2`` the others.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import itertools
import json
import logging
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import time_machine
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from benchmarks import record
from benchmarks.record import Entry, Seed
from benchmarks.results import Result
from gridwalk.core import clock
from tests.harness import dice
from tests.harness.planted import PLANTED
from tests.harness.promises import Broken
from tests.harness.sync_world import World

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
UNGATHERED = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
"""The page of a server error names files that nobody gathered here; it must be an answer all the same."""
A_WORLD = 50
"""So many runs in one transaction: what they undo stays in the tables until it ends, and slows down every read."""
SEEDS = 200
"""A night's runs for each planted bug."""
MISSED = 1e-3
"""How probable it may be that a night misses a bug."""


@contextlib.contextmanager
def world() -> Iterator[World]:
    """The street on a Tuesday morning, undone at the end. Refused requests are what is simulated: no log."""
    morning = clock.at_local(dt.date(2026, 10, 13), 10)
    logging.disable(logging.ERROR)
    try:
        with (
            transaction.atomic(),
            time_machine.travel(morning, tick=True),
            override_settings(ALLOWED_HOSTS=["*"], PASSWORD_HASHERS=FAST, STORAGES=UNGATHERED),
        ):
            street = World(morning)
            gc.freeze()  # the program and the street stay: without this, collecting goes through all of it each time
            yield street
            transaction.set_rollback(True)
    finally:
        gc.unfreeze()
        logging.disable(logging.NOTSET)


def days(n_days: int, place: Path | None = None, part: tuple[int, int] = (1, 1)) -> Iterator[Result]:
    """That many phone-days; what was injected, what was kept. ``place``: of the record, whose days count among them.

    ``part``: of so many processes that share the record, this is the first, second, …
    """
    before = record.read(place) if place else []
    ours = record.Entry(record.model(), record.commit())
    nth, n_parts = part
    todo = [seed for seed in still_to_play(n_days, before) if seed % n_parts == nth - 1]
    with contextlib.suppress(KeyboardInterrupt):
        for at in range(0, len(todo), A_WORLD):
            with world() as street:
                for seed in todo[at : at + A_WORLD]:
                    played = _play(street, seed)
                    ours = ours.with_seed(played)
                    if place:
                        record.add(place, ours.model, ours.commit, played)
    yield from _told(record.read(place) if place else [ours])


def _lines(kept: Path | None) -> Iterator[dict[str, Any]]:
    lines = kept.read_text(encoding="utf-8").splitlines() if kept is not None and kept.exists() else []
    for line in lines:
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def _keep(kept: Path | None, content: Mapping[str, Any]) -> None:
    if kept is not None:
        with kept.open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps(content, ensure_ascii=False)}")


def still_to_play(n_days: int, entries: Sequence[Entry]) -> list[int]:
    """The seeds to play until there are so many days. What was played is not repeated, whatever model it was."""
    n_played = sum(entry.days for entry in entries)
    played = {seed for entry in entries for seed in entry.numbers}
    todo: list[int] = []
    seeds = (seed for seed in itertools.count() if seed not in played)
    while n_played < n_days:
        todo.append(next(seeds))
        n_played += dice.day(todo[-1]).n_phones
    return todo


def _play(street: World, seed: int) -> Seed:
    day = dice.day(seed)
    street.faults.clear()
    street.totals.clear()
    broken = ""
    try:
        street.play(day)
    except Exception as error:  # whatever it is, it is of this day, and the next one begins with the street as it was
        broken = str(error) if isinstance(error, Broken) else f"{type(error).__name__}: {error}"[:300]
        print(f"seed {seed}: {broken}", file=sys.stderr, flush=True)
    return Seed(seed, day.n_phones, broken, Counter(street.faults), Counter(street.totals))


def _told(entries: Sequence[Entry]) -> Iterator[Result]:
    faults, totals = _sum(entry.faults for entry in entries), _sum(entry.totals for entry in entries)
    note = "、".join(f"{name} {n:,}" for name, n in sorted(faults.items()))
    n_seeds = sum(len(entry.numbers) for entry in entries)
    models = len({entry.model for entry in entries})
    yield Result(
        name="sync.phone_days",
        value=sum(entry.days for entry in entries),
        unit="days",
        note=f"{n_seeds:,} seeds, {models} models, {totals['ops']:,} ops; faults: {note}",
    )
    yield Result(
        name="sync.acknowledged",
        value=totals["acknowledged"],
        unit="ops",
        note=f"{totals['returned']:,} of them returned",
    )
    broken = [seed for entry in entries for seed in entry.broken]
    says = "lost, doubled, overwritten, out of step, stuck or back: runs in which a promise was not kept"
    yield Result(name="sync.broken", value=len(broken), unit="runs", goal=0, note=f"{says} {broken[:9] or ''}".strip())


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total


def planted() -> Iterator[Result]:
    """Planted bugs that their directed runs miss."""
    with world() as street:
        missed = [name for name, bug in PLANTED.items() if not bug.breaks_directed(street)]
    note = "、".join([f"{len(PLANTED) - len(missed)} of {len(PLANTED)} planted bugs noticed", *missed])
    yield Result(name="sync.planted_missed", value=len(missed), unit="bugs", goal=0, note=note)


def shares(n_seeds: int, kept: Path | None = None, part: tuple[int, int] = (1, 1)) -> Iterator[Result]:
    """How many of so many days by dice notice each planted bug. ``kept``: the file of those that are done."""
    noticed = read_shares(kept)
    nth, n_parts = part
    todo = [
        (seed, bug)
        for seed in range(n_seeds)
        for bug in PLANTED
        if seed % n_parts == nth - 1 and (bug, seed) not in noticed
    ]
    with contextlib.suppress(KeyboardInterrupt):
        for at in range(0, len(todo), A_WORLD):
            with world() as street:
                for seed, bug in todo[at : at + A_WORLD]:
                    noticed[bug, seed] = PLANTED[bug].breaks(street, dice.day(seed))
                    _keep(kept, {"bug": bug, "seed": seed, "noticed": noticed[bug, seed]})
    noticed |= read_shares(kept)
    for bug in PLANTED:
        days_of_it = [notices for (name, _), notices in noticed.items() if name == bug]
        n, of = sum(days_of_it), len(days_of_it)
        says = f"{n} of {of} days notice: {bug}; missed by all of so many with p < {MISSED}"
        yield Result(name="sync.planted", value=needed(n / max(of, 1)), unit="seeds", goal=SEEDS, note=says)


def read_shares(kept: Path | None) -> dict[tuple[str, int], bool]:
    """By planted bug and seed, whether that day notices it."""
    return {(line["bug"], line["seed"]): line["noticed"] for line in _lines(kept) if "bug" in line}


def needed(share: float) -> float:
    """So many days that a bug noticed by this share of them is missed by all with a probability below ``MISSED``."""
    if share in (0, 1):
        return math.inf if share == 0 else 1
    return math.ceil(math.log(MISSED) / math.log(1 - share))
