"""What was decided about records goes as they do: merges with the owner who is erased, reasons with their period."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pytest_django import Settings

from gridwalk.accounts.rules import SYSTEM
from gridwalk.bench.actions import decisions
from gridwalk.bench.actions.decisions import Choice
from gridwalk.bench.queries import checks
from gridwalk.core import envelope
from gridwalk.core.models import AuditEntry, Change
from gridwalk.registry.models import CaseDecision, Dwelling, Entity, Person
from gridwalk.registry.tests.street import FIRST, GRID, Street, lead, phone
from gridwalk.retention import rules
from gridwalk.retention.actions import applying, people
from gridwalk.retention.rules import RetentionError
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.upkeep.tests import rows
from gridwalk.visits.tests.walk import Walk


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> None:
    """A ledger of erasures of its own."""
    settings.DATA_DIR = tmp_path


def waiting(at: dt.datetime, kind: str, *records: Entity) -> Plan:
    """A plan that waits for its second person."""
    return Plan.objects.create(
        kind=kind,
        subjects=[record.pk for record in records],
        choices={"fields": {"name": "left"}},
        state="open",
        communities=[FIRST],
        evidence="id_card",
        reason="看过",
        proposed_by_name="",
        proposed_at=at,
    )


def undo_of(plan: Plan) -> str:
    """What was before a plan was done, opened; empty where it went."""
    plan.refresh_from_db()
    return envelope.open_(plan.undo_sealed, table="upkeep_plan", column="undo", row=plan.id)


@pytest.mark.django_db
def test_an_owner_who_is_erased_is_erased_from_the_merges_of_the_door_alone(at: dt.datetime) -> None:
    walk = Walk(Street.lay_out(at), at)
    stays = walk.street.door("101", owner_name="张桂兰", owner_phone=phone(1))
    goes = walk.street.door("901", owner_name="李四")
    plan = rows.do(walk, "merge_dwellings", [stays.id, goes.id], fields={"owner_name": "right"})
    other = walk.street.door("102", owner_name="王五")
    others = rows.do(walk, "merge_dwellings", [other.id, walk.street.door("903").id], fields={"owner_name": "right"})
    assert ("张桂兰" in undo_of(plan), "王五" in undo_of(others)) == (True, True)
    waits = waiting(at, "merge_dwellings", stays, walk.street.door("902"))
    people.erase_contact(Dwelling.objects.get(pk=stays.pk), why="request", at=at)
    waits.refresh_from_db()
    assert (waits.choices, waits.reason, waits.state) == ({"fields": {"name": "left"}}, "看过", "open"), (
        "it says nothing of them, and can still be decided"
    )
    assert (undo_of(plan), plan.state) == ("", "done")
    with pytest.raises(UpkeepError, match="到期清除"):
        rows.undo(walk, plan)
    assert rows.undo(walk, others) == []
    assert Dwelling.objects.get(pk=other.pk).owner_name == "王五"


@pytest.mark.django_db
def test_erasing_one_person_leaves_the_plans_about_others_as_they_are(at: dt.datetime) -> None:
    walk = Walk(Street.lay_out(at), at)
    gone, twin = walk.street.person("张桂兰"), walk.street.person("张桂兰")
    stays, other = walk.street.person("李香", phone=phone(2)), walk.street.person("李香", phone=phone(3))
    done = rows.do(walk, "merge_persons", [gone.id, twin.id], fields={}, home="")
    others = rows.do(walk, "merge_persons", [stays.id, other.id], fields={"phone": "right"}, home="")
    waits = waiting(at, "merge_persons", gone, walk.street.person("张桂兰"))
    others_wait = waiting(at, "merge_persons", stays, walk.street.person("李香"))
    before = undo_of(others)
    Person.objects.filter(pk=gone.pk).update(status="deceased", ended_on=at.date())
    with pytest.raises(RetentionError, match="没有清除：这一条已并入另一条，身份内容在那一条上"):
        people.erase_person(actor=walk.lead, at=at, person=twin.id, reason="家属书面申请")
    people.erase_person(actor=walk.lead, at=at, person=gone.id, reason="家属书面申请")
    entries = AuditEntry.objects.filter(verb="person.erased")
    assert {(e.subject, e.scope, e.actor, e.reason) for e in entries} == {
        (person.id, f"{FIRST}000", walk.lead.id, "家属书面申请") for person in (gone, twin)
    }
    assert {e.data["why"] for e in entries} == {"request"}
    for person in (gone, twin):
        last = Change.objects.filter(entity=person.id, field="name").latest("version")
        assert (last.at, last.old, last.new) == (at, None, None), "phones hear that the name is another one"
    waits.refresh_from_db()
    assert (undo_of(done), waits.state, waits.reason, waits.choices) == ("", "withdrawn", "", {})
    others_wait.refresh_from_db()
    assert (undo_of(others), others_wait.state, others_wait.reason) == (before, "open", "看过")
    assert rows.undo(walk, others) == []
    assert Person.objects.get(pk=stays.pk).unseal("phone") == phone(2)


@pytest.mark.django_db
def test_the_reason_of_a_decision_that_no_longer_stands_goes_with_its_period(at: dt.datetime) -> None:
    street = Street.lay_out(at)
    for n in range(2):
        street.person("张桂兰", street.door(str(101 + n)), born_on="1980-01-01")
        street.person("李香", street.door(str(201 + n)), born_on="1980-01-01")
    for case in checks.open_cases(SYSTEM, GRID, at.date(), ["same_name_and_birth"]):
        chosen = Choice(
            check="same_name_and_birth",
            lead=case.case.lead.id,
            seen=case.case.seen,
            choice="different",
            reason="两人都来过",
        )
        decisions.decide(actor=lead(), at=at, chosen=chosen)
    over, standing = CaseDecision.objects.order_by("id")
    decisions.undo(actor=lead(), at=at, decision=over.id)
    done = applying.apply(actor=SYSTEM, at=at + dt.timedelta(days=800), periods=rules.chosen(["differences"]))
    assert done == {"differences": 1}
    assert [CaseDecision.objects.get(pk=case.pk).reason for case in (over, standing)] == ["", "两人都来过"]
