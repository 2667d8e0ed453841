"""Recording visits: what settles, what is refused and why, what a repeat is, and what a batch costs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import NotPermitted
from gridwalk.core import ids
from gridwalk.core.models import Change, Stream
from gridwalk.registry.models import Organization
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import FAR_GRID, GRID
from gridwalk.visits.actions import recording, withdrawing
from gridwalk.visits.models import Visit
from gridwalk.visits.needs import Need
from gridwalk.visits.tests.walk import Walk, dwelling, target
from gridwalk.visits.values import Found, NewVisit


def test_a_knock_settles_the_door_and_a_stranger_cannot_record_it(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    before = Stream.objects.get(code=GRID).version
    with pytest.raises(NotPermitted):
        walk.knock(door, "met", walk.then(), by=made_up.worker(FAR_GRID))
    assert (target(door).state, Visit.objects.count()) == ("remaining", 0)

    answer = walk.knock(door, "met", walk.then())
    door_target = target(door)
    assert (answer.accepted, answer.state) == (True, "visited")
    assert (door_target.state, door_target.outcome, door_target.settled_at, door_target.met_in_person) == (
        "visited",
        "met",
        walk.then(),
        True,
    )
    assert (door_target.n_visits, door_target.bands, door_target.last_visit_at) == (1, ["morning"], walk.then())
    assert Stream.objects.get(code=GRID).version == before + 1
    assert dwelling(door.id).last_contact_on == dwelling(door.id).verified_on == walk.at.date()
    change = Change.objects.get(kind="target", entity=door_target.id, field="state")
    assert (change.old_clear, change.new_clear) == ("remaining", "visited")
    told = Change.objects.get(kind="dwelling", entity=door.id, field="outcome")
    assert isinstance(told.new_clear, dict), "what phones pull of the visit"
    assert (told.new_clear["outcome"], told.at, told.op) == ("met", walk.then(), Visit.objects.get().id)


def test_a_visit_that_cannot_be_is_refused_in_words_and_does_not_hold_the_others(walk: Walk) -> None:
    door, other = walk.street.door("101"), walk.street.door("102")
    far = walk.street.door("101", FAR_GRID)
    walk.dispatch()
    visits = [
        NewVisit(kind="dwelling", entity=door.id, outcome="met", at=walk.then(1)),
        NewVisit(kind="dwelling", entity=far.id, outcome="met", at=walk.then()),
        NewVisit(kind="person", entity=door.id, outcome="met", at=walk.then()),
        NewVisit(kind="dwelling", entity=door.id, outcome="asleep", at=walk.then()),
        NewVisit(kind="dwelling", entity=door.id, outcome="vacant_confirmed", at=walk.then(), second_source="a bird"),
        NewVisit(kind="dwelling", entity=door.id, outcome="no_answer", at=walk.then(-1, 20, 30)),
        NewVisit(kind="dwelling", entity=door.id, outcome="no_answer", at=walk.then(-60)),
        NewVisit(kind="dwelling", entity=other.id, outcome="refused", at=walk.then()),
    ]
    answers = recording.record_visits(actor=walk.worker, at=walk.at, grid=GRID, visits=visits)
    assert [a.reason[:9] for a in answers] == [
        "走访时间在将来，没",
        "这一户不在这个网格",
        "这一户不在这个网格",
        "不认得这个结果，没",
        "不认得这个空房核实",
        "20:30 到次日",
        "走访日期早于这次行",
        "",
    ]
    assert list(Visit.objects.values_list("entity", flat=True)) == [other.id]
    assert (target(door).state, target(other).state) == ("remaining", "explained")


def test_a_phone_may_be_five_minutes_fast_and_no_more(walk: Walk) -> None:
    door, other = walk.street.door("101"), walk.street.door("102")
    walk.dispatch()
    fast = walk.at + dt.timedelta(minutes=5)
    assert walk.knock(door, "met", fast).accepted
    assert walk.knock(other, "met", fast + dt.timedelta(seconds=1)).reason.startswith("走访时间在将来，没有记")


def test_quiet_hours_give_way_to_what_the_resident_agreed_to_and_to_a_call(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    late = walk.then(-1, 20, 45)
    assert not walk.knock(door, "no_answer", late).accepted
    assert walk.knock(door, "phone", late).accepted
    assert walk.knock(door, "postponed", walk.then(-3), revisit_at=walk.then(-1, 20, 0)).accepted
    assert walk.knock(door, "no_answer", late).accepted


def test_an_appointment_can_be_kept_or_the_visit_is_not_recorded(walk: Walk) -> None:
    """Not before the visit, not in quiet hours, not with who refused: then or ever before in the campaign."""
    door, other = walk.street.door("101"), walk.street.door("102")
    walk.dispatch()
    assert "比这次走访还早" in walk.knock(door, "postponed", walk.then(-2), revisit_at=walk.then(-3, 19)).reason
    assert "这段时间不上门" in walk.knock(door, "postponed", walk.then(-2), revisit_at=walk.then(1, 20, 30)).reason
    assert "这段时间不上门" in walk.knock(door, "postponed", walk.then(-2), revisit_at=walk.then(1, 8, 59)).reason
    assert "不再约上门" in walk.knock(door, "refused", walk.then(-2), revisit_at=walk.then(1, 19)).reason
    assert "还没有选结果，没有记" in walk.knock(door, "", walk.then(-2)).reason
    assert Visit.objects.count() == 0
    assert walk.knock(door, "postponed", walk.then(-2), revisit_at=walk.then(1, 20, 29)).accepted
    assert (target(door).state, target(door).revisit_at) == ("remaining", walk.then(1, 20, 29))
    assert walk.knock(door, "refused", walk.then(-1)).accepted
    assert target(door).revisit_at is None, "what was agreed before the refusal is over with it"
    assert "不再约上门" in walk.knock(door, "postponed", walk.then(), revisit_at=walk.then(1, 19)).reason
    assert walk.knock(other, "postponed", walk.then(-1)).accepted
    assert walk.knock(other, "phone", walk.then()).state == "visited", "a call after a knock that put it off"


def test_after_six_knocks_nobody_knocks_again_but_who_was_met_is_recorded(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    walk.knock(door, "phone", walk.then(-14))
    for days in range(6):
        assert walk.knock(door, "no_answer", walk.then(-13 + days)).accepted
    refused = walk.knock(door, "no_answer", walk.then(-1))
    assert refused.reason == "这一户已去过 6 次，不再打扰，没有记。可以打电话或留信。"
    assert walk.knock(door, "met", walk.then()).state == "visited"


def test_the_same_visit_sent_again_is_one_visit_and_answers_the_same(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    visit = NewVisit(kind="dwelling", entity=door.id, outcome="no_answer", at=walk.then(-1))
    first = recording.record_visit(actor=walk.worker, at=walk.at, grid=GRID, visit=visit)
    again = recording.record_visits(actor=walk.worker, at=walk.at, grid=GRID, visits=[visit, visit])
    assert again == [first, first]
    assert Visit.objects.count() == target(door).n_visits == 1

    other = NewVisit(kind="dwelling", entity=door.id, outcome="met", at=walk.then(-1), id=visit.id)
    with pytest.raises(recording.VisitRefused, match="已经记过“无人”，没有改"):
        recording.record_visit(actor=walk.worker, at=walk.at, grid=GRID, visit=other)
    withdrawing.withdraw_visit(actor=walk.worker, at=walk.at, visit=visit.id, reason="记错了门")
    with pytest.raises(recording.VisitRefused, match="又撤销了，没有再记"):
        recording.record_visit(actor=walk.worker, at=walk.at, grid=GRID, visit=visit)
    assert target(door).n_visits == 0


def test_a_visit_typed_in_late_changes_no_later_agreement(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    agreed = walk.then(2, 19)
    walk.knock(door, "no_answer", walk.then(-1), revisit_at=agreed)
    walk.knock(door, "no_answer", walk.then(-5))
    door_target = target(door)
    assert (door_target.revisit_at, door_target.last_visit_at, door_target.n_visits) == (agreed, walk.then(-1), 2)
    walk.knock(door, "met", walk.then())
    assert target(door).revisit_at is None


def test_a_plan_is_done_with_by_the_visit_it_was_for_and_not_by_an_earlier_one(walk: Walk) -> None:
    door = walk.street.door()
    walk.dispatch()
    door_target = target(door)
    door_target.planned_on, door_target.planned_band = walk.at.date(), "evening"
    door_target.save()
    walk.knock(door, "no_answer", walk.then(-2))
    assert target(door).planned_on == walk.at.date()
    walk.knock(door, "no_answer", walk.then())
    assert (target(door).planned_on, target(door).planned_band) == (None, "")


def test_a_business_is_visited_like_a_door(walk: Walk) -> None:
    with walk.street.writing() as writing:
        from gridwalk.registry.actions import creation

        new = creation.New(grid=GRID, values={"name": "海河小吃店"}, source="ledger")
        creation.register(writing, "organization", [new])
    shop = Organization.objects.get(pk=new.id)
    walk.dispatch()
    assert walk.knock(shop, "met", walk.then()).state == "visited"
    assert Organization.objects.get(pk=shop.id).last_contact_on == walk.at.date()


def test_a_batch_asks_as_little_of_the_database_as_two_visits_do(walk: Walk) -> None:
    homes = []
    for n in range(15):
        door = walk.street.door(str(101 + n))
        homes.append((door, walk.street.person(f"王试{n}", door)))
    walk.dispatch()

    def queries(part: list[tuple[object, object]], hour: int) -> int:
        visits = [
            NewVisit(
                kind="dwelling",
                entity=door.pk,  # type: ignore[attr-defined]
                outcome="met" if i % 2 else "vacant_confirmed",
                at=walk.then(-1, hour),
                second_source="" if i % 2 else "neighbour",
                findings=Found(confirmed=(person.pk,), care=(Need(person=person.pk),))  # type: ignore[attr-defined]
                if i % 2
                else Found(),
            )
            for i, (door, person) in enumerate(part)
        ]
        with CaptureQueriesContext(connection) as asked:
            answers = recording.record_visits(actor=walk.worker, at=walk.at, grid=GRID, visits=visits)
        assert all(a.accepted for a in answers), answers
        return len(asked)

    queries(list(homes[14:]), 9)  # the first line of a grid's audit also begins its chain
    two, twelve = queries(list(homes[:2]), 10), queries(list(homes[2:14]), 11)
    assert twelve == two
    visit = NewVisit(kind="dwelling", entity=homes[0][0].pk, outcome="no_answer", at=walk.then(), id=ids.new_id())
    with CaptureQueriesContext(connection) as asked:
        recording.record_visit(actor=walk.worker, at=walk.at + dt.timedelta(minutes=1), grid=GRID, visit=visit)
    assert len(asked) <= 15
