"""A street of two communities, all doors settled, and an inspector of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.registry.tests.street import FAR_GRID, FIRST, Street
from gridwalk.visits.tests.walk import Walk

N_DOORS = 30
STREET = FIRST[:9]


@pytest.fixture(autouse=True)
def _clock(at: dt.datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def walk(at: dt.datetime) -> Walk:
    """A community of thirty doors, all met; a second one with two, of which one explained."""
    street = Street.lay_out(at)
    for n in range(N_DOORS):
        street.door(f"{n + 101}", occupancy="occupied")
    for room in ("901", "902"):
        street.door(room, grid=FAR_GRID)
    walk = Walk(street, at)
    walk.dispatch()
    met = {"state": "visited", "outcome": "met", "n_visits": 2}
    Target.objects.update(**met)
    far = Target.objects.filter(grid_id=FAR_GRID)
    far.filter(pk=far[0].pk).update(state="explained", outcome="refused")
    return walk


@pytest.fixture
def inspector(account: Callable[..., User], walk: Walk) -> Viewer:
    user = account(Role.INSPECTOR, STREET, name="裴子衿")
    return Viewer(user.pk, user.name, (Held(Role.INSPECTOR, STREET),))
