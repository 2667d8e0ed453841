"""How many doors no register has: an upper bound from stairwells that were listed anew, blind.

Stairwells are drawn with chances in proportion to their registered doors (``draws.by_size``). From each, everything is
listed up to, not including, the next stairwell of the register's walk: the half-open interval (Kish 1965, §2.7), by
which a building nobody knows has the chance of the stairwell before it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from scipy.special import betaincinv, ndtri, stdtrit

LEAST_EFFECT = 2.0
"""The design effect is taken to be this at least: doors of one stairwell are alike."""
ALIKE = 0.1
"""Correlation within a stairwell that the bound holds for."""
FEWEST = 2
"""Stairwells hit from which something is said: one shows no variance."""
ENOUGH = 10
"""A two-sided interval is given from so many doors on; with fewer an upper bound only."""


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """One stairwell listed anew: its doors in the register, by which it was drawn, and the doors met that the register
    lacks; ``hits``: times drawn.
    """

    registered: int
    missed: int
    hits: int = 1

    def __post_init__(self) -> None:
        if self.registered < 1 or self.missed < 0 or self.hits < 1:
            raise ValueError("registered >= 1, missed >= 0 and hits >= 1 are needed")

    @property
    def listed(self) -> int:
        """Doors there are."""
        return self.registered + self.missed


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MissedDoors:
    """“At most x %” of the doors there are stand in no register. ``interval``: two-sided, where enough were met."""

    share: float
    at_most: float
    interval: tuple[float, float] | None
    n_listed: int
    n_missed: int
    effective: float
    design_effect: float


def bound(listings: Sequence[Listing], confidence: float = 0.95) -> MissedDoors | None:
    """The share of doors missed, by one-sided exact bound with the effective number of doors; None below two hits.

    Chances in proportion to registered doors make the mean of missed ÷ registered over the hits the estimate of the
    same ratio over all stairwells.
    """
    n_hits = sum(listing.hits for listing in listings)
    if n_hits < FEWEST:
        return None
    ratio = math.fsum(listing.hits * listing.missed / listing.registered for listing in listings) / n_hits
    share = ratio / (1 + ratio)
    n_listed = sum(listing.listed for listing in listings)
    n_missed = sum(listing.missed for listing in listings)
    effect = max(_effect_at_least(listings), _measured_effect(listings, ratio))
    effective = n_listed / effect / _few(n_hits, confidence)
    interval = None
    if n_missed >= ENOUGH:
        tail = (1 - confidence) / 2
        interval = _lowest(share, effective, tail), _highest(share, effective, tail)
    return MissedDoors(
        share=share,
        at_most=_highest(share, effective, 1 - confidence),
        interval=interval,
        n_listed=n_listed,
        n_missed=n_missed,
        effective=effective,
        design_effect=effect,
    )


def _effect_at_least(listings: Sequence[Listing]) -> float:
    """Kish's 1 + (m − 1)·ρ for the mean stairwell as a door finds it, and never under ``LEAST_EFFECT``."""
    n_listed = sum(listing.listed for listing in listings)
    size = sum(listing.listed**2 for listing in listings) / n_listed
    return max(LEAST_EFFECT, 1 + (size - 1) * ALIKE)


def _measured_effect(listings: Sequence[Listing], ratio: float) -> float:
    """What the stairwells themselves show: the variance of the share against that of as many doors drawn singly.

    The share is ratio ÷ (1 + ratio); its variance is that of the ratio by the delta method.
    """
    n_hits = sum(listing.hits for listing in listings)
    if not ratio:
        return 1.0
    squares = math.fsum(listing.hits * (listing.missed / listing.registered - ratio) ** 2 for listing in listings)
    variance = squares / (n_hits * (n_hits - 1)) / (1 + ratio) ** 4
    share = ratio / (1 + ratio)
    n_listed = sum(listing.listed for listing in listings)
    return variance * n_listed / (share * (1 - share))


def _few(n_hits: int, confidence: float) -> float:
    """By how much few stairwells lessen what a variance from them says (Korn and Graubard 1998)."""
    return float(stdtrit(n_hits - 1, confidence) / ndtri(confidence)) ** 2


def _highest(share: float, n: float, tail: float) -> float:
    return float(betaincinv(n * share + 1, n * (1 - share), 1 - tail))


def _lowest(share: float, n: float, tail: float) -> float:
    return float(betaincinv(n * share, n * (1 - share) + 1, tail))
