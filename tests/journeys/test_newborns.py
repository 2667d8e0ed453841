"""Children that are written down before they have a name: one record each, whichever ledger comes first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from gridwalk.core import clock
from gridwalk.registry.models import Difference, Person
from tests.harness.campaign import DOORS, confirm, id_no, upload, workbook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HEAD = ["小区", "楼栋", "单元", "室号", "姓名", "性别", "身份证号", "出生日期", "与户主关系"]
AT = ["海河花园", "5号楼", "1单元"]
BORN = clock.local_date(clock.now()) - dt.timedelta(days=70)
DAY = f"{BORN:%Y%m%d}"
BOY, GIRL, BROTHER = (id_no(serial, DAY) for serial in (155, 156, 157))

Row = tuple[str, str, str]
"""Name, sex, number."""
FIRST: list[Row] = [("某某之子", "男", ""), ("新生儿", "女", "")]
LATER: list[Row] = [("吴小宝", "男", BOY), ("吴小贝", "女", GIRL)]


def people(client: Client, rows: list[Row], *, room: str = "101") -> Any:
    lines = [[*AT, room, name, sex, number, BORN.isoformat(), "子女"] for name, sex, number in rows]
    return confirm(client, upload(client, workbook("实有人口台账", [HEAD, *lines])))


def children() -> list[tuple[str, str]]:
    """Names and numbers on record."""
    return sorted((p.name, p.unseal("id_no") if p.id_no_sealed else "") for p in Person.objects.filter(status="active"))


NAMED = sorted((name, number) for name, _, number in LATER)


@pytest.mark.parametrize(
    ("ledgers", "expected"),
    [
        ([FIRST, LATER], NAMED),
        ([LATER, FIRST], NAMED),
        ([FIRST, FIRST], [("新生儿", ""), ("某某之子", "")]),
        ([FIRST, LATER, FIRST], NAMED),
        ([[("男婴", "男", "")], [("吴小宝", "男", "")]], [("吴小宝", "")]),
        ([[("吴小宝", "男", "")], LATER[:1]], [("吴小宝", BOY)]),
        ([[("无名", "", "")], LATER[:1]], [("吴小宝", BOY)]),
        ([[("新生儿", "男", ""), ("新生儿", "男", "")]], [("新生儿", ""), ("新生儿", "")]),
        ([[("新生儿", "男", "")] * 2, [("吴大宝", "男", BOY), ("吴小宝", "男", BROTHER)]], "two"),
        ([LATER[:1], [("新生儿", "女", "")]], [("吴小宝", BOY), ("新生儿", "")]),
        ([LATER[:1], [("吴大宝", "男", BROTHER)]], [("吴大宝", BROTHER), ("吴小宝", BOY)]),
    ],
)
def test_a_child_is_one_record_before_and_after_it_has_its_name(
    lead: Client, ledgers: list[list[Row]], expected: Any
) -> None:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    for rows in ledgers:
        people(lead, rows)
    if expected == "two":
        expected = [("吴大宝", BOY), ("吴小宝", BROTHER)]
    assert children() == sorted(expected)
    assert not Difference.objects.filter(state="open", field="name").exists()


def test_another_door_and_another_day_are_other_children(lead: Client) -> None:
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    people(lead, [("新生儿", "男", "")])
    people(lead, [("吴小宝", "男", BOY)], room="102")
    older = id_no(158, f"{BORN - dt.timedelta(days=400):%Y%m%d}")
    rows = [HEAD, [*AT, "101", "吴大宝", "男", older, "", "子女"]]
    confirm(lead, upload(lead, workbook("实有人口台账", rows)))
    assert children() == sorted([("新生儿", ""), ("吴小宝", BOY), ("吴大宝", older)])
