"""Outcomes as they are declared, why a door is left, and the cheapest next step."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

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
    Settles.LATER: {"remaining"},
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
        "agreed": Door(state="remaining", outcome="postponed", n_visits=1, revisit_at=AGREED),
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


KNOCKED = Door(state="remaining", outcome="no_answer", bands=("morning",), n_visits=1)
ONE_BAND_LEFT = dataclasses.replace(KNOCKED, bands=("afternoon", "evening", "morning"), n_visits=3)
CAPPED = dataclasses.replace(KNOCKED, n_visits=6, has_phone=True)


@pytest.mark.parametrize(
    ("door", "code", "sentence"),
    [
        (Door(state="remaining"), "walk", "顺路走"),
        (Door(state="remaining", answered=frozenset({"weekend"})), "weekend", "周末见到过人"),
        (KNOCKED, "evening", "晚间还没试过"),
        (dataclasses.replace(KNOCKED, has_phone=True), "evening", "晚间还没试过"),
        (dataclasses.replace(KNOCKED, bands=("evening", "morning")), "weekend", "周末还没试过"),
        (dataclasses.replace(KNOCKED, answered=frozenset({"morning", "weekend"})), "weekend", "周末见到过人"),
        (ONE_BAND_LEFT, "weekend", "周末还没试过"),
        (dataclasses.replace(ONE_BAND_LEFT, has_phone=True), "call", "三个时段都没人，登记有号码"),
        (dataclasses.replace(KNOCKED, bands=tuple(steps.BAND_WORDS)), "walk", "四个时段都试过，换一天再去"),
        (CAPPED, "call", "上门次数到顶了，登记有号码"),
        (dataclasses.replace(CAPPED, has_phone=False), "letter", "上门次数到顶了，留信不再上门"),
        (dataclasses.replace(CAPPED, max_visits=8), "evening", "晚间还没试过"),
        (dataclasses.replace(KNOCKED, outcome="vacant_confirmed"), "second_source", "问物业或邻居，任一证实即可"),
        (dataclasses.replace(KNOCKED, outcome="phone", has_phone=True), "walk", "打过电话，还没敲过门"),
        (Door(state="pending", outcome="moved_away", n_visits=1), "recheck", "另一人复核后生效"),
        (Door(state="remaining", has_difference=True), "decide", "有差异，先定了再走"),
    ],
)
def test_the_next_step_is_the_cheapest_that_can_settle_the_door(door: Door, code: str, sentence: str) -> None:
    step = steps.next_step(door)
    assert (step.code, step.sentence) == (code, sentence)


def test_an_appointment_stands_until_its_day_is_over_and_never_after_a_refusal() -> None:
    agreed = dataclasses.replace(KNOCKED, outcome="postponed", revisit_at=AGREED)
    assert (steps.next_step(agreed).sentence, steps.tab(agreed)) == ("11月4日 19:00 去，居民约好的", "agreed")
    chosen = dataclasses.replace(KNOCKED, revisit_at=AGREED)
    assert (steps.next_step(chosen).sentence, steps.tab(chosen)) == ("打算 11月4日 19:00 再去", "tried")
    days = [AGREED.date() + dt.timedelta(days=n) for n in (-1, 0, 1)]
    assert [steps.keeps(AGREED, day) for day in days] == [True, True, False]
    missed = dataclasses.replace(KNOCKED, outcome="postponed", missed_on=AGREED.date())
    assert steps.next_step(missed).sentence == "约在11月4日，没去成；晚间还没试过"
    refused = Door(state="explained", outcome="refused", n_visits=2, revisit_at=AGREED, missed_on=AGREED.date())
    assert (steps.next_step(refused).code, steps.tab(refused)) == ("letter", "refused")
