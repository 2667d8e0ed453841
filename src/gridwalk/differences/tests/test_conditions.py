"""What a rule speaks of: each condition with records on both sides of it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from gridwalk.core.queries import NotHere
from gridwalk.differences.models import DecisionBatch
from gridwalk.differences.queries import batches
from gridwalk.differences.queries.batches import Rule
from gridwalk.registry.models import Difference, Person, Residence
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, SECOND, Street, lead, phone, worker

pytestmark = pytest.mark.django_db
WHO = lead()


def rule(condition: str = "any", field: str = "phone", source: str = "ledger", decision: str = "accept") -> Rule:
    return Rule("person", field, source, condition, decision)


def spoken_of(street: Street, about: Rule, scope: str = FIRST) -> set[str]:
    rows = Difference.objects.filter(pk__in=batches.matching(WHO, scope, about, street.at.date()))
    return {Person.objects.get(pk=row.entity).name for row in rows}


def test_the_same_telephone_counts_of_somebody_else_who_lives_at_the_same_door_now(street: Street) -> None:
    def household(room: str, name: str, other: str, number: int, *, left: str = "") -> None:
        home = street.door(room)
        asked = street.person(name, home, phone=phone(100 + number))
        beside = street.person(other, home, phone=phone(number))
        Residence.objects.filter(person={name: asked, other: beside}.get(left)).update(to_on=street.at.date())
        street.say(asked, "phone", phone(number))

    household("101", "王试甲", "王试乙", 1)
    household("102", "韩试甲", "韩试乙", 2, left="韩试乙")
    household("103", "程试甲", "程试乙", 3, left="程试甲")
    next_door = street.person("孟试甲", street.door("104"), phone=phone(104))
    street.say(next_door, "phone", phone(1))
    alone = street.person("孟试乙", street.door("105"))
    street.person("孟试丙", Residence.objects.get(person=alone).dwelling)
    assert spoken_of(street, rule()) == {"王试甲", "韩试甲", "程试甲", "孟试甲"}
    assert spoken_of(street, rule("household")) == {"王试甲"}


@pytest.mark.parametrize(("days", "is_stale"), [(None, True), (181, True), (180, False), (0, False)])
def test_half_a_year_after_it_was_verified_a_record_is_stale(street: Street, days: int | None, is_stale: bool) -> None:
    for name in ("王试甲", "王试乙"):
        street.say(street.person(name, phone=phone(1)), "phone", phone(2))
    today = street.at.date()
    Person.objects.filter(name="王试乙").update(verified_on=today)
    Person.objects.filter(name="王试甲").update(verified_on=None if days is None else today - dt.timedelta(days=days))
    assert spoken_of(street, rule("stale")) == ({"王试甲"} if is_stale else set())


def test_a_value_is_of_the_door_where_it_was_said_there_last(street: Street) -> None:
    said = {"甲": ["visit"], "乙": ["visit", "office"], "丙": ["office", "visit"], "丁": []}
    for name, sources in said.items():
        person = street.person(f"王试{name}", phone=phone(1))
        for n, source in enumerate(sources, 2):
            street.say(person, "phone", phone(n), source)
        street.say(person, "sex", "male", "visit")
        street.say(person, "phone", phone(9))
    assert {name[-1] for name in spoken_of(street, rule("at_door"))} == {"甲", "丙"}


def test_a_rule_speaks_of_what_is_open_there_of_its_source_and_in_no_batch(street: Street) -> None:
    by_name: dict[str, dict[str, Any]] = {
        "open": {},
        "decided": {"state": "kept"},
        "at the door": {"state": "to_door"},
        "in a batch": {"batch": uuid.uuid4()},
        "of another source": {"source": "platform"},
        "of another field": {"field": "name"},
    }
    for name, values in by_name.items():
        person = street.person(name, phone=phone(1))
        street.say(person, "phone", phone(2))
        Difference.objects.filter(entity=person.pk).update(**values)
    far = street.person("far away", grid=FAR_GRID, phone=phone(1))
    street.say(far, "phone", phone(2))
    assert spoken_of(street, rule()) == {"open"}
    assert spoken_of(street, rule(source="")) == {"open", "of another source"}
    assert spoken_of(street, rule(), SECOND) == set(), "the lead of the first community reads nothing of the second"
    before = batches.preview(WHO, FIRST, rule(), street.at.date())
    assert (before.n, before.n_open, before.n_several, len(before.rows)) == (1, 3, 0, 1)


def test_two_claims_of_one_fact_are_left_by_who_accepts_and_not_by_who_keeps(street: Street) -> None:
    person = street.person("王试甲", phone=phone(1))
    street.say(person, "phone", phone(2))
    street.say(person, "phone", phone(3), "platform")
    street.say(street.person("王试乙", phone=phone(1)), "phone", phone(2))
    today = street.at.date()
    assert batches.preview(WHO, FIRST, rule(source=""), today).n_several == 2
    assert batches.preview(WHO, FIRST, rule(source="", decision="keep"), today).n_several == 0


@pytest.mark.parametrize(
    ("about", "is_sound"),
    [
        (rule(), True),
        (rule(source=""), True),
        (rule("household"), True),
        (rule("household", "name"), False),
        (rule("checksum", "id_no"), True),
        (rule("nothing"), False),
        (rule(source="nobody"), False),
        (rule(field="nothing"), False),
        (rule(field="residence_kind"), False),
        (rule(decision="end"), False),
        (rule(decision="to_door"), True),
    ],
)
def test_a_rule_is_of_parts_that_can_be_chosen_together(about: Rule, is_sound: bool) -> None:
    assert about.is_sound is is_sound


def test_a_rule_is_said_in_words() -> None:
    assert rule("empty").sentence == "台账与系统登记的电话不同、系统登记空着的，一律采用台账写的"
    assert rule(source="", decision="keep").sentence == "各处来源与系统登记的电话不同，一律保留登记"


def test_batches_are_read_for_a_week_by_who_decides_there(street: Street) -> None:
    def batch(scope: str, days: float) -> DecisionBatch:
        then = street.at - dt.timedelta(days=days)
        return DecisionBatch.objects.create(
            scope=scope, kind="person", field="phone", sentence="", decision="keep", n_chosen=1, created_at=then
        )

    new, old = batch(FIRST, 1), batch(GRID, 7)
    batch(FIRST, 7.1)
    far = batch(SECOND, 1)
    assert batches.recent(WHO, FIRST, street.at) == [new, old]
    assert batches.get_batch(WHO, new.pk) == new
    for viewer, pk in ((WHO, far.pk), (WHO, uuid.uuid4()), (worker(), new.pk)):
        with pytest.raises(NotHere):
            batches.get_batch(viewer, pk)
