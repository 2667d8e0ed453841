"""People move, doors and posts end, phones are taken back while a push, a deposit or a file waits for its grid."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.actors import PROGRAM
from gridwalk.core.models import Change
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.phone.tests.ways import WAYS, became, end_of_post, sending
from gridwalk.registry.actions import creation
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, id_no, links, phone
from gridwalk.sync.actions import devices
from gridwalk.sync.actions.judging import Judge
from gridwalk.sync.models import Alias, Device, Op
from gridwalk.upkeep.tests import rows
from gridwalk.visits.models import Visit
from tests.harness.meanwhile import meanwhile
from tests.harness.phones import op

pytestmark = pytest.mark.slow


Field = Any


@pytest.mark.parametrize("way", WAYS)
def test_who_moves_to_the_next_door_while_a_visit_waits_is_not_confirmed_at_the_old_one(field: Field, way: str) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    person = field.street.person("程望舒", door)
    field.walk.dispatch()
    wire = field.phone()
    body = visit(1, door, confirmed=[str(person.id)])
    meanwhile(sending(field, wire, way, [body]), lambda: move(person, other), GRID)
    assert became() == {body["op"]: ["accepted", "people_moved", GRID]}
    assert (Person.objects.get(pk=person.pk).verified_on, Visit.objects.get().n_confirmed) == (None, 0)


def move(person: Person, door: Dwelling) -> None:
    """Somebody moves to another door, wherever it is."""
    with core.write_to(GRID, NEXT_GRID, f"{FIRST}000", actor=PROGRAM, at=clock.now()) as writing:
        homes = list(Residence.objects.filter(person=person, to_on__isnull=True))
        creation.end_residences(writing, homes, source="office", reason="搬家")
        link = creation.NewResidence(
            person=person.pk, dwelling=door.pk, grid=door.grid_id, kind="lives_here", source="office"
        )
        creation.link(writing, [link])
        creation.place_persons(writing, [person.pk])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mine", [True, False])
def test_a_fact_about_who_moves_to_another_grid_meanwhile_is_judged_there(
    field: Field, account: Any, caplog: pytest.LogCaptureFixture, way: str, mine: bool
) -> None:
    door, far = field.street.door("101"), field.street.door("901", NEXT_GRID)
    person = field.street.person("程望舒", door)
    field.walk.dispatch()
    wire = field.phone()
    if mine:
        add_post(field, NEXT_GRID)
    fact = op(1, "fact.set", "person", person.id, at=clock.now(), set={"phone": {"p": None, "v": phone(7)}})
    with caplog.at_level(logging.WARNING):
        meanwhile(sending(field, wire, way, [fact]), lambda: move(person, far), GRID)
    assert not caplog.records, "nothing failed on the way"
    assert became() == {fact["op"]: ["accepted", "", NEXT_GRID] if mine else ["returned", "not_permitted", NEXT_GRID]}
    person.refresh_from_db()
    assert (person.grid_id, bool(person.phone_index)) == (NEXT_GRID, mine)
    assert Change.objects.filter(entity=person.pk, field="phone", stream=NEXT_GRID).exists() is mine


def add_post(field: Field, grid: str) -> None:
    """The worker gets a second grid."""
    post = field.worker.assignments.get()
    post.pk, post.scope = None, grid
    post._state.adding = True
    post.save()


@pytest.mark.parametrize("way", WAYS)
def test_who_is_registered_in_another_grid_meanwhile_moves_in_and_is_not_there_twice(
    field: Field, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    door, far = field.street.door("101"), field.street.door("901", NEXT_GRID)
    field.walk.dispatch()
    wire, guest = field.phone(), ids.new_id()
    values = {"name": "韩书言", "id_no": id_no(13)}
    body = visit(1, door, arrivals=[{"id": str(guest), "values": values, "residence_kind": "tenant"}])

    def register() -> None:
        with core.write_to(GRID, NEXT_GRID, f"{FIRST}000", actor=PROGRAM, at=clock.now()) as writing:
            new = creation.New(grid=NEXT_GRID, values=values, source="ledger", source_ref="人口台账 第 2 行")
            creation.register(writing, "person", [new])
            link = creation.NewResidence(
                person=new.id, dwelling=far.pk, grid=NEXT_GRID, kind="lives_here", source="office"
            )
            creation.link(writing, [link])

    with caplog.at_level(logging.WARNING):
        meanwhile(sending(field, wire, way, [body]), register, GRID)
    assert not caplog.records, "nothing failed on the way"
    assert became() == {body["op"]: ["accepted", "", GRID]}
    person = Person.objects.get()
    assert (Alias.objects.get().entity, (door.pk, "tenant") in links(person)) == (person.pk, True)


@pytest.mark.parametrize("way", WAYS)
def test_a_visit_that_waits_while_its_door_is_ended_is_returned(field: Field, way: str) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    body = visit(1, door)
    strike = lambda: Dwelling.objects.filter(pk=door.pk).update(status="struck_off")  # noqa: E731
    meanwhile(sending(field, wire, way, [body]), strike, GRID)
    assert became() == {body["op"]: ["returned", "struck_off", GRID]}
    assert not Visit.objects.exists()


@pytest.mark.parametrize("way", WAYS)
def test_a_visit_that_waits_while_its_door_is_merged_is_one_of_the_door_that_stays(field: Field, way: str) -> None:
    stays, goes = field.street.door("101"), field.street.door("901")
    field.walk.dispatch()
    wire = field.phone()
    body = visit(1, goes)
    anew = lambda: rows.do(field.walk, "merge_dwellings", [stays.id, goes.id], fields={})  # noqa: E731
    meanwhile(sending(field, wire, way, [body]), anew, GRID)
    assert became() == {body["op"]: ["accepted", "", GRID]}
    assert Visit.objects.get().entity == stays.pk


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", ["post", "account"])
def test_what_waits_while_its_author_leaves_the_post_is_kept_for_the_office(
    field: Field, way: str, change: str
) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    body = visit(1, door)

    def leave() -> None:
        if change == "post":
            end_of_post(field)
        else:
            type(field.worker).objects.filter(pk=field.worker.pk).update(is_active=False)

    meanwhile(sending(field, wire, way, [body]), leave, GRID)
    assert became() == {body["op"]: ["returned", "former_holder", GRID]}
    assert not Visit.objects.exists()


def test_a_push_whose_author_leaves_the_post_once_it_is_read_is_kept_for_the_office(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody writes to its grid meanwhile: only the post says that it has to be read once more."""
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    body = visit(1, door)
    read = Judge.__init__

    def read_and_leave(self: Any, *facts: Any, **more: Any) -> None:
        read(self, *facts, **more)
        end_of_post(field)

    monkeypatch.setattr(Judge, "__init__", read_and_leave)
    assert states(push(wire, body)[1]) == ["returned"]
    assert became() == {body["op"]: ["returned", "former_holder", GRID]}
    assert not Visit.objects.exists()


def take_back(field: Field) -> None:
    """The phone is lost."""
    lead = field.viewer(field.lead)
    devices.revoke(actor=lead, at=clock.now(), device=Device.objects.get().pk, reason="丢了")


@pytest.mark.parametrize("way", ["deposit", "file"])
def test_what_waits_while_its_phone_is_taken_back_is_kept_for_the_office(field: Field, way: str) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    body = visit(1, door)
    meanwhile(sending(field, wire, way, [body]), lambda: take_back(field), GRID)
    assert became() == {body["op"]: ["returned", "not_permitted", GRID]}


def test_a_push_that_waits_while_its_phone_is_taken_back_writes_nothing(field: Field) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    status, answer = meanwhile(lambda: push(wire, visit(1, door)), lambda: take_back(field), GRID)
    assert (status, answer["problem"], Op.objects.count(), Visit.objects.count()) == (401, "revoked", 0, 0)
