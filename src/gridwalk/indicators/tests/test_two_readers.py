"""Two who read counts at one moment: what one of them was shown is remembered by the plan of the other."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.indicators import disclosures, rules
from gridwalk.indicators.models import Disclosure
from gridwalk.indicators.protected import PROTECTED
from gridwalk.indicators.tallies import Figure
from gridwalk.registry.tests.street import GRID, NEXT_GRID
from tests.harness.locks import before_locking

TODAY = dt.date(2026, 10, 13)
TREE = rules.tree([GRID, NEXT_GRID])


def _read(n_of_grid: int) -> None:
    """Somebody who sees counts only reads, while so many of a grid's hundred are linked, and fifty of the next."""
    by_grid = {GRID: Figure(n_of_grid, 100), NEXT_GRID: Figure(50, 100)}
    disclosures._plans((), TODAY, TREE, {kind.indicator: by_grid for kind in PROTECTED.values()})


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_connections")
@pytest.mark.parametrize("days", [[], [1], [1, 2]])
def test_what_another_was_shown_while_one_waited_is_remembered(days: list[int]) -> None:
    for day in days:
        Disclosure.objects.create(kind="", on=TODAY - dt.timedelta(days=day), key="", plans={}, values={})
    if not days:
        _read(49)  # who reads first of all has no row to wait for: the first is made before it is read
    with before_locking("indicators_disclosure", lambda: _read(50)):
        _read(1)
    kept = Disclosure.objects.get(kind="", on=TODAY)
    assert GRID in kept.plans["linkage"]["withheld"], "one of a hundred is told to nobody"
    assert {GRID, NEXT_GRID} <= set(kept.plans["linkage"]["shown"]), "the other one saw them"
    assert Disclosure.objects.count() == len(days) + 1
