"""A real browser, the one the system has; the harness never downloads one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import hatch_build

AXE = hatch_build.WEB / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MISSING = (
    "没有找到浏览器。请装 Chromium（Debian/Ubuntu：apt-get install chromium fonts-noto-cjk）或 Chrome，"
    "或用 GRIDWALK_BROWSER 指明它的位置；暂时不测浏览器请加 --no-browser。"
)
WAIT = 60_000
"""Milliseconds until something that does not come is a fault: no test says how quick a machine is."""
expect.set_options(timeout=WAIT)
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-dev-shm-usage",
]


def executable() -> str | None:
    """Where the system's Chromium or Chrome is, if there is one."""
    given = os.environ.get("GRIDWALK_BROWSER")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the test process. Mark its tests ``browser``."""
    path = executable()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps an event loop in this thread; Django is told so
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*QUIET, *sandbox])
        yield opened
        opened.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page 1440 × 900 that fails the test when its own script fails or it asks an outside address for something."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(f"script: {error}"))
    opened.on("console", lambda message: faults.append(f"console: {message.text}") if message.type == "error" else None)
    opened.on(
        "request",
        lambda asked: (
            None
            if "//localhost" in asked.url or "//127.0.0.1" in asked.url or asked.url.startswith("data:")
            else faults.append(f"outside address: {asked.url}")
        ),
    )
    yield opened
    context.close()
    assert not faults, faults
