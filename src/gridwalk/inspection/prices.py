"""What a round of checks takes and what it can show at best; plain values only."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from gridwalk.method.sampling import estimates
from gridwalk.method.sampling.estimates import Stratum

CALLS_A_DAY, KNOCKS_A_DAY = 60, 18
"""What one inspector gets done: seven completed visits a day with 2–3 knocks each (domain.md §4), or calls instead."""
REACHED_BY_CALL = 0.5
"""The share of calls that reach somebody, until the street's own samples say otherwise."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Price:
    """What a round takes, and what it can show at best."""

    n_doors: int
    n_drawn: int
    n_answers: int
    n_calls: int
    n_knocks: int
    person_days: int
    at_best: float


def price(
    populations: Mapping[str, int], sizes: Mapping[str, int], response: int, *, with_phone: float, knocks: float
) -> Price:
    """The price of drawing so many (``sizes``) of some strata. ``with_phone``: the share of doors with a telephone on
    record; ``knocks``: knocks a door takes by the street's pace.
    """
    n_drawn = sum(sizes.values())
    n_answers = round(n_drawn * response / 100)
    n_calls = round(n_drawn * with_phone)
    n_knocks = math.ceil((n_drawn - n_calls * REACHED_BY_CALL) * knocks)
    strata = [
        Stratum(populations[name], n_doors, round(n_doors * response / 100), round(n_doors * response / 100))
        for name, n_doors in sorted(sizes.items())
    ]
    return Price(
        n_doors=sum(populations.values()),
        n_drawn=n_drawn,
        n_answers=n_answers,
        n_calls=n_calls,
        n_knocks=n_knocks,
        person_days=math.ceil(n_calls / CALLS_A_DAY + n_knocks / KNOCKS_A_DAY),
        at_best=estimates.at_least(strata),
    )
