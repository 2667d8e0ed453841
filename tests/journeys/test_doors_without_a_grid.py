"""A ledger's grid by its name; doors whose grid nobody could tell, counted, and put into grids by building."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.test import Client

from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.registry.models import Dwelling
from gridwalk.territory.models import Grid
from tests.harness.campaign import COMMUNITY, GRID, confirm, upload, workbook

pytestmark = pytest.mark.slow
NONE, SECOND = f"{COMMUNITY}000", f"{COMMUNITY}002"
HEADER = ["社区", "网格", "小区", "楼栋", "单元", "室号", "居住状况", "使用情况"]


def doors(grid: str, building: str, *rooms: str) -> list[list[Any]]:
    return [["君临天下", grid, "海河花园", building, "1单元", room, "有人住", "自住"] for room in rooms]


def grids() -> Counter[str]:
    return Counter(Dwelling.objects.values_list("grid_id", flat=True))


def faults(one: Import) -> list[tuple[int, str, str]]:
    rows = StagedRow.objects.filter(of=one).exclude(faults=[]).order_by("row_no")
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
    one = confirm(lead, upload(lead, workbook("房屋台账", [HEADER, *written])))
    assert grids() == {GRID: 3, SECOND: 2, NONE: 3}, "5号楼 is new in this ledger: it stands nowhere yet"
    assert (one.n_created, one.n_refused, one.n_unassigned) == (8, 0, 3)
    assert faults(one) == [(10, "B", "grid_name_unknown"), (11, "B", "grid_name_unknown")]
    page = lead.get(f"/imports/{one.pk}/").content.decode()
    assert "<span>进了未划入网格</span><b>3 户</b>" in page
    assert "认不出网格" in page
    again = confirm(lead, upload(lead, workbook("房屋台账", [HEADER, *doors("第九网格", "6号楼", "201")])))
    assert (grids()[SECOND], again.n_unassigned) == (3, 0), "a building that stands takes its doors along"
    assert [code for _, _, code in faults(again)] == ["grid_name_unknown"]

    Grid.objects.filter(pk=SECOND).update(name="一网格")
    twice = confirm(lead, upload(lead, workbook("两个一", [HEADER, *doors("第一网格", "8号楼", "101")])))
    assert twice.n_unassigned == 1
    assert [code for _, _, code in faults(twice)] == ["grid_name_unknown"], "two of that name: nobody guesses"
