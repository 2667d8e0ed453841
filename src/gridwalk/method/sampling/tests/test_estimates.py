"""What a stratified sample proves, against published tables and cases worked by hand."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method.sampling import estimates
from gridwalk.method.sampling.estimates import Stratum
from gridwalk.method.tests.test_intervals import NEWCOMBE

# 10 of 100 doors asked, 8 confirmed; 20 of 300, 19 confirmed
TWO = [Stratum(100, 10, 10, 8), Stratum(300, 20, 20, 19)]

MANY = 10**9
"""So many doors that the sample is none of them."""


@st.composite
def a_stratum(draw: st.DrawFn) -> Stratum:
    population = draw(st.integers(2, 3000))
    drawn = draw(st.integers(2, min(population, 60)))
    answered = draw(st.integers(0, drawn))
    return Stratum(population, drawn, answered, draw(st.integers(0, answered)))


strata = st.lists(a_stratum(), min_size=1, max_size=9)


@pytest.mark.parametrize(("confirmed", "n", "exact"), [(k, n, exact) for k, n, _, exact in NEWCOMBE])
def test_one_stratum_has_the_exact_interval_of_the_published_table(
    confirmed: int, n: int, exact: tuple[float, float]
) -> None:
    stratum = Stratum(MANY, n, n, confirmed)
    denied = Stratum(MANY, n, n, n - confirmed)
    assert 1 - estimates.at_least([denied], 0.975) == pytest.approx(exact[1], abs=5e-5)
    assert estimates.at_least([stratum], 0.975) == pytest.approx(exact[0], abs=5e-5)


def test_seventy_two_checks_without_a_denial_prove_95_9_percent_and_no_sample_proves_all() -> None:
    assert estimates.at_least([Stratum(MANY, 72, 72, 72)]) == pytest.approx(0.05 ** (1 / 72))
    assert round(0.05 ** (1 / 72), 3) == 0.959
    some = Stratum(500, 80, 72, 70)
    assert estimates.at_least([some.if_all_confirmed]) == pytest.approx(0.05 ** (1 / 80))


def test_strata_weigh_as_their_doors_and_show_what_a_simple_sample_would_need() -> None:
    estimate = estimates.estimate(TWO)
    assert estimate is not None
    assert estimate.share == pytest.approx(0.25 * 0.8 + 0.75 * 0.95)
    variance = 0.25**2 * 0.9 * 0.16 / 9 + 0.75**2 * (14 / 15) * 0.0475 / 19
    assert estimate.effective == pytest.approx(0.9125 * 0.0875 / variance)
    assert estimate.design_effect == pytest.approx(30 / estimate.effective)
    assert (estimate.method, estimate.n, estimate.n_drawn, estimate.response) == ("exact", 30, 30, 1)


def test_the_exact_bound_is_that_of_one_denial_more_of_the_largest_weight() -> None:
    small, large = 0.25 / 10, 0.75 / 20
    assert large > small
    mean, variance = 2 * small + large + large, 2 * small**2 + large**2 + large**2
    size = mean / variance
    cases = mean * size
    highest = 1 - estimates.at_least(TWO)
    # The beta distribution with so many cases leaves 5 % above its bound: simulated by its integral, by hand.
    assert _beta_above(cases, size - cases + 1, highest) == pytest.approx(0.05, abs=1e-4)


def _beta_above(a: float, b: float, bound: float, steps: int = 20_000) -> float:
    """The part of a beta distribution above a bound, by the midpoint rule."""
    log = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    width = (1 - bound) / steps
    middles = (bound + (step + 0.5) * width for step in range(steps))
    return math.fsum(math.exp(log + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x)) * width for x in middles)


def test_enough_cases_have_wilsons_interval_and_fewer_the_exact_one() -> None:
    wide = estimates.estimate([Stratum(MANY, 263, 263, 81)])
    assert wide is not None and wide.method == "wilson"
    assert (wide.lowest, wide.highest) == pytest.approx(NEWCOMBE[0][2], abs=2e-3)  # Student's quantile is wider
    assert wide.lowest < NEWCOMBE[0][2][0] and wide.highest > NEWCOMBE[0][2][1]
    few = estimates.estimate([Stratum(MANY, 29, 29, 1)])
    assert few is not None and few.method == "exact"
    assert (few.lowest, few.highest) == pytest.approx(NEWCOMBE[3][3], abs=5e-5)


def test_a_community_asked_whole_has_no_interval_left() -> None:
    for whole in (Stratum(30, 30, 30, 28), Stratum(1000, 1000, 1000, 800)):
        share = whole.confirmed / whole.population
        estimate = estimates.estimate([whole])
        assert estimate is not None
        assert estimates.at_least([whole]) == pytest.approx(share)
        assert (estimate.lowest, estimate.highest) == pytest.approx((share, share))
    nearly = estimates.estimate([Stratum(1000, 999, 999, 800)])
    assert nearly is not None and nearly.highest - nearly.lowest < 0.003


def test_who_does_not_answer_is_not_replaced_and_may_be_counted_as_a_denial() -> None:
    answered = Stratum(400, 40, 36, 36)
    estimate = estimates.estimate([answered])
    assert estimate is not None and estimate.response == 0.9
    assert estimates.at_least([answered]) > estimates.at_least([answered.if_unanswered_denied])
    assert answered.if_unanswered_denied == Stratum(400, 40, 40, 36)


def test_a_stratum_with_fewer_than_two_answers_joins_its_neighbour() -> None:
    lonely, next_to = Stratum(40, 2, 1, 1), Stratum(160, 8, 8, 7)
    assert estimates.answered_twice([lonely, next_to]) == [Stratum(200, 10, 9, 8)]
    assert estimates.answered_twice([next_to, lonely]) == [Stratum(200, 10, 9, 8)]
    assert estimates.answered_twice([Stratum(0, 0, 0, 0), next_to]) == [next_to]
    assert estimates.answered_twice([lonely]) == []
    assert estimates.estimate([lonely]) is None
    assert estimates.at_least([lonely]) == 0


def test_verified_at_least_is_the_claimed_doors_times_what_is_confirmed_by_doors_due() -> None:
    sample = [Stratum(982, 72, 72, 72)]
    assert estimates.verified_at_least(982, 1000, sample) == pytest.approx(0.982 * 0.05 ** (1 / 72))
    with pytest.raises(ValueError, match="due"):
        estimates.verified_at_least(0, 0, sample)


@pytest.mark.parametrize("counts", [(10, 11, 5, 5), (10, 5, 6, 5), (10, 5, 4, 5), (10, 5, 4, -1)])
def test_it_refuses_counts_that_cannot_be(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="needed"):
        Stratum(*counts)


@given(strata)
def test_an_interval_holds_the_share_and_the_proof_lies_below_it(strata: list[Stratum]) -> None:
    estimate = estimates.estimate(strata)
    least = estimates.at_least(strata)
    undenied = [dataclasses.replace(stratum, confirmed=stratum.answered) for stratum in strata]
    assert least <= estimates.at_least(undenied) + 1e-9
    if estimate is None:
        assert least == 0
        return
    assert -1e-9 <= estimate.lowest <= estimate.share + 1e-9
    assert estimate.share <= estimate.highest + 1e-9 <= 1 + 2e-9
    assert least <= estimate.share + 1e-9
    assert estimate.effective > 0
