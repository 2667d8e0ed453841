"""The doors no register has, bounded from stairwells listed anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method.sampling import missed
from gridwalk.method.sampling.missed import Listing

listings = st.lists(
    st.builds(Listing, st.integers(1, 60), st.integers(0, 20), st.integers(1, 2)), min_size=1, max_size=30
)


def test_nothing_missed_in_three_hundred_doors_leaves_a_bound_of_twice_a_simple_samples() -> None:
    bound = missed.bound([Listing(6, 0)] * 50)
    assert bound is not None
    # 300 doors, design effect 2; 50 stairwells: (1.6766 / 1.6449)² from tables of Student's and the normal distribution
    n = 300 / 2 / (1.6766 / 1.6449) ** 2
    assert bound.at_most == pytest.approx(1 - 0.05 ** (1 / n), rel=1e-3)
    assert (bound.share, bound.interval, bound.n_listed, bound.design_effect) == (0, None, 300, 2)


def test_the_share_is_the_mean_ratio_of_missed_to_registered_doors() -> None:
    bound = missed.bound([Listing(10, 1), Listing(20, 0, hits=3)])
    assert bound is not None
    assert bound.share == pytest.approx((0.1 / 4) / (1 + 0.1 / 4))
    assert (bound.n_listed, bound.n_missed, bound.interval) == (31, 1, None)


def test_ten_missed_doors_have_a_two_sided_interval_and_nine_only_an_upper_bound() -> None:
    ten, nine = ([Listing(20, 1)] * n + [Listing(20, 0)] * (60 - n) for n in (10, 9))
    with_interval, without = missed.bound(ten), missed.bound(nine)
    assert with_interval is not None and without is not None
    assert with_interval.interval is not None and without.interval is None
    low, high = with_interval.interval
    assert 0 < low < with_interval.share < with_interval.at_most < high
    # 21 doors a stairwell where one is missed, 20 elsewhere: 1 + (m − 1)/10
    mean = (10 * 21**2 + 50 * 20**2) / 1210
    assert with_interval.design_effect == pytest.approx(1 + (mean - 1) / 10)


def test_stairwells_that_are_more_alike_than_was_taken_for_granted_widen_the_bound() -> None:
    even, heaped = [Listing(20, 1)] * 40, [Listing(20, 40)] + [Listing(20, 0)] * 39
    even_bound, heaped_bound = missed.bound(even), missed.bound(heaped)
    assert even_bound is not None and heaped_bound is not None
    assert even_bound.n_missed == heaped_bound.n_missed
    assert heaped_bound.design_effect > 5 * even_bound.design_effect
    assert heaped_bound.at_most > 2 * even_bound.at_most


def test_one_stairwell_says_nothing_and_each_clean_one_more_lowers_the_bound() -> None:
    assert missed.bound([]) is None
    assert missed.bound([Listing(12, 0)]) is None
    bounds = [missed.bound([Listing(12, 0)] * n) for n in range(2, 12)]
    at_most = [bound.at_most for bound in bounds if bound is not None]
    assert len(at_most) == 10 and at_most == sorted(at_most, reverse=True) and at_most[0] > 0.9
    for wrong in ((0, 1, 1), (1, -1, 1), (1, 0, 0)):
        with pytest.raises(ValueError, match="needed"):
            Listing(*wrong)


@given(listings)
def test_the_bound_lies_above_the_share(listings: list[Listing]) -> None:
    bound = missed.bound(listings)
    if bound is None:
        assert sum(listing.hits for listing in listings) < missed.FEWEST
        return
    assert 0 <= bound.share <= bound.at_most <= 1
    assert bound.design_effect >= missed.LEAST_EFFECT
    assert (bound.interval is None) == (bound.n_missed < missed.ENOUGH)
