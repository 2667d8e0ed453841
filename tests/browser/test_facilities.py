"""设施 and 巡检 in a real browser: several at once, a fault and its repair, the printed list; nothing axe complains of."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.core import clock
from gridwalk.registry.models import Facility, Site
from gridwalk.territory.models import Building
from tests.harness.campaign import GRID, confirm, upload, workbook
from tests.harness.desk import accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def rows() -> list[list[Any]]:
    old = (clock.local_date(clock.now()) - dt.timedelta(days=40)).isoformat()
    new = (clock.local_date(clock.now()) - dt.timedelta(days=9)).isoformat()
    head = [
        "编号",
        "设施类型",
        "小区",
        "楼栋",
        "单元",
        "具体位置",
        "管护单位",
        "联系电话",
        "巡检周期",
        "状态",
        "上次巡检日期",
    ]
    return [
        head,
        ["XHS-011", "消火栓", "海河花园", "5号楼", "1单元", "1层走廊东头", "海河物业", "12012345671", 30, "在用", old],
        ["XHS-012", "消火栓", "海河花园", "5号楼", "1单元", "2层走廊东头", "海河物业", "12012345671", 30, "在用", old],
        ["MH-03", "灭火器", "海河花园", "5号楼", "1单元", "3层过道", "海河物业", "", 30, "在用", new],
        ["1号梯", "电梯", "海河花园", "5号楼", "1单元", "门厅", "电梯维保站", "12012345672", 15, "停用待修", new],
        ["GGL-01", "公告栏", "海河花园", "5号楼", "", "楼前", "居委会", "", "", "在用", ""],
        ["LD-07", "路灯", "", "", "", "北门外马路", "市政", "", "", "在用", old],
    ]


@pytest.fixture
def ground(street: Client) -> Client:
    """Facilities and a key site of the first building; the lead's client."""
    confirm(street, upload(street, workbook("设施台账", rows())))
    sites = [["场所名称", "场所类型", "小区", "楼栋", "检查间隔"], ["海河小吃店", "餐饮", "海河花园", "5号楼", "7"]]
    confirm(street, upload(street, workbook("重点场所台账", sites)))
    return street


def test_several_are_seen_at_once_and_a_fault_is_repaired(ground: Client, visit: Any) -> None:
    page: Page = visit(ground, "/rounds/")
    accessible(page)
    shot(page, "rounds")
    bar = page.locator(".actions")
    expect(bar).to_be_hidden()
    page.get_by_label("选 消火栓 XHS-011").check()
    page.get_by_label("选 消火栓 XHS-012").check()
    expect(bar.locator("[data-chosen]")).to_have_text("2")
    shot(page, "rounds-chosen")
    bar.get_by_role("button", name="保存为完好").click()
    expect(page.get_by_text("已登记，2 处")).to_be_visible()
    expect(page.get_by_role("link", name="消火栓 XHS-011")).to_have_count(0)

    page = visit(ground, f"/facilities/{Facility.objects.get(name='XHS-012').pk}/")
    accessible(page)
    page.get_by_label("有故障").select_option("blocked")
    page.get_by_label("部位和情况").fill("箱前堆了自行车")
    page.get_by_role("button", name="保存故障，继续使用").click()
    expect(page.get_by_text("带故障使用").first).to_be_visible()
    accessible(page)
    shot(page, "facility-broken")
    page.get_by_label("维修单位").fill("海河物业")
    page.keyboard.press("Enter")
    expect(page.get_by_text("修好了，海河物业").first).to_be_visible()
    shot(page, "facility-repaired")


def test_the_list_is_printed_with_room_to_write(ground: Client, visit: Any) -> None:
    page: Page = visit(ground, f"/facilities/?scope={GRID}")
    accessible(page)
    shot(page, "facilities")
    expect(page.get_by_role("columnheader", name="写在这里")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_role("columnheader", name="写在这里")).to_be_visible()
    expect(page.get_by_role("button", name="打印清单")).to_be_hidden()
    expect(page.locator("input[name=row]").first).to_be_hidden()
    if os.environ.get("SHOTS"):
        page.pdf(path=os.environ["SHOTS"] + "/list.pdf", prefer_css_page_size=True)
    page.emulate_media(media="screen")


def test_a_building_shows_what_stands_in_it(ground: Client, visit: Any) -> None:
    building = Building.objects.get(key="5")
    page: Page = visit(ground, f"/buildings/{building.pk}/")
    accessible(page)
    shot(page, "building")
    expect(page.get_by_role("link", name="海河小吃店")).to_be_visible()
    page.get_by_role("link", name="添设施").click()
    expect(page.get_by_role("heading", name="添设施")).to_be_visible()
    accessible(page)
    shot(page, "add")
    page.get_by_label("设施类型").select_option("fitness")
    page.get_by_label("具体位置").fill("楼前空地")
    page.get_by_role("button", name="保存设施").click()
    expect(page.get_by_text("这栋楼添了一处设施")).to_be_visible()
    accessible(visit(ground, f"/sites/{Site.objects.get().pk}/"))
    shot(page, "site")


def shot(page: Page, name: str) -> None:
    if os.environ.get("SHOTS"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)
