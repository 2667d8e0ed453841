"""Somebody who tries the program alone holds more than one post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from gridwalk.accounts import actions, queries
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role, Viewer
from gridwalk.core import clock

pytestmark = pytest.mark.django_db

STREET, NEXT_STREET = "120105001", "120105002"
COMMUNITY, GRID = "120105001001", "120105001001001"
GOOD = "walk-every-door-26"
DAY = dt.timedelta(days=1)

MakeViewer = Callable[[Role, str], Viewer]


def test_a_trial_is_one_person_who_keeps_the_accounts_and_confirms_the_roles(account: Callable[..., User]) -> None:
    on = clock.local_date(clock.now())
    keeper, centre = account(Role.ADMINISTRATOR, STREET), account(Role.STREET_CENTRE, STREET)
    assert not queries.kept_by_one(on), "two persons"
    actions.assign(
        actor=SYSTEM, at=clock.now(), user=keeper.id, role=Role.STREET_CENTRE, scope=STREET, from_on=on, to_on=on
    )
    assert queries.kept_by_one(on)
    assert not queries.kept_by_one(on + dt.timedelta(days=1)), "it is over"
    User.objects.filter(pk=keeper.pk).update(is_active=False)
    assert not queries.kept_by_one(on) and centre.is_active
