"""The counts by grid that are kept with a document, and what is added up from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridwalk.indicators.disclosures import Counts
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import rules
from gridwalk.reports.figures import Value
from gridwalk.reports.models import Document

Kept = dict[str, dict[str, list[Any]]]


def of_counts(counts: Counts, grids: Sequence[str]) -> Kept:
    """The pairs of these grids with their parts, by indicator; what is (0, 0) is missing."""
    return {
        code: {grid: [pairs[grid].n, pairs[grid].d, dict(pairs[grid].parts)] for grid in grids if pairs[grid].d}
        for code, pairs in counts.by_indicator.items()
    }


def of_numbers(numbers: Mapping[str, int]) -> dict[str, list[Any]]:
    """Numbers by area, kept as pairs without a denominator."""
    return {area: [n, 0, {}] for area, n in sorted(numbers.items()) if n}


def areas(document: Document, counted: str, scope: str = "") -> list[str]:
    """The grids or communities inside a scope of which something was kept."""
    return [area for area in document.counts.get(counted, {}) if area.startswith(scope)]


def figure(document: Document, counted: str, scope: str = "") -> Figure:
    """The sum of what was kept inside a scope; with no scope, of all."""
    kept = document.counts.get(counted, {})
    return total(kept[area] for area in areas(document, counted, scope))


def total(kept: Iterable[Sequence[Any]]) -> Figure:
    """The sum of kept pairs."""
    return sum((Figure(n, d, tuple(sorted(parts.items()))) for n, d, parts in kept), Figure())


def part(pair: Figure, name: str) -> Value | None:
    """Numerator, denominator, percentage or another part of a pair; None where it is not told."""
    if name == "remaining":
        explained = pair.told("explained")
        return None if explained is None else pair.gap - explained
    return of_pair(pair, name) if name in PAIR else pair.told(name)


def of_pair(pair: Figure, name: str) -> Value:
    """A part that every pair has."""
    values: dict[str, Value] = {"n": pair.n, "d": pair.d, "gap": pair.gap, "percent": rules.percent(pair.n, pair.d)}
    return values[name]


PAIR = {"n": "已完成", "d": "应完成", "percent": "百分比", "gap": "未完成"}
PARTS = {**PAIR, "explained": "已登记原因", "remaining": "待走访"}
"""Parts of a pair, with their words."""
