"""Reads of the register: absent and not yours are the same, and masking follows the role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from gridwalk.accounts.rules import Role, Viewer
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.differences.queries import differences
from gridwalk.registry.actions import creation, ends
from gridwalk.registry.models import CareLabel
from gridwalk.registry.queries import care, entities, rechecks, search
from gridwalk.registry.tests.street import (
    FIRST,
    GRID,
    NEXT_GRID,
    SECOND,
    Street,
    id_no,
    lead,
    phone,
    worker,
)
from gridwalk.timeline import queries as timeline

STREET = "120105001"
AsViewer = Callable[[Role, str], Viewer]


@pytest.mark.parametrize(
    "getter", [entities.get_dwelling, entities.get_person, entities.get_organization, entities.get_site]
)
def test_absent_and_not_yours_are_the_same(street: Street, getter: Callable[..., object]) -> None:
    with street.writing() as writing:
        records = {
            kind: creation.register(writing, kind, [creation.New(grid=GRID, values={"name": "甲"}, source="ledger")])[0]
            for kind in ("organization", "site")
        }
    door = street.door()
    records |= {"dwelling": door.id, "person": street.person("张桂兰", door).id}
    mine = records[getter.__name__.removeprefix("get_")]
    assert getter(worker(), mine)
    answers = set()
    for viewer, pk in ((lead(SECOND), mine), (worker(NEXT_GRID), mine), (lead(), ids.new_id())):
        with pytest.raises(NotHere) as raised:
            getter(viewer, pk)
        answers.add(str(raised.value))
    assert answers == {"没有这一条，或不在您的范围内。"}


def test_names_and_vacancy_are_for_the_area_itself(street: Street, viewer: AsViewer) -> None:
    door = street.door(occupancy="vacant", tenure="let", owner_name="李四", owner_phone=phone(1))
    person = street.person("张桂兰", door, "tenant", id_no=id_no(1))
    centre = viewer(Role.STREET_CENTRE, STREET)
    assert entities.residents(centre, door) == [], "who lives at which door tells which stand empty"
    (home,) = entities.homes(centre, person)
    assert (home.name, home.address, home.kind_label, home.told) == ("张**", "甲里 1号楼 1单元", "", False)
    shown = {f.field: f.value for f in entities.facts(centre, door)}
    assert shown["owner_name"] == "有", "whose a door is tells which are let"
    assert not {"occupancy", "tenure"} & set(shown)
    assert entities.doors(centre, [door], street.at.date())[door.id].label == ""
    (row,) = entities.residents(lead(), door)
    assert (row.name, row.kind_label, row.id_no) == ("张桂兰", "租住", "120199************ 身份证 未核")
    shown = {f.field: f.value for f in entities.facts(lead(), door)}
    assert (shown["occupancy"], shown["owner_name"]) == ("空房", "李四")
    assert phone(1) not in shown["owner_phone"]
    assert entities.doors(lead(), [door], street.at.date())[door.id].label == "空房"
    with pytest.raises(NotHere):
        entities.get_person(viewer(Role.LEADING_GROUP, STREET), person.id)
    with pytest.raises(NotHere):
        entities.get_person(viewer(Role.ADMINISTRATOR, STREET), person.id)


def test_a_fact_says_where_it_came_from(street: Street) -> None:
    person = street.person("张桂兰", phone=phone(1), relation="head")
    street.say(person, "phone", phone(2), "visit")
    person.refresh_from_db()
    sources = {f.field: f.source for f in entities.facts(lead(), person)}
    assert (sources["name"], sources["phone"], sources["registered_address"]) == ("台账", "走访", "")


def test_care_is_due_by_interval_and_only_for_who_may_see_care(street: Street, viewer: AsViewer) -> None:
    person = street.person("张桂兰", street.door())
    with street.writing() as writing:
        creation.label_care(
            writing, [creation.NewCare(person=person.id, grid=GRID, category="living_alone", source="ledger")]
        )
    today = street.at.date() + dt.timedelta(days=5)
    assert care.due(lead(), FIRST, today - dt.timedelta(days=1)) == ([], 0), "not before it can be soon"
    (row,), n = care.due(lead(), FIRST, today)
    assert (row.categories, (row.due_on - today).days, n) == (("独居老人",), 2, 1)
    assert care.of_persons(viewer(Role.STREET_CENTRE, STREET), [person.id], GRID, today) == []
    with pytest.raises(NotHere):
        care.due(viewer(Role.STREET_CENTRE, STREET), FIRST, today)
    assert CareLabel.objects.count() == 1


@pytest.mark.parametrize("typed", ["张桂", "zhang gui", f" {id_no(1)}", "１２0 0000 0001", "甲里1-1-101"])
def test_one_box_finds_by_name_pinyin_number_phone_and_address(street: Street, typed: str) -> None:
    door = street.door()
    person = street.person("张桂兰", door, id_no=id_no(1), phone=phone(1))
    wanted = ("dwelling", door.id) if "甲里" in typed else ("person", person.id)
    assert [(h.kind, h.id) for h in search.search(lead(), typed)] == [wanted]
    assert search.search(lead(SECOND), typed) == []
    assert search.search(lead(), "  ") == []


def test_the_queue_is_for_who_decides(street: Street) -> None:
    person = street.person("张桂兰", street.door(), phone=phone(1))
    street.say(person, "phone", phone(2))
    (row,) = differences.waiting(lead(), differences.Filter(STREET))
    assert (row.title, row.label, row.source, row.why) == ("张桂兰", "电话", "台账", "台账与系统登记不同")
    assert "*" in row.claimed
    assert differences.counts(lead(), FIRST) == [("person", "phone", "电话", 1)]
    assert (differences.n_open(lead(SECOND), STREET), differences.n_open(worker(), STREET)) == (0, 0)
    with pytest.raises(NotHere):
        differences.get_difference(worker(), row.id)


def test_rechecks_wait_for_who_may_recheck_and_say_which_are_ones_own(street: Street) -> None:
    door = street.door()
    who = lead()
    ends.propose_end(
        actor=who,
        at=street.at,
        kind="dwelling",
        entity=door.id,
        proposed="struck_off",
        evidence="at_the_door",
        reason="已拆除",
    )
    (own,), (others,) = rechecks.waiting(who, STREET), rechecks.waiting(lead(), STREET)
    assert (own.n, others.n) == (1, 1), "of one door by itself"
    assert (own.mine, others.mine, others.title, others.proposed) == (True, False, door.address, "登记错误")
    assert rechecks.waiting(worker(), STREET) == []
    marks = {p.sentence for p in timeline.past("dwelling", [door.id], full=True)}
    assert "提出注销登记（登记错误），待复核，凭上门看过" in marks
