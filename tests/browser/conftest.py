"""What the tests in a browser share."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page


@pytest.fixture
def visit(page: Page, live_server: Any) -> Any:
    """``visit(client, path)``: the page opened as the client is signed in."""

    def go(client: Client, path: str) -> Page:
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )
        answer = page.goto(live_server.url + path)
        assert answer is not None
        assert answer.status == 200
        return page

    return go
