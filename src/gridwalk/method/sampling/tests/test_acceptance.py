"""When a community is suspected: Wald's own example, every path of a small rule, and the published table."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method.sampling import acceptance
from gridwalk.method.sampling.acceptance import Verdict


def test_the_boundaries_are_those_of_walds_example() -> None:
    # A. Wald, Sequential Analysis (1947), §5.3: shares of 0.1 and 0.3, errors of 0.02 and 0.03. The lines of acceptance
    # and rejection have the slope 0.186, their intercepts are −2.58 and 2.88.
    rule = acceptance.rule((0.3 - 0.1) / (1 - 0.1), honest=0.1, n_communities=1, false_alarm=0.02, power=0.97, cap=1000)
    assert rule.inventing == pytest.approx(0.3)
    slope = math.log(0.9 / 0.7) / (math.log(3) + math.log(0.9 / 0.7))
    assert round(slope, 3) == 0.186
    for n_checks in (20, 30, 40):
        rejected, accepted = math.ceil(2.88 + slope * n_checks), math.floor(-2.58 + slope * n_checks)
        assert rule.verdict(n_checks, rejected) is Verdict.SUSPECT
        assert rule.verdict(n_checks, rejected - 1) is Verdict.GO_ON
        assert rule.verdict(n_checks, accepted) is Verdict.ACCEPTED
        assert rule.verdict(n_checks, accepted + 1) is Verdict.GO_ON


def test_a_course_is_the_sum_of_all_its_paths() -> None:
    rule = acceptance.rule(0.5, honest=0.1, n_communities=1, false_alarm=0.2, power=0.8, cap=9)
    for denied in (0.1, 0.3, 0.55):
        suspect = n_checks = 0.0
        for answers in itertools.product((True, False), repeat=rule.cap):
            chance = math.prod(denied if answer else 1 - denied for answer in answers)
            verdicts = (rule.verdict(n, sum(answers[:n])) for n in range(1, rule.cap + 1))
            n, verdict = next((n, verdict) for n, verdict in enumerate(verdicts, 1) if verdict is not Verdict.GO_ON)
            n_checks += chance * n
            suspect += chance * (verdict is Verdict.SUSPECT)
        course = rule.course(denied)
        assert (course.suspect, course.n_checks) == pytest.approx((suspect, n_checks)), denied


def test_one_denial_alone_never_makes_a_community_suspect() -> None:
    for honest, invented, n_communities in ((0.03, 0.1, 9), (0.01, 0.2, 1), (0.001, 0.2, 9)):
        rule = acceptance.rule(invented, honest=honest, n_communities=n_communities)
        assert rule.verdict(1, 1) is Verdict.GO_ON
        assert rule.verdict(2, 2) in (Verdict.GO_ON, Verdict.SUSPECT)
        assert rule.verdict(200, 1) is Verdict.ACCEPTED
    with pytest.raises(ValueError, match="needed"):
        rule.verdict(1, 2)


# docs/algorithms/sampling.md: honest, invented → checks of an honest and of an inventing community, caught, false
# alarms
TABLE = {
    (0.01, 0.05): (88.5, 88.9, 0.929, 0.046),
    (0.01, 0.10): (37.8, 33.8, 0.953, 0.023),
    (0.01, 0.20): (16.3, 12.9, 0.957, 0.022),
    (0.02, 0.05): (108.1, 120.5, 0.821, 0.036),
    (0.02, 0.10): (44.7, 46.4, 0.953, 0.029),
    (0.02, 0.20): (18.2, 16.7, 0.957, 0.023),
    (0.03, 0.05): (124.1, 143.1, 0.717, 0.037),
    (0.03, 0.10): (51.2, 57.5, 0.953, 0.040),
    (0.03, 0.20): (19.8, 19.6, 0.956, 0.029),
}


@pytest.mark.parametrize(("honest", "invented"), TABLE)
def test_the_table_of_checks_caught_and_false_alarms_is_kept(honest: float, invented: float) -> None:
    rule = acceptance.rule(invented, honest=honest)
    honest_course, course = rule.course(honest), rule.course(acceptance.denied(honest, invented))
    of_street = 1 - (1 - honest_course.suspect) ** 9
    checks, inventing_checks, caught, false_alarms = TABLE[honest, invented]
    assert (honest_course.n_checks, course.n_checks) == pytest.approx((checks, inventing_checks), abs=0.06)
    assert (course.suspect, of_street) == pytest.approx((caught, false_alarms), abs=6e-4)
    assert of_street <= 0.05
    assert caught >= 0.95 or invented == 0.05


@given(st.floats(0.001, 0.2), st.floats(0.02, 0.5), st.integers(1, 60), st.integers(1, 20))
def test_false_alarms_stay_as_rare_as_was_asked_for(
    honest: float, invented: float, cap: int, n_communities: int
) -> None:
    rule = acceptance.rule(invented, honest=honest, cap=cap, n_communities=n_communities)
    suspect = rule.course(honest).suspect
    assert 1 - (1 - suspect) ** n_communities <= 0.05 + 1e-9


@pytest.mark.parametrize("shares", [(0.0, 0.03), (0.1, 0.0), (1.0, 0.03), (0.1, 1.0)])
def test_it_refuses_shares_that_tell_nothing_apart(shares: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        acceptance.rule(shares[0], honest=shares[1])
