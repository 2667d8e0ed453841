"""A grid is split while a phone is away: what it brings is taken, and it finds its new ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import clock, ids
from gridwalk.method import addresses
from gridwalk.phone.tests.test_pulling import pull
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.registry.actions import doors
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests.street import FIRST, GRID
from gridwalk.sync.models import Device, Returned
from gridwalk.territory.models import Building
from gridwalk.upkeep.actions import plans as actions
from gridwalk.upkeep.queries import plans, regridding
from gridwalk.upkeep.rules import REGRID
from gridwalk.visits.models import Visit
from tests.harness.phones import Cache

Field = Any
THIRD, FOURTH = f"{FIRST}003", f"{FIRST}004"


def split(field: Field, workers: dict[str, Any], at: dt.datetime) -> None:
    """The first grid becomes two: building 1 to the one, building 2 to the other."""
    drawing = Viewer(ids.new_id(), "街道", (Held(Role.STREET_CENTRE, "120105001"),))
    keeping = Viewer(ids.new_id(), "管理员", (Held(Role.ADMINISTRATOR, "120105001"),))
    to = {b.pk: THIRD if b.key == "1" else FOURTH for b in Building.objects.filter(grid_id=GRID)}
    choices = regridding.choices(
        old=[GRID], new=[THIRD, FOURTH], buildings=to, workers=workers, on=clock.local_date(at)
    )
    plan = actions.propose(
        actor=drawing,
        at=at,
        kind=REGRID,
        subjects=[],
        choices=choices,
        evidence="",
        reason="一人管不过来",
        seen=plans.mark(plans.unproposed(REGRID, [], choices)),
    )
    told = regridding.impact(plan, clock.local_date(at))
    assert [(g.code, g.ground.dwellings, g.ground.open_targets) for g in told.new] == [(THIRD, 1, 1), (FOURTH, 1, 1)]
    assert told.phones == 1
    actions.decide(actor=keeping, at=at, plan=plan, confirmed=True, note="对过", seen=plans.mark(plan))


@pytest.mark.parametrize("new_grid", [THIRD, FOURTH])
def test_what_a_phone_brings_after_the_split_is_taken_and_its_ground_is_the_new_one(
    field: Field, account: Callable[..., User], new_grid: str
) -> None:
    mine = field.street.door("101")
    second = doors.NewDoor(
        grid=GRID,
        address=addresses.parse("甲里2号楼1单元101"),
        values={},
        source="ledger",
        source_ref="房屋台账 第 3 行",
    )
    with field.street.writing() as writing:
        doors.register_doors(writing, [second])
    field.walk.dispatch()
    wire, cache = field.phone(), Cache()
    pull(wire, cache)
    assert set(cache.rows) == {GRID}
    away = visit(1, mine, "no_answer")
    with time_machine.travel(clock.now() + dt.timedelta(days=1), tick=True):
        split(field, {new_grid: field.worker.id}, clock.now())
        _, answer = push(wire, away)
        kept = Visit.objects.filter(entity=mine.id).first()
        if new_grid == THIRD:
            assert states(answer) == ["accepted"]
            assert kept is not None
            assert kept.grid_id == THIRD
        else:  # somebody else's ground by now: kept where the office sees it, not lost
            assert states(answer) == ["returned"]
            assert Returned.objects.get().grid == THIRD
        answer = pull(wire, cache)
    assert answer["left"] == [GRID]
    assert set(cache.rows) == {new_grid}
    here = Dwelling.objects.get(grid_id=new_grid)
    assert ("dwelling", str(here.id)) in cache.rows[new_grid]
    assert Target.objects.get(entity=here.id).assignee_id == field.worker.id
    assert Device.objects.get().scope == new_grid
