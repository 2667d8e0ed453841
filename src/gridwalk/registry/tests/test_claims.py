"""Claims on records: applied, asked once, closed when answered; nothing overwritten silently."""

from __future__ import annotations

import datetime as dt
import importlib
import uuid

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwalk.core.models import Change
from gridwalk.differences.actions import decisions
from gridwalk.registry import columns
from gridwalk.registry.actions import claims
from gridwalk.registry.models import Difference, Dwelling, Person
from gridwalk.registry.rules import UNSEEN, Claim, Verdict
from gridwalk.registry.tests.street import Street, changes, id_no, lead, open_differences, phone


def test_a_ledger_fills_what_is_empty_and_asks_about_the_rest(street: Street) -> None:
    door = street.door(tenure="let")
    assert street.say(door, "owner_phone", phone(1)).verdict is Verdict.APPLY
    assert street.say(door, "occupancy", "occupied").verdict is Verdict.APPLY
    assert street.say(door, "tenure", "owner").verdict is Verdict.ASK
    assert street.say(door, "tenure", "let").verdict is Verdict.SAME
    door.refresh_from_db()
    assert (columns.read(door, "owner_phone"), door.occupancy, door.tenure) == (phone(1), "occupied", "let")
    assert open_differences() == [("tenure", "ledger_differs")]
    assert changes(door, "owner_phone") == [(None, phone(1))]


def test_a_question_is_asked_once_and_again_only_when_the_fact_has_changed(street: Street) -> None:
    person = street.person("张桂兰", phone=phone(1))
    for _ in range(2):
        street.say(person, "phone", phone(2))
    (asked,) = Difference.objects.all()
    decisions.decide(actor=lead(), at=street.at, difference=asked.id, decision="keep")
    assert street.say(person, "phone", phone(2)).verdict is Verdict.SAME
    assert open_differences() == []
    street.say(person, "phone", phone(3), "visit")
    assert street.say(person, "phone", phone(2)).verdict is Verdict.ASK
    assert open_differences() == [("phone", "ledger_differs")]


def test_a_question_on_its_way_to_the_door_is_not_asked_twice_and_the_door_answers_it(street: Street) -> None:
    person = street.person("张桂兰", phone=phone(1))
    street.say(person, "phone", phone(2))
    (asked,) = Difference.objects.all()
    decisions.decide(actor=lead(), at=street.at, difference=asked.id, decision="to_door")
    street.say(person, "phone", phone(2))
    assert Difference.objects.count() == 1
    street.say(person, "phone", phone(1), "visit")
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("closed", "上门已核实")


def test_a_question_closes_when_the_fact_becomes_what_was_claimed(street: Street) -> None:
    door = street.door(tenure="let")
    street.say(door, "tenure", "owner")
    street.say(door, "tenure", "lent", "platform")
    street.say(door, "tenure", "owner", "visit")
    assert list(Difference.objects.order_by("source").values_list("source", "state")) == [
        ("ledger", "closed"),
        ("platform", "open"),
    ]


def test_a_number_that_somebody_else_has_is_asked_and_holds_up_nothing_else(street: Street) -> None:
    street.person("王一", id_no=id_no(1))
    second, third = street.person("王二"), street.person("王三")
    with street.writing() as writing:
        judged = claims.apply_claims(
            writing,
            [
                Claim("person", second.id, "id_no", id_no(1), "visit"),
                Claim("person", second.id, "phone", phone(2), "visit"),
                Claim("person", third.id, "id_no", id_no(3), "visit"),
                Claim("person", second.id, "id_no", id_no(3), "visit"),
            ],
        )
    assert [j.verdict for j in judged] == [Verdict.ASK, Verdict.APPLY, Verdict.APPLY, Verdict.ASK]
    assert open_differences() == [("id_no", "number_taken"), ("id_no", "number_taken")]


@pytest.mark.parametrize("source", ["ledger", "visit", "office", "resident"])
def test_no_claim_ends_a_person_by_itself(street: Street, source: str) -> None:
    person = street.person("张桂兰")
    assert street.say(person, "status", "deceased", source).verdict is Verdict.ASK
    person.refresh_from_db()
    assert person.status == "active"


def test_a_door_that_is_lived_in_again_loses_the_proof_of_its_vacancy(street: Street) -> None:
    door = street.door(occupancy="vacant")
    Dwelling.objects.filter(pk=door.id).update(vacancy_source="neighbour", vacancy_confirmed_on=street.at.date())
    street.say(door, "occupancy", "occupied", "visit")
    street.say(door, "occupancy", "vacant", "visit")
    door.refresh_from_db()
    assert (door.vacancy_source, door.vacancy_confirmed_on) == ("", None)


