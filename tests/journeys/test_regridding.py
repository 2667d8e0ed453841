"""Splitting and merging grids from the page: drawn up, rechecked, done with all that stands there, and back again."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import Role, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import clock, hanging
from gridwalk.core.kept import Goes
from gridwalk.core.models import AuditEntry
from gridwalk.reconcile.models import Import
from gridwalk.registry.models import Dwelling, Person
from gridwalk.sync.actions import pulling
from gridwalk.territory.models import Building, Grid
from gridwalk.upkeep.actions import regridding
from gridwalk.upkeep.models import Plan
from gridwalk.visits.models import Visit
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, upload, workbook
from tests.harness.people import SignIn
from tests.harness.plans import decide, draw_grids

pytestmark = pytest.mark.slow
STREET = "120105001"
SECOND, THIRD, FOURTH = (f"{COMMUNITY}00{n}" for n in (2, 3, 4))
PLANS, NEW = "/areas/plans/", "/areas/plans/new/"


@pytest.fixture
def two_buildings(lead: Client, street: Client) -> dict[str, str]:
    """Building key → id, of the two that stand in the first grid."""
    more = [DOORS[0], *[[GRID, "海河花园", "6号楼", "1单元", f"10{n}", "有人住", "自住", "80"] for n in (1, 2)]]
    confirm(lead, upload(lead, workbook("六号楼", more)))
    return {key: str(pk) for key, pk in Building.objects.filter(grid_id=GRID).values_list("key", "id")}


def worker_of(grid: str) -> User:
    return Assignment.objects.filter(scope=grid, role=Role.GRID_WORKER).latest("from_on", "id").user


def viewer_of(user: User) -> Viewer:
    return accounts.viewer_by_id(user.id, clock.local_date(clock.now()))


def split(centre: Client, buildings: dict[str, str], **more: str) -> Any:
    """Draw up: the first grid into two, building 6 to the second of them."""
    given = {
        "old": [GRID],
        "n": "2",
        f"b-{buildings['5']}": THIRD,
        f"b-{buildings['6']}": FOURTH,
        "reason": "一人管不过来",
    }
    return draw_grids(centre, given | more)


def test_a_split_is_drawn_up_rechecked_and_done_with_all_that_stands_there(
    two_buildings: dict[str, str], sign_in: SignIn
) -> None:
    walking = sign_in(Role.GRID_WORKER, GRID)
    worker = worker_of(GRID)
    centre = sign_in(Role.STREET_CENTRE, STREET)
    assert f'value="{GRID}"' in centre.get(PLANS, {"community": COMMUNITY}).content.decode()
    drawn = centre.get(NEW, {"old": [GRID], "n": "2"}).content.decode()
    assert "海河花园 6号楼" in drawn
    assert "2 栋" in drawn
    door = Dwelling.objects.filter(building__key="6").first()
    assert door is not None
    yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
    walking.post(f"/visits/dwelling/{door.pk}/", {"at": f"{yesterday.isoformat()}T10:00", "outcome": "no_answer"})
    n_doors, n_open = Dwelling.objects.count(), Target.objects.filter(state="remaining").count()

    split(centre, two_buildings, **{f"w-{FOURTH}": str(worker.id)})
    plan = Plan.objects.get()
    assert Grid.objects.filter(valid_to__isnull=False).count() == 0, "nothing is done before the recheck"
    shown = centre.get(f"/upkeep/{plan.pk}/").content.decode()
    assert "调整后的影响" in shown
    assert "由另一位同事复核" in shown
    assert decide(centre, plan.pk).status_code == 403
    assert decide(sign_in(Role.STREET_CENTRE, STREET), plan.pk).status_code == 403, "only who keeps the areas"
    assert sign_in(Role.COMMUNITY_LEAD, COMMUNITY).get(f"/upkeep/{plan.pk}/").status_code == 404

    administrator = sign_in(Role.ADMINISTRATOR, STREET)
    Import.objects.filter(name="六号楼.xlsx").update(state="paused")
    waits = decide(administrator, plan.pk)
    assert "有台账正在导入、撤销或比对" in waits.content.decode()
    assert Grid.objects.filter(valid_to__isnull=False).count() == 0
    Import.objects.update(state="done")
    stale = administrator.post(f"/upkeep/{plan.pk}/decide/", {"confirmed": "1", "note": "对过", "seen": "old"})
    assert "刚才有人改过" in stale.content.decode()
    decide(administrator, plan.pk, note="和社区对过楼栋")
    plan.refresh_from_db()
    assert plan.state == "done"
    assert Counter(Dwelling.objects.values_list("grid_id", flat=True)) == {THIRD: n_doors - 2, FOURTH: 2}
    assert not Person.objects.filter(grid_id=GRID).exists()
    for table, kept in hanging.tables():
        left = table._default_manager.filter(**{kept.grid: GRID}) if isinstance(kept.moved, Goes) else ()
        assert not list(left), f"{table._meta.label} has gone along"
    assert Grid.objects.get(code=GRID).replaced_by == [THIRD, FOURTH]
    assert Target.objects.filter(state="remaining").count() == n_open
    assert set(Target.objects.filter(grid_id=FOURTH).values_list("assignee", flat=True)) == {worker.id}
    assert Visit.objects.get(entity=door.pk).grid_id == FOURTH
    assert (
        [grid.code for grid in pulling.grids_of(viewer_of(worker))] == pulling.codes_of(viewer_of(worker)) == [FOURTH]
    )
    pulled, gone = pulling.pull(
        viewer=viewer_of(worker), at=clock.now(), since={GRID: 1, FOURTH: 1}, epoch=0, same_epoch=False
    )
    assert [grid.grid for grid in pulled] == [FOURTH]
    assert gone == [GRID], "the phone puts the old one away"
    assert walking.get(f"/doors/{door.pk}/").status_code == 200
    verbs = set(AuditEntry.objects.filter(verb__startswith="grids.").values_list("verb", flat=True))
    assert {"grids.plan_proposed", "grids.replaced", "grids.plan_done"} <= verbs


def test_it_goes_back_the_next_day_as_a_plan_of_its_own(two_buildings: dict[str, str], sign_in: SignIn) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    split(centre, two_buildings)
    plan = Plan.objects.get()
    back = f"{PLANS}{plan.pk}/reverse/"
    assert "只有做好了的方案" in centre.post(back, {"reason": "还是改回去"}, follow=True).content.decode()
    decide(sign_in(Role.ADMINISTRATOR, STREET), plan.pk)
    assert "明天起才能再改" in centre.post(back, {"reason": "还是改回去"}, follow=True).content.decode()
    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        centre, administrator = sign_in(Role.STREET_CENTRE, STREET), sign_in(Role.ADMINISTRATOR, STREET)
        centre.post(back, {"reason": "还是一个人管好"})
        reverse = Plan.objects.get(choices__reverses=str(plan.pk))
        decide(administrator, reverse.pk)
    fifth = f"{COMMUNITY}005"
    assert set(Dwelling.objects.values_list("grid_id", flat=True)) == {fifth}
    assert set(Target.objects.values_list("grid_id", flat=True)) == {fifth}
    assert Building.objects.filter(grid_id=fifth).count() == 2


def test_a_building_parts_by_stairwell_and_is_one_again_when_they_meet(
    two_buildings: dict[str, str], lead: Client, sign_in: SignIn
) -> None:
    more = [DOORS[0], *[[GRID, "海河花园", "7号楼", f"{n}单元", "101", "有人住", "自住", "80"] for n in (1, 2)]]
    confirm(lead, upload(lead, workbook("七号楼", more)))
    seven = Building.objects.get(key="7")
    second = seven.stairwells.get(key="2")
    centre = sign_in(Role.STREET_CENTRE, STREET)
    assert f"b-{second.pk}" in centre.get(NEW, {"old": [GRID], "n": "2"}).content.decode()
    split(centre, two_buildings, **{f"b-{seven.pk}": THIRD, f"b-{second.pk}": FOURTH})
    plan = Plan.objects.get()
    decide(sign_in(Role.ADMINISTRATOR, STREET), plan.pk)
    standing = dict(Building.objects.filter(key="7", ended_on__isnull=True).values_list("grid_id", "id"))
    assert set(standing) == {THIRD, FOURTH}
    here = Dwelling.objects.filter(stairwell__key="2", building__key="7").get()
    assert (here.grid_id, here.building_id) == (FOURTH, standing[FOURTH])

    rows = [["小区", "楼栋", "单元", "室号", "居住状况"], ["海河花园", "7号楼", "2单元", "301", "有人住"]]
    confirm(lead, upload(lead, workbook("补登记", rows)))
    new = Dwelling.objects.get(address__contains="7号楼 2单元 301")
    assert (new.grid_id, new.stairwell_id) == (FOURTH, second.pk), "a ledger that names no grid finds the right half"

    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        centre, administrator = sign_in(Role.STREET_CENTRE, STREET), sign_in(Role.ADMINISTRATOR, STREET)
        centre.post(f"{PLANS}{plan.pk}/reverse/", {"reason": "还是一个人管好"})
        reverse = Plan.objects.get(choices__reverses=str(plan.pk))
        decide(administrator, reverse.pk)
    again = Building.objects.get(key="7", ended_on__isnull=True)
    assert set(again.stairwells.values_list("key", flat=True)) == {"1", "2"}
    assert set(Dwelling.objects.filter(address__contains="7号楼").values_list("building", "grid")) == {
        (again.pk, f"{COMMUNITY}005")
    }


def test_it_refuses_what_makes_no_sense_and_who_may_not(two_buildings: dict[str, str], sign_in: SignIn) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    for given, why in (
        ({"reason": ""}, "写明原因"),
        ({f"b-{two_buildings['6']}": THIRD}, "一栋楼也没有"),
    ):
        refused = split(centre, two_buildings, **given)
        assert refused.status_code == 422
        assert why in refused.content.decode()
    assert "没有开始" in centre.get(NEW, {"old": [GRID], "n": "0"}, follow=True).content.decode()
    alone = {"old": [GRID], "n": "1", "reason": "先试一试"}
    assert "从一个变成几个" in draw_grids(centre, alone).content.decode()
    assert centre.get(NEW, {"old": [f"{COMMUNITY}777"], "n": "2"}).status_code == 404, "no such grid"
    for made_up in ("110101001001001", "", "１２", f"{COMMUNITY}0"):
        assert centre.get(NEW, {"old": [made_up], "n": "2"}).status_code == 404, made_up
    assert sign_in(Role.GRID_WORKER, GRID).get(PLANS).status_code == 403
    assert sign_in(Role.STREET_CENTRE, "120105002").get(NEW, {"old": [GRID], "n": "2"}).status_code == 404

    assert Plan.objects.count() == 0

    administrator = sign_in(Role.ADMINISTRATOR, STREET)
    split(administrator, two_buildings)
    own = Plan.objects.get()
    assert "由另一位同事复核" in administrator.get(f"/upkeep/{own.pk}/").content.decode()
    assert "提出的人不能自己复核" in decide(administrator, own.pk).content.decode()
    undone = administrator.post(f"/upkeep/{own.pk}/undo/", {"reason": "还是改回去"})
    assert undone.status_code == 403, "nobody who keeps areas undoes what hangs on records"
    assert "还有一个方案等着复核" in split(centre, two_buildings).content.decode()
    assert centre.post(f"/upkeep/{own.pk}/withdraw/").status_code == 403, "only who proposed it"
    assert administrator.post(f"/upkeep/{own.pk}/withdraw/").status_code == 302
    own.refresh_from_db()
    assert (own.state, Grid.objects.filter(valid_to__isnull=False).count()) == ("withdrawn", 0)


def test_drawing_up_asks_the_database_the_same_for_many_buildings(
    two_buildings: dict[str, str], sign_in: SignIn
) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert centre.get(NEW, {"old": [GRID], "n": "2"}).status_code == 200
        return len(captured)

    asked()
    before = asked()
    Building.objects.bulk_create(
        [Building(grid_id=GRID, estate="海河花园", key=str(n), name=f"{n}号楼") for n in range(10, 40)]
    )
    assert asked() == before
    assert regridding.MOST == 9


def test_grids_are_added_and_renamed_by_who_keeps_the_areas(lead: Client, sign_in: SignIn) -> None:
    administrator = sign_in(Role.ADMINISTRATOR, STREET)
    assert "添网格" in administrator.get("/areas/").content.decode()
    administrator.post("/areas/grids/", {"community": COMMUNITY, "n": "2"})
    assert Grid.objects.get(code=FOURTH).valid_from == clock.local_date(clock.now())
    assert (
        "没有建"
        in administrator.post("/areas/grids/", {"community": COMMUNITY, "n": "0"}, follow=True).content.decode()
    )
    assert administrator.post("/areas/grids/", {"community": "120105002001", "n": "1"}).status_code == 404
    administrator.post(f"/areas/grids/{FOURTH}/name/", {"name": "沿河网格"})
    assert Grid.objects.get(code=FOURTH).name == "沿河网格"
    same = administrator.post(f"/areas/grids/{THIRD}/name/", {"name": "沿河网格"}, follow=True).content.decode()
    assert "没有改：本社区已有一个叫“沿河网格”的网格" in same
    first = Grid.objects.get(code=f"{COMMUNITY}001").name
    spelt = administrator.post(f"/areas/grids/{THIRD}/name/", {"name": "1号网格"}, follow=True).content.decode()
    assert f"没有改：本社区已有一个叫“{first}”的网格，“1号网格”和它是同一个名称" in spelt, "a ledger could mean either"
    assert lead.post(f"/areas/grids/{FOURTH}/name/", {"name": "别的"}).status_code == 403
