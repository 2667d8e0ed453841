"""Which doors a seed draws from a frame: the one place for whoever draws and whoever draws again."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Sequence

from gridwalk.inspection import allotting, listing
from gridwalk.inspection.models import Sample
from gridwalk.inspection.rules import Kind
from gridwalk.method.sampling import draws
from gridwalk.method.sampling.draws import Unit


@dataclasses.dataclass(frozen=True, slots=True)
class DrawnDoor:
    """A door drawn: its place in the order by lot, and its instalment (0 but in an acceptance sample)."""

    unit: Unit
    turn: int
    instalment: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class HitStairwell:
    """A stairwell drawn: its doors in the frame, how often it was hit, its place in the order by lot; ``until``: the
    next one of the walk through its grid, empty where it is the last.
    """

    key: str
    grid: str
    n_doors: int
    hits: int
    turn: int
    until: str


def stairwells_drawn(sample: Sample, frame: Sequence[Unit], seed: bytes) -> list[HitStairwell]:
    """The stairwells that an area sample hits, in their order by lot."""
    sizes = Counter(unit.key for unit in frame)
    n_hits = listing.stairwells_hit(len(sizes), sample.share)
    hits = Counter(unit.key for unit in draws.draw(frame, {unit.stratum: n_hits for unit in frame}, seed))
    walk: dict[str, str] = {}
    for unit in sorted(frame):
        walk.setdefault(unit.key, unit.grid)
    following = dict(itertools.pairwise(walk))
    drawn = []
    for turn, key in enumerate(sorted(hits, key=lambda key: draws.lot(seed, "turn", key))):
        after = following.get(key, "")
        until = after if after and walk[after] == walk[key] else ""
        drawn.append(HitStairwell(key, walk[key], sizes[key], hits[key], turn, until))
    return drawn


def doors_drawn(sample: Sample, frame: Sequence[Unit], seed: bytes) -> list[DrawnDoor]:
    """The doors drawn, in their order by lot, by the numbers kept with the sample.

    An acceptance sample takes the doors of its community in that order, instalment by instalment, as many as bring the
    most answers it may take.
    """
    if sample.draws_for is Kind.ACCEPTANCE:
        turns = draws.in_turn(frame, seed)[: draws.larger(sample.most_answers, sample.response / 100)]
        return [DrawnDoor(unit, turn, turn // sample.instalment_size + 1) for turn, unit in enumerate(turns)]
    populations = Counter(unit.stratum for unit in frame)
    sizes = allotting.sizes(
        sample.draws_for, populations, share=sample.share, response=sample.response, least=sample.least_drawn
    )
    turns = draws.in_turn(draws.draw(frame, sizes, seed), seed)
    return [DrawnDoor(unit, turn) for turn, unit in enumerate(turns)]