def test_it_takes_eight_queries_for_one_household_and_for_many(street: Street) -> None:
    def cost(rooms: range) -> int:
        statements = []
        for n in rooms:
            door = street.door(str(n), tenure="let")
            person = street.person(f"王{n}", door, phone=phone(n))
            statements += [
                Claim("dwelling", door.id, "tenure", "owner", "ledger"),
                Claim("dwelling", door.id, "area_m2", "40", "visit"),
                Claim("person", person.id, "phone", phone(n + 50), "visit"),
                Claim("person", person.id, "id_no", id_no(n), "visit"),
            ]
        with street.writing() as writing, CaptureQueriesContext(connection) as seen:
            judged = claims.apply_claims(writing, statements)
        assert [j.verdict for j in judged[:4]] == [Verdict.ASK, Verdict.APPLY, Verdict.APPLY, Verdict.APPLY]
        return len(seen)

    assert cost(range(101, 102)) == cost(range(201, 206)) == 8


fields = st.sampled_from([("person", "phone"), ("person", "name"), ("dwelling", "tenure"), ("dwelling", "owner_name")])
VALUES = {
    "phone": [phone(1), phone(2), ""],
    "name": ["张桂兰", "张桂蓝", "章桂兰"],
    "tenure": ["owner", "let", "unknown"],
    "owner_name": ["李一", "李二", ""],
}
Step = tuple[tuple[str, str], int, str, str]
steps = st.lists(
    st.tuples(
        fields,
        st.integers(0, 2),
        st.sampled_from(["ledger", "visit", "office", "resident", "inspector", "platform"]),
        st.sampled_from(["unseen", "head", "first"]),
    ),
    max_size=8,
)


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps)
def test_every_claim_ends_as_head_as_ancestor_or_in_a_difference(street: Street, steps: list[Step]) -> None:
    with transaction.atomic():
        door = street.door(tenure="let")
        person = street.person("张桂兰", door)
        first = {**heads(door), **heads(person)}
        statements = []
        for (kind, field), n, source, saw in steps:
            entity = door if kind == "dwelling" else person
            entity.refresh_from_db()
            now = entity.heads.get(field)
            seen = {"unseen": UNSEEN, "head": now and uuid.UUID(now), "first": first.get(field)}[saw]
            street.say(entity, field, VALUES[field][n], source, seen=seen)
            statements.append((entity, field, VALUES[field][n]))
        for entity, field, value in statements:
            entity.refresh_from_db()
            now = columns.read(entity, field)
            once = unbroken(created(entity).get(field), changes(entity, field), now)
            waiting = Difference.objects.filter(entity=entity.id, field=field)
            assert value in ("", "unknown") or value in once or value in {d.opened("claimed") for d in waiting}
        transaction.set_rollback(True)


def heads(entity: Dwelling | Person) -> dict[str, uuid.UUID]:
    return {field: uuid.UUID(op) for field, op in entity.heads.items()}


def created(entity: Dwelling | Person) -> dict[str, object]:
    record = Change.objects.get(entity=entity.id, field=Change.WHOLE).new_clear
    assert isinstance(record, dict)
    return record


def unbroken(first: object, chain: list[tuple[object, object]], now: object) -> set[object]:
    """What the fact ever was; each change must begin where the one before ended, and the last must end at what
    stands now.
    """
    was = [first, *(new for _, new in chain)]
    for before, (old, _) in zip(was, chain, strict=False):
        assert (old or "") == (before or "")
    assert (was[-1] or "") == (now or "")
    return {*was, now}


def test_the_same_ledger_twice_writes_nothing_the_second_time(street: Street) -> None:
    door, person = street.door(tenure="let"), street.person("张桂兰", phone=phone(1))
    batch = [
        Claim("dwelling", door.id, "tenure", "owner", "ledger"),
        Claim("dwelling", door.id, "occupancy", "occupied", "ledger"),
        Claim("dwelling", door.id, "area_m2", "61.5", "ledger"),
        Claim("person", person.id, "phone", phone(2), "ledger"),
        Claim("person", person.id, "registered_address", "别处 1号", "ledger"),
    ]
    counts = []
    for _ in range(3):
        with street.writing() as writing:
            claims.apply_claims(writing, batch)
        counts.append((Change.objects.count(), Difference.objects.count()))
    assert counts[0] == counts[1] == counts[2]
    assert counts[0][1] == 2


