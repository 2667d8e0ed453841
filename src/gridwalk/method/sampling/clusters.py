"""What a sample of doors proves of the people and things behind them: whoever asks at a door asks of all at once.

A door is a cluster: its units answer together, so the door is what was drawn, and weighs as many units as it has. The
bound is that of ``estimates``, one-sided and exact, with unlike weights: one more door of the heaviest weight is added.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

from gridwalk.method.sampling import estimates


@dataclasses.dataclass(frozen=True, slots=True)
class Cluster:
    """A door that answered: its units that were claimed, and how many of them it confirmed."""

    size: int
    confirmed: int

    def __post_init__(self) -> None:
        if not 0 <= self.confirmed <= self.size or not self.size:
            raise ValueError("0 <= confirmed <= size and 0 < size are needed")


@dataclasses.dataclass(frozen=True, slots=True)
class Clusters:
    """One stratum: its units in all, the doors that answered, the units of each drawn door that did not."""

    population: int
    answered: Sequence[Cluster]
    silent: Sequence[int] = ()

    def __add__(self, other: Clusters) -> Clusters:
        """Both as one stratum."""
        return Clusters(
            self.population + other.population, [*self.answered, *other.answered], [*self.silent, *other.silent]
        )

    @property
    def n_units(self) -> int:
        """Units of the doors that answered."""
        return sum(cluster.size for cluster in self.answered)

    @property
    def if_unanswered_denied(self) -> Clusters:
        """The same, had every door that did not answer confirmed nothing."""
        return Clusters(self.population, [*self.answered, *(Cluster(size, 0) for size in self.silent)])

    @property
    def if_all_confirmed(self) -> Clusters:
        """The same, had every door drawn confirmed all: what the sample can prove at best."""
        sizes = [*(cluster.size for cluster in self.answered), *self.silent]
        return Clusters(self.population, [Cluster(size, size) for size in sizes])


def at_least(strata: Sequence[Clusters], confidence: float = estimates.CONFIDENCE) -> float:
    """The share of units that is confirmed at least, 0 where nothing can be said. Of what was asked whole nothing is
    left to bound.
    """
    strata = answered_twice(strata)
    if not strata:
        return 0.0
    if all(stratum.n_units >= stratum.population for stratum in strata):
        return 1 - math.fsum(weight for weight, _ in _denials(strata))
    heaviest = max(
        weight * max(cluster.size for cluster in stratum.answered)
        for weight, stratum in zip(_weights(strata), strata, strict=True)
    )
    return 1 - estimates.exceeded(_denials(strata), heaviest, 1 - confidence)


def answered_twice(strata: Sequence[Clusters]) -> list[Clusters]:
    """The strata, those with fewer than two answers joined to their neighbour, as those of ``estimates`` are."""
    joined: list[Clusters] = []
    waiting = Clusters(0, [])
    for stratum in strata:
        waiting += stratum
        if len(waiting.answered) >= 2:
            joined.append(waiting)
            waiting = Clusters(0, [])
    if joined and waiting.population:
        joined[-1] += waiting
    return joined


def _weights(strata: Sequence[Clusters]) -> list[float]:
    """What one unit that answered in each stratum stands for, as a share of all units."""
    population = sum(stratum.population for stratum in strata)
    return [stratum.population / population / stratum.n_units for stratum in strata]


def _denials(strata: Sequence[Clusters]) -> Iterator[tuple[float, int]]:
    """The weight of what each door did not confirm, once each."""
    for weight, stratum in zip(_weights(strata), strata, strict=True):
        yield from (
            (weight * (door.size - door.confirmed), 1) for door in stratum.answered if door.confirmed < door.size
        )
