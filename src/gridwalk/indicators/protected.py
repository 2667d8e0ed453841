"""What of the figures is protected, and what is progress (domain.md, red line 5).

Progress is shown to the last one to everybody who sees counts. Care, refusals, vacancy, letting and linkage are planned
by ``rules.plan``, kind by kind. A figure that is declared in neither table fails in tests/house/test_rates.py.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from gridwalk.indicators.rules import Cell, Plan
from gridwalk.indicators.tallies import Figure


@dataclasses.dataclass(frozen=True, kw_only=True)
class Protected:
    """One kind of cell. ``cell``: count and complement in the figure of ``indicator``; ``part``: the part that it is.

    ``population_is_public``: both together are told anyhow, as progress. ``beside``: figures over the same population.
    """

    indicator: str
    cell: Callable[[Figure], Cell]
    part: str = ""
    population_is_public: bool = True
    beside: tuple[str, ...] = ()


def _attention(figure: Figure) -> Cell:
    """Care recipients, vacant and let dwellings. Key sites are progress: whoever knows theirs may take them off."""
    strands = ("care", "vacant", "let")
    met = sum(figure.part(f"{strand}.n") for strand in strands)
    return Cell(met, sum(figure.part(f"{strand}.d") for strand in strands) - met)


PROTECTED: Mapping[str, Protected] = {
    "explained": Protected(
        indicator="visits",
        part="explained",
        cell=lambda f: Cell(f.part("explained"), f.gap - f.part("explained")),
    ),
    "in_person": Protected(
        indicator="visits",
        part="in_person",
        cell=lambda f: Cell(f.part("in_person"), f.n - f.part("in_person")),
    ),
    "attention": Protected(indicator="attention", cell=_attention, population_is_public=False),
    "linkage": Protected(
        indicator="linkage",
        cell=lambda f: Cell(f.n, f.gap),
        population_is_public=False,
        beside=("persons_verified", "completeness", "freshness", "validity"),
    ),
    "dwellings_resolved": Protected(indicator="dwellings_resolved", cell=lambda f: Cell(f.n, f.gap)),
}
"""Refusals are told by *explained*, which holds them; vacancy by *in person*, which leaves calls and vacant doors."""

PROGRESS: Mapping[str, frozenset[str]] = {
    "visits": frozenset({"pending"}),
    "organizations": frozenset(),
    "sites": frozenset(),
    "persons_verified": frozenset(),
    "completeness": frozenset(),
    "freshness": frozenset(),
    "validity": frozenset(),
}
"""Indicators that are shown to the last one, each with the parts of which that holds as well."""

PUBLIC = frozenset({"visits", "organizations", "sites", "dwellings_resolved"})
"""Indicators of which anybody may know how many there are: doors, businesses and sites."""


def shown(figures: Mapping[str, Figure], areas: frozenset[str], plans: Mapping[str, Plan]) -> dict[str, Figure | None]:
    """The figures of ``areas`` together as who sees counts only gets them; None: withheld."""
    parts = {code: set(progress) for code, progress in PROGRESS.items()}
    gone: set[str] = set()
    for name, kind in PROTECTED.items():
        plan = plans[name]
        if not areas & plan.withheld:
            parts.setdefault(kind.indicator, set()).update({kind.part} - {""})
        elif not kind.part:
            gone.add(kind.indicator)
        if areas & plan.pooled:
            gone.update(kind.beside)
    return {code: None if code in gone else figure.with_parts(parts[code]) for code, figure in figures.items()}
