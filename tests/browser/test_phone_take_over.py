"""Somebody met at a door whose number stands on another record: on the phone they are awaited, and no difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.core import clock
from gridwalk.differences.actions import decisions
from gridwalk.registry.models import Difference
from tests.harness import phone
from tests.harness.campaign import id_no
from tests.harness.phone import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_who_another_side_has_to_give_away_first_is_said_to_be_awaited_until_it_has(
    walk: Street, profile: Callable[[], BrowserContext], live_server: Any
) -> None:
    opened = profile().pages[0]
    phone.activate(opened, live_server.url, walk.worker)
    phone.open_door(opened, "1单元", "101")
    opened.get_by_role("button", name="添人", exact=True).click()
    opened.get_by_label("姓名").fill("任意名")
    opened.get_by_label("证件号，照着念，不拍证件").fill(id_no(105, "19520203"))  # of a neighbour of another name
    opened.get_by_role("button", name="添上 任意名").click()
    opened.get_by_role("button", name="保存，改了 1 处").click()
    expect(opened.get_by_text("都已传到服务器")).to_be_visible()
    opened.get_by_role("navigation").get_by_role("button", name="待处理").click()
    expect(opened.get_by_text("1 人待对方确认")).to_be_visible()
    expect(opened.get_by_text("有差异")).to_be_hidden()
    opened.get_by_role("navigation").get_by_role("button", name="楼盘表").click()
    opened.locator(".chart td button", has_text="101").first.click()
    expect(opened.get_by_role("heading", name="住在这里 2 人，1 人待对方确认")).to_be_visible()
    expect(opened.get_by_text("待对方确认：证件号登记在别处，已请那边确认")).to_be_visible()

    asked = Difference.objects.get(field="residence")
    lead = Viewer(None, "孟昭宁", (Held(Role.COMMUNITY_LEAD, asked.grid_id[:12]),))
    decisions.decide(actor=lead, at=clock.now(), difference=asked.id, decision="keep", reason="问过本人")
    opened.get_by_role("button", name="返回", exact=True).click()
    opened.get_by_role("button", name="都已传到服务器").click()
    expect(opened.get_by_text("都已传到服务器")).to_be_visible()
    opened.locator(".chart td button", has_text="101").first.click()
    expect(opened.get_by_role("heading", name="住在这里 2 人", exact=True)).to_be_visible()
