"""What is taken back, followed and told of visits, contacts and rounds, beside those of others and before."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import CareLabel, Facility, Site
from gridwalk.registry.tests.cast import TODAY, Cast, days
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, lead, worker
from gridwalk.visits import needs
from gridwalk.visits.actions import care as caring
from gridwalk.visits.actions import rounds, withdrawing
from gridwalk.visits.actions.care import CareRefused
from gridwalk.visits.models import CareContact, CareNeed, Round, Visit
from gridwalk.visits.queries import care
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.slow  # tables over a whole room
DAY = dt.timedelta(days=1)
CENTRE = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, FIRST[:9]),))


@pytest.fixture
def cast(db: None, at: dt.datetime) -> Cast:
    return Cast(at)


def contact(cast: Cast, label: CareLabel, by: uuid.UUID | None, **values: Any) -> CareContact:
    facts = {"grid_id": label.grid_id, "on": TODAY, "worker_name": "网格员", "created_at": cast.at, **values}
    return CareContact.objects.create(label=label, worker=by, **facts)


def need(of: CareContact, state: str = "open") -> CareNeed:
    return CareNeed.objects.create(contact=of, need="repair", state=state, ask_on=TODAY)


def test_a_contact_that_is_taken_back_takes_no_other_along(cast: Cast) -> None:
    me, colleague = worker(), worker()
    person, neighbour = cast.person("程望舒"), cast.person("韩书言")
    labels = [cast.label(person), cast.label(person, category="disabled"), cast.label(neighbour)]
    own = [contact(cast, label, me.id) for label in labels[:2]]
    stay = {
        "earlier": contact(cast, labels[0], me.id, created_at=cast.at - DAY, on=days(-1)),
        "neighbour's": contact(cast, labels[2], me.id),
        "colleague's": contact(cast, labels[0], colleague.id, on=days(-2)),
    }
    of_own, of_earlier, answered = need(own[0]), need(stay["earlier"]), need(own[1], "confirmed")
    of_neighbour = need(stay["neighbour's"])
    CareLabel.objects.update(last_contact_on=TODAY)
    for viewer, why in (
        (colleague, CareRefused),
        (lead(SECOND), NotHere),
        (CENTRE, NotHere),
        (worker(NEXT_GRID), NotHere),
    ):
        with pytest.raises(why):
            caring.withdraw_contact(actor=viewer, at=cast.at, contact=own[0].pk)
    with pytest.raises(CareRefused):
        caring.withdraw_contact(actor=me, at=cast.at + 8 * DAY, contact=own[0].pk)
    with pytest.raises(NotHere):
        caring.withdraw_contact(actor=me, at=cast.at, contact=ids.new_id())
    assert caring.withdraw_contact(actor=me, at=cast.at, contact=own[0].pk) == person.pk
    withdrawn = set(CareContact.objects.exclude(withdrawn_at=None).values_list("pk", flat=True))
    assert withdrawn == {each.pk for each in own}
    states = dict(CareNeed.objects.values_list("pk", "state"))
    assert states == {of_own.pk: "withdrawn", of_earlier.pk: "open", answered.pk: "confirmed", of_neighbour.pk: "open"}
    last = dict(CareLabel.objects.values_list("pk", "last_contact_on"))
    assert (last[labels[0].pk], last[labels[2].pk]) == (days(-1), TODAY)
    with pytest.raises(CareRefused, match="已经撤销过了"):
        caring.withdraw_contact(actor=me, at=cast.at, contact=own[1].pk)


def test_a_contact_just_made_is_ones_own_and_stands(cast: Cast) -> None:
    me = worker()
    label = cast.label(cast.person("程望舒"), last_contact_on=TODAY)
    far = cast.label(cast.person("韩书言", FAR_GRID), last_contact_on=TODAY)
    own = contact(cast, label, me.id)
    others = [
        contact(cast, label, ids.new_id()),
        contact(cast, label, None),
        contact(cast, label, me.id, withdrawn_at=cast.at),
        contact(cast, far, me.id),
    ]
    made = care.just_made(me, own.pk)
    assert made is not None and (made.id, made.name, made.due_on) == (own.pk, "程望舒", days(7))
    assert [care.just_made(me, pk) for pk in (*(each.pk for each in others), None)] == [None] * 5
    assert care.just_made(Viewer(None, "", me.assignments), others[1].pk) is None
    assert len(care.contacts(label)) == 3 and len(care.contacts(far)) == 1


def test_needs_are_followed_until_they_are_answered_for_those_on_record(cast: Cast) -> None:
    person, neighbour, gone, far = (
        cast.person("程望舒"),
        cast.person("韩书言"),
        cast.person("林清越", status="deceased"),
        cast.person("那里", FAR_GRID),
    )
    of = {who.name: contact(cast, cast.label(who), None) for who in (person, neighbour, gone, far)}
    followed = {state: need(of["程望舒"], state).pk for state in needs.FOLLOWED}
    answered = [need(of["程望舒"], state) for state in needs.STATES if state not in needs.FOLLOWED]
    theirs, need_of_far = need(of["韩书言"]), need(of["那里"])
    need(of["林清越"])
    rows, n = care.followed(lead(), FIRST, TODAY)
    assert ({row.id for row in rows}, n) == ({*followed.values(), theirs.pk}, 4)
    assert care.n_followed(lead(), FIRST) == 4 and care.n_followed(lead(SECOND), SECOND) == 1
    assert {row.id for row in care.of_persons(lead(), [person.pk], GRID, TODAY)} == set(followed.values())
    assert care.of_persons(CENTRE, [person.pk], GRID, TODAY) == care.of_persons(lead(), [], GRID, TODAY) == []
    assert care.get_need(lead(), theirs.pk, TODAY).id == theirs.pk
    for viewer, pk in ((lead(), need_of_far.pk), (lead(), ids.new_id()), (CENTRE, theirs.pk)):
        with pytest.raises(NotHere):
            care.get_need(viewer, pk, TODAY)
    for ask in (care.followed, care.n_followed):
        with pytest.raises(NotHere):
            ask(lead(SECOND), FIRST, *([TODAY] if ask is care.followed else []))
    for each in answered:
        with pytest.raises(CareRefused):
            caring.help_need(actor=worker(), at=cast.at, need=each.pk, help_="given")
    for viewer in (lead(SECOND), worker(NEXT_GRID), CENTRE):
        asked: dict[str, Any] = {"actor": viewer, "at": cast.at, "need": followed["open"]}
        with pytest.raises(NotHere):
            caring.help_need(**asked, help_="given")
        with pytest.raises(NotHere):
            caring.confirm_need(**asked, met=True)
    caring.help_need(actor=worker(), at=cast.at, need=followed["open"], help_="given")
    states = dict(CareNeed.objects.values_list("pk", "state"))
    assert states[followed["open"]] == "given" and states[theirs.pk] == "open" and states[need_of_far.pk] == "open"


def test_a_round_that_is_taken_back_leaves_those_beside_and_what_they_say(cast: Cast) -> None:
    facts = {"source": "office", "created_at": cast.at, "interval_days": 30, "last_contact_on": TODAY}
    one, other = (Facility.objects.create(grid_id=GRID, facility_kind="hydrant", **facts) for _ in range(2))
    school = Site.objects.create(grid_id=GRID, name="学校", **facts)

    def made(entity: Facility | Site, on: dt.date = TODAY, **values: Any) -> Round:
        given = {"grid_id": GRID, "kind": entity.KIND, "result": "fine", "created_at": cast.at, "worker_name": "x"}
        return Round.objects.create(entity=entity.pk, on=on, **{**given, **values})

    wrong, earlier = made(one), made(one, days(-5))
    past = made(one, days(-1), withdrawn_at=cast.at)
    beside, at_school = made(other), made(school)
    assert rounds.last_contact(one.pk) == TODAY
    for viewer, pk, why in (
        (lead(SECOND), wrong.pk, NotHere),
        (worker(NEXT_GRID), wrong.pk, NotHere),
        (worker(), past.pk, NotHere),
        (worker(), ids.new_id(), NotHere),
    ):
        with pytest.raises(why):
            rounds.withdraw_round(actor=viewer, at=cast.at, round_=pk, reason="记错了")
    assert rounds.withdraw_round(actor=worker(), at=cast.at, round_=wrong.pk, reason="记错了") == ("facility", one.pk)
    standing = set(Round.objects.filter(withdrawn_at=None).values_list("pk", flat=True))
    assert standing == {earlier.pk, beside.pk, at_school.pk}
    last = dict(Facility.objects.values_list("pk", "last_contact_on"))
    assert last == {one.pk: days(-5), other.pk: TODAY}
    assert rounds.last_contact(school.pk) == TODAY and rounds.last_contact(ids.new_id()) is None


def test_a_visit_that_is_taken_back_leaves_those_of_other_doors(cast: Cast) -> None:
    walk = Walk(cast.street, cast.at)
    door, other = cast.door("101"), cast.door("102")
    walk.dispatch()
    for each in (door, other):
        walk.knock(each, "met", walk.then(-3))
        walk.knock(each, "no_answer", walk.then())
    wrong = Visit.objects.get(entity=door.pk, outcome="met")

    for viewer, pk in ((lead(SECOND), wrong.pk), (worker(NEXT_GRID), wrong.pk), (worker(), ids.new_id())):
        with pytest.raises(NotHere):
            withdrawing.withdraw_visit(actor=viewer, at=cast.at, visit=pk, reason="记错了")
    withdrawing.withdraw_visit(actor=worker(), at=cast.at, visit=wrong.pk, reason="记错了")
    with pytest.raises(NotHere):
        withdrawing.withdraw_visit(actor=worker(), at=cast.at, visit=wrong.pk, reason="记错了")
    assert set(Visit.objects.exclude(withdrawn_at=None)) == {wrong}
    door.refresh_from_db()
    other.refresh_from_db()
    assert (door.last_contact_on, other.last_contact_on) == (None, days(-3))
