"""What is left in a browser after somebody signed out: nothing that the next one at the desk could read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from gridwalk.registry.models import Person
from tests.harness.browser import QUIET, executable

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}])"


@pytest.fixture
def going_back(browser: Browser) -> Iterator[Page]:
    """A page of a browser that keeps pages for going back, as those at desks do."""
    kept = browser.browser_type.launch(
        executable_path=executable(),
        args=[*QUIET, "--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield kept.new_page()
    kept.close()


def test_going_back_after_signing_out_shows_nobody(going_back: Page, street: Client, live_server: Any) -> None:
    page, person = going_back, Person.objects.get(name="程望舒")
    cookie = {"name": "sessionid", "value": street.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto(f"{live_server.url}/doors/{person.residences.get().dwelling_id}/")
    page.goto(f"{live_server.url}/people/{person.pk}/")
    assert "程望舒" in page.content()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/accounts/login/**")
    for _ in range(2):
        page.go_back(wait_until="load")
        page.wait_for_timeout(500)
        assert "程望舒" not in page.content()
        assert "/accounts/login/" in page.url
    assert "程" not in page.evaluate(STORED)
    assert {c["name"] for c in page.context.cookies()} <= {"csrftoken", "messages"}
