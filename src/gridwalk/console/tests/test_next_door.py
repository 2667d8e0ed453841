"""After an event the next door of the stairwell is one key away; the last door has none."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from gridwalk.accounts.rules import Role
from gridwalk.events.actions import homes
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests.street import FIRST, Street, lead
from tests.harness.people import SignIn


@pytest.mark.django_db
def test_the_next_door_is_offered_in_walking_order(at: dt.datetime, sign_in: SignIn) -> None:
    street = Street.lay_out(at)
    rooms = {room: street.door(room) for room in ("102", "101", "201")}
    client = sign_in(Role.COMMUNITY_LEAD, FIRST)

    def offered(door: Dwelling) -> list[str]:
        event = homes.move_in(
            actor=lead(),
            at=at,
            dwelling=door.pk,
            people=[{"name": "程望舒"}],
            raw={"on": at.date().isoformat(), "told": "self", "seen": "1", "residence_kind": "tenant"},
        )
        page = client.get(f"/daily/recorded/{event.pk}/").content.decode()
        assert all(room in page for room in rooms), "the stairwell stands beside"
        return re.findall(r"下一户 (\d+)", page)

    assert {room: offered(door) for room, door in rooms.items()} == {"101": ["102"], "102": ["201"], "201": []}
