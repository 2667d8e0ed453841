"""A street of two communities, three grids and thirteen doors, four working days into its campaign.

Doors by hand: 林古里 has 7 (2 visited, 1 refused, 1 tried, 1 said to be vacant, 1 moved away, 1 untried), 君临天下 6
(4 visited, 1 refused, 1 absent on three days). Of the 6 visited 5 were this week.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role, Viewer
from gridwalk.campaigns.actions import dispatch, founding
from gridwalk.campaigns.actions.founding import NewWave
from gridwalk.campaigns.models import Campaign
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.indicators import actions as indicators
from gridwalk.ledger import location
from gridwalk.registry.actions import creation, doors
from gridwalk.territory import actions as territory
from gridwalk.visits.actions import recording
from gridwalk.visits.values import NewVisit

STREET, LINGULI, JUNLIN = "120105001", "120105001001", "120105001007"
FIRST, SECOND, OTHER = LINGULI + "001", LINGULI + "002", JUNLIN + "001"
CAMPAIGN = "=1+1 百日行动"
"""A name that a spreadsheet would reckon if it were let."""

THURSDAY, FRIDAY, MONDAY = dt.date(2026, 10, 8), dt.date(2026, 10, 9), dt.date(2026, 10, 12)


@dataclasses.dataclass(frozen=True)
class Street:
    """The campaign and the doors by grid."""

    campaign: Campaign
    doors: dict[str, list[uuid.UUID]]


@pytest.fixture
def street(db: None, at: dt.datetime, viewer: Callable[[Role, str], Viewer], account: Callable[..., User]) -> Street:
    """The street on the Tuesday of ``at``; 林古里 第一网格 has a responsible person, nothing else has."""
    begun = clock.at_local(dt.date(2026, 9, 20), 9)
    territory.load_areas(actor=SYSTEM, at=begun, tree=_tree())
    for community, n in ((LINGULI, 2), (JUNLIN, 1)):
        territory.create_grids(actor=SYSTEM, at=begun, community=community, n=n, from_on=clock.local_date(begun))
    found = {grid: _register(grid, n, begun) for grid, n in ((FIRST, 4), (SECOND, 3), (OTHER, 6))}
    _name_responsible(account)
    campaign = _found(begun)
    first, second, other = found[FIRST], found[SECOND], found[OTHER]
    _visit(viewer, at, FIRST, (first[0], "met", FRIDAY, 10))
    _visit(viewer, at, OTHER, (other[5], "no_answer", THURSDAY, 10), (other[5], "no_answer", FRIDAY, 19))
    indicators.keep_day(at=clock.at_local(FRIDAY, 23))
    _visit(viewer, at, FIRST, (first[1], "met", MONDAY, 15), (first[2], "refused", MONDAY, 15))
    _visit(
        viewer,
        at,
        SECOND,
        (second[0], "no_answer", MONDAY, 10),
        (second[1], "moved_away", MONDAY, 10),
        (second[2], "vacant_confirmed", MONDAY, 10),
    )
    _visit(
        viewer,
        at,
        OTHER,
        *[(door, "met", MONDAY, 11) for door in other[:4]],
        (other[4], "refused", MONDAY, 11),
        (other[5], "no_answer", MONDAY, 10),
    )
    indicators.keep_day(at=clock.at_local(MONDAY, 23))
    return Street(campaign, found)


def _tree() -> dict[str, object]:
    return {
        "province": {"code": "120000000000", "name": "天津市"},
        "city": {"code": "120100000000", "name": "市辖区"},
        "district": {"code": "120105000000", "name": "河北区"},
        "street": {"code": "120105001000", "name": "光复道街道"},
        "communities": [
            {"code": LINGULI, "name": "林古里社区居委会", "short": "林古里"},
            {"code": JUNLIN, "name": "君临天下社区居委会", "short": "君临天下"},
        ],
    }


def _register(grid: str, n: int, at: dt.datetime) -> list[uuid.UUID]:
    """``n`` doors; the first grid has four persons as well, three of them with a home."""
    place = {"estate": f"{grid[-6:]}里", "building": "1", "stairwell": "1"}
    new = [
        doors.NewDoor(grid=grid, address=location.address_of({**place, "room": f"{i}01"}), values={}, source="office")
        for i in range(1, n + 1)
    ]
    with core.write_to(grid, actor=SYSTEM, at=at) as writing:
        doors.register_doors(writing, new)
        if grid == FIRST:
            people = creation.register(
                writing,
                "person",
                [creation.New(grid=grid, values={"name": f"赵试{i}"}, source="office") for i in range(4)],
            )
            homes = [
                creation.NewResidence(person=p, dwelling=new[0].id, grid=grid, kind="lives_here", source="office")
                for p in people[:3]
            ]
            creation.link(writing, homes)
    return [door.id for door in new]


def _name_responsible(account: Callable[..., User]) -> None:
    from gridwalk.accounts import actions as accounts

    user = account(Role.GRID_WORKER, FIRST, name="钱试员")
    accounts.assign(
        actor=SYSTEM,
        at=clock.now(),
        user=user.id,
        role=Role.GRID_WORKER,
        scope=FIRST,
        from_on=dt.date(2026, 9, 1),
        responsible=True,
    )


def _found(at: dt.datetime) -> Campaign:
    campaign = founding.create_campaign(
        actor=SYSTEM,
        at=at,
        name=CAMPAIGN,
        scope=STREET,
        phases={
            "prepare": (dt.date(2026, 9, 20), dt.date(2026, 10, 7)),
            "act": (THURSDAY, dt.date(2026, 10, 30)),
            "sum_up": (dt.date(2026, 10, 31), dt.date(2026, 11, 13)),
        },
        waves=[NewWave("试点", (LINGULI,), THURSDAY), NewWave("全面铺开", (JUNLIN,), THURSDAY)],
        leading_group=[("孙试长", "街道主任", "组长")],
    )
    for wave in campaign.waves.all():
        dispatch.dispatch_wave(actor=SYSTEM, at=clock.at_local(THURSDAY, 8), wave=wave.pk)
    return campaign


def _visit(
    viewer: Callable[[Role, str], Viewer], at: dt.datetime, grid: str, *knocks: tuple[uuid.UUID, str, dt.date, int]
) -> None:
    visits = [
        NewVisit(kind="dwelling", entity=door, outcome=outcome, at=clock.at_local(on, hour))
        for door, outcome, on, hour in knocks
    ]
    answers = recording.record_visits(actor=viewer(Role.GRID_WORKER, grid), at=at, grid=grid, visits=visits)
    assert all(answer.accepted for answer in answers), answers
