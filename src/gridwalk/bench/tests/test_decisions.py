"""Decisions that stay decided: what they cover, when a case comes back, and how each is taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwalk.accounts.rules import SYSTEM, Held, NotPermitted, Role, Viewer
from gridwalk.bench.actions import decisions as actions
from gridwalk.bench.actions.decisions import Choice
from gridwalk.bench.cases import alikes
from gridwalk.bench.cases.case import Inside
from gridwalk.bench.queries import checks, decisions
from gridwalk.bench.queries.decisions import OpenCase
from gridwalk.bench.queries.evidence import cases
from gridwalk.bench.queries.evidence.records import kept_apart
from gridwalk.bench.rules import CHECKS
from gridwalk.core.models import AuditEntry, Change
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions.deciding import DecisionError
from gridwalk.registry.models import CaseDecision, Difference, Dwelling, Organization, Person, Residence
from gridwalk.registry.tests.street import (
    FAR_GRID,
    FIRST,
    GRID,
    SECOND,
    Street,
    id_no,
    lead,
    links,
    phone,
    uscc,
    worker,
)

TODAY = dt.date(2026, 10, 13)
BORN = "1980-01-01"


def waiting(check: str, who: Viewer = SYSTEM, scope: str = "120105001") -> list[OpenCase]:
    return checks.open_cases(who, scope, TODAY, [check])


def decide(street: Street, check: str, choice: str, who: Viewer | None = None, **more: Any) -> CaseDecision:
    (waits,) = waiting(check)
    chosen = Choice(check=check, lead=waits.case.lead.id, seen=waits.case.seen, choice=choice, **more)
    return actions.decide(actor=who or lead(), at=street.at, chosen=chosen)


def titles(check: str) -> list[list[str]]:
    people = dict(Person.objects.values_list("id", "name"))
    doors = dict(Dwelling.objects.values_list("id", "room"))
    bodies = dict(Organization.objects.values_list("id", "name"))
    named = {**people, **doors, **bodies}
    return [sorted(named[pk] for pk in waits.case.records) for waits in waiting(check)]


def test_one_number_on_a_struck_off_record_and_on_a_standing_one(street: Street) -> None:
    old = street.person("张桂兰", id_no=id_no(1))
    Person.objects.filter(pk=old.pk).update(status="struck_off")
    street.person("张桂兰", street.door(), id_no=id_no(1))
    street.person("李四", street.door("102"), id_no=id_no(2))
    assert titles("same_number") == [["张桂兰", "张桂兰"]]


def test_one_number_typed_for_somebody_else_waits_beside_its_holder(street: Street) -> None:
    street.person("张桂兰", street.door(), id_no=id_no(1))
    other = street.person("李四", street.door("102"))
    street.say(other, "id_no", id_no(1), "visit")
    third = street.person("王五", street.door("103"))
    street.say(third, "id_no", id_no(3), "visit")  # nobody else's: it applies
    assert titles("same_number") == [["张桂兰", "李四"]]
    (waits,) = waiting("same_number")
    for record in waits.case.records:  # the case is the same from either side
        case = checks.get_case(lead(), "same_number", record, TODAY)
        assert case is not None
        assert case.seen == waits.case.seen
    Difference.objects.update(state="kept")
    assert waiting("same_number") == [], "what was decided waits no more"


def test_namesakes_are_one_case_and_two_valid_numbers_are_none(street: Street) -> None:
    for room in ("101", "102", "103"):
        street.person("张桂兰", street.door(room), born_on=BORN)
    street.person("李四", street.door("201"), born_on=BORN, id_no=id_no(1))
    street.person("李四", street.door("202"), born_on=BORN, id_no=id_no(3))
    assert titles("same_name_and_birth") == [["张桂兰"] * 3]
    apart = kept_apart(lead(), FIRST)
    assert [(a.titles, a.why) for a in apart] == [("李四、李四", "两个证件号都校验无误，却不同：是两个人")]
    for grid, serial in ((GRID, 5), (FAR_GRID, 7)):
        street.person("王五", street.door("301", grid), born_on=BORN, id_no=id_no(serial))
    assert kept_apart(lead(), FIRST) == apart, "who of two lives elsewhere is told to nobody here"
    assert sorted(a.titles for a in kept_apart(SYSTEM, "120105001")) == ["李四、李四", "王五、王五"]


def test_pairs_that_are_kept_apart_stand_in_the_order_of_their_records_and_not_of_their_names(street: Street) -> None:
    for n, name in enumerate(("郑一", "安二", "林三", "白四", "孙五", "陈六")):
        for room in (f"{n + 1}01", f"{n + 1}02"):
            street.person(name, street.door(room), born_on=BORN, id_no=id_no(2 * n + 20 * int(room[-1])))
    apart = kept_apart(lead(), FIRST)
    assert len(apart) == 6 and all(pair.titles[:2] == pair.titles[3:] for pair in apart)
    assert [pair.left for pair in apart] == sorted(pair.left for pair in apart)


def test_twins_are_kept_apart_and_it_is_said_why(street: Street) -> None:
    home = street.door()
    street.person("王子轩", home, born_on="2012-05-06")
    street.person("王子涵", home, born_on="2012-05-06")
    assert waiting("near_duplicate") == waiting("same_name_and_birth") == []
    for room in range(201, 207):  # whoever is alone at a door with a birth date is nobody's twin
        street.person("王某", street.door(str(room)), born_on="1990-01-01")
    (told,) = kept_apart(lead(), FIRST, limit=1)
    assert "双胞胎" in told.why
    assert kept_apart(lead(SECOND), FIRST) == []
    street.person("王子萱", home, born_on="2012-05-06")
    assert titles("near_duplicate") == [["王子萱", "王子轩"]]


def test_one_door_with_its_stairwell_and_without(street: Street) -> None:
    from gridwalk.method import addresses
    from gridwalk.registry.actions import doors

    street.door("101")
    street.door("102")
    bare = doors.NewDoor(grid=GRID, address=addresses.parse("甲里1号楼101"), values={}, source="ledger")
    other = doors.NewDoor(grid=GRID, address=addresses.parse("甲里1号楼2单元102"), values={}, source="ledger")
    with street.writing() as writing:
        doors.register_doors(writing, [bare, other])
    assert titles("same_door") == [["101", "101"]]


def organization(street: Street, name: str, door: Dwelling, **values: Any) -> None:
    from gridwalk.registry.actions import creation

    new = creation.New(grid=GRID, values={"name": name, **values}, source="ledger", extra={"dwelling_id": door.id})
    with street.writing() as writing:
        creation.register(writing, "organization", [new])


def test_one_shop_twice_at_a_door_and_two_firms_of_one_name(street: Street) -> None:
    door, other = street.door("101"), street.door("102")
    organization(street, "丽丽美发店", door)
    organization(street, "丽丽美发", door, uscc=uscc(1))
    organization(street, "丽丽美发", other)  # the same name at another door
    assert titles("same_organization") == [["丽丽美发", "丽丽美发店"]]
    organization(street, "海河商贸有限公司", other, uscc=uscc(12))
    organization(street, "海河商贸公司", other, uscc=uscc(35))  # two bodies by their codes
    assert len(waiting("same_organization")) == 1


def test_what_was_decided_stays_decided_until_what_it_rested_on_changes(street: Street) -> None:
    person = street.person("张桂兰", street.door("101"), born_on=BORN)
    street.person("张桂兰", street.door("102"), born_on=BORN)
    decision = decide(street, "same_name_and_birth", "different", reason="当面问过，13812345678 是另一位")
    assert decision.reason == "当面问过，****** 是另一位"
    assert waiting("same_name_and_birth") == []
    assert checks.touching(lead(), [person.id], TODAY) == []
    street.say(person, "phone", phone(5), "office")
    street.say(person, "relation", "02", "office")
    assert waiting("same_name_and_birth") == []
    street.person("张桂兰", street.door("103"), born_on=BORN)
    (again,) = waiting("same_name_and_birth")
    assert len(again.joined) == 1
    words = cases.told_before(lead(), again)
    assert "书记 核定过：不是同一个（当面问过" in words
    assert "后来多了 张桂兰" in words
    decide(street, "same_name_and_birth", "different")
    assert waiting("same_name_and_birth") == []
    assert sorted(row.state for row in decisions.decided(lead(), FIRST)) == ["", "重新核定过"]
    assert [row.state for row in decisions.decided(lead(), FIRST, standing=True)] == [""]
    street.say(person, "id_no", id_no(1), "office")
    (again,) = waiting("same_name_and_birth")
    assert (again.joined, again.changed) == ([], [person.id])
    assert "的登记变了（看的是姓名、出生日期、证件号）" in cases.told_before(lead(), again)


def test_a_case_that_shrinks_stays_decided(street: Street) -> None:
    people = [street.person(f"王{n}", street.door(str(101 + n)), phone=phone(1)) for n in range(4)]
    decide(street, "phone_shared", "right", reason="一家人")
    Person.objects.filter(pk=people[0].pk).update(status="struck_off")
    assert waiting("phone_shared") == []
    street.move_in(people[1], street.door("109"), "lives_here")
    (again,) = waiting("phone_shared")
    assert again.changed == [people[1].id]


def test_a_question_at_the_door_hides_the_case_only_while_it_is_asked(street: Street) -> None:
    door = street.door(occupancy="vacant")
    street.person("张桂兰", door)
    decision = decide(street, "vacant_with_residents", "to_door")
    asked = Difference.objects.get(pk=decision.difference or uuid.UUID(int=0))
    assert (asked.state, asked.opened("claimed"), asked.opened("current")) == ("to_door", "occupied", "vacant")
    assert waiting("vacant_with_residents") == []
    street.say(door, "occupancy", "vacant", "visit")
    asked.refresh_from_db()
    assert asked.state == "closed"
    (again,) = waiting("vacant_with_residents")
    assert cases.told_before(lead(), again).endswith("上门问过以后，记录还是这样。")


def test_what_is_put_right_at_once_can_be_taken_back(street: Street) -> None:
    door = street.door(tenure="owner")
    street.person("张桂兰", door, "tenant")
    decision = decide(street, "owner_with_tenants", "correct")
    door.refresh_from_db()
    assert door.tenure == "let"
    assert waiting("owner_with_tenants") == []
    actions.undo(actor=lead(), at=street.at, decision=decision.id)
    door.refresh_from_db()
    assert door.tenure == "owner"
    assert len(waiting("owner_with_tenants")) == 1
    with pytest.raises(DecisionError, match="已经撤销"):
        actions.undo(actor=lead(), at=street.at, decision=decision.id)
    decision = decide(street, "owner_with_tenants", "correct")
    late = street.at + dt.timedelta(days=8)
    with pytest.raises(DecisionError, match="过了 7 天"):
        actions.undo(actor=lead(), at=late, decision=decision.id)
    street.say(door, "tenure", "lent", "office")
    with pytest.raises(DecisionError, match="又有人改过"):
        actions.undo(actor=lead(), at=street.at, decision=decision.id)


def test_somebody_of_two_homes_lives_where_the_office_says(street: Street) -> None:
    first, second = street.door("101"), street.door("102")
    person = street.person("张桂兰", first)
    Residence.objects.create(
        grid_id=GRID,
        person=person,
        dwelling=second,
        kind="tenant",
        source="ledger",
        created_at=person.created_at + dt.timedelta(1),
    )
    asked = decide(street, "two_homes", "to_door")
    question = Difference.objects.get(pk=asked.difference or uuid.UUID(int=0))
    assert (question.opened("current"), question.opened("claimed")) == (first.address, second.address)
    actions.undo(actor=lead(), at=street.at, decision=asked.id)
    with pytest.raises(DecisionError):
        decide(street, "two_homes", "correct", home=uuid.uuid4())
    decide(street, "two_homes", "correct", home=first.id)
    assert links(person) == [(first.id, "lives_here")]
    assert waiting("two_homes") == []


def test_a_decision_is_refused_where_it_is_not_seen_not_fitting_or_not_one_s_own(street: Street) -> None:
    person = street.person("张桂兰", street.door(), born_on=BORN)
    street.person("张桂兰", street.door("102"), born_on=BORN)
    (case,) = waiting("same_name_and_birth")
    seen = case.case.seen

    def refused(who: Viewer, choice: str = "different") -> CaseDecision:
        chosen = Choice(check="same_name_and_birth", lead=case.case.lead.id, seen=seen, choice=choice)
        return actions.decide(actor=who, at=street.at, chosen=chosen)

    with pytest.raises(DecisionError, match="这一类不这样定"):
        refused(lead(), "right")
    with pytest.raises(NotPermitted):
        refused(worker())
    with pytest.raises(NotHere):
        refused(lead(SECOND))
    with pytest.raises(NotPermitted):
        refused(Viewer(None, "街道", (Held(Role.STREET_CENTRE, "120105001"),)))
    street.say(person, "id_no", id_no(1), "office")
    with pytest.raises(DecisionError, match="再看一眼再定"):
        refused(lead())
    assert not CaseDecision.objects.exists()
    decide(street, "same_name_and_birth", "different")
    now = checks.get_case(lead(), "same_name_and_birth", person.id, TODAY)
    seen = now.seen if now else ""
    with pytest.raises(DecisionError, match="刚才有人定过"):
        refused(lead())
    assert AuditEntry.objects.filter(verb="case.decided").count() == 1


def test_what_is_in_two_communities_is_decided_by_either_and_shown_to_neither_in_full(street: Street) -> None:
    street.person("张桂兰", street.door(), born_on=BORN)
    street.person("张桂兰", street.door("101", FAR_GRID), born_on=BORN)
    who = lead(SECOND)
    (waits,) = waiting("same_name_and_birth", who, SECOND)
    told = cases.evidence(who, waits.case)
    assert sorted(c.title for c in told.columns) == sorted([checks.ELSEWHERE, "张桂兰"])
    assert all(
        "甲里" not in cell.text
        for line in told.lines
        for cell, c in zip(line.cells, told.columns, strict=True)
        if not c.open
    )
    decision = decide(street, "same_name_and_birth", "different", who)
    assert decision.grid_id == FAR_GRID
    assert waiting("same_name_and_birth") == []
    assert [r.title for r in decisions.decided(who, SECOND)] == ["张桂兰"]
    assert decisions.decided(lead(), FIRST) == []
    with pytest.raises(NotHere):
        actions.undo(actor=lead(), at=street.at, decision=decision.id)


def test_a_fact_is_put_right_only_where_its_record_stands(street: Street) -> None:
    person = street.person("张桂兰", street.door(), "lives_here")
    far = street.door("101", FAR_GRID)
    Residence.objects.create(
        grid_id=FAR_GRID, person=person, dwelling=far, kind="tenant", source="ledger", created_at=street.at
    )
    who = lead(SECOND)
    case = checks.get_case(who, "two_homes", person.id, TODAY)
    assert case is not None
    assert checks.choices(who, case) == ("right",)
    assert checks.choices(lead(), case) == ("correct", "right", "to_door")
    assert checks.choices(worker(), case) == ()
    for choice in ("correct", "to_door"):
        with pytest.raises(NotPermitted):
            decide(street, "two_homes", choice, who, home=far.id)
    assert links(person) == [(person.residences.get(dwelling__grid=GRID).dwelling_id, "lives_here"), (far.id, "tenant")]
    decision = decide(street, "two_homes", "right", who)
    assert decision.grid_id == FAR_GRID
    (row,) = decisions.decided(who, SECOND)
    assert (row.kind, row.lead, row.title) == ("dwelling", far.id, far.address)


UNRELATED = st.sampled_from(
    [
        ("phone", phone(7)),
        ("phone", phone(8)),
        ("relation", "02"),
        ("registered_address", "甲里1号楼"),
        ("sex", "male"),
        ("move", ""),
        ("verified", ""),
        ("stranger", ""),
    ]
)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 2), UNRELATED), max_size=8))
def test_a_decided_case_never_comes_back_for_what_its_check_does_not_look_at(
    street: Street, edits: list[tuple[int, tuple[str, str]]]
) -> None:
    with transaction.atomic():
        people = [street.person("张桂兰", street.door(str(101 + n)), born_on=BORN) for n in range(3)]
        decide(street, "same_name_and_birth", "different")
        for n, (who, (field, value)) in enumerate(edits):
            if field == "move":
                street.move_in(people[who], street.door(str(201 + n)), "lives_here")
            elif field == "verified":
                Person.objects.filter(pk=people[who].pk).update(verified_on=TODAY)
            elif field == "stranger":
                street.person(f"李{'甲乙丙丁戊己庚辛'[n]}", street.door(str(301 + n)), born_on=BORN)
            else:
                street.say(people[who], field, value, "office")
            assert waiting("same_name_and_birth") == []
        assert CaseDecision.objects.get().state == "standing"
        transaction.set_rollback(True)


def test_a_decision_moves_with_its_record_and_forgets_who_is_erased(street: Street) -> None:
    first = street.person("张桂兰", street.door(), born_on=BORN)
    street.person("张桂兰", street.door("102"), born_on=BORN)
    decision = decide(street, "same_name_and_birth", "different")
    person = Person.objects.get(pk=decision.lead)
    street.move_in(person, street.door("101", FAR_GRID), "lives_here")
    decision.refresh_from_db()
    assert decision.grid_id == FAR_GRID
    assert set(decision.facts) == {str(pk) for pk in decision.records}
    assert "张桂兰" not in str(decision.facts)
    assert first.id in decision.records


def test_a_fact_put_right_says_why_though_nobody_wrote_a_reason(street: Street) -> None:
    """Without one it is the check's own; a question at the door needs none, and what was written stays."""
    reasons: list[str] = []
    for n, reason in enumerate(("", "房本看过"), start=1):
        door = street.door(f"10{n}", tenure="owner")
        street.person(f"程望{n}", door, "tenant")
        decide(street, "owner_with_tenants", "correct", reason=reason)
        reasons += Change.objects.filter(entity=door.pk, field="tenure").values_list("reason", flat=True)
    assert reasons == [CHECKS["owner_with_tenants"].label, "房本看过"]
    street.person("程望舒", street.door("103", tenure="owner"), "tenant")
    asked = decide(street, "owner_with_tenants", "to_door")
    assert Difference.objects.get(pk=asked.difference or uuid.UUID(int=0)).reason == ""


def test_around_one_record_no_case_of_other_records_is_looked_for(street: Street) -> None:
    people = []
    for n in (1, 2):
        old = street.person(f"程望{n}", id_no=id_no(n))
        Person.objects.filter(pk=old.pk).update(status="struck_off")
        people.append((old, street.person(f"程望{n}", street.door(f"10{n}"), id_no=id_no(n))))
    street.person("韩书言", street.door("103"), id_no=id_no(3))
    for old, standing in people:
        around = alikes.same_number(Inside(ids=[standing.pk]), TODAY, ["same_number"])
        assert [set(case.records) for case in around] == [{old.pk, standing.pk}]
    assert len(alikes.same_number(Inside(scopes=[FIRST]), TODAY, ["same_number"])) == 2
