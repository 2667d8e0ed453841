"""``bench phone``: the app in Chromium with its processor slowed four times, on a grid of 420 doors and 1,000 people.

First load over the wire, first paint from the service worker, the list after the PIN (key derivation included), a
door opened.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from benchmarks import phones  # noqa: E402
from benchmarks.results import Result  # noqa: E402
from gridwalk.accounts.models import User  # noqa: E402
from gridwalk.accounts.rules import SYSTEM  # noqa: E402
from gridwalk.cli import serving  # noqa: E402
from gridwalk.core import clock  # noqa: E402
from gridwalk.sync.actions import devices  # noqa: E402
from tests.harness.browser import MISSING, QUIET, executable  # noqa: E402

PORT = 8792
BASE = f"http://127.0.0.1:{PORT}/phone/"
PIN, PASSWORD = "271828", "walk-every-door-26"
SLOWED = 4
TOGETHER = """async ([press, wanted]) => {
    const start = performance.now();
    document.querySelector(press).click();
    while (!document.querySelector(wanted)) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""


def everything(*, quick: bool) -> Iterator[Result]:
    """All of it, on an empty database. Raises RuntimeError where there is no browser."""
    call_command("migrate", verbosity=0)
    (carried,) = phones.lay_out(1, 40)
    user = User.objects.get(pk=carried.user)
    user.set_password(PASSWORD)
    user.save()
    code, _ = devices.make_code(actor=SYSTEM, at=clock.now(), user=user.pk)
    connection.close()
    path = executable()
    if path is None:
        raise RuntimeError(MISSING)
    with (
        serving.serving(host="127.0.0.1", port=PORT, processes=1),
        tempfile.TemporaryDirectory() as profile,
        sync_playwright() as playwright,
    ):
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=path,
            args=[*QUIET, "--no-sandbox"],
            viewport={"width": 390, "height": 844},
            locale="zh-CN",
        )
        page = context.pages[0]
        yield from _first_load(page, code, user.username)
        yield from _daily(page, 3 if quick else 9)
        context.close()


def _press_pin(page: Page) -> None:
    for digit in PIN:
        page.get_by_role("button", name=digit, exact=True).click()


def _first_load(page: Page, code: str, username: str) -> Iterator[Result]:
    sent: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    page.goto(f"{BASE}#code={code}")
    page.get_by_label("登录名").fill(username)
    shown = sum(sent) / 1000
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="启用", exact=True).click()
    page.get_by_role("heading", name="设 6 位解锁数字").wait_for()
    _press_pin(page)
    page.get_by_role("heading", name="再输一次").wait_for()
    _press_pin(page)
    page.get_by_text("都到服务器了").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session.detach()
    yield Result(
        name="phone.first_load",
        value=shown,
        unit="kB",
        peer=None,
        goal=250,
        note="over the wire, packed, until the first screen can be used",
    )


PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
"""The moment of the first paint; the browser notes it a little after the keys stand in the document."""


def _daily(page: Page, times: int) -> Iterator[Result]:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    paints, lists, doors = [], [], []
    for _ in range(times):
        page.goto(BASE)
        page.reload()
        page.locator(".keys").wait_for()
        paints.append(page.wait_for_function(PAINTED).json_value())
        for digit in PIN[:-1]:
            page.get_by_role("button", name=digit, exact=True).click()
        lists.append(page.evaluate(TOGETHER, [f".keys button:nth-of-type({PIN[-1]})", ".door.next"]))
        page.get_by_text("都到服务器了").wait_for()
        doors.append(page.evaluate(TOGETHER, [".door.next", ".foot .cta.big"]))
        page.get_by_role("button", name="返回", exact=True).click()
    note = f"median of {times}, processor slowed {SLOWED}×, 420 doors, 1,000 people"
    for name, taken in (("first_paint", paints), ("list_after_pin", lists), ("open_door", doors)):
        yield Result(name=f"phone.{name}", value=statistics.median(taken), unit="ms", peer=None, goal=None, note=note)
