"""What no grid plan may do, each by what is said of it; nothing is proposed then, and what may be done is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from pytest import FixtureRequest

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.core import clock, ids
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, Street
from gridwalk.territory.models import Building, Grid
from gridwalk.upkeep.actions import plans as actions
from gridwalk.upkeep.models import Plan
from gridwalk.upkeep.queries import plans, regridding
from gridwalk.upkeep.rules import REGRID, UpkeepError

THIRD, FOURTH = f"{FIRST}003", f"{FIRST}004"


@pytest.fixture
def street(db: None, at: dt.datetime, request: FixtureRequest) -> Iterator[Street]:
    """Two grids of one community and one of the next, the day after they were made; a building in each."""
    with time_machine.travel(at, tick=True):
        laid_out = Street.lay_out(at)
        laid_out.door("101"), laid_out.door("901", NEXT_GRID), laid_out.door("501", FAR_GRID)
    with time_machine.travel(at + dt.timedelta(days=getattr(request, "param", 1)), tick=True):
        yield laid_out


def propose(old: list[str], new: list[str]) -> None:
    """Every building of the old grids goes to the last of the new ones."""
    drawing = Viewer(ids.new_id(), "街道", (Held(Role.STREET_CENTRE, "120105001"),))
    to = {b.pk: new[-1] for b in Building.objects.filter(grid_id__in=old)} if new else {}
    today = clock.local_date(clock.now())
    choices = regridding.choices(old=old, new=new, buildings=to, workers={}, on=today)
    actions.propose(
        actor=drawing,
        at=clock.now(),
        kind=REGRID,
        subjects=[],
        choices=choices,
        evidence="",
        reason="一人管不过来",
        seen=plans.mark(plans.unproposed(REGRID, [], choices)),
    )


def retire(street: Street) -> None:
    Grid.objects.filter(pk=GRID).update(valid_to=clock.local_date(clock.now()))


def nothing(street: Street) -> None:
    pass


@pytest.mark.parametrize(
    ("before", "old", "new", "words"),
    [
        (nothing, [GRID], [THIRD], "从一个变成几个"),
        (nothing, [GRID, NEXT_GRID], [f"{FIRST}0{n:02}" for n in range(3, 13)], "从一个变成几个"),
        (retire, [GRID, NEXT_GRID], [THIRD], "其中有网格已经停用"),
        (nothing, [GRID, f"{FIRST}000"], [THIRD], "“未划入网格”不拆不并"),
        (nothing, [GRID, FAR_GRID], [THIRD], "只在一个社区里拆并"),
        (nothing, [GRID], [THIRD, FOURTH], "第 3 网格里一栋楼也没有"),
    ],
)
def test_it_is_said_why_a_plan_is_none(
    street: Street, before: Callable[[Street], None], old: list[str], new: list[str], words: str
) -> None:
    before(street)
    with pytest.raises(UpkeepError, match=words):
        propose(old, new)
    assert not Plan.objects.exists()
    Grid.objects.update(valid_to=None)
    propose([GRID, NEXT_GRID], [THIRD])
    assert Plan.objects.get().state == "open"


@pytest.mark.parametrize("street", [0], indirect=True)
def test_a_grid_of_today_is_not_drawn_anew_today(street: Street) -> None:
    with pytest.raises(UpkeepError, match="明天起才能再改"):
        propose([GRID, NEXT_GRID], [THIRD])
    assert not Plan.objects.exists()
