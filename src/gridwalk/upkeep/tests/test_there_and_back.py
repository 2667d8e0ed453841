"""A household that moves and comes back, rooms that are renumbered and renumbered back: every row is as it was."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.registry.models import Difference, Dwelling, Person, Residence
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import NEXT_GRID, Street
from gridwalk.territory.models import Building, Stairwell
from gridwalk.upkeep.actions import plans as actions
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import plans
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.slow
few = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
KINDS = ("lives_here", "tenant", "boarder", "lives_elsewhere_registered", "registered_here")


SECOND = made_up.lead()
TOUCHED: tuple[Any, ...] = (Dwelling, Person, Residence, Difference, Target, Building, Stairwell)


@pytest.fixture
def walk(db: None, at: dt.datetime) -> Walk:
    """The small street with its campaign."""
    return Walk(Street.lay_out(at), at)


def everything() -> dict[Any, Any]:
    """Every row that these plans may touch, column by column."""
    return {(table, row["id"]): row for table in TOUCHED for row in table._default_manager.values()}


def do(walk: Walk, kind: str, subjects: list[uuid.UUID], **choices: Any) -> Plan:
    """A plan proposed by one lead and done by another."""
    drawn = Plan(kind=kind, subjects=subjects, choices=choices)
    proposal = actions.propose(
        actor=walk.lead,
        at=walk.at,
        kind=kind,
        subjects=subjects,
        choices=choices,
        evidence="in_person",
        reason="当面说的",
        seen=plans.mark(drawn),
    )
    actions.decide(
        actor=SECOND, at=walk.at, plan=proposal, confirmed=True, note="又问了一遍", seen=plans.mark(proposal)
    )
    return Plan.objects.get(pk=proposal.pk)


def undo(walk: Walk, plan: Plan) -> list[str]:
    return actions.undo(actor=SECOND, at=walk.at, plan=plan, reason="其实不是的")


@few
@given(
    people=st.lists(st.tuples(st.sampled_from(KINDS), st.booleans(), st.booleans()), min_size=1, max_size=3),
    along=st.booleans(),
    old_door=st.sampled_from(["same", "let", "unknown"]),
    vacant=st.booleans(),
)
def test_a_household_that_comes_back_is_as_it_was(
    walk: Walk, people: list[tuple[str, bool, bool]], along: bool, old_door: str, vacant: bool
) -> None:
    with transaction.atomic():
        street, today = walk.street, clock.local_date(walk.at)
        old, new = street.door("101"), street.door("102", NEXT_GRID, occupancy="vacant" if vacant else "unknown")
        if vacant:
            Dwelling.objects.filter(pk=new.pk).update(vacancy_source="neighbour", vacancy_confirmed_on=today)
        chosen = []
        for number, (kind, registered_there, asked) in enumerate(people):
            person = street.person(f"王试{'甲乙丙'[number]}", old, kind)
            if registered_there and kind != "registered_here":
                street.move_in(person, new, "registered_here")
            if asked:
                street.say(person, "name", "王不同")
            if along or kind != "registered_here":
                chosen.append(person.pk)
        if chosen:
            before = everything()
            how = {"registration": "along" if along else "stays", "from_on": today.isoformat(), "old_door": old_door}
            plan = do(walk, "move_household", [old.pk, new.pk, *chosen], **how)
            assert Residence.objects.filter(dwelling=new, to_on__isnull=True, person__in=chosen).count() == len(chosen)
            assert undo(walk, plan) == []
            after = everything()
            kept = {key: after[key] for key in before}
            assert kept == before
            links = [row for key, row in after.items() if key not in before]
            assert all(row["to_on"] == today and row["dwelling_id"] == new.pk for row in links), (
                "links that ended, no more"
            )
        transaction.set_rollback(True)


@few
@given(st.permutations([101, 102, 103, 201, 202]), st.booleans())
def test_rooms_renumbered_and_back_are_as_they_were(walk: Walk, shuffled: list[int], by_hand: bool) -> None:
    with transaction.atomic():
        doors = {room: walk.street.door(str(room)) for room in (101, 102, 103, 201, 202)}
        walk.dispatch()
        before = everything()
        pairs = [(old, new) for old, new in zip(doors, shuffled, strict=True) if old != new]
        building: Any = next(iter(doors.values())).building_id
        there = {"buildings": {"1": "甲1"}, "table": "\n".join(f"{a} → {b}" for a, b in pairs)}
        plan = do(walk, "renumber_building", [building], **there)
        keys = set(Dwelling.objects.values_list("address_key", flat=True))
        assert keys == {f"甲里|甲1|1|{room}" for room in doors}, "no door is lost or twice"
        assert Dwelling.objects.get(pk=doors[101].pk).room == str(shuffled[0])
        if by_hand:
            back = {"buildings": {"甲1": "1"}, "table": "\n".join(f"{b} → {a}" for a, b in pairs)}
            do(walk, "renumber_building", [building], **back)
        else:
            assert undo(walk, plan) == []
        assert everything() == before
        transaction.set_rollback(True)
