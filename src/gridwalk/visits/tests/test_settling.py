"""When a door is settled: domain.md §2, rate 1, with cases worked by hand and the definition taken literally."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.visits import rules
from gridwalk.visits.rules import LOCAL, Attempt

MONDAY = dt.datetime(2026, 11, 2, 10, 0, tzinfo=LOCAL)


def at(days: int, hour: int = 10) -> dt.datetime:
    return MONDAY.replace(hour=hour) + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("attempts", "state"),
    [
        ([], "remaining"),
        ([Attempt("met", at(0))], "visited"),
        ([Attempt("phone", at(0))], "remaining"),
        ([Attempt("no_answer", at(0)), Attempt("phone", at(1))], "visited"),
        ([Attempt("phone", at(0)), Attempt("no_answer", at(1))], "remaining"),
        ([Attempt("vacant_confirmed", at(0))], "remaining"),
        ([Attempt("vacant_confirmed", at(0), "a", "neighbour")], "visited"),
        ([Attempt("no_answer", at(0), "a"), Attempt("vacant_confirmed", at(6), "b", "other_worker")], "remaining"),
        ([Attempt("no_answer", at(0), "a"), Attempt("vacant_confirmed", at(7), "b", "other_worker")], "visited"),
        ([Attempt("no_answer", at(0), "a"), Attempt("vacant_confirmed", at(7), "a", "other_worker")], "remaining"),
        ([Attempt("no_answer", at(0)), Attempt("no_answer", at(1)), Attempt("no_answer", at(2))], "remaining"),
        ([Attempt("no_answer", at(0)), Attempt("no_answer", at(1)), Attempt("no_answer", at(2, 19))], "explained"),
        ([Attempt("no_answer", at(0)), Attempt("no_answer", at(0, 15)), Attempt("no_answer", at(1, 19))], "remaining"),
        ([Attempt("refused", at(0))], "explained"),
        ([Attempt("refused", at(0)), Attempt("met", at(3))], "visited"),
        ([Attempt("moved_away", at(0))], "pending"),
        ([Attempt("refused", at(0)), Attempt("not_found", at(3))], "pending"),
    ],
)  # fmt: skip
def test_it_settles_as_the_definition_says(attempts: list[Attempt], state: str) -> None:
    assert rules.settle(attempts).state == state


def test_bands_follow_the_wall_clock_of_the_street() -> None:
    assert [rules.band_of(at(0, h)) for h in (9, 11, 12, 17, 18, 20)] == [
        "morning",
        "morning",
        "afternoon",
        "afternoon",
        "evening",
        "evening",
    ]
    assert rules.band_of(at(5, 10)) == "weekend"
    assert rules.band_of(dt.datetime(2026, 11, 2, 11, 30, tzinfo=dt.UTC)) == "evening"


def test_quiet_hours_include_half_past_eight_and_end_at_nine() -> None:
    quiet = (dt.time(20, 30), dt.time(9, 0))
    assert rules.is_quiet(at(0, 8), *quiet)
    assert rules.is_quiet(MONDAY.replace(hour=20, minute=30), *quiet)
    assert not rules.is_quiet(MONDAY.replace(hour=20, minute=29), *quiet)
    assert not rules.is_quiet(at(0, 9), *quiet)


attempts_ = st.lists(
    st.builds(
        Attempt,
        outcome=st.sampled_from(sorted(rules.OUTCOMES)),
        at=st.integers(0, 14 * 24).map(lambda h: MONDAY + dt.timedelta(hours=h)),
        worker=st.sampled_from(["a", "b"]),
        second_source=st.sampled_from(["", "neighbour", "other_worker"]),
    ),
    max_size=7,
    unique_by=lambda a: a.at,
)


@given(attempts_, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(attempts: list[Attempt], random: object) -> None:
    shuffled = list(attempts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert rules.settle(attempts) == rules.settle(shuffled)


@given(attempts_, attempts_)
def test_more_attempts_never_unsettle_a_visited_door(first: list[Attempt], later: list[Attempt]) -> None:
    if rules.settle(first).state == "visited":
        assert rules.settle([*first, *later]).state == "visited"
