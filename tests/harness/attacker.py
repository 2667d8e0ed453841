"""Somebody who puts together all that was shown: what of the rest still fits, by linear programmes.

It is written apart from what withholds counts, and knows nothing of how that chooses.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

Sum = Mapping[Any, int]
"""Unknowns, each so many times. An unknown is a count, so it is a whole number and never below 0."""
ROUNDING = 1e-6


class Attacker:
    """What is known: sums of unknowns with their values."""

    def __init__(self) -> None:
        self._columns: dict[Hashable, int] = {}
        self._rows: list[tuple[Sum, int]] = []

    def learn(self, of: Sum, value: int) -> None:
        """Take note of a sum."""
        for unknown in of:
            self._columns.setdefault(unknown, len(self._columns))
        self._rows.append((of, value))

    def fitting(self, of: Sum) -> range:
        """The values of a sum that fit all that is known, between both ends. Raises ValueError if nothing fits."""
        for unknown in of:
            self._columns.setdefault(unknown, len(self._columns))
        least, most = (self._end(of, sign) for sign in (1, -1))
        return range(math.ceil(least - ROUNDING), math.floor(-most + ROUNDING) + 1)

    def _end(self, of: Sum, sign: int) -> float:
        goal = np.zeros(len(self._columns))
        for unknown, times in of.items():
            goal[self._columns[unknown]] = sign * times
        answer = linprog(goal, A_eq=self._matrix(), b_eq=[value for _, value in self._rows], method="highs")
        if answer.status == 3:
            return -math.inf if sign == 1 else -1e9
        if answer.status:
            raise ValueError(answer.message)
        return float(answer.fun)

    def _matrix(self) -> csr_matrix | None:
        if not self._rows:
            return None
        entries = [(times, row, self._columns[u]) for row, (of, _) in enumerate(self._rows) for u, times in of.items()]
        times, rows, columns = zip(*entries, strict=True)
        return csr_matrix((times, (rows, columns)), shape=(len(self._rows), len(self._columns)))
