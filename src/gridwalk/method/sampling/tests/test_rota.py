"""Which community checks which."""

from __future__ import annotations

import itertools

import pytest

from gridwalk.method.sampling import rota


def test_five_communities_have_two_rounds_and_six_have_three() -> None:
    assert rota.season(5) == [[1, 2, 3, 4, 0], [2, 3, 4, 0, 1]]
    # the third goes round 3, 0, 4, 1, 5, 2 against the walk: 0 is opposite 3, 1 opposite 4, 2 opposite 5
    assert rota.season(6) == [[1, 2, 3, 4, 5, 0], [2, 3, 4, 5, 0, 1], [3, 4, 5, 2, 0, 1]]


@pytest.mark.parametrize("n", range(3, 41))
def test_nobody_checks_itself_no_two_check_each_other_and_every_two_meet(n: int) -> None:
    rounds = rota.season(n)
    met: set[frozenset[int]] = set()
    for checked in rounds:
        assert sorted(checked) == list(range(n)), "each is checked once"
        assert all(checked[place] != place for place in range(n))
        assert all(checked[checked[place]] != place for place in range(n))
        met |= {frozenset((place, checked[place])) for place in range(n)}
    assert len(met) == n * (n - 1) // 2
    assert len(rounds) == n // 2


@pytest.mark.parametrize("n", [3, 5, *range(7, 41)])
def test_who_was_checked_by_a_community_does_not_check_it_in_the_next_round(n: int) -> None:
    rounds = rota.season(n)
    for before, after in itertools.pairwise([*rounds, rounds[0]]):
        assert all(after[before[place]] != place for place in range(n))


def test_with_four_or_six_communities_it_cannot_always_be_so() -> None:
    turned = {
        n: sum(
            after[before[place]] == place
            for before, after in itertools.pairwise([*rota.season(n), rota.season(n)[0]])
            for place in range(n)
        )
        for n in (4, 6)
    }
    assert turned == {4: 2, 6: 1}


def test_with_two_communities_the_street_checks_both() -> None:
    assert rota.season(2) == rota.season(1) == []
    with pytest.raises(ValueError, match="at least 3"):
        rota.checked_by(2, 0)


def test_a_stored_number_says_the_round_and_seasons_follow_one_another() -> None:
    assert [rota.checked_by(5, stored) for stored in range(3)] == [*rota.season(5), rota.season(5)[0]]
