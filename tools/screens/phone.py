"""Every screen and sheet of the phone, as the demo's worker sees them: activated with a code of the office, then
walked by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from playwright.sync_api import Browser, Locator, Page, expect

from tools.screens.browser import SETTLED, Album, context
from tools.screens.commits import Commit

SIZE = "390x844"
MOST_SCREENFULS = 4
MOST_FILTERS = 7
BUTTON: Final = "button"
PIN = "271828"


def look(commit: Commit, base: str, opened: Browser, album: Album) -> None:
    """Bind a phone to the demo's worker, and take every screen it can show."""
    worker = next(member for member in commit.members() if member["username"].startswith("wg"))
    code = _code(commit, base, opened, album, worker["name"])
    with context(opened, SIZE, has_touch=True) as profile:
        walk = Walk(profile.new_page(), album)
        walk.activate(f"{base}/phone/", code=code, login=worker["username"], password=worker["password"])
        walk.today()
        walk.doors()
        walk.tabs()
        walk.large()
    print(f"{commit.sha[:9]} phone: {len(album.entries)}", flush=True)


def _code(commit: Commit, base: str, opened: Browser, album: Album, worker: str) -> str:
    """The activation code, from whichever role may give this worker one."""
    inside = commit.inside()
    for role in commit.members():
        with context(opened, "1440x900") as profile:
            session = inside["sessions"][role["username"]]
            profile.add_cookies([{"name": inside["cookie"], "value": session, "url": base}])
            page = profile.new_page()
            page.goto(f"{base}/phones/")
            option = page.locator("select#user option", has_text=worker)
            if not option.count():
                continue
            page.locator("select#user").select_option(option.first.get_attribute("value"))
            page.get_by_role(BUTTON, name="生成激活码").click()
            shown = page.locator(".pair.big b").first
            code = shown.inner_text()
            shown.evaluate("(one) => (one.textContent = 'XXXX-XXXX')")
            album.cover.over(page)
            album.shoot(page, name="phones/code/", role=role["role"], size="1440x900", whole=True)
            return code
    raise SystemExit("nobody of the demo may give its worker an activation code")


