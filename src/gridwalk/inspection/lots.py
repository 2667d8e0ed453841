"""Which doors a seed draws from a frame: the one place for whoever draws and whoever draws again."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from gridwalk.inspection import rules
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


def doors_drawn(sample: Sample, frame: Sequence[Unit], seed: bytes) -> list[DrawnDoor]:
    """The doors drawn, in their order by lot, by the numbers kept with the sample.

    An acceptance sample takes the doors of its community in that order, instalment by instalment, as many as bring the
    most answers it may take.
    """
    if sample.draws_for is Kind.ACCEPTANCE:
        turns = draws.in_turn(frame, seed)[: draws.larger(sample.most_answers, sample.response / 100)]
        return [DrawnDoor(unit, turn, turn // sample.instalment_size + 1) for turn, unit in enumerate(turns)]
    populations = Counter(unit.stratum for unit in frame)
    size = rules.size(len(frame), sample.share, sample.response)
    sizes = draws.allocation(populations, size, least=sample.least_drawn)
    turns = draws.in_turn(draws.draw(frame, sizes, seed), seed)
    return [DrawnDoor(unit, turn) for turn, unit in enumerate(turns)]
