"""The steps of docs/guide/第一周.md as hands take them in a browser: by what the pages show, never by an address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.harness.desk import OWN, Desk, Hand, press_pin

SLIP = r"登录名\s+(\S+)\s+一次性密码\s+(\S+)"
AN_HOUR = 3_600_000


def pick_street(
    keeper: Desk, line: Sequence[str], grids: Mapping[str, str], at_the_last: Callable[[], None] = lambda: None
) -> None:
    """The street by its ``line`` of names; ``grids``: community's code → how many grids, or their names.

    ``at_the_last``: done on the page where the communities are ticked.
    """
    keeper.press("选街道")
    for area in line:
        keeper.hand.click(keeper.page.get_by_role("link", name=area, exact=True).last)
    expect(keeper.page.get_by_role("button", name="保存勾选的社区和网格")).to_be_visible()
    at_the_last()
    boxes = keeper.page.locator("[name=community]").all()
    if len(grids) < len(boxes) / 2:
        keeper.hand.click(keeper.page.get_by_label("全选社区"))
    for box in boxes:
        keeper.hand.tick(box, ticked=box.get_attribute("value") in grids)
    for community, words in grids.items():
        keeper.hand.fill(keeper.page.locator(f"[name=grids-{community}]"), words)
    keeper.press("保存勾选的社区和网格")


def slips(keeper: Desk) -> dict[str, str]:
    """Sign-in name → one-time password, as the slips on the page say."""
    text = keeper.page.locator(".slips").inner_text()
    return dict(re.findall(SLIP, text))


def confirm_posts(centre: Desk) -> None:
    """All that wait; they are ticked already."""
    centre.home()
    centre.press("确认岗位")
    centre.press("确认勾选的岗位")


def hand_in(lead: Desk, ledger: Path) -> None:
    """A ledger, from the entry of the navigation to its columns."""
    lead.hand.click(lead.page.locator("#nav").get_by_role("link", name="台账导入", exact=True))
    lead.hand.attach(lead.page.locator("input[type=file]"), ledger)
    lead.press("读取这份表")
    expect(lead.page.get_by_role("button", name="列已核对，预览入库结果")).to_be_visible(timeout=AN_HOUR)


def look_and_import(lead: Desk) -> None:
    """What the ledger would do, then the import; until it is in."""
    lead.press("列已核对，预览入库结果")
    expect(lead.page.locator("button[value=apply]")).to_be_visible(timeout=AN_HOUR)
    lead.hand.click(lead.page.locator("button[value=apply]"))
    expect(lead.page.locator(".strip").get_by_text("补上空项")).to_be_visible(timeout=AN_HOUR)


def plan_campaign(centre: Desk, *, name: str, days: Mapping[str, tuple[dt.date, dt.date]], pilot: str) -> None:
    """A campaign of three phases; ``pilot``: the community that goes first."""
    centre.home()
    centre.press("建立行动")
    centre.hand.fill(centre.page.locator("[name=name]"), name)
    for phase, (first, last) in days.items():
        centre.hand.fill(centre.page.locator(f"[name={phase}_from]"), str(first))
        centre.hand.fill(centre.page.locator(f"[name={phase}_to]"), str(last))
    centre.hand.tick(centre.page.locator(f"[name=pilot][value='{pilot}']"), ticked=True)
    centre.press("保存行动")


def dispatch(centre: Desk) -> None:
    """The first wave: looked at, then dispatched."""
    centre.press("先看再下派")
    centre.reads("现在下派，新增这些")
    centre.press("下派这一批")


def activation_code(lead: Desk, worker: str) -> str:
    """For the worker's phone, from the entry of the navigation."""
    lead.hand.click(lead.page.locator("#nav").get_by_role("link", name="手机", exact=True))
    option = lead.page.locator("#user option", has_text=worker).first.get_attribute("value")
    assert option is not None
    lead.hand.choose(lead.page.locator("#user"), option)
    lead.press("生成激活码")
    main, code = lead.page.locator("main"), re.compile(r"\b[a-z2-9]{4}-[a-z2-9]{4}\b")
    expect(main).to_contain_text(code)
    (shown,) = code.findall(main.inner_text())
    return str(shown)


class Phone:
    """The worker's phone; taps are counted as clicks."""

    def __init__(self, page: Page, base: str, hand: Hand | None = None) -> None:
        self.page, self.base, self.hand = page, base, hand or Hand()
        self.hand.watch(page)

    def tap(self, name: str) -> None:
        """The button of exactly these words."""
        self.hand.click(self.page.get_by_role("button", name=name, exact=True))

    def enter(self, code: str, *, login: str, password: str) -> None:
        """The code in the camera, name and password."""
        self.hand.clicks += 1  # what the camera read is opened
        self.page.goto(f"{self.base}/phone/#code={code}")
        self.hand.fill(self.page.get_by_label("登录名"), login)
        self.hand.fill(self.page.get_by_label("密码", exact=True), password)
        self.tap("启用")

    def set_pin(self) -> None:
        """Six digits, twice; then Today."""
        for heading in ("设 6 位解锁数字", "再输一次"):
            expect(self.page.get_by_role("heading", name=heading)).to_be_visible()
            self.hand.clicks += 6
            press_pin(self.page)
        expect(self.page.get_by_role("heading", name="今日走访")).to_be_visible()

    def bind(self, code: str, *, login: str, slip: str) -> None:
        """From the code to Today; the slip's password is replaced on the phone."""
        self.enter(code, login=login, password=slip)
        for label in ("自己的新密码", "新密码再输一次"):
            self.hand.fill(self.page.get_by_label(label), OWN)
        self.tap("启用")
        self.set_pin()

    def nobody_home(self) -> None:
        """The first door of the list: nobody opened, come again at the last hour that is offered."""
        self.hand.click(self.page.locator(".door.next"))
        self.tap("没见到人")
        self.hand.click(self.free_hours().last)
        self.hand.click(self.page.get_by_role("button", name="再来"))
        expect(self.page.get_by_text("都已传到服务器")).to_be_visible()

    def free_hours(self) -> Locator:
        """What of the revisit grid may be chosen."""
        return self.page.locator(".pk button:enabled")
