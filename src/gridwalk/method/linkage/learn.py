"""Learning weights from two ledgers without an answer key: expectation–maximisation over the patterns of levels.

Fellegi & Sunter (1969); Winkler (1988) for EM under conditional independence. A step of its own: linking uses the
published weights, and learning only says what they would be on this material.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import polars as pl

from gridwalk.method.linkage.weights import Level, Table

ROUNDS = 60
SMALLEST = 1e-6


def learn(
    patterns: pl.DataFrame, weights: Mapping[str, Table], *, share: float = 0.1
) -> tuple[dict[str, dict[str, Level]], float]:
    """Weights after EM, and the share of true pairs among the candidates.

    ``patterns``: a column a comparison holding its level ("" where a side says nothing), a row a candidate pair. Levels
    weighed by the frequency of their value (``u`` None) keep that; only their ``m`` is learnt. ``share`` is where the
    search begins.
    """
    names = [name for name in weights if name in patterns.columns]
    counted = patterns.select(names).group_by(names).len("n")
    rows = counted.select(names).rows()
    n = [float(c) for c in counted["n"].to_list()]
    learnt = {name: {code: _start(level) for code, level in weights[name].items()} for name in names}
    for _ in range(ROUNDS):
        true = [_posterior(row, names, learnt, share) for row in rows]
        share = sum(p * c for p, c in zip(true, n, strict=True)) / sum(n)
        learnt = {name: _updated([row[i] for row in rows], true, n, learnt[name]) for i, name in enumerate(names)}
    shown = {
        name: {code: Level(pair[0], None if weights[name][code].u is None else pair[1]) for code, pair in table.items()}
        for name, table in learnt.items()
    }
    return shown, share


Pair = tuple[float, float]


def _start(level: Level) -> Pair:
    return level.m, 0.01 if level.u is None else level.u


def _posterior(
    row: Sequence[str], names: Sequence[str], learnt: Mapping[str, Mapping[str, Pair]], share: float
) -> float:
    bits = math.log(share / (1 - share))
    for name, code in zip(names, row, strict=True):
        if code:
            m, u = learnt[name][code]
            bits += math.log(m / u)
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, bits))))


def _updated(
    codes: Sequence[str], true: Sequence[float], n: Sequence[float], table: Mapping[str, Pair]
) -> dict[str, Pair]:
    m, u = dict.fromkeys(table, SMALLEST), dict.fromkeys(table, SMALLEST)
    for code, p, count in zip(codes, true, n, strict=True):
        if code:
            m[code] += p * count
            u[code] += (1 - p) * count
    return {code: (m[code] / sum(m.values()), u[code] / sum(u.values())) for code in table}