class Walk:
    """The way through the screens; each is taken as far as one can scroll."""

    def __init__(self, page: Page, album: Album) -> None:
        self.page, self.album = page, album

    def shot(self, name: str) -> None:
        """The screen, and what comes by scrolling, a screenful at a time; a sheet lies over it and does
        not scroll it.
        """
        self.page.mouse.move(0, 0)
        self.page.evaluate("() => document.activeElement?.blur()")
        sheet = self.page.get_by_role("dialog").is_visible()
        self.page.wait_for_timeout(400 if sheet else 150)
        self.page.evaluate(SETTLED)
        for n in range(1 if sheet else MOST_SCREENFULS):
            self.page.evaluate(f"() => scrollTo(0, {n} * innerHeight)")
            self.page.wait_for_timeout(100)
            if n and self.page.evaluate(f"() => scrollY <= ({n} - 1) * innerHeight"):
                break
            self.album.cover.over(self.page)
            name_of_part = f"phone/{name}" + (f" {n + 1}" if n else "")
            self.album.shoot(self.page, name=name_of_part, role="phone", size=SIZE, whole=False)
        if not sheet:
            self.page.evaluate("() => scrollTo(0, 0)")

    def press(self, name: str, *, exact: bool = True) -> None:
        """A button of the screen, by its words."""
        self.page.get_by_role(BUTTON, name=name, exact=exact).first.click()

    def press_pin(self) -> None:
        """Six digits on the pad."""
        for digit in PIN:
            self.press(digit)

    def activate(self, address: str, *, code: str, login: str, password: str) -> None:
        """From the address in the QR to Today, its list fetched."""
        page = self.page
        page.goto(address)
        expect(page.get_by_label("登录名")).to_be_visible()
        self.shot("activate")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(password)
        page.get_by_label("激活码").fill(code)
        self.press("启用")
        expect(page.get_by_role("heading", name="设 6 位解锁数字")).to_be_visible()
        self.shot("pin")
        self.press_pin()
        expect(page.get_by_role("heading", name="再输一次")).to_be_visible()
        self.shot("pin again")
        self.press_pin()
        expect(page.get_by_role("heading", name="今日走访")).to_be_visible()
        expect(page.get_by_text("都已传到服务器")).to_be_visible(timeout=60_000)
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    def today(self) -> None:
        """The list under each of its filters, and the search."""
        for chip in self._chips():
            chip.click()
            self.shot(f"today {re.sub(r'[^一-鿿]', '', chip.inner_text())}")
        self._chips()[0].click()
        self.press("搜姓名、室号、电话")
        for words, name in (("没有这个人", "search nothing"), ("101", "search")):
            self.page.get_by_role("searchbox").fill(words)
            self.shot(name)
        self.press("收起搜索")

    def doors(self) -> None:
        """The first door under each filter, and on it every sheet that opens from it."""
        for n in range(len(self._chips())):
            chip = self._chips()[n]
            name = re.sub(r"[^一-鿿]", "", chip.inner_text())
            chip.click()
            self.page.locator(".group button.door").first.click()
            expect(self.page.get_by_role(BUTTON, name="返回")).to_be_visible()
            self.shot(f"door {name}")
            self._sheets(name)
            self.press("返回")
            expect(self.page.get_by_role("heading", name="今日走访")).to_be_visible()
        self._chips()[0].click()

    def _chips(self) -> Sequence[Locator]:
        return self.page.get_by_role("group", name="筛选").get_by_role(BUTTON).all()[:MOST_FILTERS]

    def _sheets(self, door: str) -> None:
        """What the buttons of a door open; the draft is cleared after each, for the next sheet to begin as this one."""
        page = self.page
        buttons = {
            name: page.get_by_role(BUTTON, name=name, exact=True)
            for name in ("有变化", "没见到人", "添人", "改房屋情况", "改联系人", "还是空房", "这一户走不了，转出")
        }
        buttons["改人"] = page.locator(".who").get_by_role(BUTTON, name=re.compile("^改"))
        buttons["近况"] = page.locator(".card", has_text="顺便问问近况").locator("button.ln")
        buttons["上次"] = page.get_by_role(BUTTON, name=re.compile("^全部 .* 次$"))
        for name, button in buttons.items():
            if button.count():
                button.first.click()
                self._sheet(f"door {door} {name}")
        for tile in ("新生儿", "有人搬走", "有人去世", "隐患或诉求"):
            self.press("有变化")
            one = page.get_by_role("dialog").get_by_role(BUTTON, name=tile)
            if one.count() and one.is_enabled():
                one.click()
                page.wait_for_timeout(300)
                self._sheet(f"door {door} {tile}")
            else:
                self._close()

    def _sheet(self, name: str) -> None:
        self.shot(name)
        self._close()
        clear = self.page.get_by_role(BUTTON, name="清掉重填")
        stays = self.page.get_by_role(BUTTON, name=re.compile("还在，取消$"))
        for undo in (stays, clear):
            if undo.count():
                undo.first.click()

    def _close(self) -> None:
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role(BUTTON, name="关闭").click()
        expect(dialog).to_be_hidden()

    def tabs(self, suffix: str = "") -> None:
        """The other tabs, the settings, the self-test, the lock, and binding again."""
        for tab in ("楼盘表", "待处理", "工牌"):
            self.page.get_by_role("navigation").get_by_role(BUTTON, name=tab).click()
            self.shot(tab + suffix)
        self.press("设置")
        self.shot(f"settings{suffix}")
        self.press("换解锁数字", exact=False)
        self._sheet(f"settings change pin{suffix}")
        self.press("自检", exact=False)
        expect(self.page.get_by_text("安全连接")).to_be_visible()
        self.shot(f"self-test{suffix}")
        self.press("返回")
        self.press("现在锁上", exact=False)
        expect(self.page.get_by_text("输入 6 位解锁数字")).to_be_visible()
        self.shot(f"locked{suffix}")
        self.press_pin()
        expect(self.page.locator(".keys")).to_be_hidden()
        self.page.evaluate("() => (location.hash = '#/rebind')")
        expect(self.page.get_by_role("heading", name="重新绑定这部手机")).to_be_visible()
        self.shot(f"rebind{suffix}")
        self.page.evaluate("() => (location.hash = '#/today')")

    def large(self) -> None:
        """The same in large type: Today, a door, the tabs."""
        self.page.evaluate("() => (location.hash = '#/settings')")
        self.page.get_by_role("switch").click()
        self.page.evaluate("() => (location.hash = '#/today')")
        expect(self.page.get_by_role("heading", name="今日走访")).to_be_visible()
        self.shot("today large")
        self.page.locator(".group button.door").first.click()
        self.shot("door large")
        self.press("返回")
        self.tabs(" large")
