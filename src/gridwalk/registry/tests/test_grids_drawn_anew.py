"""What goes with a building to its new grid, beside what has to do with the building and stands elsewhere."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.registry.actions import regridding
from gridwalk.registry.models import Dwelling, Facility, Organization, Person, Residence, Site
from gridwalk.registry.tests.cast import Cast
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID
from gridwalk.territory.models import Building

pytestmark = pytest.mark.slow  # tables over a whole room
REST = f"{FIRST}000"


@pytest.fixture
def cast(db: None, at: dt.datetime) -> Cast:
    return Cast(at)


def grids(table: type[Dwelling | Facility | Organization | Person | Site], name: str) -> dict[str, str]:
    """What a record is called → its grid."""
    return dict(table._default_manager.values_list(name, "grid"))


def test_what_stands_in_a_building_goes_with_it_and_what_only_has_to_do_with_it_stays(cast: Cast) -> None:
    goes, stays, far = cast.door("101"), cast.door("102"), cast.door("103", FAR_GRID)
    second = Building.objects.create(grid_id=GRID, estate="甲里", key="2", name="2号楼")
    Building.objects.create(grid_id=GRID, estate="甲里", key="3", name="3号楼", ended_on=cast.at.date())
    Dwelling.objects.filter(pk=goes.pk).update(building=second, stairwell=None)
    cast.at_door("住这里", goes)
    cast.at_door("住隔壁", stays)
    cast.at_door("搬离了", goes, over=True)
    abroad = cast.at_door("户籍在这里", far)
    cast.link(abroad, goes, "registered_here")
    cast.person("没有房屋")
    facts = {"source": "office", "created_at": cast.at}
    for name, grid, door in (("楼下店", GRID, goes), ("隔壁店", GRID, stays), ("别处店", FAR_GRID, goes)):
        Organization.objects.create(grid_id=grid, name=name, dwelling=door, **facts)
    for name, grid in (("学校", GRID), ("别处学校", FAR_GRID)):
        Site.objects.create(grid_id=grid, name=name, **facts)
    for name, building in (("有楼", second), ("无楼", None)):
        Facility.objects.create(grid_id=GRID, facility_kind="hydrant", name=name, building=building, **facts)
    with cast.street.writing() as writing:
        regridding.move_grids(writing, [GRID], {second.pk: NEXT_GRID}, rest=REST)
    assert grids(Dwelling, "room") == {"101": NEXT_GRID, "102": REST, "103": FAR_GRID}
    assert grids(Person, "name") == {
        "住这里": NEXT_GRID,
        "住隔壁": REST,
        "搬离了": REST,
        "户籍在这里": FAR_GRID,
        "没有房屋": REST,
    }
    assert grids(Organization, "name") == {"楼下店": NEXT_GRID, "隔壁店": REST, "别处店": FAR_GRID}
    assert grids(Site, "name") == {"学校": REST, "别处学校": FAR_GRID}
    assert grids(Facility, "name") == {"有楼": NEXT_GRID, "无楼": REST}
    links = set(Residence.objects.values_list("person__name", "grid"))
    assert links == {
        ("住这里", NEXT_GRID),
        ("住隔壁", REST),
        ("搬离了", NEXT_GRID),
        ("户籍在这里", FAR_GRID),
        ("户籍在这里", NEXT_GRID),
    }
    standing = {(b.key, b.grid_id) for b in Building.objects.filter(ended_on=None)}
    assert standing >= {("2", NEXT_GRID), ("1", REST), ("1", FAR_GRID)}
    assert Building.objects.get(key="3").grid_id == GRID, "what was pulled down stays where it stood"


def test_single_doors_go_with_the_shops_behind_them_and_doors_in_a_building_do_not(cast: Cast) -> None:
    loose, inside, other = cast.door("101"), cast.door("102"), cast.door("103")
    Dwelling.objects.filter(pk__in=[loose.pk, other.pk]).update(building=None, stairwell=None)
    for door in (loose, inside, other):
        cast.at_door(f"人{door.room}", door)
        Organization.objects.create(
            grid_id=GRID, name=f"店{door.room}", dwelling=door, source="office", created_at=cast.at
        )
    with cast.street.writing() as writing:
        regridding.move_doors(writing, [loose.pk, inside.pk], NEXT_GRID)
    assert grids(Dwelling, "room") == {"101": NEXT_GRID, "102": GRID, "103": GRID}
    assert grids(Organization, "name") == {"店101": NEXT_GRID, "店102": GRID, "店103": GRID}
    assert dict(Residence.objects.values_list("dwelling__room", "grid")) == {"101": NEXT_GRID, "102": GRID, "103": GRID}
