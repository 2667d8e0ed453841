"""Ending a record and bringing it back in a real browser, without anything axe complains of."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.accounts.rules import Role
from gridwalk.registry.models import Dwelling
from gridwalk.territory.models import Building
from tests.harness.campaign import COMMUNITY
from tests.harness.desk import accessible
from tests.harness.people import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_door_is_ended_and_comes_back_by_two_people(street: Client, sign_in: SignIn, visit: Any) -> None:
    door = Dwelling.objects.get(room="101")
    page: Page = visit(street, f"/doors/{door.pk}/")
    page.get_by_role("link", name="已拆除、登记错误").click()
    expect(page.get_by_role("heading", name="提出注销登记")).to_be_visible()
    accessible(page)
    page.get_by_label("拆除").check()
    page.get_by_label("依据材料").select_option(label="拆迁公告")
    page.get_by_label("说明").fill("整片征收，搬迁公告第 3 号")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("已提交复核")).to_be_visible()
    accessible(page)
    second = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    page = visit(second, "/rechecks/")
    accessible(page)
    page.get_by_role("link", name="5号楼 1单元 101").click()
    page.get_by_label("核实情况").fill("去看过")
    accessible(page)
    page.get_by_role("button", name="同意拆除").click()
    expect(page.get_by_text("复核好了")).to_be_visible()
    accessible(page)
    page = visit(second, f"/doors/{door.pk}/")
    accessible(page)
    page.get_by_role("link", name="注销登记有误，恢复在册").click()
    expect(page.get_by_role("heading", name="恢复在册", level=1)).to_be_visible()
    accessible(page)
    page = visit(street, f"/ends/building/{Building.objects.get(key='5').pk}/")
    accessible(page)
