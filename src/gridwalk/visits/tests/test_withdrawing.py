"""Taking a visit back: it stays on record, and nothing counts because of it any more."""

from __future__ import annotations

import pytest

from gridwalk.accounts.rules import Held, NotPermitted, Role, Viewer
from gridwalk.core import ids
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import CareLabel
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import FAR_GRID, GRID
from gridwalk.visits.actions import withdrawing
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.models import Visit
from gridwalk.visits.needs import Need
from gridwalk.visits.tests.test_finding import label
from gridwalk.visits.tests.walk import Walk, dwelling, target
from gridwalk.visits.values import Found


def test_it_is_taken_back_with_a_reason_by_who_may_and_once(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    visit = walk.knock(door, "met", walk.then()).id
    inspector = Viewer(ids.new_id(), "核查员", (Held(Role.INSPECTOR, GRID),))
    for stranger in (made_up.worker(FAR_GRID), inspector):
        with pytest.raises((NotHere, NotPermitted)):
            withdrawing.withdraw_visit(actor=stranger, at=walk.at, visit=visit, reason="记错了")
    with pytest.raises(VisitRefused, match="请写明原因"):
        withdrawing.withdraw_visit(actor=walk.worker, at=walk.at, visit=visit, reason="  ")
    assert target(door).state == "visited"

    withdrawing.withdraw_visit(actor=walk.worker, at=walk.at, visit=visit, reason="记错了门，是 12000000001 家")
    door_target = target(door)
    assert (door_target.state, door_target.n_visits, door_target.bands, door_target.settled_at) == (
        "remaining",
        0,
        [],
        None,
    )
    stored = Visit.objects.get()
    assert (stored.withdrawn_at, stored.withdrawn_reason) == (walk.at, "记错了门，是 ****** 家")
    assert AuditEntry.objects.filter(verb="visit.withdrawn", subject=door.id).count() == 1
    with pytest.raises(NotHere):
        withdrawing.withdraw_visit(actor=walk.worker, at=walk.at, visit=visit, reason="再撤一次")


def test_contacts_and_proofs_fall_back_to_the_visits_that_stand(walk: Walk) -> None:
    door, empty = walk.street.door("101"), walk.street.door("102")
    person = walk.street.person("王试甲", door)
    label(person)
    walk.dispatch()
    care = Found(confirmed=(person.id,), care=(Need(person=person.id),))
    walk.knock(door, "met", walk.then(-8), findings=care)
    wrong = walk.knock(door, "met", walk.then(-1), findings=care).id
    walk.knock(empty, "vacant_confirmed", walk.then(-9), second_source="neighbour")
    wrong_too = walk.knock(empty, "vacant_confirmed", walk.then(-1), second_source="property_office").id
    for visit in (wrong, wrong_too):
        withdrawing.withdraw_visit(actor=walk.worker, at=walk.at, visit=visit, reason="没有去过")

    assert CareLabel.objects.get().last_contact_on == dwelling(door.id).last_contact_on == walk.then(-8).date()
    home = dwelling(empty.id)
    assert (home.vacancy_source, home.vacancy_confirmed_on) == ("neighbour", walk.then(-9).date())
    assert (target(door).state, target(empty).state) == ("visited", "visited")

    last = Visit.objects.get(entity=empty.id, withdrawn_at__isnull=True).id
    withdrawing.withdraw_visit(actor=walk.worker, at=walk.at, visit=last, reason="邻居说错了")
    home = dwelling(empty.id)
    assert (home.vacancy_source, home.vacancy_confirmed_on, home.last_contact_on) == ("", None, None)
    assert target(empty).state == "remaining"


def test_what_else_was_agreed_stays_agreed(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    wrong = walk.knock(door, "no_answer", walk.then(-3)).id
    walk.knock(door, "no_answer", walk.then(-1), revisit_at=walk.then(1, 19))
    withdrawing.withdraw_visit(actor=walk.worker, at=walk.at, visit=wrong, reason="记重了")
    assert target(door).revisit_at == walk.then(1, 19)
