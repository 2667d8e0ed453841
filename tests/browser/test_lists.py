"""一张表 as lists in a browser: the total that comes by itself, choosing rows, the keyboard, paper, every size."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.accounts.rules import Role
from tests.harness.campaign import COMMUNITY, GRID
from tests.harness.desk import accessible
from tests.harness.people import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STREET = "120105001"
SIZES = ((390, 844), (1024, 768), (1440, 900))
BEYOND = """width => [...document.querySelectorAll("main *")]
    .filter(e => e.getBoundingClientRect().right > width && !e.closest(".scroll")).map(e => e.outerHTML.slice(0, 80))"""


def test_a_list_is_asked_sorted_kept_and_called_from(street: Client, visit: Any) -> None:
    page: Page = visit(street, "/register/")
    expect(page.get_by_text("/ 4 人")).to_be_visible()
    for name in ("程兰因", "程望舒"):
        page.get_by_label(f"选 {name}").check()
    bar = page.locator(".actions")
    expect(bar).to_contain_text("已选 2 人 1 户")
    page.get_by_label("全选 4 人").check()
    expect(bar).to_contain_text("已选 4 人")
    expect(page.get_by_role("button", name="打开通话单")).to_be_hidden()
    page.get_by_text("出生日期", exact=True).and_(page.locator("summary")).click()
    page.get_by_label("出生日期怎样").select_option("before")
    page.get_by_label("出生日期的值").fill("1960-01-01")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("早于 1960-01-01")).to_be_visible()
    assert "1960" not in page.url
    page.get_by_label("视图名称").fill("老人")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="老人")).to_be_visible()
    page.get_by_role("button", name="去掉条件：人员状态").focus()
    page.keyboard.press("Enter")
    page.get_by_label("排序").select_option("youngest")
    expect(page.locator(".pager")).to_contain_text("年幼的在前")
    page.get_by_label("选 程兰因").check()
    page.get_by_role("button", name="打开通话单").click()
    expect(page.get_by_role("button", name="拨打 程兰因")).to_be_visible()
    accessible(page)
    page.emulate_media(media="print")
    assert not page.locator("table").is_visible(), "a call list is no paper"


def test_every_size_and_eye_reads_it_and_nothing_overflows(
    street: Client, sign_in: SignIn, visit: Any, page: Page
) -> None:
    eyes = {
        "lead": (street, "/register/"),
        "centre": (sign_in(Role.STREET_CENTRE, STREET), "/register/"),
        "worker": (sign_in(Role.GRID_WORKER, GRID), "/register/dwelling/"),
        "building": (sign_in(Role.COMMUNITY_LEAD, COMMUNITY), "/register/building/"),
    }
    for name, (client, path) in eyes.items():
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            visit(client, path)
            assert page.evaluate(BEYOND, width) == [], (name, width)
            if pictures := os.environ.get("GRIDWALK_PICTURES"):
                page.screenshot(path=Path(pictures) / f"{name}-{width}.png", full_page=True)
        accessible(page)
    page.emulate_media(media="print")
    assert page.locator("table").is_visible() and not page.locator("aside").is_visible()
