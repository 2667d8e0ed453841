"""A street's counts over sixty working days, for the attack on what is withheld. It knows nothing of what is withheld.

Sizes and shares are those of the street that the demonstration is made of: 9 communities, 31 grids, 420 doors a grid,
7 % of the doors vacant and 9 % let, 7 finished visits a day.
"""

from __future__ import annotations

import dataclasses

import numpy as np

COMMUNITIES = (5, 4, 4, 4, 3, 3, 3, 3, 2)
DAYS = 60
KINDS = ("explained", "in_person", "attention", "linkage", "dwellings_resolved")

Counts = dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Season:
    """Of each kind, count and rest by day and grid. ``moved``: where an event moved a denominator since the day before.

    ``doorless``: grids 000 without a door: whoever stands there has no home, so nobody in them is linked.
    """

    grids: tuple[str, ...]
    counts: Counts
    rests: Counts
    moved: np.ndarray
    doorless: np.ndarray


def grids() -> tuple[str, ...]:
    """The codes of the street's grids, each community's 000 among them."""
    codes = []
    for number, n in enumerate(COMMUNITIES, 1):
        codes += [f"120105001{number:03d}{grid:03d}" for grid in range(n + 1)]
    return tuple(codes)


class _Street:
    """What is so on one day, by grid."""

    def __init__(self, draw: np.random.Generator, codes: tuple[str, ...]) -> None:
        self.draw = draw
        self.unassigned = np.array([code.endswith("000") for code in codes])
        n = len(codes)
        few = draw.integers(0, 25, n) * (draw.random(n) < 0.3)
        self.doors = np.where(self.unassigned, few, draw.normal(420, 70, n).clip(150).astype(int))
        self.doorless = self.unassigned & (self.doors == 0)
        homeless = draw.integers(0, 12, n) * self.unassigned
        self.people = self._of(self.doors * 2, 0.95) + homeless
        self.unlinked = homeless + self._of(self.people - homeless, 0.04)
        self.unresolved = self._of(self.doors, 0.2)
        self.watched = self._of(self.people, 0.02) + self._of(self.doors, 0.07) + self._of(self.doors, 0.09)
        self.overdue = self._of(self.watched, 0.6)
        self.visited = self.explained = self.otherwise = np.zeros(n, int)

    def _of(self, population: np.ndarray, share: float | np.ndarray) -> np.ndarray:
        return self.draw.binomial(np.maximum(population, 0), share)

    def day(self, progress: float) -> np.ndarray:
        """One working day passes; returns where an event moved a denominator."""
        left = self.doors - self.visited - self.explained
        knocked = np.minimum(left, self.draw.poisson(np.where(self.unassigned, 0.5, 7)))
        unseen = self._of(knocked, 0.07)
        returned = self._of(self.explained, 0.02)
        self.explained = self.explained + unseen - returned
        self.visited = self.visited + knocked - unseen + returned
        self.otherwise = self.otherwise + self._of(knocked - unseen + returned, 0.12)
        self.unresolved = self.unresolved - self._of(self.unresolved, 0.045)
        self.unlinked = np.maximum(self.unlinked - self._of(self.unlinked, 0.025), self.people * self.doorless)
        self.overdue = self._of(self.watched, np.clip(0.6 - progress + self.draw.normal(0, 0.02, len(left)), 0.03, 1))
        return self._events()

    def _events(self) -> np.ndarray:
        """Somebody moves in or out, a door is let or given up, a label begins or ends."""
        moved = self.draw.random(len(self.doors)) < np.where(self.doorless, 0.05, 0.35)
        n = len(moved)
        people = np.where(moved, self.draw.integers(-2, 4, n), 0)
        self.people = np.maximum(self.people + people, self.visited * 0)
        new = np.maximum(people, 0)
        self.unlinked = np.minimum(self.unlinked + np.where(self.doorless, new, self._of(new, 0.1)), self.people)
        self.unlinked = np.where(self.doorless, self.people, self.unlinked)
        self.watched = np.maximum(self.watched + np.where(moved, self.draw.integers(-1, 2, n), 0), 0)
        self.overdue = np.minimum(self.overdue, self.watched)
        return moved

    def cells(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Count and rest of each kind."""
        return {
            "explained": (self.explained, self.doors - self.visited - self.explained),
            "in_person": (self.visited - self.otherwise, self.otherwise),
            "attention": (self.watched - self.overdue, self.overdue),
            "linkage": (self.people - self.unlinked, self.unlinked),
            "dwellings_resolved": (self.doors - self.unresolved, self.unresolved),
        }


def season(seed: int) -> Season:
    """The counts of one season."""
    codes = grids()
    street = _Street(np.random.default_rng(seed), codes)
    moved, days = [], []
    for day in range(DAYS):
        moved.append(street.day(day / DAYS))
        days.append(street.cells())
    counts = {kind: np.array([cells[kind][0] for cells in days]) for kind in KINDS}
    rests = {kind: np.array([cells[kind][1] for cells in days]) for kind in KINDS}
    return Season(codes, counts, rests, np.array(moved), street.doorless)
