"""One-to-one assignment: who is taken for whom without asking, and who is put before a person."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridwalk.method.linkage.weights import MARGIN, MATCH, QUESTION

NOTHING = -1e3


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
    the solver is read in, which takes as long as comparing ten thousand rows.
    """
    rest = rest.sort("l", "r")
    marked = rest.with_columns(n_of_l=pl.len().over("l"), n_of_r=pl.len().over("r"))
    around_l, around_r = pl.col("n_of_r").max().over("l") == 1, pl.col("n_of_l").max().over("r") == 1
    of_left, of_right = marked.filter(around_l), marked.filter(around_r & ~around_l)
    chosen = [_best_of(of_left, "l"), _best_of(of_right, "r")]
    others = marked.filter(~around_l & ~around_r)
    if not others.is_empty():
        chosen.append(_solved(others))
    return pl.concat(chosen).select(rest.columns).sort("l", "r")


def _best_of(stars: pl.DataFrame, center: str) -> pl.DataFrame:
    best = stars.filter(pl.col("bits") == pl.col("bits").max().over(center))
    return best.unique(center, keep="first", maintain_order=True)


def _solved(rest: pl.DataFrame) -> pl.DataFrame:
    """The same for components of any form, in order of ``l`` and ``r``."""
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    _, left = np.unique(rest["l"].to_numpy(), return_inverse=True)
    _, right = np.unique(rest["r"].to_numpy(), return_inverse=True)
    n_left, n_right = int(left.max()) + 1, int(right.max()) + 1
    graph = coo_matrix((np.ones(len(left)), (left, right + n_left)), shape=(n_left + n_right,) * 2)
    _, component = connected_components(graph, directed=False)
    of_pair = component[left]
    order = np.argsort(of_pair, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(of_pair[order]) != 0])
    bits = rest["bits"].to_numpy()
    chosen: list[int] = []
    for group in np.split(order, starts[1:]):
        if len(group) == 1:
            chosen.append(int(group[0]))
            continue
        rows, row = np.unique(left[group], return_inverse=True)
        columns, column = np.unique(right[group], return_inverse=True)
        gain = np.zeros((len(rows), len(columns)))
        pair = np.full(gain.shape, -1)
        gain[row, column], pair[row, column] = bits[group], group
        chosen += [int(p) for p in pair[linear_sum_assignment(gain, maximize=True)] if p >= 0]
    return rest[sorted(chosen)]
