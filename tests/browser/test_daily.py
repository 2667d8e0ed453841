"""A letting from the door's page to saved, by keyboard alone; what is overdue confirmed by telephone; nothing axe
complains of.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.events.models import Event
from gridwalk.registry.models import Dwelling, Person
from gridwalk.registry.tests.street import phone
from tests.harness.campaign import id_no
from tests.harness.desk import accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_letting_is_recorded_by_keyboard_and_the_next_is_one_key_away(street: Client, visit: Any) -> None:
    home = Dwelling.objects.get(room="202")
    page: Page = visit(street, f"/doors/{home.pk}/")
    page.get_by_role("link", name="出租", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("出租：海河花园")
    accessible(page)
    page.get_by_label("第 1 人的姓名").focus()
    for typed in ("沈青禾", id_no(21), phone(7)):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.get_by_label("信息来源").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="已登记：出租")).to_be_visible()
    accessible(page)
    assert Event.objects.get().code == "let"
    assert Person.objects.filter(name="沈青禾", residences__kind="tenant").exists()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_contain_text("301")
    expect(page.get_by_label("信息来源")).to_have_value("phone")
    page.go_back()
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="已撤销：出租")).to_be_visible()
    accessible(visit(street, "/daily/?event=let"))


def test_what_is_overdue_is_confirmed_by_telephone(street: Client, visit: Any) -> None:
    page: Page = visit(street, "/daily/overdue/")
    accessible(page)
    page.get_by_label("全选这一页").check()
    page.get_by_role("button", name="都电话核实过，无变化").click()
    expect(page.get_by_text("没有过期的。登记的都在期限内核实过。")).to_be_visible()
    accessible(page)
