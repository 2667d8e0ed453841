"""Households without a head, or with several: found as the rules say, asked at the door, right as they stand."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwalk.accounts.rules import SYSTEM
from gridwalk.bench.actions import decisions as actions
from gridwalk.bench.actions.decisions import Choice
from gridwalk.bench.cases import contradictions
from gridwalk.bench.cases.case import Inside
from gridwalk.bench.queries import checks
from gridwalk.bench.queries.evidence import cases
from gridwalk.registry import households
from gridwalk.registry.models import Difference, Dwelling, Person, Residence
from gridwalk.registry.tests.street import FAR_GRID, FIRST, SECOND, Street, lead

TODAY = dt.date(2026, 10, 13)


def doors_asked(check: str) -> dict[uuid.UUID, int]:
    waiting = checks.open_cases(SYSTEM, FIRST, TODAY, [check])
    return {each.case.lead.id: each.case.n for each in waiting}


def decide(street: Street, check: str, choice: str) -> Difference | None:
    (waiting,) = checks.open_cases(SYSTEM, FIRST, TODAY, [check])
    chosen = Choice(check=check, lead=waiting.case.lead.id, seen=waiting.case.seen, choice=choice)
    decision = actions.decide(actor=lead(), at=street.at, chosen=chosen)
    return Difference.objects.get(pk=decision.difference) if decision.difference else None


doors = st.fixed_dictionaries(
    {
        "tenure": st.sampled_from(["owner", "let", "unknown"]),
        "usage": st.sampled_from(["residential", "residential", "business"]),
    }
)
people = st.tuples(
    st.integers(0, 1),
    st.sampled_from(["lives_here", "lives_elsewhere_registered", "registered_here", "tenant"]),
    st.sampled_from(["02", "10", "20", "99", ""]),
    st.sampled_from(["active", "active", "active", "deceased"]),
)


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(doors, min_size=2, max_size=2), st.lists(people, max_size=8))
def test_what_the_database_finds_is_what_the_rules_find_door_by_door(
    street: Street, of_doors: list[Any], of_people: list[Any]
) -> None:
    with transaction.atomic():
        dwellings = [street.door(str(101 + n), **values) for n, values in enumerate(of_doors)]
        for home, kind, relation, status in of_people:
            person = street.person("张桂兰", dwellings[home], kind, relation=relation)
            Person.objects.filter(pk=person.id).update(status=status)
        for check, by_hand in recounted(dwellings).items():
            assert doors_asked(check) == by_hand, check
        transaction.set_rollback(True)


def recounted(dwellings: list[Dwelling]) -> dict[str, dict[uuid.UUID, int]]:
    """Door by door, by the rules and nothing else."""
    counts: dict[str, dict[uuid.UUID, int]] = {"no_head": {}, "several_heads": {}}
    for door in dwellings:
        links = Residence.objects.filter(dwelling=door, person__status="active").select_related("person")
        at_door = [households.Member(link.person_id, link.kind, link.person.relation) for link in links]
        if door.usage == "business":
            continue
        if without := households.without_head(at_door, is_let=door.tenure == "let"):
            counts["no_head"][door.pk] = len(without)
        if len(heads := households.heads(at_door, is_let=door.tenure == "let")) > 1:
            counts["several_heads"][door.pk] = len(heads)
    return counts


def test_who_is_right_as_they_stand_is_asked_again_when_another_comes(street: Street) -> None:
    door = street.door()
    street.person("张桂兰", door, relation="spouse")
    (waiting,) = checks.open_cases(SYSTEM, FIRST, TODAY, ["no_head"])
    assert [r.name for r in cases.evidence(lead(), waiting.case).residents] == ["张桂兰"]
    decide(street, "no_head", "right")
    assert doors_asked("no_head") == {}
    street.person("张小兰", door, relation="child")
    assert doors_asked("no_head") == {door.pk: 2}


def test_a_question_at_the_door_is_answered_there(street: Street) -> None:
    door = street.door()
    first = street.person("张桂兰", door, relation="spouse")
    asked = decide(street, "no_head", "to_door")
    assert asked is not None
    assert (asked.entity, asked.field, asked.opened("claimed"), asked.state) == (
        first.pk,
        "relation",
        "02",
        "to_door",
    )
    assert doors_asked("no_head") == {}
    street.say(first, "relation", "head", "visit")
    asked.refresh_from_db()
    assert (asked.state, doors_asked("no_head")) == ("closed", {})
    street.at += dt.timedelta(minutes=1)
    second = street.person("李四", door, relation="head")
    assert doors_asked("several_heads") == {door.pk: 2}
    asked = decide(street, "several_heads", "to_door")
    assert asked is not None
    assert (asked.entity, asked.opened("current"), asked.opened("claimed")) == (second.pk, "02", "")
    street.say(second, "relation", "child", "visit")
    asked.refresh_from_db()
    assert (asked.state, doors_asked("several_heads")) == ("closed", {})


def test_a_household_is_asked_of_where_its_door_stands(street: Street) -> None:
    """Somebody with a home in each community: the one without a head is the second's question alone."""
    street.person("李四", home := street.door("101"), relation="head")
    both = street.person("张桂兰", home, relation="spouse")
    far = street.door("101", FAR_GRID)
    Residence.objects.create(
        grid_id=far.grid_id, person=both, dwelling=far, kind="lives_here", source="ledger", created_at=street.at
    )
    asked = {
        scope: [case.lead.id for case in contradictions.find(Inside(scopes=[scope]), TODAY, ["no_head"])]
        for scope in (FIRST, SECOND, FIRST[:9])
    }
    assert asked == {FIRST: [], SECOND: [far.pk], FIRST[:9]: [far.pk]}
