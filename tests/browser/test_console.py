"""The pages in a real browser: keys, selecting, print, narrow screens; the harness fails on any script error or
outside address.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Target
from gridwalk.console.views import home
from gridwalk.core import clock
from gridwalk.registry.models import Difference, Person
from gridwalk.territory.models import Stairwell
from tests.harness.campaign import COMMUNITY, GRID, PEOPLE, confirm, id_no, no_quiet_hours, upload, workbook
from tests.harness.people import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_stairwell_of_paper_is_typed_without_a_mouse(street: Client, visit: Any) -> None:
    stairwell = Stairwell.objects.get(building__key="5", key="1")
    page = visit(street, f"/paper/{stairwell.pk}/")
    yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
    page.locator("#on").fill(yesterday.isoformat())
    page.locator("select[data-outcome]").first.focus()
    for key in ("j", "w", "Enter", "u"):
        page.keyboard.press(key)
    expect(page.locator("[data-chosen]").first).to_have_text("3")
    page.get_by_role("button", name="保存这个单元").click()
    expect(page.get_by_text("已保存 3 户")).to_be_visible()
    states = dict(Target.objects.filter(n_visits=1).values_list("outcome", "state"))
    assert states == {"met": "visited", "no_answer": "remaining", "refused": "explained"}


def test_choosing_rows_brings_the_actions_and_planning_marks_them(street: Client, visit: Any) -> None:
    no_quiet_hours()
    page = visit(street, f"/gaps/?scope={GRID}")
    bar = page.locator(".actions")
    expect(bar).to_be_hidden()
    page.locator("input[name=row]").nth(0).check()
    page.locator("input[name=row]").nth(1).check()
    expect(bar.locator("[data-chosen]")).to_have_text("2")
    bar.get_by_label("全选").check()
    expect(bar.locator("[data-chosen]")).to_have_text("8")
    bar.get_by_label("全选").uncheck()
    bar.get_by_role("button", name="加入今日").click()
    expect(page.get_by_text("2 户已加入今日")).to_be_visible()
    assert Target.objects.filter(planned_on__isnull=False).count() == 2


def test_a_difference_is_decided_and_undone_by_keys(street: Client, visit: Any) -> None:
    later = [
        PEOPLE[0],
        ["海河花园", "5号楼", "1单元", "101", "程望舒", "男", id_no(11), "1980.1.1", "12099999999", "常住", "汉"],
    ]
    confirm(street, upload(street, workbook("复核台账", later)))
    page = visit(street, "/differences/?kind=person&field=phone")
    page.keyboard.press("a")
    expect(page.get_by_text("已采用").first).to_be_visible()
    assert Person.objects.get(name="程望舒").unseal("phone").endswith("9999")
    page.keyboard.press("u")
    expect(page.get_by_text("已撤销，回到待决定")).to_be_visible()
    assert Difference.objects.get(field="phone").state == "open"


def test_arrows_walk_the_elevation_and_the_aside_follows(street: Client, visit: Any) -> None:
    building = Stairwell.objects.get(building__key="5", key="1").building_id
    page = visit(street, f"/buildings/{building}/")
    page.get_by_role("link", name="1层 101").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".door.sel")).to_contain_text("201")
    expect(page.locator("#aside")).to_contain_text("海河花园 5号楼 1单元 201")


def test_slash_finds_and_nothing_overflows_at_1024(street: Client, visit: Any, page: Page) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    for path in ("/", f"/gaps/?scope={GRID}", "/differences/", "/campaign/", "/imports/", "/register/", "/paper/"):
        visit(street, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1024, path
    assert page.locator("nav.nav").evaluate("nav => nav.scrollHeight <= nav.clientHeight"), "nothing is cut at its foot"
    expect(page.locator("nav.nav a").last).to_be_in_viewport()
    page.keyboard.press("/")
    page.keyboard.type("程望舒")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="程望舒")).to_be_visible()
    assert "程望舒" not in page.url


def test_on_a_phone_one_button_opens_the_navigation(street: Client, visit: Any, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(street, "/campaign/")
    last = page.locator("nav.nav a").last
    expect(last).to_be_hidden()
    page.get_by_role("button", name="打开菜单").press("Enter")
    expect(page.get_by_role("navigation", name="主导航").get_by_role("link", name="未走访清单")).to_be_visible()
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(last).to_be_hidden()
    page.get_by_role("button", name="打开菜单").click()
    page.get_by_role("link", name="楼盘表", exact=True).click()
    expect(page.get_by_role("heading", name="楼盘表")).to_be_visible()


def test_paper_carries_no_navigation_and_no_letting_or_care(street: Client, visit: Any) -> None:
    page = visit(street, f"/gaps/?scope={GRID}")
    assert page.locator("td.secret").first.is_visible()
    page.emulate_media(media="print")
    assert not page.locator("nav.nav").is_visible()
    assert not page.locator("td.secret").first.is_visible()
    assert page.locator(".paper-only").last.is_visible()


def test_what_scrolls_has_a_name_of_its_own(street: Client, visit: Any, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 844})
    visit(street, "/help/对账/")
    regions = page.locator("pre[role=region]")
    expect(regions).to_have_count(2)
    heading = page.locator("h2", has_text="不用服务器").inner_text()
    assert [region.get_attribute("aria-label") for region in regions.all()] == [heading, f"{heading} 2"]


@pytest.mark.parametrize(("n_lines", "on_paper", "n_sheets"), [(12, "", 1), (20, "dense", 1), (21, "long", 2)])
def test_home_of_up_to_twenty_communities_is_one_sheet_of_paper(
    street: Client, visit: Any, n_lines: int, on_paper: str, n_sheets: int
) -> None:
    assert home._on_paper(n_lines) == on_paper
    page = visit(street, "/")
    expect(page.get_by_role("heading", name="能否按期完成")).to_be_visible()
    rows = page.locator("table.led tbody tr:not(.total)")
    fill = "(row, n) => { while (row.parentNode.rows.length <= n) row.before(row.cloneNode(true)); }"
    rows.first.evaluate(fill, n_lines)
    expect(rows).to_have_count(n_lines)
    page.locator("main").evaluate("(main, name) => name && main.classList.add(name)", on_paper)
    assert _sheets(page) == n_sheets


def _sheets(page: Page) -> int:
    """How many sheets a page prints on; what says so lies bare in the file."""
    return len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))


def test_every_role_opens_its_first_page(street: Client, sign_in: SignIn, visit: Any) -> None:
    scopes = {Role.GRID_WORKER: GRID, Role.COMMUNITY_LEAD: COMMUNITY}
    for role in Role:
        page = visit(sign_in(role, scopes.get(role, "120105001")), "/")
        assert page.locator("h1").first.is_visible(), role
