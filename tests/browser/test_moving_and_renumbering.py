"""A household that moves and a building that is renumbered, in a real browser, without anything axe complains of."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.accounts.rules import Role
from gridwalk.registry.models import Dwelling
from gridwalk.territory.models import Building
from gridwalk.upkeep.models import Plan
from tests.harness.campaign import COMMUNITY
from tests.harness.desk import accessible
from tests.harness.people import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_household_moves_and_a_building_is_renumbered_by_two_people(
    street: Client,
    sign_in: SignIn,
    visit: Any,
) -> None:
    door = Dwelling.objects.get(room="101")
    page: Page = visit(street, f"/doors/{door.pk}/")
    page.get_by_role("link", name="整户搬迁").click()
    expect(page.get_by_role("heading", name="整户搬迁：迁入房屋")).to_be_visible()
    accessible(page)
    page.get_by_label("地址", exact=True).fill("5号楼1单元202")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="搬到这一户")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="搬到这一户").click()
    page.get_by_label("原来那一户以后").select_option(label="空房")
    page.get_by_label("依据材料").select_option(label="本人或家属当面")
    page.get_by_label("原因").fill("一家人搬到楼上")
    accessible(page)
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("已提交复核")).to_be_visible()
    second = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    page = visit(second, f"/upkeep/{Plan.objects.get().pk}/")
    accessible(page)
    page.get_by_label("核对情况").fill("电话里问过")
    page.get_by_role("button", name="同意并办理").click()
    expect(page.get_by_text("办好了")).to_be_visible()
    accessible(page)

    page = visit(street, f"/buildings/{Building.objects.get(key='5').pk}/")
    page.get_by_role("link", name="重编号").click()
    expect(page.get_by_role("heading", name="楼房重编号")).to_be_visible()
    accessible(page)
    page.get_by_label("这栋楼改成").fill("甲5号楼")
    page.get_by_label("对照表").fill("101 → 102\n102 → 1O1x，y，z\n201 → 301")
    page.get_by_role("button", name="预览每户新址").click()
    expect(page.get_by_text("第 2 行")).to_be_visible()
    accessible(page)
    page.get_by_label("对照表").fill("101 → 102\n102 → 101")
    page.get_by_label("依据材料").select_option(label="门牌编码通知")
    page.get_by_label("原因").fill("派出所重编门牌")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("已提交复核")).to_be_visible()
    accessible(page)
