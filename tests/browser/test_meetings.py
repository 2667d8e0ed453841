"""A progress meeting in a real browser: planned by keyboard, decided at, projected, at three sizes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from tests.harness.campaign import COMMUNITY
from tests.harness.desk import accessible
from tests.harness.people import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ((390, 844), (1024, 768), (1440, 900))


def fits(page: Page) -> None:
    """Nothing stands beyond the edge, and axe complains of nothing."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("(main => main.scrollWidth - main.clientWidth)(document.querySelector('main'))")
        assert wide <= 0, (page.url, width)
    accessible(page)


def test_a_meeting_is_planned_held_and_decided_at_by_keyboard(street: Client, sign_in: SignIn, visit: Any) -> None:
    centre = sign_in(Role.STREET_CENTRE, COMMUNITY[:9])
    page: Page = visit(centre, "/meetings/")
    fits(page)
    page.get_by_label("日期").fill(clock.local_date(clock.now()).isoformat())
    page.get_by_label("地点").fill("街道二楼会议室")
    page.get_by_role("button", name="排这次座谈会").press("Enter")
    page.get_by_role("button", name="生成材料").press("Enter")
    expect(page.get_by_text("会开了就不再变").first).to_be_visible()
    page.get_by_role("button", name="会开了，开始记").press("Enter")
    page.get_by_label("定了什么事").fill("电话先打一遍，打不通的上门问")
    page.get_by_label("责任单位").select_option(label="君临天下")
    page.get_by_label("几号前办好").fill(clock.local_date(clock.now()).isoformat())
    page.get_by_role("button", name="立为事项").press("Enter")
    expect(page.get_by_role("link", name="电话先打一遍")).to_be_visible()
    page.get_by_role("button", name="生成纪要").press("Enter")
    expect(page.get_by_role("link", name="下载纪要")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="投到大屏").press("Enter")
    expect(page.get_by_role("heading", name="第 1 次座谈会")).to_be_visible()
    fits(page)
