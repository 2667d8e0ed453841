"""A finding of the street centre, and what a worker noted at a door."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.core import actions as core
from gridwalk.core import ids
from gridwalk.followup.actions import taking_in
from gridwalk.followup.actions.taking_in import Noted
from gridwalk.followup.models import Matter
from gridwalk.followup.rules import Kind
from gridwalk.registry.tests.street import FIRST, GRID, Street

STREET = FIRST[:9]


def of(role: Role, scope: str = STREET, name: str = "程望舒") -> Viewer:
    return Viewer(ids.new_id(), name, (Held(role, scope),))


CENTRE = of(Role.STREET_CENTRE, name="许知行")


@pytest.fixture
def street(db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


@pytest.fixture
def finding(street: Street, at: dt.datetime) -> Matter:
    """The street centre's finding about the first community."""
    return taking_in.open_matter(actor=CENTRE, at=at, scope=FIRST, kind=Kind.FINDING, title="漏登的户", text="查一查")


@pytest.fixture
def hazard(street: Street, at: dt.datetime) -> Matter:
    """What a worker noted at a door."""
    with core.write_to(GRID, actor=SYSTEM, at=at):
        return taking_in.note(
            Noted(
                id=ids.new_id(),
                grid=GRID,
                kind=Kind.HAZARD,
                place_kind="dwelling",
                place=street.door("101").pk,
                text="楼道堆物，房东 12012345671",
                photos=["ab"],
                author=ids.new_id(),
                author_name="周行",
                at=at,
                recorded_at=at,
            )
        )
