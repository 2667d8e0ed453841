"""Grids drawn anew, who looked at a person, how long data is kept: in a real browser, without anything axe
complains of.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import clock
from gridwalk.registry.models import Person
from gridwalk.retention.actions import applying
from gridwalk.territory.models import Building, Grid
from gridwalk.upkeep.models import Plan
from tests.harness.campaign import DOORS, GRID, confirm, upload, workbook
from tests.harness.desk import accessible
from tests.harness.people import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STREET = "120105001"


def test_a_grid_is_split_by_two_people(street: Client, sign_in: SignIn, visit: Any) -> None:
    more = [DOORS[0], *[[GRID, "海河花园", "6号楼", "1单元", f"10{n}", "有人住", "自住", "80"] for n in (1, 2)]]
    confirm(street, upload(street, workbook("六号楼", more)))
    sign_in(Role.GRID_WORKER, GRID)
    page: Page = visit(sign_in(Role.STREET_CENTRE, STREET), "/areas/plans/")
    accessible(page)
    page.locator("input[name=old]").first.check()
    page.get_by_role("button", name="划楼栋").click()
    page.locator(f"#b-{Building.objects.get(key='6').pk}").select_option(index=1)
    page.locator("select[name^=w-]").first.select_option(index=1)
    page.get_by_label("调整原因").fill("一人管不过来")
    accessible(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("已提交复核")).to_be_visible()
    plan = Plan.objects.get()
    administrator = sign_in(Role.ADMINISTRATOR, STREET)
    page = visit(administrator, f"/upkeep/{plan.pk}/")
    accessible(page)
    page.get_by_label("核对情况").fill("和社区对过")
    page.get_by_role("button", name="同意并办理").click()
    expect(page.get_by_text("办好了。从今天起算")).to_be_visible()
    accessible(page)
    assert Grid.objects.get(code=GRID).valid_to is not None
    page = visit(administrator, "/areas/")
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "a wide table scrolls in its own frame"


def test_who_looked_and_how_long_things_are_kept(street: Client, sign_in: SignIn, visit: Any) -> None:
    person = Person.objects.get(name="程望舒")
    street.post(f"/reveal/person/{person.pk}/phone/", {"reason": "约上门时间"})
    page: Page = visit(street, f"/people/{person.pk}/")
    page.get_by_role("link", name="查阅记录").click()
    expect(page.get_by_label("查询人和事由")).to_be_visible()
    accessible(page)
    page.get_by_label("查询人和事由").fill("本人到社区查询")
    page.keyboard.press("Enter")
    expect(page.get_by_text("约上门时间")).to_be_visible()
    accessible(page)
    page.emulate_media(media="print")
    expect(page.get_by_text("约上门时间")).to_be_visible()
    expect(page.get_by_role("link", name="回人员页")).to_be_hidden()
    page.emulate_media(media="screen")
    Person.objects.filter(pk=person.pk).update(status="moved_away")
    accessible(visit(street, f"/people/{person.pk}/erase/"))
    applying.report(actor=SYSTEM, at=clock.now())
    page = visit(sign_in(Role.ADMINISTRATOR, STREET), "/retention/")
    expect(page.get_by_text("没有打开").first).to_be_visible()
    accessible(page)
