"""Intervals of a share, against published tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method import intervals

# R. G. Newcombe, Statistics in Medicine 17 (1998), table I: k of n, Wilson score (method 3), Clopper–Pearson exact
# (method 5)
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize(("k", "n", "wilson", "exact"), NEWCOMBE)
def test_both_intervals_are_those_of_the_published_table(
    k: int, n: int, wilson: tuple[float, float], exact: tuple[float, float]
) -> None:
    assert intervals.wilson(n, k) == pytest.approx(wilson, abs=5e-5)
    assert intervals.clopper_pearson(n, k) == pytest.approx(exact, abs=5e-5)


def test_fifty_nine_right_ones_of_fifty_nine_prove_ninety_five_percent_and_fifty_eight_do_not() -> None:
    assert intervals.lower_bound(59, 59) == pytest.approx(0.05 ** (1 / 59))
    assert intervals.lower_bound(59, 59) >= 0.95 > intervals.lower_bound(58, 58)
    assert intervals.lower_bound(59, 0) == 0


@pytest.mark.parametrize(("n", "k", "confidence"), [(0, 0, 0.95), (10, 11, 0.95), (10, -1, 0.95), (10, 5, 1.0)])
def test_it_refuses_counts_that_cannot_be(n: int, k: int, confidence: float) -> None:
    for function in (intervals.wilson, intervals.clopper_pearson, intervals.lower_bound):
        with pytest.raises(ValueError, match="needed"):
            function(n, k, confidence)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_an_interval_holds_the_share_and_mirrors_its_complement(case: tuple[int, int]) -> None:
    n, k = case
    for function in (intervals.wilson, intervals.clopper_pearson):
        low, high = function(n, k)
        assert 0 <= low <= k / n + 1e-12 and k / n - 1e-12 <= high <= 1
        assert (1 - high, 1 - low) == pytest.approx(function(n, n - k), abs=1e-9)
    assert intervals.clopper_pearson(n, k)[0] <= intervals.lower_bound(n, k) <= k / n + 1e-12
