"""Kinds of problems for a meeting: how many cases of a check wait, of five and more; never a case.

Who may read a case is one question, what a number of cases tells another. A number at the street may bound a count that
the plan of suppression withholds; so it is told only where that plan shows the count (docs/algorithms/suppression.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gridwalk.bench.queries.decisions import OpenCase
from gridwalk.bench.rules import CHECKS, RECORDS
from gridwalk.indicators.rules import SMALLEST_CELL
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import rules
from gridwalk.reports.figures import Figures, same
from gridwalk.reports.models import Document

Content = dict[str, Any]
COMPLEMENTS = frozenset({"no_home"})
"""Checks whose cases are what an indicator under the plan of suppression lacks: persons without a home, of linkage."""
OF_RECORDS = tuple(
    code for code, check in RECORDS.items() if not check.tells_use and not check.tells_home and code not in COMPLEMENTS
)
BOUNDS: Mapping[str, str] = {
    "met_nobody": "dwellings_resolved",
    "phone_without_number": "in_person",
    "unchanged_but_doubted": "",
    "phone_for_many": "in_person",
    "stairwell_alike": "",
    "unchanged_then_corrected": "",
    "sizes_alike": "",
    "birthdays_alike": "",
}
"""Online checks → the protected count that the number of their cases bounds (``indicators.protected``), if any. A door
where nobody is linked is not resolved. One that was verified by telephone was not met in person. What is missing speaks
of vacancy, whose counts nobody reads who sees counts only.
"""
COUNTED = (*OF_RECORDS, *BOUNDS)


def told(shown: Mapping[str, Figure | None]) -> tuple[str, ...]:
    """The checks whose cases may be counted beside these figures of the same area, in the order of the checks."""
    visits = shown["visits"]
    plan = {
        "": True,
        "dwellings_resolved": shown["dwellings_resolved"] is not None,
        "in_person": visits is not None and visits.told("in_person") is not None,
    }
    return (*OF_RECORDS, *(code for code, bound in BOUNDS.items() if plan[bound]))


def kinds(
    figures: Figures, street: str, cases: Sequence[OpenCase], codes: Sequence[str], last: Document | None
) -> Iterator[Content]:
    """Kinds with five cases and more, with their change since the last pack; no case, and no sum of the rest.

    In how many communities they are is not said of a check that bounds a count: it would bound theirs.
    """
    counted: Counter[str] = Counter()
    communities: defaultdict[str, set[str]] = defaultdict(set)
    for waiting in cases:
        counted[waiting.case.check] += 1
        communities[waiting.case.check].add(waiting.case.lead.grid[:12])
    for code in codes:
        if counted[code] < SMALLEST_CELL:
            continue
        check, about = CHECKS[code], {"check": code, "scope": street}
        n = figures.add(f"{check.label}：件数", counted[code], "checks", unit="件", part="n", **about)
        line: Content = {"label": check.label, "todo": check.todo, "n": n, "communities": None}
        if not BOUNDS.get(code):
            line["communities"] = figures.add(
                f"{check.label}：社区数", len(communities[code]), "checks", unit="个社区", part="communities", **about
            )
        before = same(last, "checks", {"part": "n", **about})
        if before is not None and isinstance(before.value, int):
            change = rules.signed(counted[code] - before.value)
            line["change"] = figures.add(
                f"{check.label}：比上次", change, "change", unit="件", of=n["id"], since=before.id
            )
        yield line
