"""What a check asks about, tells and puts right, beside records of elsewhere, of before and of other people."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from gridwalk.accounts.rules import NotPermitted, Viewer
from gridwalk.bench.actions import decisions as actions
from gridwalk.bench.actions.decisions import Choice
from gridwalk.bench.cases import contradictions
from gridwalk.bench.cases.case import Case, Inside, Member
from gridwalk.bench.queries import checks
from gridwalk.bench.queries.evidence import answers
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import CaseDecision, Difference, Person, Residence
from gridwalk.registry.tests.cast import TODAY, Cast
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, id_no, lead, phone, worker

pytestmark = pytest.mark.slow  # tables over a whole room
BORN, OTHER_DAY = dt.date(1980, 1, 1), dt.date(1980, 1, 2)
SCOPES = (FIRST, FIRST[:9])


@pytest.fixture
def cast(db: None, at: dt.datetime) -> Cast:
    return Cast(at)


def people_of(code: str, scope: str) -> list[list[str]]:
    """The names of the people of each case of a check."""
    cases = contradictions.find(Inside(scopes=[scope]), TODAY, [code])
    names = dict(Person.objects.values_list("pk", "name"))
    return sorted(sorted(names[pk] for pk in case.records) for case in cases)


def around(code: str, *people: Person) -> int:
    return len(contradictions.find(Inside(ids=frozenset(each.pk for each in people)), TODAY, [code]))


@pytest.mark.parametrize("scope", SCOPES)
def test_namesakes_of_one_day_are_asked_about_where_both_are_on_record(cast: Cast, scope: str) -> None:
    def born(name: str, day: dt.date | None = BORN, grid: str = GRID, **values: Any) -> Person:
        person = cast.person(name, grid, born_on=day)
        Person.objects.filter(pk=person.pk).update(name_key=name, **values)
        return person

    born("张桂兰"), born("张桂兰", grid=NEXT_GRID)
    far = born("李一", grid=FAR_GRID)
    near = born("李一")
    alone = [born("王一"), born("王一", OTHER_DAY)]
    born("赵一"), born("赵一", status="deceased")
    born("钱一"), born("孙一")
    apart = [born("周一", grid=FAR_GRID), born("周一", grid=FAR_GRID)]
    cases = [["张桂兰", "张桂兰"], ["李一", "李一"]]
    if scope == FIRST[:9]:
        cases.append(["周一", "周一"])
    assert people_of("same_name_and_birth", scope) == sorted(cases)
    assert around("same_name_and_birth", near) == around("same_name_and_birth", far) == 1
    assert around("same_name_and_birth", *alone) == 0
    assert around("same_name_and_birth", *apart) == 1


@pytest.mark.parametrize("scope", SCOPES)
def test_one_number_is_asked_about_on_records_struck_off_and_where_it_waits(cast: Cast, scope: str) -> None:
    street = cast.street

    def struck_off(name: str, serial: int) -> Person:
        person = street.person(name, grid=GRID, id_no=id_no(serial))
        Person.objects.filter(pk=person.pk).update(status="struck_off")
        return person

    struck_off("注销甲", 1), struck_off("注销乙", 1)
    struck_off("从前", 3), struck_off("单独", 5)
    merged = struck_off("并走", 3)
    standing = street.person("在册", grid=GRID, id_no=id_no(3))
    Person.objects.filter(pk=merged.pk).update(merged_into=standing.pk)
    typed, decided, other = (street.person(name, grid=GRID) for name in ("填错", "定了", "电话"))
    street.say(typed, "id_no", id_no(3))
    street.say(decided, "id_no", id_no(3))
    Difference.objects.filter(entity=decided.pk).update(state="kept")
    street.say(street.person("别人", grid=GRID, phone=phone(1)), "phone", phone(2))
    cases = [["注销乙", "注销甲"], sorted(["在册", "从前", "填错"])]
    assert people_of("same_number", scope) == sorted(sorted(each) for each in cases)
    assert people_of("same_number", SECOND) in ([], people_of("same_number", scope))
    assert around("same_number", other) == 0 and around("same_number", typed) == 1


def test_a_telephone_is_counted_at_doors_where_people_on_record_live(cast: Cast) -> None:
    street = cast.street
    homes = [street.door(str(room)) for room in range(101, 106)]
    for home in homes[:2]:
        street.person("程望舒", home, phone=phone(1))
    street.person("韩书言", homes[0], phone=phone(1))
    street.person("户籍", homes[2], "registered_here", phone=phone(1))
    left = street.person("搬离", homes[3], phone=phone(1))
    Residence.objects.filter(person=left).update(to_on=TODAY)
    gone = street.person("已故", homes[4], phone=phone(1))
    Person.objects.filter(pk=gone.pk).update(status="deceased")
    street.person("别号", homes[2], phone=phone(2))
    street.person("别处", street.door("101", FAR_GRID), phone=phone(1))
    index = Person.objects.get(pk=left.pk).phone_index
    assert (checks.phone_doors(lead(), index), checks.phone_doors(lead(SECOND), index)) == (2, 1)
    assert checks.phone_doors(worker(NEXT_GRID), index) == checks.phone_doors(lead(), "") == 0


def test_of_a_case_over_two_communities_only_the_own_doors_and_people_are_told(cast: Cast) -> None:
    here, there = cast.door("101"), cast.door("101", FAR_GRID)
    left = cast.door("102")
    people = [cast.at_door("程望舒", here), cast.at_door("韩书言", there)]
    cast.link(people[0], left, over=True)
    cast.link(people[0], cast.door("103"), "registered_here")
    members = tuple(Member("person", person.pk, person.grid_id) for person in people)
    of_people = answers.door_by_door(lead(), Case("phone_for_many", members, 2))
    assert [each.dwelling for each in of_people.answers] == [here.pk] and len(of_people.residents) == 1
    doors = tuple(Member("dwelling", door.pk, door.grid_id) for door in (here, there))
    of_doors = answers.door_by_door(lead(), Case("same_answer", doors, 2))
    assert [each.dwelling for each in of_doors.answers] == [here.pk] and of_doors.residents == []
    case = Case("same_door", (doors[1], doors[0]), 2)
    assert checks.shown_lead(lead(), case) == doors[0] and checks.shown_lead(lead(SECOND), case) == doors[1]
    names = checks.names(lead(), doors)
    assert names == {here.pk: here.address, there.pk: checks.ELSEWHERE}


def open_case(code: str) -> Case:
    (waits,) = checks.open_cases(lead(), FIRST, TODAY, [code])
    return waits.case


def decide(cast: Cast, case: Case, choice: str, who: Viewer, **more: Any) -> CaseDecision:
    chosen = Choice(check=case.check, lead=case.lead.id, seen=case.seen, choice=choice, **more)
    return actions.decide(actor=who, at=cast.at, chosen=chosen)


def test_of_several_homes_the_current_ones_of_the_person_are_decided_between(cast: Cast) -> None:
    first, second, past, third = (cast.door(str(room)) for room in range(101, 105))
    person, other = cast.person("程望舒"), cast.at_door("韩书言", third)
    for home in (first, second):
        cast.link(person, home)
    cast.link(person, past, over=True)
    cast.link(person, third, "registered_here")  # ends, once they live where they are registered
    asked = decide(cast, open_case("two_homes"), "to_door", lead())
    question = Difference.objects.get(pk=asked.difference or uuid.UUID(int=0))
    assert {question.opened("current"), question.opened("claimed")} == {first.address, second.address}
    actions.undo(actor=lead(), at=cast.at, decision=asked.pk)
    decide(cast, open_case("two_homes"), "correct", lead(), home=first.pk)
    current = set(Residence.objects.filter(to_on=None).values_list("person", "dwelling", "kind"))
    assert current == {
        (person.pk, first.pk, "lives_here"),
        (other.pk, third.pk, "lives_here"),
    }


def test_a_decision_is_taken_back_by_who_decides_where_it_stands(cast: Cast) -> None:
    for who in (cast.person("程望舒", born_on=BORN), cast.person("程望舒", born_on=BORN)):
        Person.objects.filter(pk=who.pk).update(name_key="x")
    made = decide(cast, open_case("same_name_and_birth"), "different", lead(), reason="两个人")
    for viewer, why in ((lead(SECOND), NotHere), (worker(), NotPermitted), (worker(NEXT_GRID), NotHere)):
        with pytest.raises(why):
            actions.undo(actor=viewer, at=cast.at, decision=made.pk)
    with pytest.raises(NotHere):
        actions.undo(actor=lead(), at=cast.at, decision=ids.new_id())
    assert checks.open_cases(lead(), FIRST, TODAY, ["same_name_and_birth"]) == []
    actions.undo(actor=lead(), at=cast.at, decision=made.pk)
    assert open_case("same_name_and_birth").n == 2
