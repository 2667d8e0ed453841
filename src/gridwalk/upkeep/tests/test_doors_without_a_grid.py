"""Doors of grid 000: each area counts its own, and whoever lives behind one goes along, nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from gridwalk.accounts.rules import Viewer
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, SECOND, lead
from gridwalk.territory.models import Building
from gridwalk.upkeep.actions import unassigned as actions
from gridwalk.upkeep.queries import unassigned
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.visits.tests.walk import Walk

NONE, OTHER_NONE = f"{FIRST}000", f"{SECOND}000"


@pytest.fixture
def nowhere(walk: Walk) -> list[Dwelling]:
    """Three doors without a grid in the first community, one of them struck off, two in the second; one in a grid."""
    doors = [walk.street.door(room, NONE) for room in ("101", "102", "103")]
    Dwelling.objects.filter(pk=doors[2].pk).update(status="struck_off")
    for room in ("101", "102"):
        walk.street.door(room, OTHER_NONE)
    walk.street.door("201", GRID)
    return doors


@pytest.mark.parametrize(
    ("scope", "n", "by_community"),
    [
        (FIRST, 2, {FIRST: 2}),
        (SECOND, 2, {SECOND: 2}),
        (FIRST[:9], 4, {FIRST: 2, SECOND: 2}),
        (GRID, 0, {FIRST: 0}),
        (NONE, 2, {FIRST: 2}),
    ],
)
def test_each_area_counts_its_own(
    nowhere: list[Dwelling], viewer: Any, scope: str, n: int, by_community: dict[str, int]
) -> None:
    centre: Viewer = viewer("street_centre", FIRST[:9])
    assert unassigned.n_doors(centre, scope) == n
    assert {area.code: n for area, n in unassigned.communities(centre, scope)} == by_community
    for elsewhere in ("120105002", f"{FIRST[:9]}099"):
        stranger = viewer("community_lead", elsewhere)
        assert (unassigned.n_doors(stranger, scope), unassigned.communities(stranger, scope)) == (0, [])


def test_who_lives_there_goes_along_and_who_moved_out_does_not(walk: Walk, nowhere: list[Dwelling]) -> None:
    door, beside = nowhere[:2]
    lives, moved, left = (walk.street.person(name, door) for name in ("程望舒", "程兰因", "韩书言"))
    neighbour = walk.street.person("孟昭宁", walk.street.door("301", NEXT_GRID))
    walk.street.move_in(moved, walk.street.door("302", NEXT_GRID), "lives_here", source="office")
    Residence.objects.filter(person__in=[moved, left], dwelling=door).update(to_on=walk.at.date())
    given: dict[str, Any] = {"actor": lead(), "at": walk.at, "community": FIRST}
    with pytest.raises(UpkeepError, match="先勾上要划的楼"):
        actions.assign(**given, chosen=[], grid=GRID)
    assert actions.assign(**given, chosen=[Building.objects.get(grid_id=NONE).pk], grid=GRID) == 3, (
        "the one struck off stands there, too"
    )
    assert set(Dwelling.objects.filter(pk__in=[door.pk, beside.pk]).values_list("grid_id", flat=True)) == {GRID}
    grids = {person.name: person.grid_id for person in Person.objects.all()}
    assert grids == {lives.name: GRID, moved.name: NEXT_GRID, left.name: NONE, neighbour.name: NEXT_GRID}
    assert unassigned.n_doors(lead(), FIRST) == 0
