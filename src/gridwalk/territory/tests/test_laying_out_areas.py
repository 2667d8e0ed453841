"""Areas, grids with their dates, buildings and stairwells."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from gridwalk.accounts.rules import SYSTEM, NotPermitted, Role, Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core import queries as streams
from gridwalk.core.models import AuditEntry, Change
from gridwalk.core.queries import NotHere
from gridwalk.territory import actions, queries
from gridwalk.territory.actions import TerritoryError, WantedStairwell
from gridwalk.territory.models import Area, Building, Grid, Stairwell

pytestmark = pytest.mark.django_db

STREET, COMMUNITY, OTHER = "120105001", "120105001001", "120105001007"
GRID, SECOND, NONE = COMMUNITY + "001", COMMUNITY + "002", COMMUNITY + "000"
DAY = dt.timedelta(days=1)

MakeViewer = Callable[[Role, str], Viewer]


def _tree() -> dict[str, Any]:
    communities = [
        {"code": COMMUNITY, "name": "林古里社区居委会"},
        {"code": OTHER, "name": "君临天下社区居委会", "short": "君临天下"},
    ]
    return {
        "province": {"code": "120000000000", "name": "天津市"},
        "city": {"code": "120100000000", "name": "市辖区"},
        "district": {"code": "120105000000", "name": "河北区"},
        "street": {"code": "120105001000", "name": "光复道街道"},
        "communities": communities,
    }


@pytest.fixture
def street(at: dt.datetime) -> None:
    """Two communities, one with two grids since ten days."""
    actions.load_areas(actor=SYSTEM, at=at - 10 * DAY, tree=_tree())
    actions.create_grids(
        actor=SYSTEM, at=at - 10 * DAY, community=COMMUNITY, n=2, from_on=clock.local_date(at) - 10 * DAY
    )


def test_loading_areas_opens_a_grid_000_and_its_stream_in_every_community(at: dt.datetime) -> None:
    assert actions.load_areas(actor=SYSTEM, at=at, tree=_tree()) == 6
    shorts = Area.objects.filter(level="community").order_by("code").values_list("short", flat=True)
    assert list(shorts) == ["林古里", "君临天下"]
    assert Area.objects.get(code=COMMUNITY).parent_id == "120105001000"
    grids = list(Grid.objects.order_by("code").values_list("code", "kind", "name", "valid_from"))
    assert grids == [(c + "000", "unassigned", "未划入网格", clock.local_date(at)) for c in (COMMUNITY, OTHER)]
    assert streams.stream_versions([NONE, OTHER + "000"]) == {NONE: 0, OTHER + "000": 0}


@pytest.mark.usefixtures("street")
def test_loading_again_renames_and_takes_nothing_away(at: dt.datetime) -> None:
    with core.write_to(NONE, actor=SYSTEM, at=at):
        pass
    tree = copy.deepcopy(_tree())
    tree["communities"] = [{"code": COMMUNITY, "name": "林古里北社区居委会"}]
    actions.load_areas(actor=SYSTEM, at=at, tree=tree)
    assert Area.objects.get(code=COMMUNITY).short == "林古里北"
    assert Area.objects.filter(code=OTHER, closed_on=None).exists()
    assert Grid.objects.count() == 4
    assert Grid.objects.get(code=NONE).valid_from == clock.local_date(at) - 10 * DAY
    assert streams.stream_versions([NONE]) == {NONE: 1}


def test_the_shipped_area_list_loads(at: dt.datetime) -> None:
    tree = json.loads(
        resources.files("gridwalk.simulate").joinpath("data/areas_guangfudao.json").read_text(encoding="utf-8")
    )
    assert actions.load_areas(actor=SYSTEM, at=at, tree=tree) == 13
    assert len(queries.communities(STREET)) == 9
    assert "君临天下" in [area.short for area in queries.communities(STREET)]


@pytest.mark.usefixtures("street")
def test_grids_are_made_once_and_in_known_communities_only(at: dt.datetime) -> None:
    codes = actions.create_grids(actor=SYSTEM, at=at, community=COMMUNITY, n=3, from_on=clock.local_date(at))
    assert codes == [GRID, SECOND, COMMUNITY + "003"]
    assert queries.grid_codes(COMMUNITY) == [NONE, *codes]
    assert Grid.objects.get(code=GRID).valid_from == clock.local_date(at) - 10 * DAY
    with pytest.raises(TerritoryError, match="请先导入区划"):
        actions.create_grids(actor=SYSTEM, at=at, community="120105001999", n=1, from_on=clock.local_date(at))


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_it_refuses_everyone_but_an_administrator(at: dt.datetime, viewer: MakeViewer, role: Role) -> None:
    actor, today = viewer(role, STREET), clock.local_date(at)
    for attempt in (
        lambda: actions.load_areas(actor=actor, at=at, tree=_tree()),
        lambda: actions.create_grids(actor=actor, at=at, community=COMMUNITY, n=5, from_on=today),
        lambda: actions.replace_grids(actor=actor, at=at, old=[GRID], new=[COMMUNITY + "003"], from_on=today),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    assert Grid.objects.count() == 4


@pytest.mark.usefixtures("street")
def test_a_split_ends_the_grid_by_date_and_names_its_successors(at: dt.datetime, viewer: MakeViewer) -> None:
    administrator, today = viewer(Role.ADMINISTRATOR, STREET), clock.local_date(at)
    third, fourth = COMMUNITY + "003", COMMUNITY + "004"
    actions.replace_grids(actor=administrator, at=at, old=[GRID], new=[third, fourth], from_on=today)
    ended = Grid.objects.get(code=GRID)
    assert (ended.valid_to, ended.replaced_by) == (today - DAY, [third, fourth])
    assert queries.grid_codes(COMMUNITY) == [NONE, SECOND, third, fourth]
    assert sorted(code for code, _ in queries.grids_named(COMMUNITY)) == [NONE, SECOND, third, fourth]
    assert Grid.objects.get(code=third).valid_from == today
    assert streams.stream_versions([GRID, SECOND, third]) == {GRID: 1, SECOND: 0, third: 0}
    assert queries.get_grid(administrator, GRID, verb=Verb.MANAGE_AREAS) == ended
    entry = AuditEntry.objects.get(verb="grids.replaced")
    assert (entry.scope, entry.data) == (COMMUNITY, {"old": [GRID], "new": [third, fourth]})


@pytest.mark.usefixtures("street")
def test_a_merge_may_go_into_a_new_grid_or_into_one_that_stands(at: dt.datetime) -> None:
    today = clock.local_date(at)
    actions.create_grids(actor=SYSTEM, at=at - 5 * DAY, community=COMMUNITY, n=4, from_on=today - 5 * DAY)
    third, fourth, fifth = (COMMUNITY + n for n in ("003", "004", "005"))
    actions.replace_grids(actor=SYSTEM, at=at, old=[GRID, SECOND], new=[fifth], from_on=today)
    actions.replace_grids(actor=SYSTEM, at=at, old=[fourth], new=[third], from_on=today)
    assert queries.grid_codes(COMMUNITY) == [NONE, third, fifth]
    assert Grid.objects.get(code=third).valid_from == today - 5 * DAY
    assert {g.code: g.replaced_by for g in Grid.objects.exclude(valid_to=None)} == {
        GRID: [fifth],
        SECOND: [fifth],
        fourth: [third],
    }


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize(
    ("old", "new", "days", "why"),
    [
        ([], ["003"], 0, "同一个网格只能写一次"),
        (["001"], [], 0, "同一个网格只能写一次"),
        (["001"], ["001", "003"], 0, "同一个网格只能写一次"),
        (["001", "001"], ["003"], 0, "同一个网格只能写一次"),
        (["000"], ["003"], 0, "网格编号是社区代码加 001 到 999；“未划入网格”不拆不并"),
        (["001"], ["000"], 0, "不拆不并"),
        (["001"], ["03"], 0, "001 到 999"),
        (["001"], ["003"], 1, "不能预先做"),
        (["001"], ["003"], -10, "早于其中网格的设立日期"),
        (["009"], ["003"], 0, "已经停用|009"),
    ],
)
def test_it_refuses_a_split_that_makes_no_sense_and_changes_nothing(
    at: dt.datetime, old: list[str], new: list[str], days: int, why: str
) -> None:
    with pytest.raises(Exception, match=why):
        actions.replace_grids(
            actor=SYSTEM,
            at=at,
            old=[COMMUNITY + n for n in old],
            new=[COMMUNITY + n for n in new],
            from_on=clock.local_date(at) + days * DAY,
        )
    assert queries.grid_codes(COMMUNITY) == [NONE, GRID, SECOND]


@pytest.mark.usefixtures("street")
def test_it_refuses_to_end_a_grid_twice_to_use_a_number_again_or_to_cross_communities(at: dt.datetime) -> None:
    today, third, fourth = clock.local_date(at), COMMUNITY + "003", COMMUNITY + "004"
    actions.replace_grids(actor=SYSTEM, at=at, old=[GRID], new=[third], from_on=today)
    for old, new, why in (
        ([GRID], [fourth], "没有改：其中有网格已经停用"),
        ([SECOND], [GRID], "以前用过"),
        ([SECOND], [OTHER + "001"], "网格的拆分合并只在一个社区里做"),
    ):
        with pytest.raises(TerritoryError, match=why):
            actions.replace_grids(actor=SYSTEM, at=at, old=old, new=new, from_on=today)
    assert queries.grid_codes(COMMUNITY) == [NONE, SECOND, third]


def _wanted(*places: tuple[str, str]) -> list[WantedStairwell]:
    return [WantedStairwell(GRID, "林古里", building, stairwell) for building, stairwell in places]


@pytest.mark.usefixtures("street")
def test_buildings_and_stairwells_are_made_once_and_looked_up_by_key(at: dt.datetime) -> None:
    wanted = _wanted(("5", "1"), ("5", "2"), ("A", ""), ("5", "1"))
    with core.write_to(GRID, actor=SYSTEM, at=at) as writing:
        first = actions.ensure_stairwells(writing, wanted)
    with core.write_to(GRID, actor=SYSTEM, at=at) as writing:
        second = actions.ensure_stairwells(writing, wanted)
    assert first == second
    assert len({building for building, _ in first.values()}) == 2
    assert (Building.objects.count(), Stairwell.objects.count()) == (2, 3)
    assert set(Building.objects.values_list("name", flat=True)) == {"5号楼", "A座"}
    assert set(Stairwell.objects.values_list("name", flat=True)) == {"1单元", "2单元", ""}
    changes = Change.objects.values_list("stream", "version", "kind")
    assert list(changes) == [(GRID, 1, "building")] * 2
    ended, elsewhere = (Building(estate="林古里", key=key, name=f"{key}号楼") for key in ("7", "8"))
    ended.grid_id, ended.ended_on = GRID, clock.local_date(at)
    elsewhere.grid_id = OTHER + "000"
    Building.objects.bulk_create([ended, elsewhere])
    assert set(queries.building_index(COMMUNITY)) == {("林古里", "5"), ("林古里", "A")}
    entry = queries.building_index(COMMUNITY)["林古里", "5"]
    assert (entry.id, entry.grid) == (first[wanted[0]][0], GRID)
    assert entry.stairwells == {"1": first[wanted[0]][1], "2": first[wanted[1]][1]}


@pytest.mark.usefixtures("street")
def test_it_refuses_buildings_in_a_grid_it_does_not_hold(at: dt.datetime) -> None:
    with pytest.raises(KeyError), core.write_to(SECOND, actor=SYSTEM, at=at) as writing:
        actions.ensure_stairwells(writing, _wanted(("5", "1")))
    assert not Building.objects.exists()


@pytest.mark.usefixtures("street")
def test_buildings_stand_in_walking_order_and_open_by_area(at: dt.datetime, viewer: MakeViewer) -> None:
    with core.write_to(GRID, actor=SYSTEM, at=at) as writing:
        places = actions.ensure_stairwells(writing, _wanted(("10", "1"), ("2", "1"), ("2", "2"), ("3", "1")))
    Building.objects.filter(key="3").update(grid=SECOND)
    worker, neighbour = viewer(Role.GRID_WORKER, GRID), viewer(Role.GRID_WORKER, SECOND)
    assert [building.name for building in queries.buildings(worker, grid=GRID)] == ["2号楼", "10号楼"]
    building, stairwell = places[_wanted(("2", "2"))[0]]
    assert queries.get_building(worker, building).key == "2"
    assert queries.get_stairwell(worker, stairwell).key == "2"
    for attempt in (
        lambda: queries.buildings(neighbour, grid=GRID),
        lambda: queries.get_building(neighbour, building),
        lambda: queries.get_stairwell(neighbour, stairwell),
        lambda: queries.get_building(worker, ids.new_id()),
        lambda: queries.get_stairwell(worker, ids.new_id()),
        lambda: queries.get_grid(neighbour, GRID),
        lambda: queries.get_grid(worker, COMMUNITY + "999"),
    ):
        with pytest.raises(NotHere, match="没有这一条"):
            attempt()


@pytest.mark.usefixtures("street")
def test_a_viewer_sees_the_areas_above_and_inside_the_own_posts(viewer: MakeViewer) -> None:
    worker, centre = viewer(Role.GRID_WORKER, GRID), viewer(Role.STREET_CENTRE, STREET)
    above = ["120000000000", "120100000000", "120105000000", "120105001000"]
    assert [area.code for area in queries.areas(worker)] == [*above, COMMUNITY]
    assert [area.code for area in queries.areas(centre)] == [*above, COMMUNITY, OTHER]
    assert [area.code for area in queries.areas(centre, under=STREET, level="community")] == [COMMUNITY, OTHER]
    assert queries.areas(Viewer(None, "王试")) == []
    assert len(queries.areas(SYSTEM)) == 6
    assert queries.get_area(worker, COMMUNITY).short == "林古里"
    for code in (OTHER, "120105001999"):
        with pytest.raises(NotHere):
            queries.get_area(worker, code)


@pytest.mark.usefixtures("street")
def test_grids_are_listed_where_the_verb_is_held(viewer: MakeViewer) -> None:
    worker, nobody = viewer(Role.GRID_WORKER, GRID), viewer(Role.INSPECTOR, STREET)
    assert [grid.code for grid in queries.grids(worker, scope=COMMUNITY)] == [GRID]
    assert [grid.code for grid in queries.grids(worker, scope=COMMUNITY, verb=Verb.DISPATCH)] == []
    assert queries.grids(nobody, scope=STREET) == []
    lead = viewer(Role.COMMUNITY_LEAD, COMMUNITY)
    assert [grid.code for grid in queries.grids(lead, scope=STREET)] == [NONE, GRID, SECOND]
    assert len(queries.grids(SYSTEM, scope="")) == 4


@pytest.mark.usefixtures("street")
def test_places_are_named_in_two_queries_however_many(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        names = queries.place_names([GRID, SECOND, COMMUNITY, STREET, "120105", "", "120105001001999"])
    assert names == {
        GRID: "林古里 第一网格",
        SECOND: "林古里 第二网格",
        COMMUNITY: "林古里",
        STREET: "光复道街道",
        "120105": "河北区",
        "": "全部",
        "120105001001999": "120105001001999",
    }
    assert queries.area_label([GRID, STREET, GRID]) == "林古里 第一网格、光复道街道"
    assert queries.scope_name(OTHER) == "君临天下"


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize("n", [1, 20])
def test_lists_cost_the_same_queries_for_one_place_and_for_many(
    at: dt.datetime, viewer: MakeViewer, django_assert_num_queries: DjangoAssertNumQueries, n: int
) -> None:
    worker = viewer(Role.COMMUNITY_LEAD, COMMUNITY)
    wanted = _wanted(*((str(number), "1") for number in range(n)))
    savepoint_and_raise, two_lookups, two_inserts, copy_and_release = 2, 2, 2, 2
    with (
        django_assert_num_queries(savepoint_and_raise + two_lookups + two_inserts + copy_and_release),
        core.write_to(GRID, actor=SYSTEM, at=at) as writing,
    ):
        actions.ensure_stairwells(writing, wanted)
    with django_assert_num_queries(3):
        assert sum(len(b.stairwells.all()) for b in queries.buildings(worker, grid=GRID)) == n
    with django_assert_num_queries(1):
        assert len(queries.building_index(COMMUNITY)) == n
    with django_assert_num_queries(1):
        assert [grid.area.short for grid in queries.grids(worker, scope=COMMUNITY)] == ["林古里"] * 3
