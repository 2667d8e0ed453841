"""Splitting a grid: what stands in it goes to the new ones, open work follows, nothing stays behind or vanishes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM, NotPermitted, Viewer
from gridwalk.campaigns.actions import dispatch, founding, regridding
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.events.actions import homes
from gridwalk.ledger import location
from gridwalk.registry.actions.doors import NewDoor, register_doors
from gridwalk.registry.models import Dwelling, Organization, Person, Residence, Site
from gridwalk.territory import actions as territory
from gridwalk.territory.models import Building, Grid

COMMUNITY = "120105001023"
OLD, NEW_A, NEW_B = (f"{COMMUNITY}{n:03d}" for n in (1, 8, 9))
TREE = {
    "province": {"code": "120000000000", "name": "天津市"},
    "city": {"code": "120100000000", "name": "市辖区"},
    "district": {"code": "120105000000", "name": "河北区"},
    "street": {"code": "120105001000", "name": "光复道街道"},
    "communities": [{"code": COMMUNITY, "name": "君临天下社区居委会", "short": "君临天下"}],
}
AT = clock.at_local(dt.date(2026, 11, 2), 9)


@pytest.mark.django_db(transaction=True)
def test_a_split_grid_leaves_nothing_behind_and_a_stranger_cannot_split_it() -> None:
    territory.load_areas(actor=SYSTEM, at=AT, tree=TREE)
    territory.create_grids(actor=SYSTEM, at=AT, community=COMMUNITY, n=1, from_on=dt.date(2026, 1, 1))
    doors = [
        NewDoor(
            grid=OLD,
            address=location.address_of({"estate": "海河花园", "building": b, "stairwell": "1", "room": r}),
            values={},
            source="office",
        )
        for b in ("1号楼", "2号楼")
        for r in ("101", "102")
    ]
    with core.write_to(OLD, actor=SYSTEM, at=AT) as writing:
        register_doors(writing, doors)
    for door in doors:
        homes.move_in(
            actor=SYSTEM,
            at=AT,
            dwelling=door.id,
            people=[{"name": "程望舒"}],
            raw={"residence_kind": "lives_here", "told": "self"},
        )
    kept: dict[str, Any] = {"grid_id": OLD, "source": "office", "created_at": AT}
    shop = Organization.objects.create(name="海河小吃店", dwelling_id=doors[2].id, **kept)
    school = Site.objects.create(name="第一小学", **kept)
    day = dt.date(2026, 11, 2)
    campaign = founding.create_campaign(
        actor=SYSTEM,
        at=AT,
        name="试",
        scope="120105001",
        waves=[founding.NewWave("全部", (COMMUNITY,), day)],
        phases={k: (day, day + dt.timedelta(days=9)) for k in ("prepare", "act", "sum_up")},
    )
    dispatch.dispatch_wave(actor=SYSTEM, at=AT, wave=campaign.waves.get().pk)
    second = Building.objects.get(key="2")
    split = {"at": AT, "old": [OLD], "new": [NEW_A, NEW_B], "buildings": {second.pk: NEW_B}, "from_on": day}

    with pytest.raises(NotPermitted):
        regridding.replace_grids(actor=Viewer(None, "外人"), **split)  # type: ignore[arg-type]
    assert Dwelling.objects.filter(grid_id=OLD).count() == 4

    regridding.replace_grids(actor=SYSTEM, **split)  # type: ignore[arg-type]
    for table in (Dwelling, Person, Residence):
        counts = {code: table._default_manager.filter(grid_id=code).count() for code in (OLD, NEW_A, NEW_B)}
        assert counts == {OLD: 0, NEW_A: 2, NEW_B: 2}, table
    targets = dict(Target.objects.values_list("entity", "grid"))
    first, last = (
        dict.fromkeys((door.id for door in part), code) for part, code in ((doors[:2], NEW_A), (doors[2:], NEW_B))
    )
    assert targets == {**first, **last, shop.id: NEW_B, school.id: NEW_A}, "each goes with what it is of"
    ended = Grid.objects.get(code=OLD)
    assert (ended.valid_to, ended.replaced_by) == (dt.date(2026, 11, 1), [NEW_A, NEW_B])
