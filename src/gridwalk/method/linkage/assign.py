"""One-to-one assignment: who is taken for whom without asking, and who is put before a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from gridwalk.method.linkage.weights import MARGIN, MATCH, QUESTION

NOTHING = -1e3
MOST_TRIED = 9
"""Pairs of a component up to which all assignments are tried; beyond it a solver is quicker."""


def assign(scored: pl.DataFrame) -> pl.DataFrame:
    """``scored``: ``l``, ``r``, ``bits`` (log2 odds), ``p``, ``sure`` (whether it may be taken without asking).

    Returns the chosen pairs with ``status`` match or question.

    A pair is taken when it is likely enough and beats by ``MARGIN`` bits whatever else either record could be; taking
    it frees its rivals, so the step is repeated. What is left is assigned for the greatest sum per connected component.
    """
    rest = scored.filter(pl.col("p") >= QUESTION)
    taken = []
    while not rest.is_empty():
        best = rest.with_columns(
            (pl.col("bits") - _rival("l")).alias("over_l"), (pl.col("bits") - _rival("r")).alias("over_r")
        ).filter(pl.col("sure") & (pl.col("p") >= MATCH) & (pl.col("over_l") >= MARGIN) & (pl.col("over_r") >= MARGIN))
        if best.is_empty():
            break
        taken.append(best.select(scored.columns).with_columns(status=pl.lit("match")))
        rest = rest.join(best, on="l", how="anti").join(best, on="r", how="anti")
    if not rest.is_empty():
        taken.append(_by_component(rest).with_columns(status=pl.lit("question")))
    if not taken:
        return scored.clear().with_columns(status=pl.lit("match"))
    return pl.concat(taken)


def _rival(side: str) -> pl.Expr:
    """The bits of the best other pair of the same record; where there is none, nothing to beat."""
    bits = pl.col("bits")
    best = bits.max().over(side)
    second = bits.top_k(2).min().over(side)
    alone = pl.len().over(side) == 1
    return pl.when(alone).then(NOTHING).when(bits == best).then(second).otherwise(best)


def _by_component(rest: pl.DataFrame) -> pl.DataFrame:
    """For each component the pairs of the assignment with the greatest sum of bits; ties go to the earlier rows.

    Most components are stars: one record and whoever it may be. Of a star the best pair is taken; only for the others
    assignments are compared.
    """
    rest = rest.sort("l", "r")
    marked = rest.with_columns(n_of_l=pl.len().over("l"), n_of_r=pl.len().over("r"))
    around_l, around_r = pl.col("n_of_r").max().over("l") == 1, pl.col("n_of_l").max().over("r") == 1
    of_left, of_right = marked.filter(around_l), marked.filter(around_r & ~around_l)
    chosen = [_best_of(of_left, "l"), _best_of(of_right, "r")]
    others = marked.filter(~around_l & ~around_r)
    if not others.is_empty():
        chosen.append(others[_solved(others)])
    return pl.concat(chosen).select(rest.columns).sort("l", "r")


def _best_of(stars: pl.DataFrame, center: str) -> pl.DataFrame:
    best = stars.filter(pl.col("bits") == pl.col("bits").max().over(center))
    return best.unique(center, keep="first", maintain_order=True)


def _solved(pairs: pl.DataFrame) -> list[int]:
    """The places of the pairs that are chosen, in components of any form."""
    component = _components(pairs)
    chosen: list[int] = []
    for _, group in pairs.select("l", "r", "bits").with_row_index("at").group_by(component, maintain_order=True):
        if len(group) <= MOST_TRIED:
            chosen += _greatest(group.select("l", "r", "bits", "at").rows())[1]
        else:
            chosen += _by_solver(group)
    return sorted(chosen)


def _components(pairs: pl.DataFrame) -> pl.Series:
    """Of every pair the least left record that others lead to."""
    marked, before = pairs.select("l", "r", component="l"), None
    while before is None or (marked["component"] != before).any():
        before = marked["component"]
        for side in ("r", "l"):
            marked = marked.with_columns(pl.col("component").min().over(side))
    return marked["component"]


Edge = tuple[int, int, float, int]


def _greatest(edges: Sequence[Edge]) -> tuple[float, list[int]]:
    """The greatest sum of bits of pairs (left, right, bits, place) that share no record, and their places."""
    if not edges:
        return 0.0, []
    (left, right, bits, at), others = edges[0], edges[1:]
    beside, places = _greatest([edge for edge in others if edge[0] != left and edge[1] != right])
    without = _greatest(others)
    return max((bits + beside, [at, *places]), without, key=lambda of: of[0])


def _by_solver(group: pl.DataFrame) -> list[int]:
    """The same for many pairs. Reading the solver in takes longer than comparing ten thousand rows."""
    from scipy.optimize import linear_sum_assignment

    rows, row = np.unique(group["l"].to_numpy(), return_inverse=True)
    columns, column = np.unique(group["r"].to_numpy(), return_inverse=True)
    gain = np.zeros((len(rows), len(columns)))
    pair = np.full(gain.shape, -1)
    gain[row, column], pair[row, column] = group["bits"].to_numpy(), group["at"].to_numpy()
    return [int(p) for p in pair[linear_sum_assignment(gain, maximize=True)] if p >= 0]
