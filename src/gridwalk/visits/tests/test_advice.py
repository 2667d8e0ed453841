"""怎样走得最快: what is advised, in what order, of which doors; worked by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

from gridwalk.visits import advice
from gridwalk.visits.advice import Knocked, Left
from gridwalk.visits.steps import Door

STAIRWELL, OTHER = ("120105001001001", "5号楼 1单元"), ("120105001001001", "5号楼 2单元")
UNTRIED = Door(state="remaining")
BY_DAY = Door(state="remaining", outcome="no_answer", bands=("morning",), n_visits=1)
THREE = dataclasses.replace(BY_DAY, bands=("afternoon", "evening", "morning"), n_visits=3, has_phone=True)
MISSED = dataclasses.replace(BY_DAY, outcome="postponed", missed_on=dt.date(2026, 11, 4))
EVENING = (dt.date(2026, 11, 9), "evening")


def test_a_walk_through_one_stairwell_comes_first_and_every_other_kind_says_how_many() -> None:
    left = [Left(UNTRIED, OTHER)] * 2 + [Left(UNTRIED, STAIRWELL)] * 3 + [Left(BY_DAY, OTHER)] * 4
    left += [Left(THREE), Left(MISSED), Left(Door(state="pending", outcome="not_found", n_visits=1))]
    left += [Left(Door(state="explained", outcome="refused", n_visits=1))]
    given = advice.advise(left, {})
    assert [(a.code, a.n, a.title) for a in given] == [
        ("walk", 3, "5号楼 1单元 3 户顺路"),
        ("evening", 5, "5 户就差晚间"),
        ("call", 1, "1 户有电话没打过"),
        ("recheck", 1, "1 户等另一人复核"),
        ("missed", 1, "1 户定好的日子过了"),
    ]
    assert advice.codes(Left(MISSED)) == {"evening", "missed"}, "one door may be meant twice"
    assert advice.advise([Left(UNTRIED, STAIRWELL)] * 2, {}) == []


def test_a_door_on_a_list_is_advised_no_more_and_stands_among_what_is_planned() -> None:
    planned = [Left(BY_DAY, STAIRWELL, EVENING)] * 3 + [Left(UNTRIED, STAIRWELL, (dt.date(2026, 11, 8), ""))]
    assert advice.advise(planned, {}) == []
    assert advice.on_lists(planned) == [(dt.date(2026, 11, 8), "", 1), (*EVENING, 3)]
    asked = Left(dataclasses.replace(BY_DAY, has_difference=True), STAIRWELL, EVENING)
    assert [a.code for a in advice.advise([asked], {})] == ["decide"], "to be decided before anybody goes"


def test_what_an_evening_brings_is_said_as_an_interval_of_the_streets_own_knocks() -> None:
    """60 of 100 opened: Wilson 50.2–69.1 %; of 38 doors 19–26."""
    (evening,) = advice.advise([Left(BY_DAY)] * 38, {"evening": Knocked(100, 60)})
    assert evening.why.endswith("本街道晚间敲门 100 次，开门 60 次；照此约见到 19–26 户。")
    assert advice.expected("evening", 38, {"evening": Knocked(29, 20)}) == ""
    assert advice.expected("evening", 1, {"evening": Knocked(1000, 999)}).endswith("约见到 1 户。")
