"""``python -m tools.first_week OUT``: by hand from an empty server to the first visit, following docs/guide/第一周.md.

``gridwalk init`` and ``gridwalk serve`` on a data directory of their own; the messy ledgers of a made-up community of
1,300 doors; administrator, street centre, lead and worker in one headless Chromium, by what the pages show alone.
Prints each step with its clicks, typed fields, pages acted on and the machine's time, and beside them an estimate of
a person's: three seconds a click or a field, thirty a page. OUT receives the data directory, the ledgers, and a
picture of every page as it was left.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import time_machine
from playwright.sync_api import Browser

from gridwalk.core import clock
from tests.harness import first_week as steps
from tests.harness.desk import SCREEN, Desk, Hand
from tools.screens.browser import browser
from tools.screens.commits import serving

HERE = Path(__file__).parent
COMMUNITY = "120105001023"
LINE = ("天津市", "河北区", "光复道街道")
HEADS = ("姓名", "登录名", "职务", "岗位", "范围", "工作电话", "工号", "责任人")
PEOPLE = (
    ("程望舒", "书记", "社区书记", "君临天下", "", "", "是"),
    ("程兰因", "副书记", "社区书记", "君临天下", "", "", ""),
    ("沈若溪", "网格员", "网格员", "君临天下 第一网格", "12012345678", "GF-001", "是"),
    ("韩书言", "网格员", "网格员", "君临天下 第二网格", "12012345679", "GF-002", "是"),
    ("孟昭宁", "网格员", "网格员", "君临天下 第三网格", "12012345680", "GF-003", "是"),
)
A_CLICK, A_PAGE = 3, 30
"""Seconds of a person, as an estimate: to find and press, and to read a page."""


@dataclasses.dataclass
class Step:
    """One step of the guide, done."""

    name: str
    hand: Hand
    seconds: float

    def estimate(self) -> float:
        """A person's seconds: the machine's, and the clicks, fields and pages."""
        return self.seconds + A_CLICK * (self.hand.clicks + self.hand.fields) + A_PAGE * self.hand.pages


class Walk:
    """All of it, a step after another; what one step learns is kept for the next."""

    def __init__(self, browser: Browser, base: str, out: Path, slips: dict[str, str], ledgers: Path) -> None:
        self.browser, self.base, self.out, self.slips, self.ledgers = browser, base, out, slips, ledgers
        self.hand = Hand(pictures=out)
        self.done: list[Step] = []
        self.keeper, self.centre, self.lead = (Desk(browser, base, self.hand) for _ in range(3))

    def everything(self) -> None:
        """The steps in the order of the guide."""
        for step in (
            self.signs_in,
            self.picks_the_street,
            self.makes_accounts,
            self.confirms_posts,
            self.lead_signs_in,
            self.imports_doors,
            self.imports_people,
            self.plans_the_campaign,
            self.dispatches,
            self.binds_a_phone,
            self.visits,
        ):
            self._take(step)

    def _take(self, step: Callable[[], None]) -> None:
        was, began = dataclasses.replace(self.hand), time.monotonic()
        step()
        hand = self.hand.since(was)
        self.done.append(Step((step.__doc__ or "").rstrip("."), hand, time.monotonic() - began))
        print(_line(self.done[-1]), flush=True)

    def signs_in(self) -> None:
        """Administrator and street centre come in."""
        self.keeper.enter("admin", self.slips["admin"])
        self.centre.enter("wangge", self.slips["wangge"])

    def picks_the_street(self) -> None:
        """The street out of the official list, one community of three grids."""
        steps.pick_street(self.keeper, LINE, {COMMUNITY: "3"})
        self.keeper.reads("建好了 1 个社区、3 个网格")

    def makes_accounts(self) -> None:
        """Five accounts out of the template, their slips."""
        self.keeper.home()
        self.keeper.press("导入名单")
        with self.keeper.page.expect_download() as download:
            self.keeper.press("下载模板")
        path = self.out / "账号名单.xlsx"
        download.value.save_as(path)
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        assert tuple(cell.value for cell in sheet[1]) == HEADS
        for row, (name, *rest) in enumerate(PEOPLE, start=2):
            for column, words in enumerate((name, "", *rest), start=1):
                sheet.cell(row, column).value = words or None
                self.hand.fields += bool(words)
        book.save(path)
        self.keeper.hand.attach(self.keeper.page.locator("input[type=file]"), path)
        self.keeper.press("保存账号，提交岗位")
        self.keeper.reads(f"{len(PEOPLE)} 个人的登录条")
        self.slips |= steps.slips(self.keeper)

    def confirms_posts(self) -> None:
        """The street centre confirms them at once."""
        steps.confirm_posts(self.centre)
        self.centre.reads("个岗位已确认")

    def lead_signs_in(self) -> None:
        """The lead comes in."""
        self.lead.enter("chengwangshu", self.slips["chengwangshu"])

    def imports_doors(self) -> None:
        """The community's ledger of doors."""
        self._import("房屋台账")

    def imports_people(self) -> None:
        """The community's ledger of people."""
        self._import("实有人口台账")

    def _import(self, kind: str) -> None:
        (ledger,) = self.ledgers.glob(f"*君临天下*{kind}*")
        steps.hand_in(self.lead, ledger)
        steps.look_and_import(self.lead)
        print(re.sub(r"\s+", " ", self.lead.page.locator(".strip").first.inner_text()))

    def plans_the_campaign(self) -> None:
        """The campaign of three phases, the community its pilot."""
        today = clock.local_date(clock.now())
        days = {
            name: (today + dt.timedelta(first), today + dt.timedelta(last))
            for name, (first, last) in {"prepare": (0, 0), "act": (0, 90), "sum_up": (91, 100)}.items()
        }
        steps.plan_campaign(self.centre, name="百日入户走访行动", days=days, pilot=COMMUNITY)

    def dispatches(self) -> None:
        """The pilot is looked at, then dispatched."""
        steps.dispatch(self.centre)

    def binds_a_phone(self) -> None:
        """A worker's phone is bound, with the slip's password replaced on it."""
        code = steps.activation_code(self.lead, "沈若溪")
        profile = self.browser.new_context(
            viewport=SCREEN, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True, device_scale_factor=2
        )
        profile.clock.install(time=clock.now())
        profile.clock.resume()
        self.phone = steps.Phone(profile.new_page(), self.base, self.hand)
        self.phone.bind(code, login="gf-001", slip=self.slips["gf-001"])

    def visits(self) -> None:
        """The first visit: nobody opened, an hour to come again is chosen."""
        self.phone.nobody_home()


