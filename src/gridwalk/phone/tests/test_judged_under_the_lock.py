"""What is read of a grid before its lock is read again under it: grids are split and merged while a push, a deposit, a
file, a release or another decision waits.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from gridwalk.accounts.rules import Role
from gridwalk.core import clock, ids
from gridwalk.core.models import Change
from gridwalk.followup.models import Matter
from gridwalk.phone.tests.test_pulling import pull
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.phone.tests.ways import (
    DRAWN,
    FOURTH,
    THIRD,
    WAYS,
    became,
    end_of_post,
    in_second_building,
    sending,
    split,
)
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.tests.street import GRID, NEXT_GRID, phone
from gridwalk.sync import rules
from gridwalk.sync.actions import locking, pushing, returned
from gridwalk.sync.actions.judging import Judge, OtherGrids
from gridwalk.sync.models import Device, Op, Returned
from gridwalk.visits.models import Visit
from tests.harness.meanwhile import holding, meanwhile
from tests.harness.phones import Cache, op

pytestmark = pytest.mark.slow


Field = Any


@pytest.fixture
def tomorrow(field: Field) -> Iterator[Field]:
    """The day after, for a grid cannot be drawn anew on the day it was made."""
    with time_machine.travel(clock.now() + dt.timedelta(days=1), tick=True):
        yield field


def household(door: Dwelling, newborn: Any) -> list[dict[str, Any]]:
    """A visit with a hazard, a fact, somebody who has come, and a fact about them."""
    values = {"name": "程小满", "sex": "女"}
    return [
        visit(1, door, note={"kind": "hazard", "text": "楼道堆物"}),
        op(2, "fact.set", "dwelling", door.id, at=clock.now(), set={"tenure": {"p": None, "v": "let"}}),
        op(
            3,
            "person.add",
            "person",
            newborn,
            at=clock.now(),
            data={"dwelling": str(door.id), "values": values, "residence_kind": "lives_here"},
        ),
        op(4, "fact.set", "person", newborn, at=clock.now(), set={"phone": {"p": None, "v": phone(7)}}),
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", ["split", "merge"])
def test_what_waits_while_its_grid_is_drawn_anew_is_written_where_its_door_stands_now(
    tomorrow: Field, way: str, change: str
) -> None:
    field, door = tomorrow, tomorrow.street.door("101")
    in_second_building(field)
    field.street.door("901", NEXT_GRID)
    field.walk.dispatch()
    wire, cache, newborn = field.phone(), Cache(), ids.new_id()
    pull(wire, cache)
    ops = household(door, newborn)
    anew = functools.partial(DRAWN[change], field, {THIRD: field.worker.id})
    meanwhile(sending(field, wire, way, ops), anew, GRID)
    assert became() == {body["op"]: ["accepted", "", THIRD] for body in ops}
    assert not Returned.objects.exists()
    assert Visit.objects.get().grid_id == Matter.objects.get().grid == Person.objects.get(pk=newborn).grid_id == THIRD
    assert Residence.objects.get(person=newborn).grid_id == THIRD
    written = Change.objects.filter(op__in=[body["op"] for body in ops]) | Change.objects.filter(entity=newborn)
    assert set(written.values_list("stream_id", flat=True)) == {THIRD}
    pull(wire, cache)
    assert set(cache.rows) == {THIRD}
    assert [row["id"] for row in cache.of_kind(THIRD, "person")] == [str(newborn)]
    assert [row["id"] for row in cache.of_kind(THIRD, "visit")] == [ops[0]["op"]]
    (home,) = [row for row in cache.of_kind(THIRD, "dwelling") if row["id"] == str(door.id)]
    assert home["tenure"] == "let"


@pytest.mark.parametrize("way", WAYS)
def test_what_waits_while_its_door_becomes_somebody_elses_waits_for_the_office_where_it_stands_now(
    tomorrow: Field, way: str
) -> None:
    field, door = tomorrow, tomorrow.street.door("101")
    in_second_building(field)
    field.walk.dispatch()
    wire = field.phone()
    body = visit(1, door)
    meanwhile(sending(field, wire, way, [body]), lambda: split(field, {FOURTH: field.worker.id}), GRID)
    assert became() == {body["op"]: ["returned", "not_permitted", THIRD]}
    assert (Returned.objects.get().grid, Visit.objects.count()) == (THIRD, 0)


def test_what_waits_while_it_has_no_grid_goes_where_its_phone_is_kept_now(tomorrow: Field) -> None:
    field, door = tomorrow, tomorrow.street.door("101")
    in_second_building(field)
    field.walk.dispatch()
    wire = field.phone()
    ops = [visit(1, door), op(2, "visit.record", "dwelling", ids.new_id(), at=clock.now(), data={"outcome": "met"})]
    meanwhile(sending(field, wire, "push", ops), lambda: split(field, {THIRD: field.worker.id}), GRID)
    assert Returned.objects.get().grid == Device.objects.get().scope == THIRD


@pytest.mark.parametrize("change", ["split", "merge"])
def test_a_release_that_waits_while_the_grid_is_drawn_anew_is_written_where_the_door_stands_now(
    tomorrow: Field, account: Any, change: str
) -> None:
    field, door = tomorrow, tomorrow.street.door("101")
    in_second_building(field)
    field.street.door("901", NEXT_GRID)
    field.walk.dispatch()
    wire, newborn = field.phone(), ids.new_id()
    _, _, comes, _ = household(door, newborn)
    end_of_post(field)
    assert states(push(wire, {**comes, "seq": 1})[1]) == ["returned"]
    lead, colleague = field.viewer(field.lead), account(Role.GRID_WORKER, GRID, name="李禾")
    anew = functools.partial(DRAWN[change], field, {THIRD: colleague.id})
    outcome = meanwhile(lambda: returned.release(actor=lead, at=clock.now(), op=Op.objects.get().pk), anew, GRID)
    assert (outcome.state, outcome.grid) == ("accepted", THIRD)
    assert Person.objects.get(pk=newborn).grid_id == Residence.objects.get(person=newborn).grid_id == THIRD
    assert (Returned.objects.get().state, Returned.objects.get().grid) == ("released", THIRD)
    cache = Cache()
    pull(field.phone(colleague), cache)
    assert [row["id"] for row in cache.of_kind(THIRD, "person")] == [str(newborn)]


@pytest.mark.parametrize("decision", ["set_aside", "assigned"])
def test_a_decision_that_waits_while_the_grid_is_split_stays_with_its_door(
    tomorrow: Field, account: Any, decision: str
) -> None:
    field, door = tomorrow, tomorrow.street.door("101")
    in_second_building(field)
    colleague = account(Role.GRID_WORKER, GRID, name="李禾")
    field.walk.dispatch()
    wire = field.phone()
    end_of_post(field)
    push(wire, visit(1, door))
    lead, pk = field.viewer(field.lead), Op.objects.get().pk

    def decide() -> None:
        if decision == "set_aside":
            returned.set_aside(actor=lead, at=clock.now(), op=pk, reason="已另记")
        else:
            returned.assign(actor=lead, at=clock.now(), op=pk, to=colleague.id, note="去看看")

    meanwhile(decide, lambda: split(field, {THIRD: colleague.id}), GRID)
    row = Returned.objects.get()
    assert (row.state, row.grid) == (decision, THIRD)
    assert row.assigned_to == (colleague if decision == "assigned" else None)


def test_what_is_decided_twice_at_once_is_decided_once(field: Field) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    end_of_post(field)
    push(wire, visit(1, door))
    lead, pk = field.viewer(field.lead), Op.objects.get().pk
    release = lambda: returned.release(actor=lead, at=clock.now(), op=pk)  # noqa: E731
    aside = lambda: returned.set_aside(actor=lead, at=clock.now(), op=pk, reason="已另记")  # noqa: E731
    with pytest.raises(returned.NotDecided, match="已经有人处理过了"):
        meanwhile(release, aside, GRID)
    assert (Returned.objects.get().state, Visit.objects.count()) == ("set_aside", 0)


def test_what_nothing_has_moved_under_is_read_once(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    door = field.street.door("101")
    person = field.street.person("程望舒", door)
    field.walk.dispatch()
    wire = field.phone()
    n_read = counted(monkeypatch)
    assert states(push(wire, visit(1, door, confirmed=[str(person.id)]))[1]) == ["accepted"]
    assert n_read() == 1
    meanwhile(sending(field, wire, "push", [visit(2, door, "no_answer")]), lambda: None, GRID)
    assert n_read() == 3, "somebody wrote to its grid meanwhile"


def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often something was read to be judged."""
    n = [0]
    begin = Judge.__init__

    def counting(self: Any, *facts: Any, **more: Any) -> None:
        n[0] += 1
        begin(self, *facts, **more)

    monkeypatch.setattr(Judge, "__init__", counting)
    return lambda: n[0]


