"""Merging in a real browser: found, side by side, sent, rechecked by a colleague, undone; nothing axe complains of."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.accounts.rules import Role
from gridwalk.core.outward import outward
from gridwalk.registry.models import Person
from gridwalk.upkeep.models import Plan
from tests.harness.campaign import COMMUNITY
from tests.harness.desk import accessible
from tests.harness.people import SignIn
from tests.journeys.test_merging import NAME, twice  # noqa: F401 the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shot(page: Page, name: str) -> None:
    """A picture where somebody wants to look (``GRIDWALK_SHOTS``)."""
    if folder := os.environ.get("GRIDWALK_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_two_records_are_merged_by_two_people(
    street: Client,
    sign_in: SignIn,
    visit: Any,
    twice: tuple[Person, Person],  # noqa: F811
) -> None:
    stays, goes = twice
    page: Page = visit(street, f"/people/{stays.pk}/")
    shot(page, "person")
    page.get_by_role("link", name="同一个人有两条记录，合并").click()
    expect(page.get_by_role("heading", name="合并：选同一个人的另一条")).to_be_visible()
    accessible(page)
    shot(page, "find")
    page.get_by_role("link", name="并排比一比").first.click()
    expect(page.get_by_role("heading", name="合并：同一个人的两条记录")).to_be_visible()
    accessible(page)
    shot(page, "merge")
    page.get_by_label("户籍在此，住在这里").or_(page.locator("input[name=home]")).first.check()
    page.get_by_label("依据材料").select_option("id_card")
    page.get_by_label("原因").fill("本人拿身份证来，说只有一个")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("已提交复核")).to_be_visible()
    expect(page.get_by_text("由另一位同事复核")).to_be_visible()

    colleague = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    page = visit(colleague, "/rechecks/")
    accessible(page)
    shot(page, "rechecks")
    page.get_by_role("link", name="查看后复核").click()
    expect(page.get_by_label("核对情况")).to_be_visible()
    accessible(page)
    shot(page, "plan")
    page.get_by_label("核对情况").fill("电话里又问过")
    page.get_by_role("button", name="同意并办理").click()
    expect(page.get_by_text("办好了")).to_be_visible()
    accessible(page)
    shot(page, "done")
    page = visit(colleague, f"/people/{goes.pk}/")
    shot(page, "gone")
    accessible(page)
    page.get_by_text("这一条已并入").get_by_role("link", name=NAME).click()
    expect(page).to_have_url(re.compile(str(outward(stays.pk))))
    shot(page, "stays")
    page.get_by_role("link", name="合并人员").click()
    page.get_by_label("撤销原因").fill("本人来说是两个人")
    page.get_by_role("button", name="撤销，恢复原样").click()
    expect(page.get_by_text("撤销了，恢复原样")).to_be_visible()
    accessible(page)
    assert Plan.objects.get().state == "undone"
    page = visit(street, f"/upkeep/split/{stays.pk}/")
    shot(page, "split")
    accessible(page)
    page.get_by_label("另一个人的姓名").fill("韩书颜")
    page.get_by_role("group", name="电话 归谁").get_by_label("归另一人").check()
    page.get_by_label("依据材料").select_option("phone")
    page.get_by_label("原因").fill("两人同音，登成一条")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("已提交复核")).to_be_visible()
    shot(page, "split_plan")
    accessible(page)
