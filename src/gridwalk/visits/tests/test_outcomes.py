"""Outcomes as they are declared, why a door is left, and the cheapest next step."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from gridwalk.visits import outcomes, steps
from gridwalk.visits.outcomes import OUTCOMES, Settles
from gridwalk.visits.steps import Door

AGREED = dt.datetime(2026, 11, 4, 19, 0)  # noqa: DTZ001 the wall clock of the street
PHONE = Path(__file__).parents[4] / "web" / "phone" / "outcomes.json"
LEFT_BY = {
    Settles.AT_ONCE: set(),
    Settles.AFTER_A_KNOCK: {"remaining"},
    Settles.BY_SECOND_SOURCE: {"remaining"},
    Settles.AFTER_RECHECK: {"pending"},
    Settles.AS_EXPLAINED: {"explained"},
    Settles.WHEN_REPEATED: {"remaining", "explained"},
}
"""The states in which a door can stay with an outcome that settles so."""


def test_every_outcome_says_why_a_door_stays_and_what_a_report_advises() -> None:
    for code, outcome in OUTCOMES.items():
        assert set(outcome.gaps) == LEFT_BY[outcome.settles], code
        for gap in outcome.gaps.values():
            assert gap.tab in steps.TABS and gap.advice, code
        assert len(outcome.mark) == len(outcome.key) == 1
        assert bool(outcome.leaves) == (outcome.settles is Settles.AFTER_RECHECK), code
    assert len({outcome.key for outcome in OUTCOMES.values()}) == len(OUTCOMES)
    assert len({outcome.mark for outcome in OUTCOMES.values()}) == len(OUTCOMES)
    assert sorted(outcomes.CONTACTS) == ["met", "phone", "vacant_confirmed"]
    assert sorted(outcomes.FAILED) == ["no_answer", "refused"]
    assert sorted(outcomes.AWAITING_RECHECK) == ["moved_away", "not_found"]
    assert outcomes.KEYS["w"] == "no_answer"


def test_the_phone_has_the_outcomes_that_are_declared() -> None:
    assert PHONE.read_text("utf-8") == outcomes.on_phone()


def test_the_tab_of_a_door_says_why_it_is_left() -> None:
    tabs = {
        "untried": Door(state="remaining"),
        "agreed": Door(state="remaining", outcome="no_answer", n_visits=1, revisit_at=AGREED),
        "vacant_unproved": Door(state="remaining", outcome="vacant_confirmed", n_visits=1),
        "refused": Door(state="explained", outcome="refused", n_visits=1),
        "absent": Door(state="explained", outcome="no_answer", n_visits=3),
        "pending": Door(state="pending", outcome="not_found", n_visits=1),
    }
    assert {code: steps.tab(door) for code, door in tabs.items()} == {code: code for code in tabs}
    called, rejected = Door(state="remaining", outcome="phone", n_visits=1), Door(state="remaining", n_visits=1)
    assert steps.tab(called) == steps.tab(rejected) == "tried"
    assert outcomes.gap("remaining", "phone").reason == "只打过电话，还没上过门"
    assert outcomes.gap("remaining", "").reason == "还没去"
    assert outcomes.gap("remaining", "met").reason == "去过，没办成"


def test_the_next_step_is_the_cheapest_that_can_settle_the_door() -> None:
    doors = {
        "walk": Door(state="remaining"),
        "call": Door(state="remaining", outcome="no_answer", bands=("morning",), n_visits=1, has_phone=True),
        "evening": Door(state="remaining", outcome="no_answer", bands=("morning",), n_visits=1),
        "weekend": Door(state="remaining", outcome="no_answer", bands=("morning", "evening"), n_visits=2),
        "second_source": Door(state="remaining", outcome="vacant_confirmed", bands=("morning",), n_visits=1),
        "letter": Door(state="explained", outcome="refused", bands=("morning",), n_visits=1),
        "recheck": Door(state="pending", outcome="moved_away", bands=("morning",), n_visits=1),
        "decide": Door(state="remaining", has_difference=True),
        "agreed": Door(
            state="remaining", outcome="no_answer", bands=("morning",), n_visits=1, has_phone=True, revisit_at=AGREED
        ),
    }
    assert {code: steps.next_step(door).code for code, door in doors.items()} == {code: code for code in doors}


def test_a_call_before_any_knock_is_followed_by_a_knock_not_by_another_call() -> None:
    assert (
        steps.next_step(Door(state="remaining", outcome="phone", bands=("morning",), n_visits=1, has_phone=True)).button
        == "加入今日"
    )


def test_an_agreed_visit_says_its_day_and_hour() -> None:
    assert steps.next_step(Door(state="remaining", revisit_at=AGREED)).sentence == "11月4日 19:00 去，居民约好的"
    assert steps.tab(Door(state="remaining", revisit_at=AGREED)) == "agreed"
