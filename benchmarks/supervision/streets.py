"""Simulated streets of known truth: doors in walking order by stratum, each confirmed or denied when it is asked."""

from __future__ import annotations

import dataclasses

import numpy as np

from gridwalk.method.sampling import draws
from gridwalk.method.sampling.estimates import Stratum
from gridwalk.method.sampling.missed import Listing

CLASSES = (0.70, 0.18, 0.12)
"""Doors met or phoned, vacant, without an answer or refused: with nine communities 27 strata."""
RESPONSE = 0.85
SPREAD = 20
"""How unlike strata are: their shares fall from a beta distribution of this size around the street's."""


@dataclasses.dataclass(frozen=True)
class Street:
    """Whether each door of each stratum would confirm its visit."""

    strata: list[np.ndarray]

    @property
    def share(self) -> float:
        """The share of all doors that would."""
        doors = np.concatenate(self.strata)
        return float(doors.mean())


def street(rng: np.random.Generator, n_doors: int, n_communities: int, share: float) -> Street:
    """A street whose strata confirm with shares around one; what is invented lies door by door in a row."""
    communities = rng.dirichlet(np.full(n_communities, 6.0))
    sizes = np.maximum(2, np.rint(np.outer(communities, CLASSES) * n_doors).astype(int)).ravel()
    shares = rng.beta(share * SPREAD, (1 - share) * SPREAD, len(sizes))
    # Shifted to the share asked for, so that the strata of a street near 100 % stay near it.
    shares = np.clip(shares + share - np.average(shares, weights=sizes), 0, 1)
    return Street([_in_rows(rng, int(size), float(stratum)) for size, stratum in zip(sizes, shares, strict=True)])


def _in_rows(rng: np.random.Generator, size: int, share: float) -> np.ndarray:
    """Doors of which the denied ones stand singly (half of them) and in rows of eight."""
    n_denied = int(rng.binomial(size, 1 - share))
    confirmed = np.ones(size, dtype=bool)
    starts = rng.integers(0, size, size=max(1, n_denied // 16))
    rows = np.unique((starts[:, None] + np.arange(8)[None, :]).ravel() % size)[: n_denied // 2]
    confirmed[rows] = False
    left = np.flatnonzero(confirmed)
    confirmed[rng.choice(left, n_denied - (size - len(left)), replace=False)] = False
    return confirmed


def asked(rng: np.random.Generator, street: Street, size: int) -> list[Stratum]:
    """What a sample of that many doors brings back: drawn as the program draws, some do not answer."""
    populations = {f"{place:03}": len(doors) for place, doors in enumerate(street.strata)}
    drawn = draws.allocation(populations, size)
    strata = []
    for (name, population), doors in zip(populations.items(), street.strata, strict=True):
        places = draws.systematic(population, drawn[name], int(rng.integers(0, 2**63)) * 2)
        answers = doors[places][rng.random(len(places)) < RESPONSE]
        strata.append(Stratum(population, len(places), len(answers), int(answers.sum())))
    return strata


def listed(rng: np.random.Generator, missed: float, alike: float, n_hits: int) -> tuple[float, list[Listing]]:
    """The true share of doors missed in a street of 600 stairwells, and what listing some of them anew brings back.

    ``alike``: the correlation within a stairwell.
    """
    doors = rng.integers(8, 25, 600)
    shares = rng.beta(missed * (1 / alike - 1), (1 - missed) * (1 / alike - 1), 600) if alike else np.full(600, missed)
    n_missed = np.minimum(rng.binomial(doors, shares), doors - 1)
    registered = doors - n_missed
    hits = draws.by_size([int(n) for n in registered], n_hits, rng.bytes(draws.SEED_BYTES))
    listings = [Listing(int(n), int(k), times) for n, k, times in zip(registered, n_missed, hits, strict=True) if times]
    return float(n_missed.sum() / doors.sum()), listings
