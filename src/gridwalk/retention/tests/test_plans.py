"""What was decided about records goes as they do: merges with the owner who is erased, reasons with their period."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.accounts.rules import SYSTEM
from gridwalk.bench.actions import decisions
from gridwalk.bench.actions.decisions import Choice
from gridwalk.bench.queries import checks
from gridwalk.core import envelope
from gridwalk.registry.models import CaseDecision, Dwelling
from gridwalk.registry.tests.street import FIRST, GRID, Street, lead, phone
from gridwalk.retention import rules
from gridwalk.retention.actions import applying, people
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.upkeep.tests import rows
from gridwalk.visits.tests.walk import Walk


@pytest.mark.django_db
def test_an_owner_who_is_erased_is_erased_from_the_merges_of_the_door(at: dt.datetime) -> None:
    walk = Walk(Street.lay_out(at), at)
    stays = walk.street.door("101", owner_name="张桂兰", owner_phone=phone(1))
    goes = walk.street.door("901", owner_name="李四")
    plan = rows.do(walk, "merge_dwellings", [stays.id, goes.id], fields={"owner_name": "right"})
    kept = envelope.open_(plan.undo_sealed, table="upkeep_plan", column="undo", row=plan.id)
    assert "张桂兰" in kept
    waits = Plan.objects.create(
        kind="merge_dwellings",
        subjects=[stays.id, walk.street.door("902").id],
        choices={"fields": {}},
        state="open",
        communities=[FIRST],
        evidence="id_card",
        reason="看过",
        proposed_by_name="",
        proposed_at=at,
    )
    people.erase_contact(Dwelling.objects.get(pk=stays.pk))
    waits.refresh_from_db()
    assert (waits.choices, waits.reason) == ({"fields": {}}, "看过"), (
        "it says nothing of them, and can still be decided"
    )
    plan.refresh_from_db()
    assert (plan.undo_sealed, plan.state) == ("", "done")
    with pytest.raises(UpkeepError, match="到期清除"):
        rows.undo(walk, plan)


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
