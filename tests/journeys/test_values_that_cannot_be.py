"""What can be no value of its field is refused whoever brings it: nothing of it is stored, so that no misread column
puts a number where it is not sealed. (Phones: ``phone/tests/test_refusals_in_words.py``.)
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.method import names
from gridwalk.method.addresses import Address
from gridwalk.registry.actions import claims, creation
from gridwalk.registry.actions.doors import NewDoor, register_doors
from gridwalk.registry.models import Difference, Dwelling, FormerAddress, Organization, Person
from gridwalk.registry.rules import Claim, Unfit
from gridwalk.territory.models import Building, Stairwell
from gridwalk.visits.actions import doors
from gridwalk.visits.actions.recording import VisitRefused
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, id_no, upload, workbook
from tests.harness.people import SignIn
from tests.journeys.test_from_workbook_to_rate import last_working_morning
from tests.journeys.test_merging import add, decide, propose
from tests.journeys.test_renumbering import send, words

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NUMBERS = (id_no(41), "12012345641", "02226251234")
NO_PART = (*NUMBERS, "1980-01-01", "男", "是", "宋伟文")
NO_NAME = (*NUMBERS, "26251234", "1980-01-01", "301", "男", "户主")
NO_RELATION = (*NUMBERS, "王伟", "301")
PARTS = {"estate": "海河花园", "building": "5号楼", "stairwell": "1单元", "room": "902"}
TABLES = (Person, Dwelling, Building, Stairwell, FormerAddress, Organization, Difference, Change)


def stored() -> str:
    """Every row of the register and of its history, as it lies in the database."""
    return repr([list(table._default_manager.values()) for table in TABLES])


def nothing_of(before: str, *wrong: str) -> bool:
    """Whether no table holds any of these more often than before."""
    after = stored()
    return all(after.count(value) == before.count(value) for value in wrong if len(value) > 3)


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("part", ["小区", "楼栋", "单元", "室号"])
def test_a_ledger_of_doors_stores_none_and_says_which_cell(lead: Client, part: str) -> None:
    header = ["网格编码", "小区", "楼栋", "单元", "室号", "居住状况"]
    wrong = [value for value in NO_PART if (part, value) != ("小区", "宋伟文")]  # an estate may be called anything
    rows = [[GRID, "海河花园", "5号楼", "1单元", str(900 + n), "有人住"] for n in range(len(wrong))]
    for row, value in zip(rows, wrong, strict=True):
        row[header.index(part)] = value
    before = stored()
    done = confirm(
        lead, upload(lead, workbook("房屋台账", [header, *rows, [GRID, "海河花园", "5号楼", "1单元", "101", "有人住"]]))
    )
    assert done.n_faulty == len(wrong) and nothing_of(before, *wrong)
    assert Dwelling.objects.filter(room="101").count() == 1


def test_a_ledger_of_people_stores_no_number_as_a_name_or_a_relation(lead: Client) -> None:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    header = ["小区", "楼号", "单元", "室号", "姓名", "身份证号", "与户主关系"]
    place = ["海河花园", "5号楼", "1单元", "101"]
    rows = [[*place, name, id_no(51 + 2 * n), "户主"] for n, name in enumerate(NO_NAME)]
    rows += [[*place, f"程{'一二三四五'[n]}", id_no(71 + 2 * n), word] for n, word in enumerate(NO_RELATION)]
    before = stored()
    confirm(lead, upload(lead, workbook("实有人口台账", [header, *rows])))
    assert nothing_of(before, *NUMBERS, "26251234", "王伟")
    assert set(Person.objects.values_list("name", "relation")) == {(f"程{n}", "") for n in "一二三四五"}


@pytest.mark.parametrize("name", NO_NAME)
def test_the_forms_refuse_a_name_that_is_none(street: Client, name: str) -> None:
    person, door = Person.objects.get(name="程望舒"), Dwelling.objects.get(room="102")
    before = stored()
    refused = [
        street.post(f"/correct/person/{person.pk}/", {"name": name, "reason": "看了证件"}),
        street.post(f"/correct/dwelling/{door.pk}/", {"owner_name": name, "reason": "看了证件"}),
        street.post(
            f"/daily/moved_in/dwelling/{door.pk}/",
            {"name-0": name, "residence_kind": "tenant", "told": "self", "seen": "1"},
        ),
    ]
    assert {answer.status_code for answer in refused} == {422}
    assert nothing_of(before, name)
    good = {"name": "程望舒舒", "reason": "看了证件"}
    assert street.post(f"/correct/person/{person.pk}/", good).status_code == 302


@pytest.mark.parametrize("relation", NO_RELATION)
def test_the_forms_refuse_a_relation_that_is_none(street: Client, relation: str) -> None:
    person, door = Person.objects.get(name="程望舒"), Dwelling.objects.get(room="102")
    before = stored()
    typed = {"relation": relation, "reason": "问过本人"}
    assert "不认得这个写法" in shown(street.post(f"/correct/person/{person.pk}/", typed))
    line = {"name-0": "程又青", "relation-0": relation, "residence_kind": "tenant", "told": "self", "seen": "1"}
    assert "不认得这个写法" in shown(street.post(f"/daily/moved_in/dwelling/{door.pk}/", line))
    assert nothing_of(before, relation)


@pytest.mark.parametrize("wrong", NO_PART[:-1])
def test_new_numbers_and_names_of_a_building_are_refused_that_are_none(street: Client, wrong: str) -> None:
    before = stored()
    assert "没有提交" in words(send(street, table=f"101 → {wrong}"))
    assert "没有提交" in words(send(street, whole="1", estate=wrong))
    assert nothing_of(before, wrong)


@pytest.mark.parametrize("part", PARTS)
def test_a_door_found_while_walking_and_the_steps_below_take_none(
    street: Client, viewer: Callable[[Role, str], Viewer], part: str
) -> None:
    worker = viewer(Role.COMMUNITY_LEAD, COMMUNITY)
    before = stored()
    for wrong in NO_PART[:-1]:
        with pytest.raises(VisitRefused, match="没有登记："):
            doors.join_door(actor=worker, at=clock.now(), grid=GRID, place=PARTS | {part: wrong})
        address = Address(**{**PARTS, "building": "5", "stairwell": "1"} | {part: wrong})  # type: ignore[arg-type]
        with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing, pytest.raises(Unfit):
            register_doors(writing, [NewDoor(grid=GRID, address=address, values={}, source="visit")])
    assert nothing_of(before, *NO_PART)


def test_the_steps_that_every_way_ends_in_take_none(street: Client) -> None:
    person = Person.objects.get(name="程望舒")
    before = stored()
    wrong = [("name", name) for name in NO_NAME] + [("relation", word) for word in NO_RELATION]
    wrong += [("registered_address", f"某地{number}") for number in NUMBERS]
    for field, value in wrong:
        new = creation.New(grid=GRID, values={"name": "程又青", field: value}, source="visit")
        with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing, pytest.raises(Unfit, match="没有存："):
            creation.register(writing, "person", [new])
        with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing, pytest.raises(Unfit, match="没有存："):
            claims.apply_claims(writing, [Claim("person", person.pk, field, value, "office")])
    assert nothing_of(before, *NO_NAME, *NO_RELATION)


def test_a_question_that_an_older_version_took_up_is_not_accepted_and_no_page_breaks(street: Client) -> None:
    person = Person.objects.get(name="程望舒")
    with core.write_to(person.grid_id, actor=SYSTEM, at=clock.now()) as writing:
        claims.apply_claims(writing, [Claim("person", person.pk, "name", "程望书", "ledger")])
    asked = Difference.objects.get(entity=person.pk, field="name")
    Difference.objects.filter(pk=asked.pk).update(claimed="12012345641")
    path = f"/differences/{asked.pk}/"
    said = shown(street.post(f"{path}decide/", {"decision": "accept", "reason": "看了"}, follow=True))
    assert "那一边写的存不了" in said
    person.refresh_from_db()
    assert person.name == "程望舒"


def test_paper_that_is_typed_in_and_a_merge_carry_none(street: Client, sign_in: SignIn) -> None:
    door, number = Dwelling.objects.get(room="401"), NUMBERS[1]
    typed = {"on": last_working_morning().isoformat(), "band": number, f"o-{door.pk}": "vacant_confirmed"}
    typed |= {f"s-{door.pk}": number, f"b-{door.pk}": number, "name-0": number}
    before = stored()
    street.post(f"/paper/{door.stairwell_id}/", typed)
    assert nothing_of(before, number)
    stays, goes = Person.objects.get(name="韩书言"), add(street, "202", "韩书言")
    Person.objects.filter(pk=goes.pk).update(name=number)  # as an older version took it up
    plan = propose(street, stays, goes, **{"side-name": "right"})
    assert "没有存：姓名" in html.unescape(decide(sign_in(Role.COMMUNITY_LEAD, COMMUNITY), plan))
    stays.refresh_from_db()
    assert (stays.name, stays.name_key) == ("韩书言", names.key("韩书言"))
