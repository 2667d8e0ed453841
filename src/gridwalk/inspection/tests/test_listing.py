"""查漏登: stairwells are drawn by their doors and listed blind; what the register lacks joins it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import ids
from gridwalk.followup.models import Matter
from gridwalk.inspection import listing
from gridwalk.inspection.actions import drawing, giving
from gridwalk.inspection.actions.stairwells import NewListing, list_doors
from gridwalk.inspection.lots import stairwells_drawn
from gridwalk.inspection.models import DrawnStairwell, ListedDoor, Sample
from gridwalk.inspection.queries import areas, verifying
from gridwalk.inspection.queries import frames as drawn_from
from gridwalk.inspection.rules import AskingError, Kind, SampleError
from gridwalk.inspection.tests.test_drawing import CENTRE, STREET, drawn
from gridwalk.inspection.tests.test_rates import words
from gridwalk.method import addresses
from gridwalk.method.sampling import missed
from gridwalk.method.sampling.draws import Unit
from gridwalk.method.sampling.missed import Listing
from gridwalk.registry.actions.doors import NewDoor, register_doors
from gridwalk.registry.models import Dwelling, FormerAddress
from gridwalk.registry.tests.street import FIRST, GRID, Street
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.django_db
DOOR = addresses.parse("甲里1号楼1单元101")


@pytest.fixture
def walk(at: dt.datetime) -> Walk:
    """One grid: 甲里 1号楼 1单元 with eight doors and 2单元 with four, 2号楼 1单元 with two."""
    street = Street.lay_out(at)
    rooms = [f"1号楼1单元{floor}0{n}" for floor in (1, 2) for n in (1, 2, 3, 4)]
    rooms += [f"1号楼2单元{n}" for n in (101, 102, 201, 202)] + ["2号楼1单元101", "2号楼1单元102"]
    with core.write_to(GRID, actor=SYSTEM, at=at) as writing:
        doors = [addresses.parse(f"甲里{room}") for room in rooms]
        register_doors(writing, [NewDoor(grid=GRID, address=door, values={}, source="ledger") for door in doors])
    walk = Walk(street, at)
    walk.dispatch()
    return walk


@pytest.fixture
def sample(walk: Walk, inspector: Viewer) -> Sample:
    """Three hits: the stairwell with eight doors of fourteen is always hit, of the others one or both."""
    sample = drawn(walk.at, Kind.AREA)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    return sample


def stairwell(place: str) -> DrawnStairwell:
    return DrawnStairwell.objects.get(place=place)


def refused(inspector: Viewer, row: DrawnStairwell, walk: Walk, doors: str) -> str:
    """Why a listing is not recorded."""
    with pytest.raises(AskingError) as refusal:
        list_doors(actor=inspector, at=walk.at, stairwell=row.pk, new=NewListing(doors=doors, beyond=""))
    return str(refusal.value)


def shown(sample: Sample, walk: Walk) -> areas.AreaResults:
    results = areas.area_results(CENTRE, sample.pk, walk.at.date())
    assert results is not None
    return results


def test_a_stairwell_is_hit_by_its_doors_and_ends_before_the_next_of_the_walk(walk: Walk, inspector: Viewer) -> None:
    sample = drawn(walk.at, Kind.AREA)
    rows = {row.place: row for row in DrawnStairwell.objects.filter(sample=sample)}
    assert sum(row.hits for row in rows.values()) == 3, "three stairwells, all of them"
    assert rows["甲里 1号楼 1单元"].n_doors == 8 and rows["甲里 1号楼 1单元"].until == "甲里 1号楼 2单元"
    assert sample.strata == {"area": 14}
    drawing.reveal(actor=CENTRE, at=walk.at + dt.timedelta(days=11), sample=sample.pk)
    assert verifying.differences(sample.pk) == []
    DrawnStairwell.objects.filter(turn=0).update(hits=9)
    assert verifying.differences(sample.pk) == ["重抽出来的和存着的不一样：少了 1 个单元，多了 1 个单元。"]


def test_hits_are_in_proportion_to_doors() -> None:
    """A stairwell of 20 doors of 40 is hit every time by two of two; each of 2 doors in one of ten."""
    frame = [Unit("area", GRID, f"{key:02}|{n:02}", f"{key:02}") for key in range(11) for n in range(2 if key else 20)]
    sample = Sample(share=18)
    assert listing.stairwells_hit(11, 18) == 2
    hits: Counter[str] = Counter()
    until: dict[str, str] = {}
    for n in range(200):
        drawn_now = stairwells_drawn(sample, frame, n.to_bytes(32, "big"))
        hits.update({hit.key: hit.hits for hit in drawn_now})
        until |= {hit.key: hit.until for hit in drawn_now}
    following = {f"{key:02}": f"{key + 1:02}" for key in range(10)} | {"10": ""}
    assert until == following, "the last one goes to the end of the grid"
    assert hits["00"] == 200 and hits.total() == 400
    assert all(8 <= hits[f"{key:02}"] <= 34 for key in range(1, 11)), "20 each on the average"


def test_what_is_listed_is_matched_and_what_the_register_lacks_joins_it_and_the_campaign(
    sample: Sample, inspector: Viewer, walk: Walk, sign_in: Callable[..., Client]
) -> None:
    """Of eight doors one is not met; 205, a cellar and a house before the next stairwell stand in no register."""
    with core.write_to(GRID, actor=SYSTEM, at=walk.at):
        FormerAddress.objects.create(
            dwelling=Dwelling.objects.get(address="甲里 1号楼 1单元 104"),
            community=FIRST,
            address="甲里 1号楼 1单元 114",
            address_key="甲里|1|1|114",
            until_on=walk.at.date(),
        )
    row = stairwell("甲里 1号楼 1单元")
    assert "“114”和另一行是同一扇门，一个是旧门牌" in refused(inspector, row, walk, "104\n114")
    new = NewListing(
        doors="101\n102室 3人\n 0103 \n114\n201\n202\n203\n205\n地下室", beyond="甲里平房 3号\n\n", n_bells=8, n_boxes=9
    )
    listed = list_doors(actor=inspector, at=walk.at, stairwell=row.pk, new=new)
    assert (listed.n_met, listed.n_missed, listed.n_absent) == (7, 3, 1)
    missed_doors = ListedDoor.objects.filter(match="missed")
    assert set(missed_doors.values_list("label", flat=True)) == {"205", "地下室", "甲里平房 3号"}
    joined = Dwelling.objects.filter(source="inspector")
    assert {door.room or door.address for door in joined} == {"205", "地下室", "甲里平房3号"}
    assert Target.objects.filter(entity__in=joined.values("pk"), state="remaining").count() == 3
    finding = Matter.objects.get()
    assert (finding.kind, finding.scope) == ("finding", FIRST)
    asked = words(sign_in(Role.COMMUNITY_LEAD, FIRST).get(f"/matters/{finding.pk}/"))
    assert "甲里1号楼1单元：204。请社区到现场复核" in asked and "裴子衿" not in asked
    with pytest.raises(AskingError, match="这个单元已经点过了"):
        list_doors(actor=inspector, at=walk.at, stairwell=row.pk, new=new)


def test_the_share_missed_is_an_upper_bound_and_a_listing_of_one_says_nothing(
    sample: Sample, inspector: Viewer, walk: Walk
) -> None:
    first, *others = DrawnStairwell.objects.filter(sample=sample).order_by("place")
    rooms = {row.pk: Dwelling.objects.filter(stairwell=row.stairwell).order_by("walk_key") for row in [first, *others]}
    lines = [door.room for door in rooms[first.pk]]
    list_doors(
        actor=inspector, at=walk.at, stairwell=first.pk, new=NewListing(doors="\n".join([*lines, "901"]), beyond="")
    )
    assert shown(sample, walk).missed is None, "however often it was hit"
    for row in others:
        written = "\n".join(door.room for door in rooms[row.pk])
        list_doors(actor=inspector, at=walk.at, stairwell=row.pk, new=NewListing(doors=written, beyond=""))
    results = shown(sample, walk)
    expected = missed.bound(
        [Listing(first.n_doors, 1, first.hits), *(Listing(row.n_doors, 0, row.hits) for row in others)]
    )
    assert results.missed == expected and expected is not None and expected.interval is None
    assert (results.n_listed, results.n_registered) == (
        len(others) + 1,
        sum(len(doors) for doors in rooms.values()),
    )


@pytest.mark.parametrize(
    ("doors", "beyond", "said"),
    [
        ("101\n404 3", "", "“这个单元的门”第 2 行看不懂。一行只写一扇门"),
        ("101\n404 三人", "", "“这个单元的门”第 2 行“404 三人”的人数看不懂"),
        ("101\n404 3个人", "", "“这个单元的门”第 2 行“404 3个人”的人数看不懂"),
        ("101\n404 100人", "", "“这个单元的门”第 2 行人数太多"),
        ("101 102", "", "“这个单元的门”第 1 行看不懂。一行只写一扇门"),
        ("101\n102\n101室", "", "“这个单元的门”第 3 行和“这个单元的门”第 1 行是同一扇门。请去掉一行"),
        ("101\n12012345678", "", "“这个单元的门”第 2 行里有一段是号码、日期或别的栏里的字。请只写门牌或位置"),
        ("101\n102 41人", "", "“这个单元的门”第 2 行人数太多。写 0 到 40，看不准就不写"),
        ("101", "\n那边一扇", "“到下一个单元之前的门”第 2 行“那边一扇”"),
        ("室", "", "“这个单元的门”第 1 行“室”看不懂。请只写门牌"),
        ("x" * 61, "", "“这个单元的门”第 1 行太长"),
        ("\n".join(str(n) for n in range(1001, 1402)), "", "一次最多 400 扇门。请核对是不是写重了"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_recorded(
    sample: Sample, inspector: Viewer, walk: Walk, doors: str, beyond: str, said: str
) -> None:
    row = stairwell("甲里 1号楼 1单元")
    with pytest.raises(AskingError, match=said):
        list_doors(actor=inspector, at=walk.at, stairwell=row.pk, new=NewListing(doors=doors, beyond=beyond))
    assert not ListedDoor.objects.exists() and not Dwelling.objects.filter(source="inspector").exists()


def test_a_stairwell_of_which_nothing_is_registered_any_more_is_not_listed(
    sample: Sample, inspector: Viewer, walk: Walk
) -> None:
    row = stairwell("甲里 1号楼 1单元")
    Dwelling.objects.filter(stairwell=row.stairwell).update(status="struck_off")
    assert "已经没有在册的户。请告诉街道" in refused(inspector, row, walk, "101")


def test_what_is_missing_joins_the_grid_the_stairwell_stands_in_now(
    sample: Sample, inspector: Viewer, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = stairwell("甲里 1号楼 1单元")
    Dwelling.objects.filter(stairwell=row.stairwell).update(grid=f"{FIRST}002")
    with monkeypatch.context() as meanwhile:
        earlier = iter([GRID])
        grid_now = areas.grid_now
        meanwhile.setattr(areas, "grid_now", lambda row: next(earlier, None) or grid_now(row))
        assert "这个单元刚划到别的网格。请再记一次" in refused(inspector, row, walk, "101\n901")
    assert not ListedDoor.objects.exists()
    list_doors(actor=inspector, at=walk.at, stairwell=row.pk, new=NewListing(doors="101\n901", beyond=""))
    joined = Dwelling.objects.get(source="inspector")
    assert (joined.room, joined.grid_id) == ("901", f"{FIRST}002")
    assert Target.objects.get(entity=joined.pk).grid_id == f"{FIRST}002"


def test_who_visited_a_door_of_the_stairwell_since_it_was_given_does_not_list_it(
    sample: Sample, inspector: Viewer, walk: Walk
) -> None:
    row = stairwell("甲里 1号楼 1单元")
    door = Dwelling.objects.get(address="甲里 1号楼 1单元 101")
    walk.knock(door, "no_answer", walk.then(), by=Viewer(inspector.id, inspector.name, walk.worker.assignments))
    assert "要换人点。请告诉街道" in refused(inspector, row, walk, "101")
    assert not ListedDoor.objects.exists()


def test_who_answered_is_counted_with_what_is_recorded_there() -> None:
    lines = listing.read("101 2人\n102 0人\n103", "", of=DOOR)
    assert [(line.label, line.n_living) for line in lines] == [("101", 2), ("102", 0), ("103", None)]
    assert lines[0].address == dataclasses.replace(DOOR, room="101", floor=1)


def test_stairwells_are_given_to_none_who_visited_there_and_wait_where_all_did(
    walk: Walk, inspector: Viewer, account: Callable[..., User]
) -> None:
    sample = drawn(walk.at, Kind.AREA)
    door = Dwelling.objects.get(address="甲里 1号楼 1单元 101")
    walk.knock(door, "no_answer", walk.then(), by=Viewer(inspector.id, inspector.name, walk.worker.assignments))
    handed = giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    n = DrawnStairwell.objects.count()
    assert (handed.n_given, handed.n_barred) == (n - 1, 1)
    assert shown(sample, walk).n_not_given == 1
    other = account(Role.INSPECTOR, STREET, name="另一位")
    assert giving.give(actor=CENTRE, at=walk.at, sample=sample.pk).n_given == 1
    assert DrawnStairwell.objects.get(inspector=other).place == "甲里 1号楼 1单元"


def test_from_its_price_to_the_bound_through_the_pages(
    walk: Walk, account: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    offered = words(centre.get("/samples/new/", {"kind": "area", "scope": STREET, "share": "100"}))
    assert "3/3个，户多的更容易抽到" in offered and "即使一户也没漏，也只能证明漏登最多" in offered
    asker = account(Role.INSPECTOR, STREET, name="裴子衿")
    sample = drawn(walk.at, Kind.AREA)
    assert "个单元派给核查员" in words(centre.get(f"/samples/{sample.pk}/"))
    assert "个单元。" in words(centre.post(f"/samples/{sample.pk}/give/", follow=True))
    row = stairwell("甲里 1号楼 1单元")
    client = Client()
    client.force_login(asker, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "甲里1号楼1单元" in words(client.get("/sampled-doors/"))
    page = words(client.get(f"/stairwells/{row.pk}/"))
    assert "一直点到甲里1号楼2单元之前，不含它" in page and "104" not in page
    nothing = client.post(f"/stairwells/{row.pk}/", {"doors": " "})
    assert nothing.status_code == 422 and "一扇门也没写" in words(nothing)
    odd = client.post(f"/stairwells/{row.pk}/", {"doors": "101", "n_bells": "几个"})
    assert (
        odd.status_code == 422
        and "“门铃”看不懂。请写0到400的整数，没有就空着" in words(odd)
        and ">101</textarea>" in odd.content.decode()
    )
    answer = client.post(f"/stairwells/{row.pk}/", {"doors": "101 2人\n102\n地下室", "n_boxes": "8"}, follow=True)
    assert "已记下3扇门，其中1扇一张表里没有，已补登" in words(answer) and "点过了" in words(answer)
    assert "这个单元已经点过了" in words(client.get(f"/stairwells/{row.pk}/"))
    assert f"1/{sample.stairwells.count()}个单元点完了" in words(centre.get("/samples/"))
    results = words(centre.get(f"/samples/{sample.pk}/"))
    assert "一张表里漏了多少户" in results and "表里没有1户" in results and "实地没点到6户" in results
    assert "1户有人应，不到30户不给人数" in results and "裴子衿" not in results and "地下室" not in results
    other = sign_in(Role.INSPECTOR, STREET)
    assert other.get(f"/stairwells/{row.pk}/").status_code == 404
    assert other.post(f"/stairwells/{row.pk}/", {"none": "yes"}).status_code == 404
    assert centre.get(f"/stairwells/{row.pk}/").status_code == 403
    group = Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),))
    assert areas.area_results(group, sample.pk, walk.at.date()) is None, "of the whole street, to who reads all of it"
    with time_machine.travel(walk.at + dt.timedelta(days=11), tick=False):
        late = Client()
        late.force_login(asker, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert late.get(f"/stairwells/{row.pk}/").status_code == 404


def test_nothing_is_frozen_where_too_few_stairwells_are_registered(walk: Walk) -> None:
    Dwelling.objects.exclude(address__startswith="甲里 2号楼").update(status="struck_off")
    assert len({unit.key for unit in drawn_from.stairwells(STREET)}) == 1
    with pytest.raises(SampleError, match="至少要 2 个单元"):
        drawn(walk.at, Kind.AREA)
    assert areas.outlook(STREET, 100) is None
