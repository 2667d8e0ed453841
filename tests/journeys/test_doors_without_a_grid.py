"""A ledger's grid by its name; doors whose grid nobody could tell, counted, and put into grids by building."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.models import Assignment
from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, Stream
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.territory.models import Building, Grid, Stairwell
from gridwalk.visits.models import Visit
from tests.harness.campaign import COMMUNITY, GRID, confirm, dispatch, move_in, upload, workbook
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow
NONE, SECOND = f"{COMMUNITY}000", f"{COMMUNITY}002"
HEADER = ["社区", "网格", "小区", "楼栋", "单元", "室号", "居住状况", "使用情况"]


def doors(grid: str, building: str, *rooms: str) -> list[list[Any]]:
    return [["君临天下", grid, "海河花园", building, "1单元", room, "有人住", "自住"] for room in rooms]


def grids() -> Counter[str]:
    return Counter(Dwelling.objects.values_list("grid_id", flat=True))


def faults(ledger: Import) -> list[tuple[int, str, str]]:
    rows = StagedRow.objects.filter(of=ledger).exclude(faults=[]).order_by("row_no")
    return [(row.row_no, fault["column"], fault["code"]) for row in rows for fault in row.faults]


def test_a_grid_is_found_by_its_name_and_what_finds_none_is_counted(lead: Client) -> None:
    written = [
        *doors("第一网格", "5号楼", "101", "102"),
        *doors("第1网格", "5号楼", "201"),
        *doors("君临天下社区 第二网格", "6号楼", "101"),
        *doors(SECOND, "6号楼", "102"),
        *doors("未划入网格", "7号楼", "101"),
        *doors("第九网格", "7号楼", "102"),
        *doors("第九网格", "5号楼", "301"),
    ]
    ledger = confirm(lead, upload(lead, workbook("房屋台账", [HEADER, *written])))
    assert grids() == {GRID: 3, SECOND: 2, NONE: 3}, "5号楼 is new in this ledger: it stands nowhere yet"
    assert (ledger.n_created, ledger.n_refused, ledger.n_unassigned) == (8, 0, 3)
    assert faults(ledger) == [(10, "B", "grid_name_unknown"), (11, "B", "grid_name_unknown")]
    page = lead.get(f"/imports/{ledger.pk}/").content.decode()
    assert "<span>进了未划入网格</span><b>3 户</b>" in page
    assert "认不出网格" in page
    again = confirm(lead, upload(lead, workbook("房屋台账", [HEADER, *doors("第九网格", "6号楼", "201")])))
    assert (grids()[SECOND], again.n_unassigned) == (3, 0), "a building that stands takes its doors along"
    assert [code for _, _, code in faults(again)] == ["grid_name_unknown"]

    Grid.objects.filter(pk=SECOND).update(name="一网格")
    twice = confirm(lead, upload(lead, workbook("两个一", [HEADER, *doors("第一网格", "8号楼", "101")])))
    assert twice.n_unassigned == 1
    assert [code for _, _, code in faults(twice)] == ["grid_name_unknown"], "two of that name: nobody guesses"


PLACE = "/areas/unassigned/"


def take_back(client: Client, op: str) -> str:
    answer = client.post(f"{PLACE}take-back/", {"community": COMMUNITY, "op": op}, follow=True)
    return str(answer.content.decode())


def assign(client: Client, grid: str, *chosen: Building | Stairwell | Dwelling) -> str:
    given = {"community": COMMUNITY, "grid": grid, "row": [str(part.pk) for part in chosen]}
    answer = client.post(PLACE, given, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def test_doors_without_a_grid_are_put_into_one_building_by_building(lead: Client, sign_in: SignIn) -> None:
    rows = [*doors("", "5号楼", "101", "102"), *doors("", "6号楼", "101"), *doors("第一网格", "6号楼", "201")]
    ledger = confirm(lead, upload(lead, workbook("房屋台账", [HEADER, *rows])))
    five, six = (Building.objects.get(grid_id=NONE, key=key) for key in "56")
    for page in (
        f"/imports/{ledger.pk}/",
        f"/register/?scope={COMMUNITY}",
        f"/gaps/?scope={COMMUNITY}",
        f"/buildings/{five.pk}/",
    ):
        shown = lead.get(page).content.decode()
        assert "3 户在“未划入网格”" in shown, page
        assert f'href="{PLACE}?community={COMMUNITY}"' in shown, page
    assert "3 户没有划入网格" in lead.get("/", follow=True).content.decode()
    assert f'value="{NONE}"' in lead.get(f"/buildings/{five.pk}/").content.decode()
    listed = lead.get(PLACE).content.decode()
    assert listed.index("海河花园 5号楼") < listed.index("海河花园 6号楼")
    right = confirm(lead, upload(lead, workbook("改好的", [HEADER, *doors("第一网格", "5号楼", "101")])))
    assert [code for _, _, code in faults(right)] == ["still_unassigned"], (
        "importing again moves nothing, and says where to"
    )
    assert grids() == {NONE: 3, GRID: 1}

    home, worker = Dwelling.objects.get(building=five, room="101"), sign_in(Role.GRID_WORKER, GRID)
    Assignment.objects.filter(scope=GRID).update(responsible=True)
    move_in(lead, home.pk, "程望舒")
    dispatch(sign_in)
    assert set(Target.objects.filter(grid_id=NONE).values_list("assignee", flat=True)) == {None}
    Target.objects.filter(entity=Dwelling.objects.get(building=five, room="102").pk).delete()
    yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
    lead.post(f"/visits/dwelling/{home.pk}/", {"at": f"{yesterday.isoformat()}T10:00", "outcome": "no_answer"})

    assert worker.get(PLACE).status_code == 403
    assert worker.post(PLACE, {"community": COMMUNITY, "grid": GRID, "row": [str(five.pk)]}).status_code == 403
    assert sign_in(Role.COMMUNITY_LEAD, "120105001099").get(PLACE, {"community": COMMUNITY}).status_code == 404
    assert "先勾上" in assign(lead, GRID)
    for wrong in ("", NONE, "120105001099001", f"{COMMUNITY}009"):
        assert "先选划到" in assign(lead, wrong, five)
    Import.objects.filter(pk=ledger.pk).update(state="paused")
    assert "有台账正在导入" in assign(lead, GRID, five)
    Import.objects.update(state="done")
    assert grids() == {NONE: 3, GRID: 1}, "whatever was refused moved nothing"

    before = dict(Stream.objects.values_list("code", "version"))
    assert "2 户划入了君临天下 第一网格。正在进行的行动里，已下派的户已列入这个网格的走访任务。" in assign(
        lead, GRID, five
    )
    after = dict(Stream.objects.values_list("code", "version"))
    assert {code for code in after if after[code] != before[code]} >= {NONE, GRID}
    assert grids() == {NONE: 1, GRID: 3}
    five.refresh_from_db()
    assert five.grid_id == GRID
    assert Person.objects.get().grid_id == Residence.objects.get().grid_id == GRID
    assert set(Visit.objects.values_list("grid_id", "entity")) == {(GRID, home.pk)}
    targets = Target.objects.filter(grid_id=GRID, kind="dwelling")
    assert targets.count() == 3, "one was in the campaign, one joins it; 6号楼 201 was there"
    user = Assignment.objects.get(scope=GRID).user_id
    moved = targets.filter(entity__in=Dwelling.objects.filter(building=five).values("pk"))
    assert list(moved.values_list("assignee", flat=True)) == [user, user]
    entry = AuditEntry.objects.get(verb="grids.buildings_assigned")
    assert entry.data == {"grid": GRID, "buildings": 1, "doors": 2}
    assert "已经划走了" in assign(lead, SECOND, five)

    centre = sign_in(Role.STREET_CENTRE, "120105001")
    assert "海河花园 6号楼" in centre.get(PLACE).content.decode()
    assert "1 户划入了" in assign(centre, GRID, six)
    assert Building.objects.filter(key="6", ended_on__isnull=True).get().grid_id == GRID, (
        "one building where its parts meet"
    )
    assert grids() == {GRID: 4}
    assert "“未划入网格”里没有楼，也没有户" in lead.get(PLACE).content.decode()
    assert "未划入网格" not in lead.get(f"/buildings/{five.pk}/").content.decode()

    of_six, of_five = re.findall(r'name="op" value="([^"]+)"', lead.get(PLACE).content.decode())
    assert "0 户回到了" in take_back(lead, of_six) and "1 户留下" in take_back(lead, of_six), "another was there before"
    Visit.objects.update(at=clock.now())
    assert "其中有户划入以后走访过" in take_back(lead, of_five)
    Visit.objects.update(at=clock.now() - dt.timedelta(days=1))
    assert worker.post(f"{PLACE}take-back/", {"community": COMMUNITY, "op": of_five}).status_code == 403
    assert "2 户回到了“未划入网格”" in take_back(lead, of_five)
    assert grids() == {GRID: 2, NONE: 2} and Person.objects.get().grid_id == NONE
    assert set(Visit.objects.values_list("grid_id", flat=True)) == {NONE}
    assert "已经撤销过" in take_back(lead, of_five)
    assert AuditEntry.objects.filter(verb="grids.assignment_undone").count() == 3

    nine = [[*line[:4], stairwell, *line[5:]] for stairwell in ("1单元", "2单元") for line in doors("", "9号楼", "101")]
    confirm(lead, upload(lead, workbook("九号楼", [HEADER, *nine])))
    loose = Dwelling.objects.get(building=five, room="102")
    Dwelling.objects.filter(pk=loose.pk).update(building=None, stairwell=None)
    listed = lead.get(PLACE).content.decode()
    assert "只划 海河花园 9号楼 2单元" in listed and f"{loose.address}</a>，没有挂到楼栋" in listed
    second = Stairwell.objects.get(building__key="9", key="2")
    assert "2 户划入了君临天下 第二网格" in assign(lead, SECOND, second, loose)
    assert grids() == {GRID: 2, NONE: 2, SECOND: 2}
    assert set(Building.objects.filter(key="9").values_list("grid_id", flat=True)) == {NONE, SECOND}
    (op,) = re.findall(r'name="op" value="([^"]+)"', lead.get(PLACE).content.decode())[:1]
    assert "2 户回到了" in take_back(lead, op) and grids() == {GRID: 2, NONE: 4}
    assert Building.objects.filter(key="9", ended_on__isnull=True).get().grid_id == NONE, "one building again"


def paste(client: Client, grid: str, *lines: str) -> tuple[int, str]:
    answer = client.post(PLACE, {"community": COMMUNITY, "grid": grid, "list": "\n".join(lines)}, follow=True)
    return answer.status_code, answer.content.decode()


def line_faults(page: str) -> list[tuple[str, str, str]]:
    rows = re.findall(r'<td class="r">(\d+)</td>\s*<td class="wrap">(.*?)</td>\s*<td class="wrap">(.*?)</td>', page)
    return [(number, line, html.unescape(text)) for number, line, text in rows]


def test_a_pasted_list_of_buildings_goes_into_a_grid_or_says_which_line_does_not(lead: Client, sign_in: SignIn) -> None:
    here = [line for key in "56" for line in doors("", f"{key}号楼", "101", "102")]
    nine = [[*line[:4], stairwell, *line[5:]] for stairwell in ("1单元", "2单元") for line in doors("", "9号楼", "101")]
    of_lake = [[*line[:2], "望湖里", *line[3:]] for line in doors("", "5号楼", "101")]
    placed = doors("第一网格", "8号楼", "101")
    confirm(lead, upload(lead, workbook("房屋台账", [HEADER, *here, *nine, *of_lake, *placed])))
    assert grids() == {NONE: 7, GRID: 1}

    status, page = paste(
        lead,
        GRID,
        "海河花园 6号楼",
        "5号楼",
        "",
        "海河花园\t７号楼",
        "海河花园8栋",
        "海河花园 9号楼 3单元",
        "海河花园 5号楼 1单元 101",
        "海河花园六号楼1单元",
        "居委会旁边",
        "海河花园 5号楼、6号楼",
    )
    assert status == 422 and grids() == {NONE: 7, GRID: 1}, "one line that cannot be told, and nothing moves"
    assert line_faults(page) == [
        ("2", "5号楼", "有几处都叫5号楼（望湖里、海河花园），请写上小区"),
        ("4", "海河花园 ７号楼", "“未划入网格”里没有这栋楼，和上面列的小区名、楼号对一下"),
        ("5", "海河花园8栋", "已经在君临天下 第一网格，不用划；要换网格，请街道网格中心用“拆并网格”"),
        ("6", "海河花园 9号楼 3单元", "这栋楼里没有 3单元，写整栋，或和上面列的单元对一下"),
        ("7", "海河花园 5号楼 1单元 101", "写到了室号。这里一行写一栋楼或一个单元，单户在上面勾"),
        ("8", "海河花园六号楼1单元", "和第 1 行是同一处，留一行就行"),
        ("9", "居委会旁边", "看不出楼号，写成“海河花园 5号楼”这样"),
        ("10", "海河花园 5号楼、6号楼", "看不清是哪一栋。一行只写一栋楼，写成“海河花园 5号楼”这样"),
    ]
    assert "海河花园\t７号楼" in page, "what was pasted stays, to be mended"

    status, page = paste(lead, "", "海河花园 6号楼")
    assert status == 422 and "先选划到" in page and "海河花园 6号楼</textarea>" in page
    assert sign_in(Role.GRID_WORKER, GRID).post(PLACE, {"list": "海河花园 6号楼", "grid": GRID}).status_code == 403
    for blank in ("", "  \n\n "):
        status, page = paste(lead, GRID, blank)
        assert status == 422 and line_faults(page) == [("1", "", "名单是空的，一行写一栋楼或一个单元")], (
            "nothing was ticked"
        )
    assert "先勾上" in assign(lead, GRID) and grids() == {NONE: 7, GRID: 1}
    too_long = "\n".join(["海河花园 6号楼"] * 501)
    assert line_faults(paste(lead, GRID, too_long)[1]) == [
        ("501", "海河花园 6号楼", "一次最多 500 行，从这一行起下一次再贴")
    ]

    status, page = paste(lead, SECOND, "海河花园 6号楼", "望湖里 5 栋", "海河花园 9号楼2单元")
    assert status == 200 and "4 户划入了君临天下 第二网格" in page
    assert grids() == {NONE: 3, GRID: 1, SECOND: 4}
    (op,) = re.findall(r'name="op" value="([^"]+)"', page)
    assert "4 户回到了“未划入网格”" in take_back(lead, op) and grids() == {NONE: 7, GRID: 1}


def test_where_no_campaign_runs_no_task_is_spoken_of(lead: Client) -> None:
    confirm(lead, upload(lead, workbook("房屋台账", [HEADER, *doors("", "5号楼", "101")])))
    answer = assign(lead, GRID, Building.objects.get(grid_id=NONE, key="5"))
    assert (
        "1 户划入了君临天下 第一网格。" in answer and "走访任务" not in answer.partition("<main")[2].partition("<h1")[0]
    )
