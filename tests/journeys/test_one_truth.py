"""Whatever figure stands in two places reads the same in both, for everybody who may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.indicators import actions as indicators
from gridwalk.reconcile.actions import comparing
from gridwalk.registry.actions import creation
from gridwalk.registry.models import Organization
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, SECOND, Street, id_no
from gridwalk.sync.actions import devices
from gridwalk.visits.tests.walk import Walk
from tests.harness import reading_documents, reading_pages
from tests.harness.campaign import workbook
from tests.harness.people import SignIn, signed_in
from tests.harness.phones import Wire, through
from tests.harness.reading_pages import STREET
from tests.harness.readings import WITHHELD, Reading, disagreements, places, split

pytestmark = pytest.mark.slow
DISTRICT = "120105"


@pytest.fixture
def walk(db: None, at: dt.datetime) -> Iterator[Walk]:
    """Two communities of three grids, and a door that has no grid; every kind of place in every state.

    By hand, of the doors: 甲 第一网格 2 of 5 visited, 1 explained, 1 pending; its door without a grid untried; 乙 1 of 6.
    """
    with time_machine.travel(at, tick=True):
        street = Street.lay_out(at)
        doors = [street.door(f"{n}01", GRID, occupancy="vacant" if n == 4 else "occupied") for n in range(1, 6)]
        street.door("901", f"{FIRST}000")
        far = [street.door(f"{n}02", FAR_GRID, tenure="let") for n in range(1, 7)]
        people = [street.person(f"赵试{n}", doors[n % 2], id_no=id_no(n)) for n in range(1, 4)]
        street.person("钱无家", None, grid=f"{FIRST}000")
        street.move_in(people[0], doors[2], "lives_here")
        street.person("孙乙", far[0])
        with street.writing() as writing:
            new = [creation.New(grid=GRID, values={"name": f"试{n}商店"}, source="office") for n in range(3)]
            creation.register(writing, "organization", new)
            creation.register(
                writing, "site", [creation.New(grid=FAR_GRID, values={"name": "试幼儿园"}, source="office")]
            )
            label = creation.NewCare(person=people[1].pk, grid=GRID, category="living_alone", source="office")
            creation.label_care(writing, [label])
        walk = Walk(street, at)
        walk.dispatch()
        walk.knock(doors[0], "met", walk.then(-1))
        indicators.keep_day(at=walk.then(-1, 23))
        walk.knock(doors[1], "met", walk.then())
        walk.knock(doors[2], "refused", walk.then())
        walk.knock(doors[3], "moved_away", walk.then())
        walk.knock(far[0], "met", walk.then(), by=made_up.worker(FAR_GRID))
        shops = list(Organization.objects.order_by("name"))
        walk.knock(shops[0], "met", walk.then())
        walk.knock(shops[1], "moved_away", walk.then())
        street.say(doors[0], "owner_name", "李甲", source="ledger")
        street.say(doors[0], "owner_name", "李乙", source="platform")
        yield walk


def read_by(client: Client, areas: list[str], *, rows: bool, exports: bool, again: bool) -> list[Reading]:
    """Every figure somebody is shown; ``areas``: the whole first, whose lists and documents are read.

    ``again``: only where it stands what ledgers were compared.
    """
    readings: list[Reading] = []
    for area in areas:
        readings += [*reading_pages.home(client, area), *reading_pages.wall(client, area)]
    if rows and not again:
        readings += [*reading_pages.gap_list(client, areas[0]), *reading_pages.charts(client, areas[0])]
        readings += [*reading_pages.tasks(client, areas[0]), *reading_pages.waiting(client, areas[0])]
    if exports:
        readings += reading_documents.documents(client, areas[0])
    return list(split(readings))


@pytest.fixture
def everybody(walk: Walk, sign_in: SignIn, account: Callable[..., User]) -> Callable[..., dict[str, list[Reading]]]:
    """Whoever reads figures, with all they read."""
    areas = [STREET, FIRST, SECOND]
    lead, centre = sign_in(Role.COMMUNITY_LEAD, FIRST), sign_in(Role.STREET_CENTRE, STREET)
    district, leading = sign_in(Role.DISTRICT_CENTRE, DISTRICT), sign_in(Role.LEADING_GROUP, STREET)
    worker = account(Role.GRID_WORKER, GRID)
    wire = Wire(send=through(Client()), now=clock.now)
    code, _ = devices.make_code(actor=signed_in(lead), at=clock.now(), user=worker.pk)
    assert wire.activate(worker.username, "walk-every-door-26", code)[0] == 200

    def read(*, again: bool) -> dict[str, list[Reading]]:
        return {
            "lead": read_by(lead, [FIRST], rows=True, exports=True, again=again),
            "centre": read_by(centre, areas, rows=True, exports=True, again=again),
            "district": read_by(district, areas, rows=False, exports=True, again=again),
            "leading": read_by(leading, areas, rows=False, exports=False, again=again),
            "phone": [] if again else list(reading_documents.phone(wire, [GRID])),
        }

    return read


def compared(scope: str) -> None:
    """A ledger of that community is compared: three people who are on record, one who is not."""
    rows = [["小区", "楼栋", "单元", "室号", "姓名", "身份证号"]]
    rows += [["甲里", "1号楼", "1单元", f"{floor}01", f"赵试{n}", id_no(n)] for floor, n in ((2, 1), (1, 2), (2, 3))]
    rows += [["甲里", "1号楼", "1单元", "201", "周别人", id_no(9)]]
    data = workbook("实有人口台账", rows).read()
    now = clock.now()
    comparison = comparing.upload(actor=SYSTEM, at=now, scope=scope, source="ledger", data=data, name="人口.xlsx")
    comparing.start(actor=SYSTEM, at=now, comparison=comparison.pk)
    comparing.run(actor=SYSTEM, at=now, comparison=comparison.pk)


def test_no_two_places_disagree(everybody: Callable[..., dict[str, list[Reading]]]) -> None:
    """Within what one reader is shown, withheld or not, and among all readers in what is told.

    First before anybody compared a ledger, then when one community of two has.
    """
    for again, not_compared in ((False, {STREET, FIRST, SECOND}), (True, {SECOND})):
        if again:
            compared(FIRST)
        read = everybody(again=again)
        for reader, readings in read.items():
            assert disagreements(readings) == [], reader
        told = [r for readings in read.values() for r in readings if r.value != WITHHELD]
        assert disagreements(told) == []
        assert {r.area for r in told if r.figure == "consistency"} == not_compared
        once = {"visits.in_person", "linkage.homeless", "linkage.several"}
        assert {figure for figure, where in places(told).items() if len(where) < 2} == once


def test_two_places_that_disagree_are_told() -> None:
    pair = Reading(place="总览", area=STREET, figure="visits", value="6 / 13", unit="户")
    alone = Reading(place="大屏", area=STREET, figure="visits.gap", value="8")
    families = Reading(place="待复核", area=STREET, figure="visits.d", value="13", unit="家")
    told = ["120105001 visits.gap: 总览 7 户；大屏 8", "120105001 visits.d: 总览 13 户；待复核 13 家"]
    assert sorted(disagreements(split([pair, alone, families]))) == sorted(told)
