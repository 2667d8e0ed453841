"""What doors prove of the people behind them."""

from __future__ import annotations

import random

import pytest

from gridwalk.method.sampling import clusters, estimates
from gridwalk.method.sampling.clusters import Cluster, Clusters
from gridwalk.method.sampling.estimates import Stratum


def test_with_one_unit_a_door_the_bound_is_that_of_doors() -> None:
    """72 answers without a denial prove 0.05^(1/72) = 95.9 %; with three denials Clopper and Pearson's bound stands."""
    whole = [Clusters(1000, [Cluster(1, 1)] * 72)]
    assert clusters.at_least(whole) == pytest.approx(0.05 ** (1 / 72))
    some = [Clusters(1000, [Cluster(1, 1)] * 69 + [Cluster(1, 0)] * 3)]
    assert clusters.at_least(some) == pytest.approx(estimates.at_least([Stratum(1000, 72, 72, 69)]))


def test_a_door_of_four_weighs_four_and_its_people_are_no_four_answers() -> None:
    """36 doors of two people prove what 36 doors prove, not 72 answers."""
    doors = [Clusters(1000, [Cluster(2, 2)] * 36)]
    assert clusters.at_least(doors) == pytest.approx(0.05 ** (1 / 36))
    uneven = [Clusters(20, [Cluster(4, 0)] + [Cluster(1, 1)] * 16)]
    assert clusters.at_least(uneven) == pytest.approx(16 / 20), "asked whole, a denial weighs as its people"


def test_who_did_not_answer_is_a_denial_and_a_confirmation_in_turn() -> None:
    stratum = Clusters(1000, [Cluster(1, 1)] * 40, [1] * 10)
    assert clusters.at_least([stratum.if_unanswered_denied]) < clusters.at_least([stratum])
    assert clusters.at_least([stratum.if_all_confirmed]) == pytest.approx(0.05 ** (1 / 50))


def test_what_was_asked_whole_has_no_bound_and_too_little_says_nothing() -> None:
    whole = [Clusters(6, [Cluster(2, 2), Cluster(3, 0), Cluster(1, 1)])]
    assert clusters.at_least(whole) == pytest.approx(0.5)
    assert clusters.at_least([Clusters(9, [Cluster(2, 2)])]) == 0.0 == clusters.at_least([])
    alone = [Clusters(50, [Cluster(1, 1)]), Clusters(50, [Cluster(1, 1)] * 3)]
    assert len(clusters.answered_twice(alone)) == 1, "a stratum of one answer joins its neighbour"
    for size, confirmed in ((0, 0), (2, 3), (2, -1)):
        with pytest.raises(ValueError):
            Cluster(size, confirmed)


@pytest.mark.parametrize("wrong", [0.02, 0.1])
def test_at_least_covers_ninety_five_in_a_hundred_where_large_households_are_wrong_more_often(wrong: float) -> None:
    """400 samples of 60 doors of 2,000, households of one to six; a door of five or six is wrong twice as often."""
    lots = random.Random(14)
    sizes = [lots.choice((1, 1, 2, 2, 3, 3, 4, 5, 6)) for _ in range(2000)]
    doors = [Cluster(size, size if lots.random() >= wrong * (2 if size > 4 else 1) else 0) for size in sizes]
    truth = sum(door.confirmed for door in doors) / sum(sizes)
    covered = sum(clusters.at_least([Clusters(sum(sizes), lots.sample(doors, 60))]) <= truth for _ in range(400))
    assert covered >= 0.95 * 400
