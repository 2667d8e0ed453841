"""Deciding by keys, a rule from sentence to undo, and the pages at every width, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.registry.models import Difference, Person
from tests.harness.campaign import COMMUNITY, PEOPLE, confirm, id_no, upload, workbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT_101 = ["海河花园", "5号楼", "1单元", "101"]


@pytest.fixture
def differing(street: Client) -> Client:
    """A later ledger has other telephones for the two at 101."""
    rows = [
        PEOPLE[0],
        [*AT_101, "程望舒", "男", id_no(11), "1980.1.1", "12099999999", "常住", "汉"],
        [*AT_101, "程兰因", "女", id_no(2, "19500203"), "1950.2.3", "12088888888", "常住", "汉"],
    ]
    confirm(street, upload(street, workbook("复核台账", rows)))
    return street


def states() -> list[str]:
    """The states of the two telephone questions, in the order they are asked."""
    asked = Difference.objects.filter(field="phone", kind="person").order_by("created_at", "id")
    return list(asked.values_list("state", flat=True))


def test_the_queue_is_worked_through_by_keys(differing: Client, visit: Any) -> None:
    page: Page = visit(differing, "/differences/?kind=person&field=phone")
    expect(page.get_by_text("第 1 / 2 条")).to_be_visible()
    first = page.locator("h2 a").first.inner_text()
    page.keyboard.press("j")
    expect(page.get_by_text("第 2 / 2 条")).to_be_visible()
    expect(page.locator("h2 a").first).not_to_have_text(first)
    page.keyboard.press("k")
    expect(page.get_by_text("第 1 / 1 条")).to_be_visible()
    expect(page.locator("h2 a").first).to_have_text(first)
    assert states() == ["open", "kept"]
    page.keyboard.press("d")
    expect(page.get_by_text("这里没有待定的了")).to_be_visible()
    assert states() == ["to_door", "kept"]
    page.keyboard.press("u")
    expect(page.get_by_text("已撤销，回到待决定")).to_be_visible()
    assert states() == ["open", "kept"]
    page.keyboard.press("a")
    expect(page.get_by_text("已采用").first).to_be_visible()
    assert states() == ["accepted", "kept"]


def test_the_three_choices_weigh_the_same(differing: Client, visit: Any) -> None:
    page: Page = visit(differing, "/differences/?kind=person&field=phone")
    boxes = [b.bounding_box() for b in page.locator(".choices button").all()]
    assert len(boxes) == 3
    assert all(boxes)
    sizes = {(round(b["width"]), round(b["height"]), round(b["y"])) for b in boxes if b}
    assert len(sizes) == 1
    looks = {
        b.evaluate("e => ((s) => s.backgroundColor + s.borderColor + s.fontWeight)(getComputedStyle(e))")
        for b in page.locator(".choices button").all()
    }
    assert len(looks) == 1


def test_a_rule_goes_from_sentence_to_preview_to_one_button_to_undo(differing: Client, visit: Any) -> None:
    page: Page = visit(differing, "/differences/?kind=person&field=phone")
    page.get_by_role("link", name="按“电话”批量处理").click()
    page.get_by_label("来源").select_option("ledger")
    page.get_by_label("情形").select_option("both")
    page.get_by_label("处理方式").select_option("accept")
    page.get_by_role("button", name="查看符合的记录").click()
    expect(page.get_by_text("台账与系统登记的电话不同、两边都有值的，一律采用台账写的")).to_be_visible()
    expect(page.locator("tbody").get_by_text("*******8888").first).to_be_visible()
    assert states() == ["open", "open"]
    page.get_by_role("button", name="采用 2 条").click()
    expect(page.get_by_text("定好了")).to_be_visible()
    assert states() == ["accepted", "accepted"]
    assert Person.objects.get(name="程兰因").unseal("phone").endswith("8888")
    page.keyboard.press("u")
    expect(page.get_by_text("全部撤销了，都回到待定")).to_be_visible()
    assert states() == ["open", "open"]
    assert Person.objects.get(name="程兰因").unseal("phone").endswith("5671")


def test_the_pages_fit_every_width(differing: Client, visit: Any, page: Page) -> None:
    rule = f"?scope={COMMUNITY}&about=person.phone&condition=both&decision=accept"
    for width in (1440, 1024, 720):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/differences/?kind=person&field=phone", f"/differences/rules/{rule}", "/backfill/"):
            visit(differing, path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
