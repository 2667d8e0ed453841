"""Needs: as plain values, found and answered at the door, withdrawn, gone along with their person."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import CareLabel
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import GRID, NEXT_GRID
from gridwalk.visits import needs
from gridwalk.visits.actions import care, withdrawing
from gridwalk.visits.models import CareContact, CareNeed
from gridwalk.visits.needs import Need
from gridwalk.visits.queries import care as followed
from gridwalk.visits.tests.test_finding import label
from gridwalk.visits.tests.walk import Walk
from gridwalk.visits.values import Found

ON = dt.date(2026, 6, 1)
SOMEBODY = ids.new_id()


def seen(*found_needs: Need) -> Found:
    return Found(confirmed=tuple(need.person for need in found_needs), care=found_needs)


def state() -> str:
    return str(CareNeed.objects.get().state)


@pytest.mark.parametrize(
    ("help_", "by", "state", "ask_on"),
    [
        ("given", None, "given", dt.date(2026, 6, 8)),
        ("referred", dt.date(2026, 6, 20), "referred", dt.date(2026, 6, 20)),
        ("referred", None, "referred", dt.date(2026, 6, 15)),
        ("none", None, "open", dt.date(2026, 6, 4)),
        ("", None, "open", dt.date(2026, 6, 4)),
    ],
)
def test_what_was_done_says_how_it_begins_and_when_somebody_asks(
    help_: str, by: dt.date | None, state: str, ask_on: dt.date
) -> None:
    assert needs.state_of(help_) == state
    assert needs.ask_on(state, ON, by) == ask_on


@pytest.mark.parametrize(
    ("need", "wrong"),
    [
        (Need(person=SOMEBODY, need="medical", help="given"), set()),
        (Need(person=SOMEBODY, need="a car", help="given"), {"need"}),
        (Need(person=SOMEBODY, need="medical", help="tomorrow"), {"help"}),
        (Need(person=SOMEBODY, need="medical", help="referred", to="the moon"), {"to"}),
        (Need(person=SOMEBODY, need="medical", help="referred", to="hospital", by=ON - dt.timedelta(days=1)), {"by"}),
        (Need(person=SOMEBODY, need="medical", help="referred", to="hospital", by=ON + dt.timedelta(days=90)), set()),
        (Need(person=SOMEBODY, need="medical", help="referred", to="hospital", by=ON + dt.timedelta(days=91)), {"by"}),
    ],
)
def test_what_cannot_be_filled_in_so(need: Need, wrong: set[str]) -> None:
    assert set(needs.faults(need, ON)) == wrong


def test_a_need_found_at_the_door_is_followed_once_and_answered_there(walk: Walk) -> None:
    door = walk.street.door()
    person = walk.street.person("王试甲", door)
    label(person)
    CareLabel.objects.update(category="aged")
    label(person, days=30)
    somebody_else = walk.street.person("王试乙", door)
    label(somebody_else)
    CareLabel.objects.update(starts_on=walk.then(-30).date())
    first = walk.knock(
        door,
        "met",
        walk.then(-3),
        findings=seen(Need(person=person.id, need="medical", help="referred", to="hospital")),
    ).id
    care_need = CareNeed.objects.get()
    assert (CareContact.objects.count(), care_need.state, care_need.referred_to) == (2, "referred", "hospital")
    walk.knock(
        door,
        "met",
        walk.then(-2),
        findings=seen(Need(person=person.id), Need(person=somebody_else.id, asked=((care_need.pk, True),))),
    )
    assert state() == "referred", "nobody answers for another; no new need closes nothing"
    asked = walk.knock(
        door, "met", walk.then(-1), findings=seen(Need(person=person.id, asked=((care_need.pk, True),)))
    ).id
    assert (state(), CareNeed.objects.get().met_in_id) == ("confirmed", asked)

    withdrawing.withdraw_visit(actor=walk.worker, at=walk.at, visit=asked, reason="记错了人")
    care_need.refresh_from_db()
    assert (care_need.state, care_need.met_on, care_need.ask_on) == ("open", None, walk.at.date())
    withdrawing.withdraw_visit(actor=walk.worker, at=walk.at, visit=first, reason="记错了户")
    assert state() == "withdrawn"
    late = walk.knock(
        door, "met", walk.then(-1, 15), findings=seen(Need(person=person.id, asked=((care_need.pk, False),)))
    )
    assert late.accepted
    assert state() == "withdrawn", "what is over stays over"


def test_what_was_heard_after_the_last_label_ended_is_kept(walk: Walk) -> None:
    door = walk.street.door()
    person = walk.street.person("王试甲", door)
    given = label(person)
    CareLabel.objects.update(ended_on=walk.then(-9).date(), ended_why="not_needed")
    walk.knock(door, "met", walk.then(-3), findings=seen(Need(person=person.id, need="repair")))
    assert (CareNeed.objects.get().contact.label_id, state()) == (given.id, "open")
    refused = walk.knock(
        door,
        "met",
        walk.then(-2),
        findings=seen(Need(person=person.id, need="repair", help="referred", to="street", by=walk.then(-4).date())),
    )
    assert "办结日期" in refused.reason


def test_a_need_goes_with_its_person_to_the_next_grid(walk: Walk) -> None:
    person = walk.street.person("王试甲", walk.street.door("101"))
    label(person)
    care.record_contact(actor=walk.worker, at=walk.at, need=Need(person=person.id, need="repair", help="given"))
    walk.street.move_in(person, walk.street.door("102", NEXT_GRID), "lives_here")
    rows, n = followed.followed(made_up.worker(NEXT_GRID), NEXT_GRID, walk.at.date())
    assert (n, rows[0].name) == (1, "王试甲")
    assert followed.n_followed(walk.worker, GRID) == 0
    need = CareNeed.objects.get()
    for stranger in (walk.worker, Viewer(ids.new_id(), "街道", (Held(Role.STREET_CENTRE, "120105001"),))):
        with pytest.raises(NotHere):
            care.confirm_need(actor=stranger, at=walk.at, need=need.pk, met=True)
