"""What was reported at a door counts only when somebody else has rechecked it, and stays decided."""

from __future__ import annotations

import pytest

from gridwalk.core.queries import NotHere
from gridwalk.registry import columns
from gridwalk.registry.actions import creation, ends
from gridwalk.registry.columns import TABLES
from gridwalk.registry.models import Organization, Person, Recheck
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import FIRST, GRID, SECOND
from gridwalk.visits.actions import rechecks
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.queries import worklist
from gridwalk.visits.tests.walk import Walk, dwelling, target
from tests.harness.people import one_person


def test_who_reported_cannot_recheck_nor_can_another_community(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    walk.knock(door, "moved_away", walk.then(), by=walk.lead)
    pending = target(door)
    assert pending.state == "pending"
    deciding = {"at": walk.at, "target": pending.id, "confirmed": True}
    with pytest.raises(VisitRefused, match="报上来的人不能自己复核，请另一位同事来复核"):
        rechecks.decide_pending(actor=walk.lead, note="问过物业", **deciding)  # type: ignore[arg-type]
    second = made_up.lead()
    assert walk.lead.id and second.id
    with one_person(walk.lead.id, second.id), pytest.raises(VisitRefused, match="是同一个人"):
        rechecks.decide_pending(actor=second, note="问过物业", **deciding)  # type: ignore[arg-type]
    with pytest.raises(NotHere):
        rechecks.decide_pending(actor=made_up.lead(SECOND), note="问过物业", **deciding)  # type: ignore[arg-type]
    with pytest.raises(VisitRefused, match="怎么核实的"):
        rechecks.decide_pending(actor=made_up.lead(), note=" ", **deciding)  # type: ignore[arg-type]
    (mine,), (theirs,) = worklist.pending(walk.lead, FIRST), worklist.pending(made_up.lead(), FIRST)
    assert (mine.mine, theirs.mine, theirs.outcome) == (True, False, "已搬离")

    rechecks.decide_pending(actor=made_up.lead(), note="问过物业", **deciding)  # type: ignore[arg-type]
    assert (target(door).state, target(door).outcome, target(door).note) == ("visited", "moved_away", "问过物业")
    with pytest.raises(VisitRefused, match="不在待复核里"):
        rechecks.decide_pending(actor=made_up.lead(), note="问过物业", **deciding)  # type: ignore[arg-type]


def test_a_rejected_report_does_not_come_back_with_the_next_knock(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    walk.knock(door, "not_found", walk.then(-3))
    rechecks.decide_pending(actor=walk.lead, at=walk.at, target=target(door).id, confirmed=False, note="门在楼后面")
    assert target(door).state == "remaining"
    walk.knock(door, "no_answer", walk.then(-1))
    assert target(door).state == "remaining"
    walk.knock(door, "not_found", walk.then())
    assert target(door).state == "pending"


def test_a_confirmed_move_stays_settled_whatever_comes_later(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    walk.knock(door, "moved_away", walk.then(-3))
    rechecks.decide_pending(actor=walk.lead, at=walk.at, target=target(door).id, confirmed=True, note="问过物业")
    walk.knock(door, "no_answer", walk.then(-1))
    assert (target(door).state, target(door).met_in_person) == ("visited", False)


def test_a_door_that_is_not_there_is_struck_off_and_leaves_the_scope(walk: Walk) -> None:
    door = walk.street.door()
    person = walk.street.person("王试甲", door)
    walk.dispatch()
    walk.knock(door, "not_found", walk.then())
    assert dwelling(door.id).status == "active"
    rechecks.decide_pending(actor=walk.lead, at=walk.at, target=target(door).id, confirmed=True, note="楼已拆")
    assert (target(door).state, dwelling(door.id).status) == ("left", "struck_off")
    decided = Recheck.objects.get()
    assert (decided.state, decided.proposed_by, decided.decided_by) == ("confirmed", walk.worker.id, walk.lead.id)
    moved = Person.objects.get(pk=person.id)
    assert (moved.status, moved.grid_id) == ("active", f"{FIRST}000")
    assert walk.knock(door, "no_answer", walk.then(0, 9, 45)).state == "left"


@pytest.mark.parametrize(
    ("kind", "outcome", "status", "reason"),
    [
        ("organization", "moved_away", "moved_away", "上门时已搬离"),
        ("organization", "not_found", "closed", "上门找不到"),
        ("site", "moved_away", "closed", "上门时已搬离"),
        ("site", "not_found", "closed", "上门找不到"),
    ],
)
def test_a_business_or_site_that_is_gone_ends_as_it_was_reported(
    walk: Walk, kind: str, outcome: str, status: str, reason: str
) -> None:
    new = creation.New(grid=GRID, values={"name": "海河小吃店"}, source="ledger")
    with walk.street.writing() as writing:
        creation.register(writing, kind, [new])
    place = TABLES[kind]._default_manager.get(pk=new.id)
    walk.dispatch()
    walk.knock(place, outcome, walk.then())
    rechecks.decide_pending(actor=walk.lead, at=walk.at, target=target(place).id, confirmed=True, note="门面已换")
    place.refresh_from_db()
    assert (columns.read(place, "status"), Recheck.objects.get(entity=place.pk).reason) == (status, reason)


def test_a_business_that_moved_away_is_closed(walk: Walk) -> None:
    new = creation.New(grid=GRID, values={"name": "海河小吃店"}, source="ledger")
    with walk.street.writing() as writing:
        creation.register(writing, "organization", [new])
    shop = Organization.objects.get(pk=new.id)
    walk.dispatch()
    walk.knock(shop, "moved_away", walk.then())
    rechecks.decide_pending(actor=walk.lead, at=walk.at, target=target(shop).id, confirmed=True, note="门面已换")
    assert (target(shop).state, Organization.objects.get(pk=shop.id).status) == ("left", "moved_away")


def test_a_proposed_striking_off_keeps_the_door_in_scope_until_it_is_confirmed(walk: Walk) -> None:
    door = walk.street.door()
    (proposal,) = ends.propose_end(
        actor=walk.worker,
        at=walk.at,
        kind="dwelling",
        entity=door.id,
        proposed="struck_off",
        evidence="at_the_door",
        reason="两户打通",
    )
    walk.dispatch()
    assert target(door).state == "remaining"
    with pytest.raises(NotHere):
        rechecks.decide_recheck(actor=made_up.lead(SECOND), at=walk.at, recheck=proposal.id, confirmed=True)
    rechecks.decide_recheck(actor=walk.lead, at=walk.at, recheck=proposal.id, confirmed=True, note="看过房本")
    assert target(door).state == "left"
