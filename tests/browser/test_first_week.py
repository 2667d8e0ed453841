"""The first week (docs/guide/第一周.md) in a real browser: from ``gridwalk init`` to the first visit on a phone."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gridwalk.accounts.rules import SYSTEM
from gridwalk.cli.verbs import init
from gridwalk.core import clock
from gridwalk.reconcile.actions import applying
from gridwalk.reconcile.models import Import
from gridwalk.registry.models import Dwelling
from gridwalk.visits.models import Visit
from tests.browser.test_keeping_areas_and_records import accessible
from tests.harness.campaign import COMMUNITY, DOORS, no_quiet_hours, workbook
from tests.harness.phone import press_pin

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
OWN = "door-by-door-2026"
Profile = Callable[[], BrowserContext]
PEOPLE = [
    "程望舒,,书记,社区书记,君临天下,,,",
    "程兰因,,副书记,社区书记,君临天下,,,",
    "沈若溪,,网格员,网格员,君临天下 第一网格,12012345678,GF-001,是",
    "韩书言,,网格员,网格员,君临天下 第二网格,,GF-002,是",
]


def first_two(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What ``gridwalk init`` prints: sign-in name → one-time password. A second call prints none."""
    options = argparse.Namespace(
        one_person=False,
        username="admin",
        name="罗以安",
        centre="wangge",
        centre_name="许知行",
        generate=True,
    )
    init._accounts(options)
    told = dict(re.findall(r"登录名：(\S+)\n密码：(\S+)", capsys.readouterr().out))
    init._accounts(options)
    again = capsys.readouterr().out
    assert "没有再建" in again and "密码：" not in again
    return told


class Desk:
    """Somebody of the office at a computer."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.base = base
        self.page: Page = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai"
        ).new_page()

    def enter(self, name: str, slip: str) -> None:
        """Password once, an own one, the codes, done."""
        page = self.page
        page.goto(f"{self.base}/")
        page.get_by_label("登录名").fill(name)
        page.get_by_label("密码").fill(slip)
        page.get_by_role("button", name="登录").click()
        expect(page.locator("[name=oldpassword]")).to_have_count(0)
        for field in ("password1", "password2"):
            page.locator(f"[name={field}]").fill(OWN)
        page.get_by_role("button", name="保存新密码").click()
        expect(page.get_by_role("heading", name="设置动态码")).to_be_visible()
        secret = re.search(r"手工输入：(\w+)", page.content())
        assert secret is not None
        counter = int(clock.now().timestamp()) // 30
        page.locator("[name=code]").fill(totp.format_hotp_value(totp.hotp_value(secret[1], counter)))
        page.get_by_role("button", name="完成设置").click()
        expect(page.get_by_role("heading", name="备用码")).to_be_visible()
        self.go("/")

    def go(self, path: str) -> None:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first.click()

    def reads(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def is_clean(self) -> None:
        """Nothing axe complains of, and nothing beside the page, on a screen and on a phone's."""
        for width, height in ((1440, 900), (390, 844)):
            self.page.set_viewport_size({"width": width, "height": height})
            accessible(self.page)
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width
        self.page.set_viewport_size({"width": 1440, "height": 900})


