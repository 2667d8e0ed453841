"""Which doors a seed draws from a frame: the one place for whoever draws and whoever draws again."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from gridwalk.inspection import rules
from gridwalk.inspection.rules import Kind
from gridwalk.method.sampling import draws
from gridwalk.method.sampling.draws import Unit


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """A door drawn: its place in the order by lot, and its instalment (0 but in an acceptance sample)."""

    unit: Unit
    turn: int
    instalment: int = 0


def drawn_by(kind: Kind, frame: Sequence[Unit], seed: bytes, share: int, response: int) -> list[Drawn]:
    """The doors drawn, in their order by lot.

    An acceptance sample takes the doors of its community in that order, instalment by instalment, up to the cap.
    """
    if kind is Kind.ACCEPTANCE:
        turns = draws.in_turn(frame, seed)[: rules.acceptance_rule(1).cap]
        return [Drawn(unit, turn, turn // rules.INSTALMENT + 1) for turn, unit in enumerate(turns)]
    populations = Counter(unit.stratum for unit in frame)
    sizes = draws.allocation(populations, rules.size(len(frame), share, response))
    turns = draws.in_turn(draws.draw(frame, sizes, seed), seed)
    return [Drawn(unit, turn) for turn, unit in enumerate(turns)]
