"""Server and phone judge doors, hours and ID numbers alike: one file of cases, run here and by the phone's tests."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

import hatch_build
from gridwalk.campaigns.rules import LEAST_QUIET
from gridwalk.inspection import rules as inspection
from gridwalk.inspection.rules import Circumstances, DoorState, Way
from gridwalk.method import idcards
from gridwalk.visits import outcomes, rules
from gridwalk.visits.queries import worklist
from gridwalk.visits.rules import LOCAL, Attempt

VECTORS = json.loads((hatch_build.WEB / "phone" / "vectors.json").read_text(encoding="utf-8"))


def cases(subject: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", VECTORS[subject])


def local(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment).replace(tzinfo=LOCAL)


@cases("bands")
def test_a_moment_has_its_band_and_day(case: dict[str, Any]) -> None:
    at = dt.datetime.fromisoformat(case["at"])
    assert (rules.band_of(at), at.astimezone(LOCAL).date().isoformat()) == (case["band"], case["day"])


@cases("quiet")
def test_nobody_is_disturbed_in_quiet_hours(case: dict[str, Any]) -> None:
    hours = dt.time.fromisoformat(case["from"]), dt.time.fromisoformat(case["until"])
    assert rules.is_quiet(dt.datetime.fromisoformat(case["at"]), *hours) is case["quiet"]


def test_the_usual_quiet_hours_are_among_the_cases() -> None:
    usual = f"{LEAST_QUIET[0]:%H:%M}", f"{LEAST_QUIET[1]:%H:%M}"
    assert usual in {(case["from"], case["until"]) for case in VECTORS["quiet"]}


@cases("doors")
def test_a_door_settles(case: dict[str, Any]) -> None:
    attempts = [
        Attempt(outcome, local(at), "worker", *source)  # the same worker each time
        for outcome, at, *source in case["visits"]
    ]
    assert rules.settle(attempts).state == case["state"]


def test_every_outcome_is_among_the_doors() -> None:
    assert {outcome for case in VECTORS["doors"] for outcome, *_ in case["visits"]} == outcomes.OUTCOMES.keys()


@cases("hints")
def test_enough_knocks_explain_a_door(case: dict[str, Any]) -> None:
    knocks = [*case["knocks"], case["now"]]
    assert _is_explained(knocks) is case["explained"]
    if case["next"] is not None:
        assert _is_explained([*knocks, case["next"]]) is case["then"]


def _is_explained(knocks: list[str]) -> bool:
    return rules.settle(Attempt("no_answer", local(at)) for at in knocks).state == "explained"


@cases("id_numbers")
def test_an_id_number_is_checked(case: dict[str, Any]) -> None:
    card = idcards.check(case["typed"])
    born_on = card.born_on.isoformat() if card.born_on else ""
    assert (card.fault, card.sex, born_on) == (case["fault"], case.get("sex", ""), case.get("born_on", ""))


@cases("approaches")
def test_a_door_of_a_sample_is_approached(case: dict[str, Any]) -> None:
    at_door = Circumstances(
        state=DoorState.OPEN,
        n_calls=case["n_calls"],
        n_knocks=case["n_knocks"],
        has_phone=case["n_phones"] > 0,
        n_at_door=case["n_knocks"],
        most_at_door=case["most_knocks"],
        is_quiet=False,
    )
    assert [way for way in Way if not inspection.may_approach(at_door, way)] == case["ways"]
    assert (not inspection.may_dial(at_door)) is case["dial"]


@cases("marks")
def test_a_door_has_its_mark(case: dict[str, Any]) -> None:
    mark, _ = worklist.mark(
        case["state"],
        case["outcome"],
        case["n_visits"],
        revisits=case.get("revisits", False),
        different=case.get("different", False),
    )
    assert mark == case["mark"]
