"""What a sample is judged by, with values worked by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

import pytest

from gridwalk.core import clock
from gridwalk.inspection import allotting, prices, rules
from gridwalk.inspection.actions import handing_out
from gridwalk.inspection.rules import (
    Approached,
    AskingError,
    Circumstances,
    Conclusion,
    DoorState,
    Group,
    Kind,
    SampleError,
    Stage,
    Step,
    Way,
)

TODAY = dt.date(2026, 10, 13)
STREET, COMMUNITY = "120105001", "120105001001"
OPEN = Circumstances(
    state=DoorState.OPEN,
    n_calls=0,
    n_knocks=0,
    has_phone=True,
    n_at_door=2,
    most_at_door=6,
    is_quiet=False,
)


def asked(**more: object) -> Circumstances:
    return dataclasses.replace(OPEN, **more)  # type: ignore[arg-type]


def test_the_steps_follow_each_other_and_none_is_left_out() -> None:
    stage = Stage.PLANNED
    for step in Step:
        stage = rules.check_step(stage, step)
    assert stage is Stage.REVEALED
    with pytest.raises(SampleError, match="没有抽签：现在是“抽签号已封存”"):
        rules.check_step(Stage.COMMITTED, Step.DRAW)


def test_a_fifth_in_the_first_two_weeks_five_percent_after() -> None:
    begun = dt.date(2026, 10, 1)
    assert [rules.share_on(begun, dt.date(2026, 10, day)) for day in (1, 14, 15)] == [20, 20, 5]


def test_the_draw_is_larger_by_what_does_not_answer_and_never_more_than_there_is() -> None:
    assert rules.size(1302, 5, 80) == 83  # 66 of 1,302 are to answer; 66 ÷ 0.8 = 82.5
    assert rules.size(30, 100, 80) == 30
    assert rules.size(0, 5, 80) == 0


@pytest.mark.parametrize(
    ("kind", "scope", "changed", "said"),
    [
        (Kind.ESTIMATION, COMMUNITY, {}, "抽样估计不能在这个范围里抽"),
        (Kind.ACCEPTANCE, STREET, {}, "验收抽查不能在这个范围里抽"),
        (Kind.TARGETED, STREET, {}, "定向核查不能在这个范围里抽"),
        (Kind.ESTIMATION, STREET, {"share": 0}, "都是百分数"),
        (Kind.ESTIMATION, STREET, {"response": 9}, "都是百分数"),
        (Kind.ESTIMATION, STREET, {"days": (TODAY - dt.timedelta(1), TODAY)}, "从今天或以后开始"),
        (Kind.ESTIMATION, STREET, {"days": (TODAY, TODAY + dt.timedelta(31))}, "最多 31 天"),
    ],
)
def test_a_plan_is_refused_that_cannot_be_drawn(kind: Kind, scope: str, changed: dict[str, object], said: str) -> None:
    plan: dict[str, object] = {"share": 5, "response": 80, "days": (TODAY, TODAY), "today": TODAY}
    rules.check_plan(Kind.ESTIMATION, STREET, **plan)  # type: ignore[arg-type]
    with pytest.raises(SampleError, match=said):
        rules.check_plan(kind, scope, **(plan | changed))  # type: ignore[arg-type]


def test_the_price_of_a_round_in_calls_knocks_and_days() -> None:
    """100 of 1,000 doors, 80 answer; 60 have a telephone, half of them are reached by it; else 2.5 knocks."""
    price = prices.price({"a|reached": 1000}, {"a|reached": 100}, 80, with_phone=0.6, knocks=2.5)
    assert (price.n_drawn, price.n_answers, price.n_calls, price.n_knocks) == (100, 80, 60, 175)
    assert price.person_days == 11  # 60 ÷ 60 + 175 ÷ 18 = 10.7
    assert price.at_best == pytest.approx(0.05 ** (1 / 80), abs=1e-9), "80 without a denial"


def test_an_empty_stratum_is_none_and_a_small_one_has_two() -> None:
    strata = {"a|reached": 28, "a|vacant": 2}
    sizes = allotting.sizes(Kind.ESTIMATION, strata, share=10, response=100, least=2)
    assert sizes == {"a|reached": 2, "a|vacant": 2}
    price = prices.price(strata, sizes, 100, with_phone=0, knocks=1)
    assert (price.n_doors, price.n_drawn) == (30, 4)


def test_mutual_checks_draw_as_many_of_a_small_community_as_of_a_large_one() -> None:
    """10 % of 440 doors are 44: 22 of either; in proportion it would be 40 and 4. The second has 20 and gives all."""
    strata = {"1|reached": 300, "1|vacant": 100, "2|reached": 20, "2|vacant": 20}
    sizes = allotting.sizes(Kind.MUTUAL, strata, share=10, response=100, least=2)
    assert sizes == {"1|reached": 17, "1|vacant": 5, "2|reached": 11, "2|vacant": 11}
    few = allotting.sizes(Kind.MUTUAL, {"1|reached": 300, "2|reached": 8}, share=10, response=100, least=2)
    assert few == {"1|reached": 16, "2|reached": 8}, "31 are two times 16; where there are fewer all are drawn"
    assert allotting.sizes(Kind.MUTUAL, {}, share=10, response=100, least=2) == {}


@pytest.mark.parametrize(
    ("change", "way", "said"),
    [
        ({}, Way.CALL, ""),
        ({}, Way.KNOCK, "先打电话"),
        ({"n_calls": 1}, Way.KNOCK, ""),
        ({"has_phone": False}, Way.KNOCK, ""),
        ({"has_phone": False}, Way.CALL, "没有登记电话"),
        ({"is_quiet": True}, Way.CALL, "免打扰时段"),
        ({"n_calls": 1, "n_at_door": 6}, Way.KNOCK, "已去过 6 次，不再上门"),
        ({"n_at_door": 6}, Way.CALL, ""),
        ({"n_at_door": 6, "has_phone": False}, Way.CALL, "上门次数已满，又没有电话"),
        ({"n_at_door": 6, "has_phone": False}, Way.KNOCK, "上门次数已满，又没有电话"),
        ({"state": DoorState.ANSWERED}, Way.CALL, "“问到了”，不再打扰"),
    ],
)
def test_when_a_door_is_called_or_knocked_at(change: dict[str, object], way: Way, said: str) -> None:
    why = rules.may_approach(asked(**change), way)
    assert said in why and bool(why) is bool(said)


def test_three_tries_a_refusal_and_an_opting_out_close_a_door() -> None:
    tries = [rules.state_after(Approached.NOBODY, n) for n in (1, 2, 3)]
    assert tries == [DoorState.OPEN, DoorState.OPEN, DoorState.NOT_REACHED]
    assert rules.state_after(Approached.REFUSED, 1) is DoorState.REFUSED
    assert rules.state_after(Approached.OPTED_OUT, 1) is DoorState.OPTED_OUT


def test_acceptance_goes_on_stops_suspects_or_ends_without_a_verdict() -> None:
    """Denials of all who were asked are no honest community's; sixty without one are no inventing one's."""
    assert rules.conclusion(9, 0, 1, n_left=9) is Conclusion.GO_ON, "one denial alone suspects nobody"
    assert rules.conclusion(9, 0, 4, n_left=0) is Conclusion.SUSPECT
    assert rules.conclusion(9, 60, 0, n_left=0) is Conclusion.ACCEPTED
    assert rules.conclusion(9, 24, 0, n_left=6) is Conclusion.GO_ON
    assert rules.conclusion(9, 24, 0, n_left=0) is Conclusion.UNDECIDED, "thirty doors, 24 answers, nobody is left"


def test_a_second_denial_draws_the_next_instalment_and_a_single_one_does_not() -> None:
    pressed = [rules.opens_next(Conclusion.GO_ON, n_denied=n_denied, n_open=7) for n_denied in (0, 1, 2, 3)]
    assert pressed == [False, False, True, True]
    assert rules.opens_next(Conclusion.GO_ON, n_denied=0, n_open=0)
    assert not rules.opens_next(Conclusion.GO_ON, n_denied=0, n_open=1)
    assert not rules.opens_next(Conclusion.SUSPECT, n_denied=2, n_open=0)
    assert not rules.opens_next(Conclusion.UNDECIDED, n_denied=2, n_open=0)


def test_nothing_is_committed_frozen_or_drawn_after_the_last_day_and_the_seed_is_revealed() -> None:
    late = TODAY + dt.timedelta(days=1)
    for step in (Step.COMMIT, Step.FREEZE, Step.DRAW):
        rules.check_days(step, TODAY, TODAY)
        with pytest.raises(SampleError, match="核查的日子到 10月13日，已经过了"):
            rules.check_days(step, TODAY, late)
    rules.check_days(Step.REVEAL, TODAY, late)


def test_each_dialling_is_one_of_three_tries() -> None:
    assert rules.may_dial(asked(n_calls=2)) == ""
    assert "已找过 3 次" in rules.may_dial(asked(n_calls=2, n_knocks=1))
    assert rules.may_dial(asked(is_quiet=True)).startswith("没有拨：免打扰时段")


def test_what_is_told_to_be_of_later_or_not_of_the_days_is_not_recorded() -> None:
    at = clock.at_local(TODAY, 10)
    day = dt.timedelta(days=1)
    last = TODAY, TODAY + day
    rules.check_moment(at, last, at)
    rules.check_moment(at + day, last, at + 9 * day)
    for moment, now in ((at + dt.timedelta(minutes=1), at), (at - day, at), (at + 2 * day, at + 2 * day)):
        with pytest.raises(AskingError, match=r"时间要在核查的日子里（10月13日到10月14日），不晚于现在"):
            rules.check_moment(moment, last, now)


def test_doors_are_given_evenly_and_to_nobody_who_is_barred() -> None:
    doors = [uuid.UUID(int=n) for n in range(4)]
    first, second = uuid.UUID(int=10), uuid.UUID(int=11)
    anybody = {door: {first, second} for door in doors}
    given = handing_out.fairly(doors, {first: {doors[0]}, second: set()}, anybody)
    assert given[doors[0]] == second and sorted(map(list(given.values()).count, (first, second))) == [2, 2]
    assert doors[3] not in handing_out.fairly(doors, {first: {doors[3]}, second: {doors[3]}}, anybody)
    assert handing_out.fairly(doors, {}, anybody) == {}
    turned = handing_out.fairly(doors, {first: set(), second: set()}, anybody | {doors[1]: {first}, doors[2]: {first}})
    assert (turned[doors[1]], turned[doors[2]]) == (first, first), "whose turn it is, however much they have"


def test_a_stratum_says_its_community_and_its_group() -> None:
    name = rules.stratum(COMMUNITY, Group.VACANT)
    assert (rules.community_of(name), rules.group_of(name)) == (COMMUNITY, Group.VACANT)
