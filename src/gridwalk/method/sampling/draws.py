"""Draws that anybody can repeat: the seed is committed to before the frame is frozen, and revealed after.

Every lot is HMAC-SHA-256 of a name under the seed, read as a fraction: no generator whose algorithm could change.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

SEED_BYTES = 32
LEAST = 2
"""Doors drawn of every stratum at least, so that its variance can be estimated; fewer where there are fewer."""
_BITS = 64


class Unit(NamedTuple):
    """One door of a frame. Units sort by stratum, then by grid and walking order within it."""

    stratum: str
    grid: str
    walk: str
    key: str


def commitment(seed: bytes) -> str:
    """What is published before the frame is frozen: SHA-256 of the seed, in hexadecimal digits. Raises ValueError."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes")
    return hashlib.sha256(b"gridwalk sample\0" + seed).hexdigest()


def fingerprint(frame: Iterable[Unit]) -> str:
    """SHA-256 of a frozen frame, whatever order its units are given in."""
    lines = sorted("\t".join((unit.stratum, unit.grid, unit.walk, unit.key)) for unit in frame)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def lot(seed: bytes, *names: str) -> int:
    """The lot of a name, from 0 to 2⁶⁴ − 1, each as likely."""
    content = "\0".join(names).encode()
    return int.from_bytes(hmac.digest(seed, content, "sha256")[: _BITS // 8])


def allocation(populations: Mapping[str, int], size: int, *, least: int = LEAST) -> dict[str, int]:
    """How many doors are drawn of each stratum: in proportion, by largest remainder, and nowhere under ``least``.

    The sum is ``size``, or more where the least alone are more, or all there are. Raises ValueError on a negative
    number.
    """
    if size < 0 or any(population < 0 for population in populations.values()):
        raise ValueError("numbers of doors are not negative")
    total = sum(populations.values())
    if not total:
        return dict.fromkeys(populations, 0)
    size = min(size, total)
    shares = {stratum: size * population / total for stratum, population in populations.items()}
    floors = {stratum: min(least, population) for stratum, population in populations.items()}
    drawn = {stratum: max(math.floor(share), floors[stratum]) for stratum, share in shares.items()}
    by_remainder = sorted(populations, key=lambda stratum: (math.floor(shares[stratum]) - shares[stratum], stratum))
    _move(drawn, size - sum(drawn.values()), by_remainder, populations)
    _move(drawn, size - sum(drawn.values()), by_remainder[::-1], floors)
    return drawn


def _move(drawn: dict[str, int], n_doors: int, order: Sequence[str], ends: Mapping[str, int]) -> None:
    """Give so many doors more (or fewer, if negative) to the strata in turn, each as far as its end."""
    step = 1 if n_doors > 0 else -1
    while n_doors and (open_strata := [stratum for stratum in order if (ends[stratum] - drawn[stratum]) * step > 0]):
        for stratum in open_strata[: abs(n_doors)]:
            drawn[stratum] += step
            n_doors -= step


def draw(frame: Iterable[Unit], sizes: Mapping[str, int], seed: bytes) -> list[Unit]:
    """The doors drawn, in the order of the frame: systematic within each stratum along the walk, from a start by lot.

    Every door of a stratum has the same chance, its size ÷ population. Raises ValueError where a stratum of ``sizes``
    has fewer doors than are to be drawn.
    """
    drawn: list[Unit] = []
    strata = {stratum: list(units) for stratum, units in itertools.groupby(sorted(frame), lambda unit: unit.stratum)}
    for stratum, size in sorted(sizes.items()):
        units = strata.get(stratum, [])
        if size > len(units):
            raise ValueError(f"stratum {stratum}: {size} doors are to be drawn of {len(units)}")
        drawn += (units[place] for place in systematic(len(units), size, lot(seed, "start", stratum)))
    return drawn


def systematic(population: int, size: int, start: int) -> list[int]:
    """The places drawn, rising: every (population ÷ size)th from a start, which is a lot. In whole numbers: no
    rounding.
    """
    return [((n << _BITS) + start) * population // (size << _BITS) for n in range(size)]


def in_turn(units: Iterable[Unit], seed: bytes) -> list[Unit]:
    """The units drawn, in the order they are checked: by lot, so that whatever is done first is a sample itself."""
    return sorted(units, key=lambda unit: lot(seed, "turn", unit.key))


def larger(wanted: int, response: float) -> int:
    """How many doors are drawn for so many answers: nobody who does not answer is replaced. Raises ValueError."""
    if not 0 < response <= 1:
        raise ValueError("0 < response <= 1 is needed")
    return math.ceil(wanted / response)


def by_size(sizes: Sequence[int], n: int, seed: bytes) -> list[int]:
    """How often each place is drawn of places with those sizes, in the order of the walk: ``n`` hits in all, each place
    with a chance in proportion to its size. A place larger than the step is hit more than once.

    Raises ValueError where nothing has a size.
    """
    total = sum(sizes)
    if total <= 0 or min(sizes) < 0:
        raise ValueError("sizes are not negative, and one is above 0")
    ends = list(itertools.accumulate(sizes))
    hits = [0] * len(sizes)
    place = 0
    for door in systematic(total, n, lot(seed, "start", "by size")):
        while door >= ends[place]:
            place += 1
        hits[place] += 1
    return hits
