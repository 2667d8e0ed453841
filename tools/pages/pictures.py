"""``python -m tools.pages.pictures HOME ADDRESS``: the pictures in docs/screens, drawn anew.

HOME is the data directory of the small demo that is served at ADDRESS, by day: at night the phone says that nobody is
disturbed. Look at each picture before it is committed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from gridwalk.core import clock
from tests.harness import first_week
from tests.harness.desk import SCREEN, Desk
from tools.screens.browser import SETTLED, browser
from tools.screens.commits import inside, of_home

SCREENS = Path(__file__).parents[2] / "docs" / "screens"


def main() -> int:
    """All of them."""
    home, base = Path(sys.argv[1]), sys.argv[2]
    note = json.loads((home / "demo.json").read_text(encoding="utf-8"))
    members = {member["role"]: member for member in note["members"]}
    centre, lead, keeper = (members[role] for role in ("街道网格中心", "社区书记（网格长）", "管理员"))
    program = inside(of_home(home), [member["username"] for member in (centre, lead, keeper)])
    with browser() as opened:
        desks = [Desk(opened, base) for _ in range(3)]
        for desk, member in zip(desks, (centre, lead, keeper), strict=True):
            session = program["sessions"][member["username"]]
            desk.context.add_cookies([{"name": program["cookie"], "value": session, "url": base}])
        _office(desks[0].page, desks[1].page, base)
        _phone(opened, desks[2], members["网格员"])
    return 0


def _shoot(page: Page, name: str) -> None:
    page.evaluate(SETTLED)
    page.wait_for_timeout(500)
    page.screenshot(path=SCREENS / f"{name}.png", animations="disabled", caret="hide")


def _office(centre: Page, lead: Page, base: str) -> None:
    centre.goto(f"{base}/")
    _shoot(centre, "home")
    for name, path in (("gaps", "/gaps/"), ("differences", "/differences/"), ("building", "/buildings/")):
        lead.goto(base + path)
        _shoot(lead, name)
    lead.goto(base + str(lead.locator("a.door").first.get_attribute("href")))
    _shoot(lead, "door")


def _phone(opened: Browser, keeper: Desk, worker: dict[str, str]) -> None:
    """Bound with a code of the administrator's; nothing is saved on it."""
    keeper.page.goto(f"{keeper.base}/")
    code = first_week.activation_code(keeper, worker["name"])
    profile = opened.new_context(
        viewport=SCREEN, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True, device_scale_factor=2
    )
    profile.clock.install(time=clock.now())
    profile.clock.resume()
    phone = first_week.Phone(profile.new_page(), keeper.base)
    phone.enter(code, login=worker["username"], password=worker["password"])
    phone.set_pin()
    page = phone.page
    expect(page.get_by_text("都已传到服务器")).to_be_visible(timeout=60_000)
    _shoot(page, "phone-today")
    for tab, name in (("楼盘表", "phone-chart"), ("工牌", "phone-badge")):
        page.get_by_role("navigation").get_by_role("button", name=tab).click()
        _shoot(page, name)
    page.get_by_role("navigation").get_by_role("button", name="今日").click()
    page.locator(".door.next").click()
    _shoot(page, "phone-door")
    phone.tap("没见到人")
    expect(page.get_by_role("dialog")).to_be_visible()
    phone.free_hours().last.click()
    _shoot(page, "phone-outcome")


if __name__ == "__main__":
    sys.exit(main())
