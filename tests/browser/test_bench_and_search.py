"""数据排查 worked through by keys, and the one search box: in a real browser, without anything axe complains of."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.core.outward import outward
from gridwalk.registry.models import CaseDecision, Dwelling, Person
from tests.harness.desk import accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def decided() -> list[tuple[str, str]]:
    """(check, decision) of what stands, in the order it was decided."""
    rows = CaseDecision.objects.filter(state="standing").order_by("decided_at")
    return list(rows.values_list("check_code", "decision"))


def test_cases_are_worked_through_by_keys_and_taken_back(doubtful: Client, visit: Any) -> None:
    page: Page = visit(doubtful, "/bench/?check=owner_with_tenants")
    accessible(page)
    expect(page.get_by_text("第 1 / 2 件")).to_be_visible()
    first = page.locator("h2 a").first.inner_text()
    page.keyboard.press("j")
    expect(page.get_by_text("第 2 / 2 件")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_text("第 1 / 2 件")).to_be_visible()
    page.get_by_label("依据，可以不写").fill("房主分租一间")
    page.keyboard.press("r")  # while typing a key is a letter
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_text("第 1 / 1 件")).to_be_visible()
    expect(page.locator("h2 a").first).not_to_have_text(first)
    assert decided() == [("owner_with_tenants", "right")]
    assert CaseDecision.objects.get().reason == "房主分租一间r"
    page.keyboard.press("c")
    expect(page.get_by_text("“自住房有租户”没有待核的了")).to_be_visible()
    assert decided() == [("owner_with_tenants", "right"), ("owner_with_tenants", "corrected")]
    page.keyboard.press("u")
    expect(page.get_by_text("已撤销，回到待核定")).to_be_visible()
    assert decided() == [("owner_with_tenants", "right")]
    page.get_by_role("link", name=re.compile("同名同生日")).click()
    expect(page.get_by_text("2 人同名，出生日期也相同")).to_be_visible()
    accessible(page)
    page.keyboard.press("n")
    expect(page.get_by_text("“同名同生日”没有待核的了")).to_be_visible()
    assert decided() == [("owner_with_tenants", "right"), ("same_name_and_birth", "different")]
    page.get_by_role("link", name="已核定").click()
    expect(page.get_by_text("房主分租一间r")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="撤销").first.click()
    expect(page.get_by_text("已撤销，回到待核定")).to_be_visible()
    assert decided() == [("owner_with_tenants", "right")]


def test_what_is_one_goes_on_to_merging_by_a_key(doubtful: Client, visit: Any) -> None:
    page: Page = visit(doubtful, "/bench/?check=near_duplicate")
    accessible(page)
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("/upkeep/merge/person/"))


@pytest.mark.parametrize(
    "check", ["phone_shared", "two_homes", "vacant_with_residents", "minor_alone", "ended_but_living"]
)
def test_every_kind_of_case_can_be_read_on_a_narrow_screen(doubtful: Client, visit: Any, check: str) -> None:
    page: Page = visit(doubtful, f"/bench/?check={check}")
    accessible(page)
    page.set_viewport_size({"width": 1024, "height": 768})
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0
    page.emulate_media(media="print")
    sheet = page.locator(".three > div > .sheet").first
    (expect(sheet).to_be_hidden if check == "vacant_with_residents" else expect(sheet).to_be_visible)()


@pytest.mark.parametrize("typed", ["程望舒", "cws", "尾号1234", "5-1-101", "海河花园五栋一门101室"])
def test_the_one_box_finds_by_whatever_is_known(doubtful: Client, visit: Any, typed: str) -> None:
    person = Person.objects.get(name="程望舒")
    if typed.startswith("尾号"):
        typed = f"尾号{person.unseal('phone')[-4:]}"
    page: Page = visit(doubtful, "/register/")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    at_door = Dwelling.objects.get(residences__person=person)
    at_a_door = typed.startswith(("5-", "海河"))
    wanted = f"/doors/{outward(at_door.pk)}/" if at_a_door else f"/people/{outward(person.pk)}/"
    page.wait_for_url(re.compile("/search/|/people/|/doors/"))
    if "/search/" in page.url:
        accessible(page)
        page.locator(f'main a[href="{wanted}"]').first.click()
    expect(page).to_have_url(re.compile(re.escape(wanted)))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    accessible(page)
    assert typed not in page.url
    assert not page.evaluate(
        "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')).some(e => "
        "e.name.includes('q='))"
    )


def test_what_is_not_there_is_said_with_what_to_do(doubtful: Client, visit: Any) -> None:
    page: Page = visit(doubtful, "/bench/")
    page.keyboard.press("/")
    page.keyboard.type("查无此人")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有查到")).to_be_visible()
    accessible(page)
    assert page.url.endswith("/search/")


def test_a_head_is_named_on_the_case_of_a_household_without_one(street: Client, visit: Any) -> None:
    Person.objects.filter(name="程兰因").update(relation="50")
    page: Page = visit(street, "/bench/?check=no_head")
    accessible(page)
    option = page.locator("option", has_text="程兰因").first
    page.get_by_label("101 的户主").select_option(option.get_attribute("value"))
    page.get_by_role("button", name="保存户主").click()
    expect(page.get_by_text("户主写好了")).to_be_visible()
    assert Person.objects.get(name="程兰因").relation == "02"
