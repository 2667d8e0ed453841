"""When a door is settled: domain.md §2, rate 1, with cases worked by hand and the definition taken literally."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.visits import rules
from gridwalk.visits.outcomes import AWAITING_RECHECK, OUTCOMES
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
        ([Attempt("moved_away", at(0), recheck="confirmed")], "visited"),
        ([Attempt("moved_away", at(0), recheck="rejected")], "remaining"),
        (
            [Attempt("no_answer", at(0)), Attempt("not_found", at(1), recheck="rejected"), Attempt("phone", at(2))],
            "visited",
        ),
        ([Attempt("not_found", at(0), recheck="rejected"), Attempt("not_found", at(3))], "pending"),
    ],
)
def test_it_settles_as_the_definition_says(attempts: list[Attempt], state: str) -> None:
    assert rules.settle(attempts).state == state


def test_it_says_since_when() -> None:
    absent = [Attempt("no_answer", at(n, 10 + 3 * n)) for n in range(4)]
    assert rules.settle(absent).at == absent[2].at
    assert rules.settle([Attempt("refused", at(4)), Attempt("refused", at(1))]).at == at(1)
    assert rules.settle([Attempt("met", at(4)), Attempt("met", at(1)), Attempt("no_answer", at(0))]).at == at(1)
    assert rules.settle([Attempt("no_answer", at(0)), Attempt("met", at(2)), Attempt("phone", at(1))]) == rules.Settled(
        "visited", "phone", at(1), True
    )


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
        outcome=st.sampled_from(sorted(OUTCOMES)),
        at=st.integers(0, 14 * 24).map(lambda h: MONDAY + dt.timedelta(hours=h)),
        worker=st.sampled_from(["a", "b"]),
        second_source=st.sampled_from(["", "neighbour", "other_worker"]),
        recheck=st.sampled_from(["", "", "confirmed", "rejected"]),
    ).map(lambda a: a if a.outcome in AWAITING_RECHECK else dataclasses.replace(a, recheck="")),
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


def literal(attempts: list[Attempt]) -> str:
    """domain.md §2, rate 1, sentence by sentence."""
    standing = [a for a in attempts if a.recheck != "rejected"]

    def earlier(a: Attempt) -> list[Attempt]:
        return [b for b in standing if b.at < a.at]

    met = any(a.outcome == "met" for a in standing)
    by_phone_after_a_failed_knock = any(
        a.outcome == "phone" and any(b.outcome in ("no_answer", "postponed", "refused") for b in earlier(a))
        for a in standing
    )
    vacant_by_a_second_source = any(
        a.outcome == "vacant_confirmed"
        and (
            a.second_source in ("property_office", "neighbour", "owner_phone")
            or (
                a.second_source == "other_worker"
                and any(b.worker != a.worker and a.at - b.at >= dt.timedelta(days=7) for b in earlier(a))
            )
        )
        for a in standing
    )
    gone = [a for a in standing if a.outcome in ("moved_away", "not_found")]
    if met or by_phone_after_a_failed_knock or vacant_by_a_second_source or any(a.recheck for a in gone):
        return "visited"
    if gone:
        return "pending"
    absent = [a for a in standing if a.outcome == "no_answer"]
    often = len({a.at.date() for a in absent}) >= 3 and len({rules.band_of(a.at) for a in absent}) >= 2
    return "explained" if often or any(a.outcome == "refused" for a in standing) else "remaining"


@given(attempts_)
def test_it_equals_the_definition_taken_literally(attempts: list[Attempt]) -> None:
    assert rules.settle(attempts).state == literal(attempts)


@given(attempts_)
def test_met_in_person_is_said_only_of_the_visited(attempts: list[Attempt]) -> None:
    settled = rules.settle(attempts)
    assert settled.met_in_person == (settled.state == "visited" and any(a.outcome == "met" for a in attempts))
