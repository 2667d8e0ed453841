"""Whatever is done with one record leaves those beside it as they are: every row about others, in every column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM
from gridwalk.events.actions import homes, lives, undoing
from gridwalk.registry.actions import ends
from gridwalk.registry.models import Difference, Dwelling, Person, Recheck
from gridwalk.registry.tests.street import NEXT_GRID, Street, id_no, lead, phone
from gridwalk.retention.actions import people
from gridwalk.upkeep.tests import rows
from gridwalk.visits.actions import rechecks, withdrawing
from gridwalk.visits.models import Visit
from gridwalk.visits.tests.test_finding import label
from gridwalk.visits.tests.walk import Walk
from gridwalk.visits.values import Found
from tests.security import objects

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SAID = {"on": "2026-06-01", "told": "self", "seen": "1", "residence_kind": "tenant", "where": "away"}


class Doing:
    """One door and its person beside the others, with a question, a label, a visit; and what is done with them."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at
        self.street = Street(at)
        self.walk = Walk(self.street, at)
        self.door = self.street.door("301", tenure="let")
        self.person = self.street.person("程望舒", self.door, phone=phone(5), id_no=id_no(5))
        self.twin = self.street.person("程望舒", self.door, phone=phone(5))
        for asked in (self.person, self.twin):
            self.street.say(asked, "phone", phone(6))
        label(self.person)
        self.walk.knock(self.door, "met", self.walk.then(), findings=Found(confirmed=(self.person.id,)))

    def move(self) -> None:
        self.street.move_in(self.person, self.street.door("401", NEXT_GRID), "lives_here")
        assert Difference.objects.get(entity=self.person.pk).grid_id == NEXT_GRID

    def leave(self) -> None:
        homes.move_out(
            actor=lead(), at=self.at, dwelling=self.door.pk, who=[str(self.person.pk), str(self.twin.pk)], raw=SAID
        )

    def die(self) -> None:
        lives.die(actor=lead(), at=self.at, person=self.person.pk, raw=SAID)
        recheck = Recheck.objects.get(entity=self.person.pk)
        rechecks.decide_recheck(actor=lead(), at=self.at, recheck=recheck.pk, confirmed=True)
        assert Person.objects.get(pk=self.person.pk).status == "deceased"

    def strike_off(self) -> None:
        (recheck,) = ends.propose_end(
            actor=lead(),
            at=self.at,
            kind="dwelling",
            entity=self.door.pk,
            proposed="struck_off",
            evidence="other",
            reason="登记错了",
        )
        rechecks.decide_recheck(actor=lead(), at=self.at, recheck=recheck.pk, confirmed=True)
        assert Dwelling.objects.get(pk=self.door.pk).status == "struck_off"

    def merge_and_part(self) -> None:
        plan = rows.do(self.walk, "merge_persons", [self.person.pk, self.twin.pk], fields={}, home=str(self.door.pk))
        rows.undo(self.walk, plan)

    def merge(self) -> None:
        rows.do(self.walk, "merge_persons", [self.person.pk, self.twin.pk], fields={}, home=str(self.door.pk))

    def erase(self) -> None:
        Person.objects.filter(pk=self.person.pk).update(status="deceased", ended_on=self.at.date())
        people.erase_person(actor=lead(), at=self.at, person=self.person.pk, reason="家属书面申请")

    def take_back(self) -> None:
        event = homes.move_in(actor=lead(), at=self.at, dwelling=self.door.pk, people=[{"name": "程兰因"}], raw=SAID)
        undoing.undo(actor=lead(), at=self.at, event=event.pk)

    def withdraw(self) -> None:
        visit = Visit.objects.get(entity=self.door.pk)
        withdrawing.withdraw_visit(actor=self.walk.worker, at=self.at, visit=visit.pk, reason="走错了")


@pytest.mark.parametrize(
    "what", ["move", "leave", "die", "strike_off", "merge", "merge_and_part", "erase", "take_back", "withdraw"]
)
def test_what_is_done_with_one_leaves_the_others(
    at: dt.datetime, account: Callable[..., User], what: str, tmp_path: Path, settings: Settings
) -> None:
    settings.DATA_DIR = tmp_path
    world = objects.lay_out(at, account)
    ends.propose_end(
        actor=SYSTEM, at=at, kind="person", entity=world.person.pk, proposed="moved_away", evidence="phone", reason="走"
    )
    before: dict[tuple[str, Any], dict[str, Any]] = rows.everything()
    doing = Doing(at)
    getattr(doing, what)()
    after = rows.everything()
    assert list(rows.different(before, {key: after.get(key, {}) for key in before})) == []
