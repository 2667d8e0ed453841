"""去世, 迁走, 注销: proposed by one person, true when another has rechecked; the denominator keeps them until then."""

from __future__ import annotations

import uuid

import pytest

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere
from gridwalk.registry import ends as words
from gridwalk.registry.actions import ends
from gridwalk.registry.actions.ends import EndError
from gridwalk.registry.models import Dwelling, Recheck
from gridwalk.registry.tests.street import FIRST, NEXT_GRID, SECOND, Street, lead, links, worker
from tests.harness.people import one_person


def propose(street: Street, kind: str, entity: uuid.UUID, proposed: str, who: Viewer | None = None) -> Recheck:
    (rechecks,) = ends.propose_end(
        actor=who or worker(),
        at=street.at,
        kind=kind,
        entity=entity,
        proposed=proposed,
        evidence="at_the_door",
        reason="邻居说的，电话 12000000001",
    )
    return rechecks


def decide(street: Street, recheck: Recheck, who: Viewer, *, confirmed: bool) -> None:
    with core.write_to(*ends.grids_of([recheck]), actor=who, at=street.at) as writing:
        ends.decide(writing, [recheck], confirmed=confirmed, note="已核")


def test_a_death_counts_when_a_second_person_has_confirmed_it(street: Street) -> None:
    person = street.person("张桂兰", street.door())
    who = worker()
    recheck = propose(street, "person", person.id, "deceased", who)
    person.refresh_from_db()
    assert (person.status, person.status_pending) == ("active", "deceased")
    assert recheck.reason == "邻居说的，电话 ******"
    with pytest.raises(EndError, match="不能自己复核"):
        decide(street, recheck, who, confirmed=True)
    second = lead()
    assert who.id and second.id
    with one_person(who.id, second.id), pytest.raises(EndError, match="是同一个人"):
        decide(street, recheck, second, confirmed=True)
    decide(street, recheck, second, confirmed=True)
    person.refresh_from_db()
    assert (person.status, person.status_pending, person.ended_on) == ("deceased", "", street.at.date())
    assert links(person) == []
    head = Change.objects.get(entity=person.id, field="status").op
    assert person.heads["status"] == str(head)
    with pytest.raises(EndError, match="已经复核过"):
        decide(street, recheck, lead(), confirmed=True)
    with pytest.raises(EndError, match="已经不在册"):
        propose(street, "person", person.id, "moved_away")


def test_a_rejected_end_leaves_everything_as_it_was(street: Street) -> None:
    door = street.door()
    person = street.person("张桂兰", door)
    decide(street, propose(street, "dwelling", door.id, "struck_off"), lead(), confirmed=False)
    door.refresh_from_db()
    assert (door.status, links(person)) == ("active", [(door.id, "lives_here")])


def test_a_door_struck_off_sends_its_people_where_they_belong(street: Street) -> None:
    door, other = street.door("101"), street.door("102", NEXT_GRID)
    here = street.person("张桂兰", door, "tenant")
    elsewhere = street.person("李四", door, "tenant")
    street.move_in(elsewhere, other, "registered_here")
    recheck = propose(street, "dwelling", door.id, "struck_off")
    assert Dwelling.objects.get(pk=door.id).status == "strike_off_pending"
    with pytest.raises(EndError, match="正等着复核"):
        propose(street, "dwelling", door.id, "demolished")
    decide(street, recheck, lead(), confirmed=True)
    here.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (here.grid_id, links(here)) == (f"{FIRST}000", [])
    assert (elsewhere.grid_id, links(elsewhere)) == (NEXT_GRID, [(other.id, "registered_here")])
    with pytest.raises(EndError, match="已经不在册"):
        propose(street, "dwelling", door.id, "struck_off")
    assert street.door("101").id != door.id


def test_it_takes_a_reason_and_somebody_of_the_area(street: Street) -> None:
    door = street.door()
    with pytest.raises(NotHere):
        propose(street, "dwelling", door.id, "struck_off", lead(SECOND))
    with pytest.raises(EndError, match="写明原因"):
        ends.propose_end(
            actor=lead(),
            at=street.at,
            kind="dwelling",
            entity=door.id,
            proposed="struck_off",
            evidence="at_the_door",
            reason=" ",
        )
    with pytest.raises(EndError, match="不能这样注销"):
        propose(street, "dwelling", door.id, "deceased")


@pytest.mark.parametrize(
    ("kind", "status", "ended_as", "word"),
    [
        ("dwelling", "active", "", ""),
        ("dwelling", "strike_off_pending", "", ""),
        ("dwelling", "struck_off", "", "已注销"),
        ("dwelling", "struck_off", "demolished", "已拆除"),
        ("person", "deceased", "", "已去世"),
        ("organization", "closed", "", "已停业"),
        ("site", "closed", "", "已关闭"),
        ("facility", "in_use", "", ""),
        ("facility", "removed", "", ""),  # 已拆除 stands in a facility's own state
    ],
)
def test_what_has_ended_says_how_and_what_stands_says_nothing(kind: str, status: str, ended_as: str, word: str) -> None:
    assert words.ended_word(kind, status, ended_as) == word
