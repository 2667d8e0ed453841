"""What a visit says of somebody who lives in another grid by now, or of a place in one: the visit counts, and
the side that answers for the record is asked.
"""

from __future__ import annotations

from typing import Any

import pytest

from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actors import PROGRAM
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.registry.actions import creation
from gridwalk.registry.models import Difference, Dwelling, Person, Recheck, Residence
from gridwalk.registry.rules import WHY
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, id_no, phone
from gridwalk.sync.models import Op
from gridwalk.visits.models import CareNeed, Visit
from gridwalk.visits.tests.test_finding import label

Field = Any
ELSEWHERE = (NEXT_GRID, FAR_GRID)


def move(person: Person, door: Dwelling) -> None:
    """Somebody moves to a door of another grid."""
    with core.write_to(GRID, f"{FIRST}000", door.grid_id, actor=PROGRAM, at=clock.now()) as writing:
        homes = list(Residence.objects.filter(person=person, to_on__isnull=True))
        creation.end_residences(writing, homes, source="office", reason="搬家")
        link = creation.NewResidence(
            person=person.pk, dwelling=door.pk, grid=door.grid_id, kind="lives_here", source="office"
        )
        creation.link(writing, [link])
        creation.place_persons(writing, [person.pk])


def questions() -> list[tuple[str, str, str]]:
    """(grid, field, why) of the differences that wait."""
    return [(d.grid_id, d.field, d.why) for d in Difference.objects.filter(state="open").order_by("field")]


@pytest.mark.parametrize("grid", ELSEWHERE)
def test_what_a_visit_says_of_somebody_who_has_moved_to_another_grid_is_asked_there(field: Field, grid: str) -> None:
    door, there = field.street.door("101"), field.street.door("901", grid)
    person = field.street.person("程望舒", door, phone=phone(1), relation="head")
    stays = field.street.person("程兰因", door)
    field.walk.dispatch()
    wire = field.phone()
    heads = dict(person.heads)
    facts = {"phone": {"p": heads["phone"], "v": phone(2)}, "registered_address": {"p": None, "v": "甲里1号楼"}}
    edit = {"kind": "person", "entity": str(person.id), "set": facts}
    body = visit(1, door, confirmed=[str(person.id), str(stays.id)], edits=[edit])
    move(person, there)

    status, answer = push(wire, body)

    assert (status, states(answer)) == (200, ["difference"]), answer["results"]
    row = Visit.objects.get()
    assert (row.grid_id, row.n_confirmed) == (GRID, 1)
    assert questions() == [(grid, "phone", "not_theirs"), (grid, "registered_address", "not_theirs")]
    person.refresh_from_db()
    assert (person.unseal("phone"), person.registered_address, person.heads["phone"]) == (phone(1), "", heads["phone"])
    assert {d["field"] for d in answer["results"][0]["differences"]} == {"phone", "registered_address"}
    assert push(wire, body)[1]["results"] == answer["results"]


def test_where_they_answer_for_the_other_grid_too_it_is_applied_there(field: Field) -> None:
    door, there = field.street.door("101"), field.street.door("901", NEXT_GRID)
    person = field.street.person("程望舒", door, phone=phone(1))
    field.walk.dispatch()
    wire = field.phone()
    post = field.worker.assignments.get()
    post.pk, post.scope, post._state.adding = None, NEXT_GRID, True
    post.save()
    edit = {
        "kind": "person",
        "entity": str(person.id),
        "set": {"phone": {"p": person.heads["phone"], "v": phone(2)}},
    }
    body = visit(1, door, edits=[edit])
    move(person, there)
    assert states(push(wire, body)[1]) == ["accepted"]
    person.refresh_from_db()
    assert (person.grid_id, person.unseal("phone"), questions()) == (NEXT_GRID, phone(2), [])


def test_a_card_of_somebody_who_lives_elsewhere_is_not_compared(field: Field) -> None:
    door, there = field.street.door("101"), field.street.door("901", FAR_GRID)
    person = field.street.person("程望舒", door, id_no=id_no(11))
    field.walk.dispatch()
    wire = field.phone()
    head = person.heads["id_no"]
    move(person, there)
    edit = {"kind": "person", "entity": str(person.id), "set": {"id_no": {"p": head, "v": id_no(11)}}}
    (result,) = push(wire, visit(1, door, edits=[edit]))[1]["results"]
    assert (result["state"], result.get("reason", ""), questions()) == (
        "difference",
        "",
        [(FAR_GRID, "id_no", "not_theirs")],
    )
    assert "由这边定" in WHY["not_theirs"]


@pytest.mark.parametrize("grid", ELSEWHERE)
def test_an_end_heard_of_somebody_who_lives_elsewhere_waits_for_a_second_person_there(field: Field, grid: str) -> None:
    door, there = field.street.door("101"), field.street.door("901", grid)
    person = field.street.person("程望舒", door)
    field.walk.dispatch()
    wire = field.phone()
    move(person, there)
    body = visit(1, door, ends=[{"person": str(person.id), "end": "deceased"}], departures=[str(person.id)])
    (result,) = push(wire, body)[1]["results"]
    assert (result["state"], result["reason"]) == ("accepted", "people_moved")
    assert (Recheck.objects.get().grid_id, Residence.objects.get(to_on=None).dwelling_id) == (grid, there.pk)


@pytest.mark.parametrize("grid", ELSEWHERE)
def test_a_need_found_in_somebody_who_lives_elsewhere_is_followed_there(field: Field, grid: str) -> None:
    door, there = field.street.door("101"), field.street.door("901", grid)
    person = field.street.person("程望舒", door)
    field.walk.dispatch()
    wire = field.phone()
    move(person, there)
    person.refresh_from_db()
    care_of = label(person)
    contact = {"person": str(person.id), "need": "medical", "help": "none"}
    wrong = {**contact, "help": "referred", "to": "hospital", "by": "2020-01-01"}
    assert states(push(wire, visit(1, door, care=[wrong]))[1]) == ["returned"]
    assert states(push(wire, visit(2, door, care=[contact]))[1]) == ["accepted"]
    need = CareNeed.objects.select_related("contact__label").get()
    care_of.refresh_from_db()
    assert (need.contact.label, need.contact.grid_id, need.contact.visit_id) == (care_of, grid, Visit.objects.get().pk)
    assert care_of.last_contact_on == clock.local_date(clock.now())


def test_what_a_visit_says_of_a_door_of_another_grid_is_asked_there(field: Field) -> None:
    door, there = field.street.door("101"), field.street.door("901", NEXT_GRID, tenure="owner")
    field.walk.dispatch()
    wire = field.phone()
    edit = {"kind": "dwelling", "entity": str(there.id), "set": {"tenure": {"p": there.heads["tenure"], "v": "let"}}}
    body = visit(1, door, set={"tenure": {"p": None, "v": "let"}}, edits=[edit])
    assert states(push(wire, body)[1]) == ["difference"]
    assert questions() == [(NEXT_GRID, "tenure", "not_theirs")]
    there.refresh_from_db()
    door.refresh_from_db()
    assert (there.tenure, door.tenure, Op.objects.get().state) == ("owner", "let", "difference")


def test_an_edit_of_no_kind_at_all_is_one_that_cannot_be_read(field: Field) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    edit = {"kind": ["person"], "entity": str(door.id), "set": {}}
    assert states(push(field.phone(), visit(1, door, edits=[edit]))[1]) == ["returned"]