def _line(step: Step) -> str:
    hand = step.hand
    numbers = f"{hand.clicks:4} clicks {hand.fields:4} fields {hand.pages:4} pages {step.seconds:7.1f} s"
    return f"{numbers}  ≈ {step.estimate() / 60:4.1f} min of a person  {step.name}"


def main() -> int:
    """Set up, walk, tell."""
    out = Path(sys.argv[1]).absolute()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    environment = os.environ | {"GRIDWALK_HOME": str(out / "home"), "WALK_SHIFT": str(_shift().total_seconds())}
    environment["PYTHONPATH"] = os.pathsep.join([str(HERE / "shifted"), environment.get("PYTHONPATH", "")])
    with time_machine.travel(dt.datetime.now(dt.UTC) + _shift(), tick=True):
        clock.now()  # the clock goes on from the first time it is asked
        slip = _gridwalk(environment, "init", "--generate")
        slips = dict(re.findall(r"登录名：(\S+)\n密码：(\S+)", slip))
        _gridwalk(environment, "simulate", str(out / "ledgers"))
        with serving(environment, out / "serve.log") as base, browser() as opened:
            walk = Walk(opened, base, out, slips, out / "ledgers")
            try:
                walk.everything()
            finally:
                for n, desk in enumerate((walk.keeper, walk.centre, walk.lead)):
                    desk.page.screenshot(path=out / f"last-{n}.png", full_page=True)
    everything = Step("in all", walk.hand, sum(step.seconds for step in walk.done))
    print(_line(everything))
    return 0


def _shift() -> dt.timedelta:
    """From now to the next weekday at ten in the morning, street time."""
    now = clock.local(dt.datetime.now(dt.UTC))
    day = now.date() + dt.timedelta(days=now.hour >= 10)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return clock.at_local(day, 10) - now


def _gridwalk(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "gridwalk.cli", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
