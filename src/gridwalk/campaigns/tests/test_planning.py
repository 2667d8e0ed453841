"""Working days, the plan's line, and the cheapest next step."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from gridwalk.campaigns import rules
from gridwalk.campaigns.rules import Door

MONDAY = dt.date(2026, 11, 2)
AGREED = dt.datetime(2026, 11, 4, 19, 0)  # noqa: DTZ001 the wall clock of the street
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))


def test_working_days_leave_out_weekends() -> None:
    assert rules.working_days(MONDAY, MONDAY) == 1
    assert rules.working_days(MONDAY, MONDAY + dt.timedelta(days=6)) == 5
    assert rules.working_days(MONDAY, MONDAY + dt.timedelta(days=7)) == 6
    assert rules.working_days(MONDAY + dt.timedelta(days=5), MONDAY + dt.timedelta(days=6)) == 0
    assert rules.working_days(MONDAY, MONDAY - dt.timedelta(days=1)) == 0


@given(days, st.integers(1, 80))
def test_the_nth_working_day_is_n_working_days_away(first: dt.date, n: int) -> None:
    assert rules.working_days(first, rules.nth_working_day(first, n)) == n


@given(days, days)
def test_counting_day_by_day_gives_the_same(a: dt.date, b: dt.date) -> None:
    by_hand = sum(1 for i in range((b - a).days + 1) if (a + dt.timedelta(days=i)).weekday() < 5) if b >= a else 0
    assert rules.working_days(a, b) == by_hand


def test_the_plan_spreads_the_doors_over_the_working_days() -> None:
    last = rules.nth_working_day(MONDAY, 60)
    assert rules.planned(13046, MONDAY, last, rules.nth_working_day(MONDAY, 45)) == round(13046 * 45 / 60)
    assert rules.planned(13046, MONDAY, last, last + dt.timedelta(days=30)) == 13046
    assert rules.planned(13046, MONDAY, last, MONDAY - dt.timedelta(days=1)) == 0


def test_the_next_step_is_the_cheapest_that_can_settle_the_door() -> None:
    steps = {
        "walk": Door(state="remaining"),
        "call": Door(state="remaining", outcome="no_answer", bands=("morning",), n_visits=1, has_phone=True),
        "evening": Door(state="remaining", outcome="no_answer", bands=("morning",), n_visits=1),
        "weekend": Door(state="remaining", outcome="no_answer", bands=("morning", "evening"), n_visits=2),
        "second_source": Door(
            state="remaining", outcome="vacant_confirmed", bands=("morning",), n_visits=1, vacant=True
        ),
        "letter": Door(state="explained", outcome="refused", bands=("morning",), n_visits=1),
        "recheck": Door(state="pending", outcome="moved_away", bands=("morning",), n_visits=1),
        "decide": Door(state="remaining", has_difference=True),
        "agreed": Door(
            state="remaining", outcome="no_answer", bands=("morning",), n_visits=1, has_phone=True, revisit_at=AGREED
        ),
    }
    assert {code: rules.next_step(door).code for code, door in steps.items()} == {code: code for code in steps}


def test_a_call_before_any_knock_is_followed_by_a_knock_not_by_another_call() -> None:
    assert (
        rules.next_step(Door(state="remaining", outcome="phone", bands=("morning",), n_visits=1, has_phone=True)).button
        == "加入今日"
    )


def test_an_agreed_visit_says_its_day_and_hour() -> None:
    assert rules.next_step(Door(state="remaining", revisit_at=AGREED)).sentence == "11月4日 19:00 去，居民约好的"
    assert rules.reason(Door(state="remaining", revisit_at=AGREED)) == ("agreed", "居民约定")
