"""Somebody of the office at a computer, and what the hand does there: clicks, fields filled in, pages opened."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from gridwalk.core import clock
from tests.harness.browser import AXE

OWN = "door-by-door-2026"
PIN = "271828"
SCREEN: ViewportSize = {"width": 390, "height": 844}
"""A phone's."""


def six_digits(secret: str) -> str:
    """What an authenticator shows now for this secret (RFC 6238, SHA-1, 30 seconds)."""
    counter = int(clock.now().timestamp()) // 30
    digest = hmac.new(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def press_pin(page: Page, pin: str = PIN) -> None:
    """Six digits on the pad of a phone."""
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()


STILL = """() => Promise.allSettled(
    document.getAnimations()
        .filter(moving => moving.playState === "running" && moving.effect?.getTiming().iterations !== Infinity)
        .map(moving => moving.finished)
)"""
"""What slides in has come to rest: half-way its colours are not the page's."""


def accessible(page: Page) -> None:
    """Nothing on the page that axe complains of. A click comes back when the next page begins, so it is waited for."""
    page.wait_for_load_state()
    page.evaluate(STILL)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    violations = [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in report["violations"]]
    assert not violations, (page.url, violations)


@dataclasses.dataclass
class Hand:
    """What one pair of hands did so far. ``pages``: those on which it did something, so had to be read; a page that
    goes on by itself is none. ``pictures``: a folder for each page as it was left.
    """

    clicks: int = 0
    fields: int = 0
    pages: int = 0
    pictures: Path | None = None
    _unread: set[Page] = dataclasses.field(default_factory=set)

    def since(self, then: Hand) -> Hand:
        """What was done after ``then``."""
        return Hand(self.clicks - then.clicks, self.fields - then.fields, self.pages - then.pages)

    def watch(self, page: Page) -> None:
        """Notice whatever opens in it."""
        page.on("load", lambda opened: self._unread.add(opened))

    def _reads(self, page: Page) -> None:
        if page in self._unread:
            self._unread.discard(page)
            self.pages += 1

    def click(self, target: Locator) -> None:
        """One click."""
        self.clicks += 1
        self._reads(target.page)
        if self.pictures:
            target.page.screenshot(path=self.pictures / f"{self.clicks:03d}.png", full_page=True)
        target.click()

    def fill(self, target: Locator, words: str) -> None:
        """One field, typed."""
        self.fields += 1
        self._reads(target.page)
        target.fill(words)

    def choose(self, target: Locator, value: str) -> None:
        """One of a list: it is opened, then chosen."""
        self.clicks += 2
        self._reads(target.page)
        target.select_option(value)

    def tick(self, box: Locator, *, ticked: bool) -> None:
        """A box, clicked only where it is not as it should be."""
        if box.is_checked() != ticked:
            self.click(box)

    def attach(self, target: Locator, file: Path) -> None:
        """A file chosen in the window that the button opens: opened, chosen, taken."""
        self.clicks += 3
        self._reads(target.page)
        target.set_input_files(file)


class Desk:
    """One person's browser; ``hand`` counts what is done in it."""

    def __init__(self, browser: Browser, base: str, hand: Hand | None = None) -> None:
        self.base = base
        self.hand = hand or Hand()
        self.context = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        self.page: Page = self.context.new_page()
        self.hand.watch(self.page)

    def enter(self, name: str, slip: str) -> None:
        """Password once, an own one, the codes; then the first page."""
        self.take_own_password(name, slip)
        page, hand = self.page, self.hand
        expect(page.get_by_role("heading", name="设置动态码")).to_be_visible()
        secret = re.search(r"手工输入：(\w+)", page.content())
        assert secret is not None
        done, too_late = page.get_by_role("heading", name="备用码"), page.get_by_text("动态码不对")
        for _ in range(3):  # a code may run out on its way
            hand.fill(page.locator("[name=code]"), six_digits(secret[1]))
            with page.expect_navigation():
                self.press("完成设置")
            expect(done.or_(too_late)).to_be_visible()
            if done.is_visible():
                break
        self.press("我已抄录")

    def take_own_password(self, name: str, slip: str) -> None:
        """The slip's password once, and an own one in its place."""
        page, hand = self.page, self.hand
        page.goto(f"{self.base}/")
        hand.fields += 1  # the address
        hand.fill(page.get_by_label("登录名"), name)
        hand.fill(page.get_by_label("密码"), slip)
        self.press("登录")
        expect(page.locator("[name=password1]")).to_be_visible()
        expect(page.locator("[name=oldpassword]")).to_have_count(0)
        for field in ("password1", "password2"):
            hand.fill(page.locator(f"[name={field}]"), OWN)
        self.press("保存新密码")
        expect(page.locator("[name=password1]")).to_have_count(0)

    def go(self, path: str) -> None:
        """An address of the console, typed."""
        self.hand.fields += 1
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200

    def home(self) -> None:
        """The first page, by the entry of the navigation."""
        self.hand.click(self.page.locator("#nav").get_by_role("link", name="总览", exact=True))
        self.page.wait_for_load_state()

    def press(self, name: str, *, exact: bool = False) -> None:
        """The first button or link of these words."""
        page = self.page
        button = page.get_by_role("button", name=name, exact=exact)
        self.hand.click(button.or_(page.get_by_role("link", name=name, exact=exact)).first)

    def reads(self, words: str) -> None:
        """The page says this."""
        expect(self.page.locator("main")).to_contain_text(words)

    def is_clean(self) -> None:
        """Nothing axe complains of, and nothing beside the page, on a screen and on a phone's."""
        for width, height in ((1440, 900), (390, 844)):
            self.page.set_viewport_size({"width": width, "height": height})
            accessible(self.page)
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width
        self.page.set_viewport_size({"width": 1440, "height": 900})
