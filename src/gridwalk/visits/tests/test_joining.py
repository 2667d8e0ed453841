"""What is found on the way joins; care contacts outside a visit."""

from __future__ import annotations

import pytest

from gridwalk.accounts.rules import Held, NotPermitted, Role, Viewer
from gridwalk.core import ids
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import CareLabel, Dwelling
from gridwalk.registry.queries.care import due
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID
from gridwalk.visits.actions import care, doors
from gridwalk.visits.actions.care import CareRefused
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.models import CareContact, CareNeed
from gridwalk.visits.needs import Need
from gridwalk.visits.tests.test_finding import label
from gridwalk.visits.tests.walk import Walk, dwelling, target

PLACE = {"estate": "甲里", "building": "1号楼", "stairwell": "1单元", "room": "502"}


def test_a_door_in_no_ledger_joins_register_and_campaign_once(walk: Walk) -> None:
    walk.street.door("101")
    walk.dispatch()
    with pytest.raises(NotPermitted):
        doors.join_door(actor=made_up.worker(FAR_GRID), at=walk.at, grid=GRID, place=PLACE)
    with pytest.raises(VisitRefused, match="没有登记："):
        doors.join_door(actor=walk.worker, at=walk.at, grid=GRID, place={**PLACE, "room": ""})
    assert Dwelling.objects.count() == 1

    door = doors.join_door(actor=walk.worker, at=walk.at, grid=GRID, place=PLACE)
    assert (target(dwelling(door)).state, dwelling(door).floor) == ("remaining", 5)
    assert walk.knock(dwelling(door), "met", walk.then()).state == "visited"
    with pytest.raises(VisitRefused, match="已经登记在册"):
        doors.join_door(actor=walk.worker, at=walk.at, grid=GRID, place={**PLACE, "building": "1幢"})


def test_a_call_to_somebody_cared_for_is_a_contact_and_moves_the_day_due(walk: Walk) -> None:
    person = walk.street.person("王试甲", walk.street.door())
    given = label(person)
    CareLabel.objects.update(last_contact_on=walk.then(-6).date())
    (row,), n = due(walk.lead, FIRST, walk.at.date())
    assert (n, row.due_on, row.overdue) == (1, walk.then(1).date(), False)
    centre = Viewer(ids.new_id(), "街道", (Held(Role.STREET_CENTRE, "120105001"),))
    for stranger in (made_up.worker(FAR_GRID), centre):
        with pytest.raises(NotHere):
            care.record_contact(actor=stranger, at=walk.at, need=Need(person=given.person_id))

    (contact,) = care.record_contact(
        actor=walk.worker, at=walk.at, need=Need(person=given.person_id, need="medical", help="referred", to="hospital")
    )
    assert (contact.need, contact.help, contact.on) == ("medical", "referred", walk.at.date())
    with pytest.raises(CareRefused) as refused:
        care.record_contact(
            actor=walk.worker, at=walk.at, need=Need(person=given.person_id, need="a car", help="given")
        )
    assert set(refused.value.faults) == {"need"}
    assert (CareContact.objects.count(), CareNeed.objects.get().state) == (1, "referred")
    assert CareLabel.objects.get().last_contact_on == walk.at.date()
    (row,), _ = due(walk.lead, FIRST, walk.then(5).date())
    assert row.due_on == walk.then(7).date()


def test_opening_the_care_list_leaves_a_record(walk: Walk) -> None:
    care.note_opening(actor=walk.lead, at=walk.at, scope=FIRST)
    assert AuditEntry.objects.get(verb="care.opened").scope == FIRST
