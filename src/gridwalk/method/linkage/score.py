"""The weight of every candidate pair: the bits of its levels, the doubled evidence taken off, and the prior."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from gridwalk.method.linkage.pairs import Compared
from gridwalk.method.linkage.weights import Table

MOST_OF_A_VALUE = 22.0
"""Bits the rarest of values can bring: a mistake in copying is always likelier than that."""
NAMESAKE = 5.0
"""Bits of one name at one door or telephone beyond both: chance brings members of one household together, and they bear
different names.
"""
HOMOPHONE = 3.0
"""The same of names that sound alike."""
AT_HOME = ("same", "household", "unsaid")
AGAIN_AT_HOME = 2.0
"""Bits the weaker of home and phone still brings when both agree: a household shares its telephone."""

Bits = npt.NDArray[np.float64]


def bits_of(table: Table, compared: Compared) -> Bits:
    """The bits of one comparison for every pair; 0 where a side says nothing.

    What agrees outright never says less than what nearly agrees.
    """
    bits = np.zeros(len(compared.level))
    for code, level in table.items():
        at = compared.level == code
        if not at.any():
            continue
        if compared.share is None:
            bits[at] = level.weight
            continue
        # Chance brings records no less often near each other than to the very value: in a ledger of forty rows a
        # telephone
        # a keystroke apart would otherwise say more than the same one.
        u = np.maximum(compared.share[at], level.u or 0.0)
        bits[at] = np.minimum(math.log2(level.m) - np.log2(u), MOST_OF_A_VALUE)
    return bits


def total(weights: Mapping[str, Table], compared: Mapping[str, Compared]) -> Bits:
    """The sum over comparisons. What one piece of evidence says twice counts once:

    the birth date and sex within an ID number that agrees already, and the telephone of a home that agrees already.
    """
    of = {name: bits_of(weights[name], comparison) for name, comparison in compared.items()}
    if "id" in of:
        in_number = compared["id"].implies & np.isin(compared["id"].level, ["same", "near", "two"])
        for implied in ("born", "sex"):
            if implied in of:
                of[implied] = np.where(in_number, np.minimum(of[implied], 0.0), of[implied])
    if "home" in of and "phone" in of:
        both = (of["home"] > AGAIN_AT_HOME) & (of["phone"] > AGAIN_AT_HOME)
        weaker = np.minimum(of["home"], of["phone"])
        of["phone"] = np.where(both, of["phone"] - weaker + AGAIN_AT_HOME, of["phone"])
    bits = np.asarray(sum(of.values()), dtype=np.float64)
    if "name" in of and "home" in of:
        together = np.isin(compared["home"].level, AT_HOME)
        if "phone" in compared:
            together |= compared["phone"].level == "same"
        called = compared["name"].level
        bits += np.select([together & (called == "same"), together & (called == "sounds")], [NAMESAKE, HOMOPHONE], 0.0)
    return bits


def prior(n_left: int, n_right: int) -> float:
    """Bits against any pair before it is looked at: half the records of the shorter side have a partner on
    the longer.
    """
    return -math.log2(2.0 * max(n_left, n_right, 1))


def probability(bits: Bits) -> Bits:
    """Odds in bits as a probability."""
    return 1.0 / (1.0 + np.exp2(-np.clip(bits, -60, 60)))
