"""One small community for journeys and browser: its messy ledgers, imported and dispatched through HTTP."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Campaign, Wave
from gridwalk.core import clock
from gridwalk.method import idcards
from gridwalk.reconcile.actions import applying
from gridwalk.reconcile.models import Import
from gridwalk.territory import actions as territory
from tests.harness.people import SignIn

COMMUNITY = "120105001023"
GRID = f"{COMMUNITY}001"
TREE = {
    "province": {"code": "120000000000", "name": "天津市"},
    "city": {"code": "120100000000", "name": "市辖区"},
    "district": {"code": "120105000000", "name": "河北区"},
    "street": {"code": "120105001000", "name": "光复道街道"},
    "communities": [{"code": COMMUNITY, "name": "君临天下社区居委会", "short": "君临天下"}],
}


def id_no(serial: int, born: str = "19800101") -> str:
    first17 = f"120199{born}{serial:03d}"
    return first17 + idcards.checksum(first17)


def workbook(title: str, rows: list[list[Any]], merges: tuple[str, ...] = ()) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([title])
    sheet.append(["填报单位：君临天下社区", None, "填报日期：2026年9月"])
    for row in rows:
        sheet.append(row)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=6)
    for merge in merges:
        sheet.merge_cells(merge)
    sheet.append(["合计", None, len(rows) - 1])
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(f"{title}.xlsx", out.getvalue())


DOORS: list[list[Any]] = [
    ["网格编码", "小区", "楼栋", "单元", "室号", "居住状况", "使用情况", "面积（㎡）"],
    *[
        [GRID, "海河花园", "５号楼", "1单元", f"{floor}0{n}", "有人住", "自住", "74.2㎡"]
        for floor in (1, 2, 3)
        for n in (1, 2)
    ],
    [GRID, "海河花园", "5幢", "一单元", "401室", "空置", "不清楚", ""],
    [GRID, "海河花园", "5栋", "1门", "101", "有人住", "出租", ""],
]
PEOPLE: list[list[Any]] = [
    ["小区", "楼栋", "单元", "室号", "姓名", "性别", "身份证号", "出生日期", "联系电话", "居住类别", "民族"],
    ["海河花园", "5号楼", "1单元", "101", "程望舒", "男", id_no(11), "1980.1.1", "12012345671", "常住", "汉"],
    [None, None, None, None, "程兰因（户主母亲）", "女", id_no(2, "19500203"), "1950年2月3日", "同上", "常住", "汉"],
    [
        "海河花园",
        "5号楼",
        "1单元",
        "102",
        "韩书言",
        "男",
        id_no(13)[:-1] + ("1" if id_no(13)[-1] != "1" else "2"),
        "1980-01-01",
        "120 1234 5673",
        "租户",
        "汉",
    ],
    ["海河花园", "5号楼", "1单元", "501", "孟昭宁", "女", id_no(4), "19800101", "无", "常住", "汉"],
]


def upload(client: Client, file: SimpleUploadedFile) -> Import:
    answer = client.post("/imports/upload/", {"file": file, "scope": COMMUNITY, "kind": ""})
    assert answer.status_code == 302, answer.content
    return Import.objects.get(pk=answer.headers["Location"].split("/")[-2])


def confirm(client: Client, imported: Import) -> Import:
    client.post(f"/imports/{imported.pk}/mapping/", {"do": "apply"})
    applying.apply(actor=SYSTEM, at=clock.now(), imported=imported.pk)
    return Import.objects.get(pk=imported.pk)


@pytest.fixture
def lead(transactional_db: None, sign_in: SignIn, at: dt.datetime) -> Client:
    territory.load_areas(actor=SYSTEM, at=at, tree=TREE)
    territory.create_grids(actor=SYSTEM, at=at, community=COMMUNITY, n=2, from_on=dt.date(2026, 1, 1))
    return sign_in(Role.COMMUNITY_LEAD, COMMUNITY)


@pytest.fixture
def street(lead: Client, sign_in: SignIn) -> Client:
    """The ledgers imported and a campaign dispatched; the lead's client."""
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    confirm(lead, upload(lead, workbook("实有人口台账", PEOPLE, ("A4:A5", "B4:B5", "C4:C5", "D4:D5"))))
    dispatch(sign_in)
    return lead


def dispatch(sign_in: SignIn) -> Campaign:
    """A campaign of a hundred days, under way for twenty days, its first wave dispatched."""
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    wave = begin(centre)
    assert centre.post(f"/campaign/waves/{wave.pk}/dispatch/").status_code == 302
    return wave.campaign


def no_quiet_hours() -> None:
    """For a phone in a browser: it goes by the wall clock, at whatever hour the tests run."""
    Campaign.objects.update(quiet_from=dt.time(23, 59, 59), quiet_until=dt.time(0, 0))


def begin(centre: Client) -> Wave:
    """The campaign, nothing dispatched; its first wave."""
    today = clock.local_date(clock.now())
    days = {
        f"{phase}_{end}": (today - dt.timedelta(days=20 - n)).isoformat()
        for n, (phase, end) in enumerate((p, e) for p in ("prepare", "act", "sum_up") for e in ("from", "to"))
    }
    days |= {
        "act_from": (today - dt.timedelta(days=20)).isoformat(),
        "act_to": (today + dt.timedelta(days=20)).isoformat(),
    }
    days |= {
        "prepare_from": days["act_from"],
        "prepare_to": days["act_from"],
        "sum_up_from": days["act_to"],
        "sum_up_to": days["act_to"],
    }
    assert (
        centre.post(
            "/campaign/new/", {"name": "百日行动", **days, "pilot": [COMMUNITY], "group": "韩书言，书记，组长"}
        ).status_code
        == 302
    )
    return Campaign.objects.get().waves.get(name="试点")


def move_in(client: Client, dwelling: object, name: str, kind: str = "lives_here", **more: str) -> None:
    """Record that somebody moved in (搬来), as the page sends it; ``more``: id_no, phone, relation."""
    line = {f"{field}-0": value for field, value in {"name": name, **more}.items()}
    raw = {**line, "residence_kind": kind, "told": "self", "seen": "1"}
    answer = client.post(f"/daily/moved_in/dwelling/{dwelling}/", raw)
    assert answer.status_code == 302, answer.content.decode()


def move_out(client: Client, dwelling: object, person: object) -> None:
    """Record that somebody moved out with their registration (搬离) and nobody knows where to."""
    raw = {
        "who": [str(person)],
        "where": "unknown",
        "keeps": "leaves",
        "on": clock.local_date(clock.now()).isoformat(),
        "told": "self",
    }
    answer = client.post(f"/daily/moved_out/dwelling/{dwelling}/", raw)
    assert answer.status_code == 302, answer.content.decode()