def test_what_moves_each_time_is_left_for_later_and_nothing_is_done(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    field.phone()
    device = Device.objects.select_related("user").get()
    first, intentions, _ = rules.read_push({"seq_from": 1, "ops": [visit(1, door)]}, device=device.pk)
    n_tried = counted(monkeypatch)

    def elsewhere(self: Judge, locked: Any) -> None:
        raise OtherGrids({NEXT_GRID})

    monkeypatch.setattr(Judge, "has_moved", lambda self, locked: True)
    monkeypatch.setattr(Judge, "require", elsewhere)
    with pytest.raises(locking.Unsettled):
        pushing.push(
            device=device,
            viewer=field.viewer(field.worker),
            at=clock.now(),
            behind=dt.timedelta(0),
            first=first,
            intentions=intentions,
        )
    assert n_tried() == 2 * locking.TRIES
    assert (Op.objects.count(), Visit.objects.count(), Device.objects.get().next_seq) == (0, 0, 1)


@pytest.mark.parametrize("known_place", [True, False])
def test_the_same_push_twice_at_once_waits_and_is_answered_alike(
    field: Field, caplog: pytest.LogCaptureFixture, known_place: bool
) -> None:
    """``known_place``: the grid's lock holds the second one up; else only the phone's own row does."""
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    body = visit(1, door) if known_place else op(1, "fact.set", "dwelling", ids.new_id(), at=clock.now())
    answers: list[Any] = []
    with caplog.at_level(logging.WARNING):
        with holding(lambda: push(wire, body), lambda: answers.append(push(wire, body))) as waiting:
            assert Op.objects.count() == 1
        answers.append(waiting.answer())
    assert not caplog.records, "the second one was not judged and then undone"
    (status, first), (_, second) = answers
    assert first["results"] == second["results"] and first["next_seq"] == second["next_seq"]
    assert (status, Op.objects.count(), Device.objects.get().next_seq) == (200, 1, 2)
    assert Visit.objects.count() == int(known_place)