def test_a_confirmation_typed_in_later_never_makes_a_record_older(street: Street) -> None:
    person = street.person("张桂兰")
    today = street.at.date()
    for on in (today, today - dt.timedelta(days=3)):
        with street.writing() as writing:
            claims.confirm(writing, "person", [(person.id, on), (person.id, on - dt.timedelta(days=1))], source="visit")
    person.refresh_from_db()
    assert person.verified_on == today
    assert changes(person, "verified_on") == [(None, today.isoformat())]


def test_a_claim_about_a_record_that_is_gone_is_passed_over_and_holds_up_nothing_else(street: Street) -> None:
    door, person = street.door(tenure="let"), street.person("张桂兰")
    claimed = [
        Claim("dwelling", door.id, "occupancy", "occupied", "visit"),
        Claim("person", uuid.uuid4(), "phone", phone(1), "visit"),
        Claim("dwelling", uuid.uuid4(), "tenure", "owner", "ledger"),
        Claim("person", person.id, "phone", phone(2), "visit"),
    ]
    with street.writing() as writing:
        judged = claims.apply_claims(writing, claimed)
    assert [(j.claim, j.verdict) for j in judged] == [(claimed[0], Verdict.APPLY), (claimed[3], Verdict.APPLY)]
    person.refresh_from_db()
    assert columns.read(person, "phone") == phone(2)
    assert Difference.objects.count() == 0


def test_a_verification_taken_back_stands_in_the_history(street: Street) -> None:
    door = street.door()
    today = street.at.date()
    with street.writing() as writing:
        assert claims.confirm(writing, "dwelling", [(door.id, today)], source="office") == 1
    door.refresh_from_db()
    with street.writing() as writing:
        claims.unconfirm(writing, door, today - dt.timedelta(days=30))
    door.refresh_from_db()
    assert door.verified_on == today - dt.timedelta(days=30)
    before = (today - dt.timedelta(days=30)).isoformat()
    assert changes(door, "verified_on") == [(None, today.isoformat()), (today.isoformat(), before)]


def test_a_relation_said_more_exactly_fills_in_and_one_said_less_exactly_asks_nothing(street: Street) -> None:
    person = street.person("张小兰", relation="20")
    assert street.say(person, "relation", "22").verdict is Verdict.APPLY
    assert street.say(person, "relation", "20").verdict is Verdict.SAME
    assert street.say(person, "relation", "child", "visit").verdict is Verdict.SAME, "as phones of once send it"
    assert street.say(person, "relation", "30").verdict is Verdict.ASK
    assert street.say(person, "relation", "20", "office").verdict is Verdict.APPLY, "who corrects says what they mean"
    assert changes(person, "relation") == [("20", "22"), ("22", "20")]


def test_relations_kept_by_group_are_kept_by_code_from_now_on_and_so_are_their_questions(street: Street) -> None:
    door = street.door()
    groups = {"head": "", "child": "female", "child_in_law": "male", "parent": "male", "": "male"}
    people = [street.person(f"张{n}", door, relation="10", sex=sex) for n, sex in enumerate(groups.values())]
    street.say(people[0], "relation", "50")
    for person, group in zip(people, groups, strict=True):
        Person.objects.filter(pk=person.pk).update(relation=group)
    Difference.objects.update(current="spouse", claimed="parent", claimed_hash=columns.value_hash("parent"))
    migration = importlib.import_module("gridwalk.registry.migrations.0010_relations_by_code")
    migration.code_persons(apps, None)
    migration.code_questions(apps, None)
    assert [Person.objects.get(pk=person.pk).relation for person in people] == ["02", "30", "28", "50", ""]
    (asked,) = Difference.objects.all()
    assert (asked.current, asked.claimed) == ("10", "50")
    street.say(people[0], "relation", "50")
    assert Difference.objects.count() == 1, "what waits is not asked again"


def test_a_name_kept_under_another_word_is_keyed_anew_and_keeps_its_numbers_keys(street: Street) -> None:
    door = street.door()
    person, other = street.person("沈思", door, phone=phone(3)), street.person("张思", door, phone=phone(4))
    right = (person.name_key, person.sort_key, sorted(person.search_keys))
    tails = [key for key in person.search_keys if key.startswith("t:")]
    for row in (person, other):
        Person.objects.filter(pk=row.pk).update(name_key="chen si", sort_key="chen", search_keys=["c:沉思", *tails])
    importlib.import_module("gridwalk.registry.migrations.0013_names_keyed_anew").key_names_anew(apps, None)
    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.name_key, person.sort_key, sorted(person.search_keys)) == right
    assert {"c:沈思", "p:shensi", *tails} <= set(person.search_keys)
    assert other.name_key == "chen si", "of other names nothing has changed"
