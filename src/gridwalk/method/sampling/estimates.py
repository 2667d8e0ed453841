"""The share of doors confirmed by a stratified sample, with what the sample proves of it.

Two-sided: Wilson's interval with the effective number of answers (Franco et al. 2019) where that many answers hold at
least ``ENOUGH`` expected cases of the rarer kind; the exact one below. One-sided, “at least”: always exact. The exact
bound is Clopper and Pearson's (1934), carried over to unlike weights as Fay and Feuer (1997) carry over the one for
Poisson counts: it is reckoned as if one more case of the largest weight had been met.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Literal

from scipy.special import betaincinv, stdtrit

CONFIDENCE = 0.95
ENOUGH = 5
"""Wilson's interval is used from n·p·(1 − p) of this size on, n being the effective number."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stratum:
    """The doors of one stratum: how many there are, were drawn, answered, and of those that answered were confirmed."""

    population: int
    drawn: int
    answered: int
    confirmed: int

    def __post_init__(self) -> None:
        if not 0 <= self.confirmed <= self.answered <= self.drawn <= self.population:
            raise ValueError("0 <= confirmed <= answered <= drawn <= population is needed")

    def __add__(self, other: Stratum) -> Stratum:
        """Both as one stratum."""
        return Stratum(
            self.population + other.population,
            self.drawn + other.drawn,
            self.answered + other.answered,
            self.confirmed + other.confirmed,
        )

    @property
    def if_unanswered_denied(self) -> Stratum:
        """The same, were every door that did not answer a denial."""
        return dataclasses.replace(self, answered=self.drawn)

    @property
    def if_all_confirmed(self) -> Stratum:
        """The same, were every door confirmed: what the sample can prove at best."""
        return dataclasses.replace(self, answered=self.drawn, confirmed=self.drawn)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share of doors with its interval. ``n``: answers; ``n_drawn``: asked; ``effective``: answers of a simple sample
    that would say as much; ``design_effect``: n ÷ effective.
    """

    share: float
    lowest: float
    highest: float
    method: Literal["wilson", "exact"]
    n: int
    n_drawn: int
    effective: float
    design_effect: float

    @property
    def response(self) -> float:
        """The share of those asked who answered."""
        return self.n / self.n_drawn


def estimate(strata: Sequence[Stratum], confidence: float = CONFIDENCE) -> Estimate | None:
    """The share confirmed of all doors, weighted by the strata, with its two-sided interval.

    None where nothing can be said: somewhere no two answers can be had even from several strata together.
    """
    strata = answered_twice(strata)
    if not strata:
        return None
    n, share = sum(stratum.answered for stratum in strata), _share(strata)
    effective = _effective(strata, share)
    adjusted = _adjusted(effective, n, len(strata), confidence)
    wilson = adjusted is not None and not _asked_whole(strata) and effective * share * (1 - share) >= ENOUGH
    if adjusted is not None and wilson:
        lowest, highest = _wilson(share, adjusted, n - len(strata), confidence)
    else:
        tail = (1 - confidence) / 2
        lowest, highest = 1 - _highest(_denied(strata), tail), _highest(strata, tail)
    return Estimate(
        share=share,
        lowest=lowest,
        highest=highest,
        method="wilson" if wilson else "exact",
        n=n,
        n_drawn=sum(stratum.drawn for stratum in strata),
        effective=effective,
        design_effect=n / effective,
    )


def at_least(strata: Sequence[Stratum], confidence: float = CONFIDENCE) -> float:
    """The share that is confirmed at least: the one-sided exact lower bound, 0 where nothing can be said."""
    strata = answered_twice(strata)
    return 1 - _highest(_denied(strata), 1 - confidence) if strata else 0.0


def verified_at_least(n_claimed: int, n_due: int, strata: Sequence[Stratum]) -> float:
    """“Claimed 98.2 %, verified at least 93.1 %”: the claimed doors times the share confirmed at least, by doors due.

    ``strata`` are those of the claimed doors. Raises ValueError where nothing is due.
    """
    if n_due <= 0:
        raise ValueError("some doors must be due")
    return n_claimed * at_least(strata) / n_due


def answered_twice(strata: Sequence[Stratum]) -> list[Stratum]:
    """The strata, those with fewer than two answers joined to their neighbour; empty where all have fewer than two.

    Give them by community: neighbours are alike. What has no doors is left out.
    """
    joined: list[Stratum] = []
    waiting = Stratum(0, 0, 0, 0)
    for stratum in strata:
        waiting += stratum
        if waiting.answered >= 2:
            joined.append(waiting)
            waiting = Stratum(0, 0, 0, 0)
    if joined and waiting.population:
        joined[-1] += waiting
    return joined


def _denied(strata: Sequence[Stratum]) -> list[Stratum]:
    """The strata with confirmed and denied exchanged."""
    return [dataclasses.replace(stratum, confirmed=stratum.answered - stratum.confirmed) for stratum in strata]


def _weights(strata: Sequence[Stratum]) -> list[float]:
    """What one answer of each stratum stands for, as a share of all doors."""
    population = sum(stratum.population for stratum in strata)
    return [stratum.population / population / stratum.answered for stratum in strata]


def _share(strata: Sequence[Stratum]) -> float:
    weights = zip(_weights(strata), strata, strict=True)
    return min(1.0, math.fsum(weight * stratum.confirmed for weight, stratum in weights))


def _effective(strata: Sequence[Stratum], share: float) -> float:
    """Answers of a simple sample that would say as much, after Kish (1965); where the sample shows no variance, by the
    weights alone.
    """
    variance = math.fsum(
        (stratum.answered * weight) ** 2 * _variance(stratum)
        for weight, stratum in zip(_weights(strata), strata, strict=True)
    )
    if variance > 0:
        return share * (1 - share) / variance
    return 1 / math.fsum(stratum.answered * weight**2 for weight, stratum in zip(_weights(strata), strata, strict=True))


def _variance(stratum: Stratum) -> float:
    """Of the share of one stratum, with the correction for a finite population."""
    share = stratum.confirmed / stratum.answered
    return (1 - stratum.answered / stratum.population) * share * (1 - share) / (stratum.answered - 1)


def _adjusted(effective: float, n: int, n_strata: int, confidence: float) -> float | None:
    """The effective number for the degrees of freedom that the strata leave (Korn and Graubard 1998); None: none
    left.
    """
    freedom = n - n_strata
    if freedom <= 0:
        return None
    middle = (1 + confidence) / 2
    return effective * float(stdtrit(n - 1, middle) / stdtrit(freedom, middle)) ** 2


def _wilson(share: float, n: float, freedom: int, confidence: float) -> tuple[float, float]:
    """Wilson's score interval for ``n`` effective answers, with Student's quantile."""
    z = float(stdtrit(freedom, (1 + confidence) / 2))
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _highest(strata: Sequence[Stratum], tail: float) -> float:
    """The share confirmed that is exceeded with probability ``tail`` at most."""
    if _asked_whole(strata):
        return _share(strata)
    weights = _weights(strata)
    cases = [(weight, stratum.confirmed) for weight, stratum in zip(weights, strata, strict=True)]
    return exceeded(cases, max(weights), tail)


def exceeded(cases: Iterable[tuple[float, int]], largest: float, tail: float) -> float:
    """The sum of weights that is exceeded with probability ``tail`` at most; ``cases``: weight, how often it was met.

    One case more, of the largest weight, is added. The sum then has the mean and variance of a beta distribution's
    count; with like weights that is Clopper and Pearson's bound itself.
    """
    met = list(cases)
    mean = largest + math.fsum(weight * n for weight, n in met)
    variance = largest**2 + math.fsum(weight**2 * n for weight, n in met)
    size = mean / variance
    count = mean * size
    rest = size - count + 1
    return 1.0 if rest <= 0 else min(1.0, float(betaincinv(count, rest, 1 - tail)))


def _asked_whole(strata: Sequence[Stratum]) -> bool:
    """Whether every door answered: then nothing is left to bound."""
    return all(stratum.answered == stratum.population for stratum in strata)
