"""A phone that was away while records were merged goes on speaking of the one that went; it reaches the one
that stays.
"""

from __future__ import annotations

from typing import Any

import pytest

from gridwalk.campaigns.models import Target
from gridwalk.core import clock, ids
from gridwalk.differences.actions import decisions
from gridwalk.differences.queries import takeovers
from gridwalk.followup.models import Matter
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.registry.models import Difference, Person, Residence, TakeOver
from gridwalk.registry.tests.street import id_no, links, phone
from gridwalk.sync.models import Alias, Returned
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.tests import rows
from gridwalk.visits.models import Visit
from tests.harness.phones import op

Field = Any


def test_what_is_said_of_a_merged_person_is_said_of_the_one_that_stays(field: Field) -> None:
    door = field.street.door()
    first, middle = field.street.person("程望舒", door), field.street.person("程望舒")
    last = field.street.person("程望舒")
    field.walk.dispatch()
    nickname = ids.new_id()
    Alias.objects.create(id=nickname, entity=first.id)
    wire = field.phone()
    rows.do(field.walk, "merge_persons", [middle.id, first.id], fields={}, home="")
    field.walk.at = clock.now()
    rows.do(field.walk, "merge_persons", [last.id, middle.id], fields={}, home="")
    sent = visit(
        1,
        door,
        confirmed=[str(first.id)],
        edits=[{"kind": "person", "entity": str(middle.id), "set": {"phone": {"p": None, "v": phone(7)}}}],
    )
    later = op(2, "fact.set", "person", nickname, at=clock.now(), set={"relation": {"p": None, "v": "户主"}})
    _, answer = push(wire, sent, later)
    assert states(answer) == ["accepted", "accepted"], answer
    stays = Person.objects.get(pk=last.id)
    assert (stays.unseal("phone"), stays.relation) == (phone(7), "02")
    assert stays.verified_on == clock.local_date(clock.now())
    assert links(stays) == [(door.id, "lives_here")]
    assert Person.objects.get(pk=first.id).phone_index == ""
    assert not Returned.objects.exists()
    assert not Difference.objects.exists()


def test_a_visit_at_a_merged_door_is_a_visit_at_the_one_that_stays(field: Field) -> None:
    stays, goes = field.street.door("101"), field.street.door("901")
    resident = field.street.person("程望舒", goes)
    field.walk.dispatch()
    wire = field.phone()
    rows.do(field.walk, "merge_dwellings", [stays.id, goes.id], fields={})
    sent = visit(1, goes, confirmed=[str(resident.id)], note={"kind": "hazard", "text": "楼道堆物"})
    again = visit(2, stays, "no_answer")
    newborn = ids.new_id()
    comes = op(
        3,
        "person.add",
        "person",
        newborn,
        at=clock.now(),
        data={"dwelling": str(goes.id), "values": {"name": "程小满"}, "residence_kind": "lives_here"},
    )
    _, answer = push(wire, sent, again, comes)
    assert states(answer) == ["accepted"] * 3, answer
    assert set(Visit.objects.values_list("entity", flat=True)) == {stays.id}
    target = Target.objects.get(entity=stays.id)
    assert (target.state, target.n_visits) == ("visited", 2)
    assert Matter.objects.get().place == stays.id
    assert Person.objects.get(pk=resident.id).verified_on == clock.local_date(clock.now())
    assert Residence.objects.get(person=newborn).dwelling_id == stays.id


@pytest.mark.slow  # four corrections by two leads
def test_whoever_was_reported_is_asked_for_whatever_is_merged_meanwhile(field: Field) -> None:
    """Their number stands under another name. Meanwhile that record is merged with one that lives at the door, and the
    door with another: the question waits on, is shown at the door that stays, and brings what was said when decided.
    """
    home, door, stays = (field.street.door(room) for room in ("101", "102", "103"))
    holder, there = field.street.person("程望舒", home, id_no=id_no(11)), field.street.person("程小满", door)
    field.walk.dispatch()
    wire, newcomer = field.phone(), ids.new_id()
    values = {"name": "程小满", "id_no": id_no(11), "phone": phone(7)}
    data = {"dwelling": str(door.id), "values": values, "residence_kind": "lives_here"}
    _, answer = push(wire, op(1, "person.add", "person", newcomer, at=clock.now(), data=data))
    assert states(answer) == ["difference"]
    field.walk.at = clock.now()
    living = Residence.objects.get(person=there, to_on=None)
    fields = {"fields": {"id_no": "right"}, "home": str(living.pk)}

    def merge() -> list[Plan]:
        of_people = rows.do(field.walk, "merge_persons", [there.id, holder.id], **fields)
        return [of_people, rows.do(field.walk, "merge_dwellings", [stays.id, door.id], fields={})]

    for plan in reversed(merge()):
        assert rows.undo(field.walk, plan) == []
    question = Difference.objects.get(field="residence")
    assert (question.entity, TakeOver.objects.get().dwelling) == (holder.id, door.id)
    merge()
    question = Difference.objects.get(field="residence")
    assert (question.state, question.entity, question.evidence["dwelling"]) == ("open", there.id, str(stays.id))
    lead = field.viewer(field.lead)
    assert [row.name for row in takeovers.at_door(lead, stays, clock.now())] == ["程小满"]
    decisions.decide(actor=lead, at=clock.now(), difference=question.id, decision="accept")
    assert Person.objects.get(pk=there.id).unseal("phone") == phone(7)
    said = op(2, "fact.set", "person", newcomer, at=clock.now(), set={"relation": {"p": None, "v": "户主"}})
    assert states(push(wire, said)[1]) == ["accepted"]
    assert Person.objects.get(pk=there.id).relation == "02"
