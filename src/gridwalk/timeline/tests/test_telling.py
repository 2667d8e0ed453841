"""What the history of a record tells whom: whoever reads rows masked learns nothing of how a door is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import Change
from gridwalk.events.actions import homes, letting
from gridwalk.events.kinds import EVENTS
from gridwalk.registry.models import Dwelling, Facility, Person
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, Street
from gridwalk.timeline import queries
from gridwalk.visits.actions import rounds

pytestmark = pytest.mark.django_db

SAID: dict[str, Any] = {"occupancy": "occupied", "tenure": "let", "usage": "business", "area_m2": "74.2"}
TOLD = {"occupancy": "居住状况", "tenure": "使用情况", "usage": "用途", "area_m2": "面积"}
HIDDEN = {"occupancy", "tenure"}


@pytest.fixture
def door(db: None, at: dt.datetime) -> Dwelling:
    street = Street.lay_out(at)
    door = street.door(occupancy="vacant", tenure="owner", usage="residential", area_m2="60")
    for field, value in SAID.items():
        street.say(door, field, value, "office")
    return door


@pytest.mark.parametrize("full", [True, False])
def test_how_a_door_is_used_is_told_in_full_alone(door: Dwelling, full: bool) -> None:
    sentences = [line.sentence for line in queries.past("dwelling", [door.pk], full=full)]
    told = {field for field, label in TOLD.items() if any(label in sentence for sentence in sentences)}
    assert told == (set(SAID) if full else set(SAID) - HIDDEN)


@pytest.mark.parametrize(
    ("verb", "told", "masked"),
    [
        (AuditVerb.NUMBER_REVEALED, "查看产权人电话，事由：约上门时间", "查看产权人电话"),
        (AuditVerb.NUMBER_DIALLED, AuditVerb.NUMBER_DIALLED.told, AuditVerb.NUMBER_DIALLED.told),
    ],
)
def test_a_number_that_was_looked_at_and_one_that_was_called(
    door: Dwelling, at: dt.datetime, verb: AuditVerb, told: str, masked: str
) -> None:
    core.record_reading(
        actor=SYSTEM,
        at=at,
        verb=verb,
        scope=GRID,
        kind="dwelling",
        subject=door.pk,
        reason="约上门时间",
        data={"field": "owner_phone"},
    )
    for full, words in ((True, told), (False, masked)):
        lines = [line.sentence for line in queries.past("dwelling", [door.pk], full=full) if line.note == "居民可见"]
        assert lines == [words]


def test_a_round_is_told_with_its_result(door: Dwelling, at: dt.datetime) -> None:
    facility = Facility.objects.create(grid_id=GRID, facility_kind="hydrant", source="office", created_at=at)
    for seen in (rounds.Seen(on=at.date()), rounds.Seen(on=at.date(), result="faulty", fault="broken", note="漏水")):
        rounds.record_rounds(actor=SYSTEM, at=at, things=[("facility", facility.pk)], seen=seen)
    sentences = [line.sentence for line in queries.past("facility", [facility.pk], full=True)]
    assert [sentence for sentence in sentences if sentence.startswith("巡检")] == [
        "巡检，有故障，部件坏了，漏水",
        "巡检，完好",
    ]


@pytest.mark.parametrize(
    ("does", "told", "masked"), [(homes.move_in, "入住", "入住"), (letting.let, EVENTS["let"].label, "动态更新")]
)
def test_an_event_whose_name_tells_how_a_door_is_used_is_an_update_to_masked_eyes(
    door: Dwelling, at: dt.datetime, does: Callable[..., Any], told: str, masked: str
) -> None:
    raw = {"on": at.date().isoformat(), "told": "self", "seen": "1", "residence_kind": "lives_here"}
    more: dict[str, Any] = {"leaving": []} if does is letting.let else {}
    does(actor=SYSTEM, at=at, dwelling=door.pk, people=[{"name": "王试甲"}], raw=raw, **more)
    person = Person.objects.get()
    for full, label in ((True, told), (False, masked)):
        sentences = [line.sentence for line in queries.past("person", [person.pk], full=full)]
        assert sum(sentence.startswith(label) for sentence in sentences) == 1, sentences


@pytest.mark.parametrize(
    ("kind", "field", "new", "words"),
    [
        ("dwelling", "status", "struck_off", "状态改为已注销"),
        ("organization", "status", "of another version", "状态改为of another version"),
        ("dwelling", "status", None, "状态改为"),
        ("dwelling", "vacancy_source", "of another version", "空房核实来源 空 → of another version"),
        ("dwelling", "vacancy_source", "property_office", "空房核实来源 空 → 物业核实"),
    ],
)
def test_a_value_without_a_word_is_told_as_it_stands(
    kind: str, field: str, new: str | None, words: str, at: dt.datetime
) -> None:
    change = Change(kind=kind, field=field, old=None, new=new, at=at, source="office")
    assert queries.sentences([change], full=True) == [words]


def test_the_grid_a_record_came_to_is_told_by_name_and_of_a_person_that_no_home_is_known(at: dt.datetime) -> None:
    street = Street.lay_out(at)
    door = street.door("101")
    person = street.person("程甲", door)
    unassigned = f"{FIRST}000"
    with core.write_to(GRID, NEXT_GRID, unassigned, actor=SYSTEM, at=at) as writing:
        for kind, record in (("person", person.pk), ("dwelling", door.pk)):
            for old, new in ((GRID, NEXT_GRID), (NEXT_GRID, unassigned)):
                writing.change(stream=new, kind=kind, entity=record, field="grid", old=old, new=new, source="office")

    def moves(kind: str, record: Any) -> set[str]:
        return {line.sentence for line in queries.past(kind, [record], full=True) if line.mark == "移"}

    there, nowhere = "移到 甲 第二网格", "没有登记的住处了，先放在“未划入网格”"
    assert moves("person", person.pk) == {there, nowhere}
    assert moves("dwelling", door.pk) == {there, "移到 甲 未划入网格"}
