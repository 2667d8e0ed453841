"""A small street with a campaign, its worker and lead as accounts, and a phone bound to the worker."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role, Viewer
from gridwalk.core import clock
from gridwalk.registry.tests.street import FIRST, GRID, Street
from gridwalk.sync.actions import copies, devices
from gridwalk.visits.tests.walk import Walk
from tests.harness.phones import Wire, through

PASSWORD = "walk-every-door-26"


@dataclasses.dataclass
class Field:
    """The street now, with people who have accounts."""

    walk: Walk
    worker: User
    lead: User
    client: Client

    @property
    def street(self) -> Street:
        return self.walk.street

    def viewer(self, user: User) -> Viewer:
        """The user as viewer today."""
        return accounts.viewer_of(user, clock.local_date(clock.now()))

    def code(self, user: User | None = None) -> str:
        """A fresh activation code."""
        return devices.make_code(actor=self.viewer(self.lead), at=clock.now(), user=(user or self.worker).id)[0]

    def confirm(self, copy: Wire) -> None:
        """The office says that a copy of a phone is the worker's."""
        copies.confirm(actor=self.viewer(self.lead), at=clock.now(), device=uuid.UUID(copy.device))

    def phone(self, user: User | None = None, *, now: Callable[[], dt.datetime] = clock.now) -> Wire:
        """A phone bound to the worker."""
        wire = Wire(send=through(self.client), now=now)
        status, answer = wire.activate((user or self.worker).username, PASSWORD, self.code(user))
        assert status == 200, answer
        return wire


@pytest.fixture
def field(transactional_db: None, at: dt.datetime, account: Callable[..., User]) -> Iterator[Field]:
    """The street on a Tuesday morning, the clock running on from there."""
    with time_machine.travel(at, tick=True):
        walk = Walk(Street.lay_out(at), at)
        worker, lead = account(Role.GRID_WORKER, GRID, name="周行"), account(Role.COMMUNITY_LEAD, FIRST, name="韩书言")
        yield Field(walk, worker, lead, Client())