def test_from_init_to_the_first_visit_on_a_phone(
    browser: Browser, profile: Profile, live_server: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    slips = first_two(capsys)
    keeper, centre = Desk(browser, live_server.url), Desk(browser, live_server.url)
    keeper.enter("admin", slips["admin"])
    centre.enter("wangge", slips["wangge"])
    centre.reads("由管理员来办")
    keeper.is_clean()

    # areas: province, district, street, the community ticked; grids by number
    keeper.press("选街道")
    for area in ("天津市", "河北区", "光复道街道"):
        keeper.page.get_by_role("link", name=area, exact=True).last.click()
    keeper.is_clean()
    for box in keeper.page.locator("[name=community]").all():
        box.set_checked(box.get_attribute("value") == COMMUNITY)
    keeper.page.locator(f"[name=grids-{COMMUNITY}]").fill("2")
    keeper.press("保存勾选的社区和网格")
    keeper.reads("建好了 1 个社区、2 个网格")
    keeper.is_clean()

    # accounts: one list, the slips, confirmed once
    keeper.go("/")
    keeper.press("导入名单")
    keeper.page.locator("#list").fill("\n".join(PEOPLE))
    keeper.press("保存账号，提交岗位")
    keeper.reads("4 个人的登录条")
    keeper.is_clean()
    told = keeper.page.locator(".slips").inner_text()
    slips |= dict(re.findall(r"登录名\s+(\S+)\s+一次性密码\s+(\S+)", told))
    centre.go("/")
    centre.press("确认岗位")
    for box in centre.page.locator("input[name=row]").all():
        box.check()
    centre.press("确认勾选的岗位")
    centre.reads("4 个岗位已确认")

    # the community's messy ledger
    lead = Desk(browser, live_server.url)
    lead.enter("chengwangshu", slips["chengwangshu"])
    lead.go("/imports/")
    ledger = tmp_path / "房屋台账.xlsx"
    ledger.write_bytes(
        workbook("房屋台账", [["网格", *DOORS[0][1:]], *(["第1网格", *row[1:]] for row in DOORS[1:])]).read()
    )
    lead.page.locator("input[type=file]").set_input_files(ledger)
    lead.press("读取这份表")
    expect(lead.page.get_by_role("button", name="入库", exact=False).first).to_be_visible()
    imported = Import.objects.get()
    lead.page.locator("button[value=apply]").first.click()
    applying.apply(actor=SYSTEM, at=clock.now(), imported=imported.pk)
    assert Dwelling.objects.filter(grid__code=f"{COMMUNITY}001").count() == 7

    # campaign and dispatch
    centre.go("/")
    centre.press("建立行动")
    today = clock.local_date(clock.now())
    days = {"prepare": (0, 0), "act": (0, 40), "sum_up": (40, 45)}
    centre.page.locator("[name=name]").fill("百日行动")
    for phase, (first, last) in days.items():
        centre.page.locator(f"[name={phase}_from]").fill(str(today + dt.timedelta(first)))
        centre.page.locator(f"[name={phase}_to]").fill(str(today + dt.timedelta(last)))
    centre.page.locator(f"[name=pilot][value='{COMMUNITY}']").check()
    centre.press("保存行动")
    centre.go("/campaign/")
    centre.page.get_by_role("link", name="先看再下派").first.click()
    centre.reads("现在下派，新增这些")
    centre.page.locator("form[action*=dispatch] button").click()
    no_quiet_hours()  # the phone below goes by the wall clock
    centre.go("/")
    centre.reads("启用准备还差 1 步")
    for path in ("/setup/", "/about/"):
        centre.go(path)
        centre.is_clean()
    keeper.go("/about/")
    keeper.is_clean()

    # the phone: the slip's password is replaced on it
    lead.go("/phones/")
    worker = lead.page.locator("#user option", has_text="沈若溪").first.get_attribute("value")
    lead.page.locator("#user").select_option(worker)
    lead.press("生成激活码")
    code = re.search(r"\b[a-z2-9]{4}-[a-z2-9]{4}\b", lead.page.locator("main").inner_text())
    assert code is not None
    phone = profile().pages[0]
    phone.goto(f"{live_server.url}/phone/#code={code[0]}")
    phone.get_by_label("登录名").fill("gf-001")
    phone.get_by_label("密码", exact=True).fill(slips["gf-001"])
    phone.get_by_role("button", name="启用", exact=True).click()
    phone.get_by_label("自己的新密码").fill(OWN)
    phone.get_by_label("新密码再输一次").fill(OWN)
    phone.get_by_role("button", name="启用", exact=True).click()
    for heading in ("设 6 位解锁数字", "再输一次"):
        expect(phone.get_by_role("heading", name=heading)).to_be_visible()
        press_pin(phone)
    expect(phone.get_by_role("heading", name="今日走访")).to_be_visible()
    phone.locator(".door.next").click()
    phone.get_by_role("button", name="没见到人").click()
    phone.locator(".pk button:enabled").last.click()
    phone.get_by_role("button", name="再来").click()
    expect(phone.get_by_text("都已传到服务器")).to_be_visible(timeout=20_000)
    assert Visit.objects.count() == 1
    centre.go("/")
    assert centre.page.get_by_text("启用准备还差").count() == 0
