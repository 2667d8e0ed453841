"""The first week (docs/guide/第一周.md) in a real browser: from ``gridwalk init`` to the first visit on a phone."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from gridwalk.accounts.rules import SYSTEM
from gridwalk.cli.verbs import init
from gridwalk.core import clock
from gridwalk.reconcile.actions import applying
from gridwalk.reconcile.models import Import
from gridwalk.registry.models import Dwelling
from gridwalk.visits.models import Visit
from tests.harness import first_week as steps
from tests.harness.campaign import COMMUNITY, DOORS, no_quiet_hours, workbook
from tests.harness.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
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
    steps.pick_street(keeper, ("天津市", "河北区", "光复道街道"), {COMMUNITY: "2"}, at_the_last=keeper.is_clean)
    keeper.reads("建好了 1 个社区、2 个网格")
    keeper.is_clean()

    # accounts: one list, the slips, confirmed once
    keeper.home()
    keeper.press("导入名单")
    keeper.page.locator("#list").fill("\n".join(PEOPLE))
    keeper.press("保存账号，提交岗位")
    keeper.reads("4 个人的登录条")
    keeper.is_clean()
    slips |= steps.slips(keeper)
    steps.confirm_posts(centre)
    centre.reads("4 个岗位已确认")

    # the community's messy ledger
    lead = Desk(browser, live_server.url)
    lead.enter("chengwangshu", slips["chengwangshu"])
    ledger = tmp_path / "房屋台账.xlsx"
    ledger.write_bytes(
        workbook("房屋台账", [["网格", *DOORS[0][1:]], *(["第1网格", *row[1:]] for row in DOORS[1:])]).read()
    )
    steps.hand_in(lead, ledger)
    imported = Import.objects.get()
    lead.page.locator("button[value=apply]").first.click()
    applying.apply(actor=SYSTEM, at=clock.now(), imported=imported.pk)
    assert Dwelling.objects.filter(grid__code=f"{COMMUNITY}001").count() == 7

    # campaign and dispatch
    today = clock.local_date(clock.now())
    days = {"prepare": (0, 0), "act": (0, 40), "sum_up": (40, 45)}
    steps.plan_campaign(
        centre,
        name="百日行动",
        days={name: (today + dt.timedelta(first), today + dt.timedelta(last)) for name, (first, last) in days.items()},
        pilot=COMMUNITY,
    )
    steps.dispatch(centre)
    no_quiet_hours()  # the phone below goes by the wall clock
    centre.home()
    centre.reads("启用准备还差 1 步")
    for path in ("/setup/", "/about/"):
        centre.go(path)
        centre.is_clean()
    keeper.go("/about/")
    keeper.is_clean()

    # the phone: the slip's password is replaced on it
    code = steps.activation_code(lead, "沈若溪")
    phone = steps.Phone(profile().pages[0], live_server.url)
    phone.bind(code, login="gf-001", slip=slips["gf-001"])
    phone.nobody_home()
    assert Visit.objects.count() == 1
    centre.home()
    assert centre.page.get_by_text("启用准备还差").count() == 0
