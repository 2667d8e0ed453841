"""The verified rates once more, from what the simulator had each door say; without the house's arithmetic.

docs/algorithms/sampling.md: the doors claimed times the share confirmed at least (one-sided, 95 %), by the doors due.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scipy.stats import beta

from gridwalk.accounts.rules import SYSTEM
from gridwalk.inspection.models import Sample
from gridwalk.inspection.queries import results
from gridwalk.simulate.acting.knocks import Knock
from gridwalk.simulate.acting.supervising import PlayedRound, Supervision
from gridwalk.simulate.oracle import settling
from gridwalk.simulate.oracle.truth import Recount
from gridwalk.simulate.street.workbooks import LedgerFile

CLAIMED = ("reached", "vacant")
Counts = tuple[int, int, int]
"""Doors of a stratum, those that answered, those of them that confirmed."""
Line = dict[str, Any]


def rounds(
    supervision: Supervision,
    files: Sequence[LedgerFile],
    knocks: Sequence[Knock],
    *,
    prepared_on: dt.date,
    start: dt.date,
) -> list[Line]:
    """Each round by community and over the street: what the house shows beside the recount, and what is true.

    ``invented``: doors of the claimed ones where nobody ever was, which no sample shows. None: too few answered.
    """
    lines: list[Line] = []
    for played in supervision.rounds:
        recount = Recount(files, imported_on=prepared_on, start=start)
        recount.take(knocks, played.frozen_at - dt.timedelta(hours=1))
        lines += _round(supervision, played, recount)
    return lines


def differing(lines: Sequence[Line]) -> list[str]:
    """The rounds and areas that are not their recount."""
    return [
        f"{line['round']} {line['area']}"
        for line in lines
        if (line["claimed"], line["verified"]) != (line["recount_claimed"], line["recount_verified"])
    ]


def _round(supervision: Supervision, played: PlayedRound, recount: Recount) -> Iterator[Line]:
    sample = Sample.objects.get(pk=played.sample)
    shown, on = results.results(SYSTEM, sample), played.frozen_at.date()
    for line in [*shown.lines, *([shown.total] if shown.total else [])]:
        scope = line.code
        claimed = recount.figures(on, scope)["visits"]
        strata = list(_strata(sample.strata, played, scope))
        at_least = _at_least(strata) if sum(answered for _, answered, _ in strata) >= 30 else None
        yield {
            "round": shown.number,
            "area": scope,
            "claimed": [line.n_claimed, line.n_due],
            "recount_claimed": [claimed.n, claimed.d],
            "verified": _rounded(line.verified) if line.estimate else None,
            "recount_verified": None if at_least is None else _rounded(claimed.n / claimed.d * at_least),
            "invented": _invented(supervision, recount, scope),
        }


def _strata(populations: Mapping[str, int], played: PlayedRound, scope: str) -> Iterator[Counts]:
    """Of the claimed doors of an area, by community and group in the order of their names."""
    answered = Counter(door.stratum for door in played.asked if door.confirmed is not None)
    confirmed = Counter(door.stratum for door in played.asked if door.confirmed)
    for stratum, doors in sorted(populations.items()):
        if stratum.startswith(scope) and stratum.partition("|")[2] in CLAIMED:
            yield doors, answered[stratum], confirmed[stratum]


def _at_least(strata: Sequence[Counts]) -> float:
    """1 − the share denied at most: a denial more, of the largest weight, than there were (Fay and Feuer 1997)."""
    joined = _joined(strata)
    if all(doors == answered for doors, answered, _ in joined):
        return sum(confirmed for *_, confirmed in joined) / sum(doors for doors, *_ in joined)
    total = sum(doors for doors, *_ in joined)
    denials = [(doors / total / answered, answered - confirmed) for doors, answered, confirmed in joined]
    denials.append((max(weight for weight, _ in denials), 1))
    mean = sum(weight * n for weight, n in denials)
    variance = sum(weight**2 * n for weight, n in denials)
    cases = mean**2 / variance
    return 1 - float(beta.ppf(0.95, cases, mean / variance - cases + 1))


def _joined(strata: Sequence[Counts]) -> list[Counts]:
    """Where fewer than two answered, with the next; the last ones with the one before."""
    joined: list[list[int]] = []
    waiting = [0, 0, 0]
    for stratum in strata:
        waiting = [a + b for a, b in zip(waiting, stratum, strict=True)]
        if waiting[1] >= 2:
            joined.append(waiting)
            waiting = [0, 0, 0]
    if joined:
        joined[-1] = [a + b for a, b in zip(joined[-1], waiting, strict=True)]
    return [(doors, answered, confirmed) for doors, answered, confirmed in joined]


def _invented(supervision: Supervision, recount: Recount, scope: str) -> int:
    doors = recount.register.dwellings
    claimed = (ref for ref, attempts in recount.register.attempts.items() if settling.settle(attempts) == "visited")
    return sum(supervision.invented(ref) for ref in claimed if ref in doors and doors[ref].grid.startswith(scope))


def _rounded(share: float) -> float:
    """In thousandths of a percent: both ways of reckoning agree far closer than that."""
    return math.floor(share * 1e5 + 0.5) / 1e5
