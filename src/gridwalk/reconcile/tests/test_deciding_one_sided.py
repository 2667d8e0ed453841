"""Records one side lacks, decided: what is gone or has moved on meanwhile is left out, and holds up nothing else."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

import pytest

from gridwalk.core import ids
from gridwalk.core.models import AuditEntry
from gridwalk.reconcile.actions import deciding
from gridwalk.reconcile.models import Unmatched
from gridwalk.reconcile.tests.test_states import handed_in
from gridwalk.registry.models import Person, Recheck
from gridwalk.registry.tests.street import GRID, NEXT_GRID, Street, lead

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def missing(street: Street, entity: uuid.UUID, what: str = "register_only") -> Unmatched:
    """A person whom one side does not have, or of whom somebody has to say whether they are the same."""
    return Unmatched.objects.create(
        of_id=handed_in(street.at, "done", beside=True).pk,
        what=what,
        kind="person",
        grid=GRID,
        source="ledger",
        entity=entity,
        fingerprint=str(entity)[:32],
        state="open",
    )


def test_who_has_moved_to_another_grid_or_is_gone_is_not_struck_off_from_the_old_one(at: dt.datetime) -> None:
    street = Street.lay_out(at)
    stays, moved = street.person("程望舒", street.door("101")), street.person("程兰因", street.door("102"))
    listed = [missing(street, pk) for pk in (stays.id, moved.id, ids.new_id())]
    street.move_in(moved, street.door("201", NEXT_GRID), "lives_here")
    chosen = [row.pk for row in listed]
    outcome = deciding.decide(actor=lead(), at=at, unmatched=chosen, decision="strike_off", reason="台账上没有")
    assert (outcome.n_done, outcome.left) == (1, Counter({"已不在这个网格，或不能这样注销": 2}))
    assert list(Unmatched.objects.order_by("id").values_list("state", flat=True)) == ["strike_off", "open", "open"]
    assert list(Recheck.objects.values_list("entity", flat=True)) == [stays.id]
    line = AuditEntry.objects.get(verb="unmatched.strike_off")
    assert (line.scope, line.kind, line.data, line.reason) == (GRID, "person", {"records": 1}, "台账上没有")

    beside = missing(street, street.person("韩书言", street.door("103")).id)
    deciding.decide(actor=lead(), at=at, unmatched=[beside.pk], decision="kept", reason="问过了")
    back = deciding.undo(actor=lead(), at=at + dt.timedelta(days=7), unmatched=chosen)
    assert (back.n_done, back.left) == (1, Counter({"还没有定，或者过了 7 天": 2}))
    assert not Recheck.objects.filter(state="open").exists()
    assert AuditEntry.objects.get(verb="unmatched.reopened").data == {"records": 1}
    assert Unmatched.objects.get(state="kept") == beside, "decided with others, and stays so"
    assert Person.objects.get(pk=stays.pk).status == "active"


@pytest.mark.parametrize(
    ("what", "decision"),
    [
        ("register_only", "kept"),
        ("register_only", "at_door"),
        ("ledger_only", "set_aside"),
        ("question", "same"),
        ("question", "different"),
    ],
)
def test_a_decision_is_noted_by_its_name_and_grid(at: dt.datetime, what: str, decision: str) -> None:
    street = Street.lay_out(at)
    row = missing(street, street.person("程望舒", street.door("101")).id, what)
    if decision in deciding.NEEDS_REASON:
        with pytest.raises(deciding.UnmatchedRefused, match="请写明原因，复核的人要看"):
            deciding.decide(actor=lead(), at=at, unmatched=[row.pk], decision=decision, reason=" ")
    other = "same" if what != "question" else "set_aside"
    with pytest.raises(deciding.UnmatchedRefused, match="这一类不能这样定"):
        deciding.decide(actor=lead(), at=at, unmatched=[row.pk], decision=other, reason="问过了")
    outcome = deciding.decide(actor=lead(), at=at, unmatched=[row.pk], decision=decision, reason="问过了")
    assert (outcome.n_done, dict(outcome.left)) == (1, {})
    line = AuditEntry.objects.get(verb=f"unmatched.{decision}")
    assert (line.scope, line.kind, line.data) == (GRID, "person", {"records": 1})
