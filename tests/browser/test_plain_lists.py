"""Lists on pages of other kinds in a real browser: by keyboard, at three sizes, without anything axe complains of."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from gridwalk.accounts.rules import Role
from tests.harness.campaign import COMMUNITY
from tests.harness.desk import accessible
from tests.harness.people import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ((390, 844), (1024, 768), (1440, 900))
PATHS = {
    Role.COMMUNITY_LEAD: (
        f"/gaps/?scope={COMMUNITY}",
        f"/gaps/?scope={COMMUNITY}&indicator=completeness",
        "/rechecks/",
        "/differences/list/",
        "/imports/",
        "/register/",
    ),
    Role.ADMINISTRATOR: ("/audit/", "/accounts/list/"),
}


def test_a_list_is_asked_by_keyboard_and_fits_every_screen(street: Client, sign_in: SignIn, visit: Any) -> None:
    for role, paths in PATHS.items():
        client = street if role is Role.COMMUNITY_LEAD else sign_in(role, "120105001")
        for path in paths:
            page: Page = visit(client, path)
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                wide = page.evaluate("(main => main.scrollWidth - main.clientWidth)(document.querySelector('main'))")
                assert wide <= 0, (path, width)
            for folded in page.locator("details.filter > summary").all():
                folded.focus()
                folded.press("Enter")
            accessible(page)
    page = visit(street, "/imports/")
    page.locator("details.filter > summary").press("Enter")
    page.locator("summary", has_text="文件").press("Enter")
    page.get_by_label("文件的值").fill("不在这里")
    page.get_by_label("文件的值").press("Enter")
    expect(page.get_by_text("没有符合条件的")).to_be_visible()
    page.get_by_role("button", name="去掉条件：文件").press("Enter")
    expect(page.get_by_text("没有符合条件的")).to_have_count(0)
    accessible(page)
