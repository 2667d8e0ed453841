"""A worker's phone in a real browser: its own profile, 390 × 844, driven through the screens only."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.sync.actions import devices
from tests.harness.browser import QUIET, executable
from tests.harness.campaign import GRID, confirm, dispatch, id_no, no_quiet_hours, upload, workbook
from tests.harness.desk import SCREEN, press_pin
from tests.harness.people import SignIn

PASSWORD = "walk-every-door-26"
FLOORS, PER_FLOOR, WELLS = 4, 3, 2
SURNAMES = "程沈韩孟顾"
GIVEN = ("望舒", "兰因", "书言", "昭宁", "若溪", "思齐", "知微", "怀瑾")


@dataclasses.dataclass(frozen=True)
class Street:
    """A grid of 24 dwellings with two people each, dispatched to a worker."""

    worker: User
    lead: Client


def _doors() -> Iterator[tuple[str, str]]:
    for well in range(1, WELLS + 1):
        for floor in range(1, FLOORS + 1):
            for n in range(1, PER_FLOOR + 1):
                yield f"{well}单元", f"{floor}0{n}"


@pytest.fixture
def walk(lead: Client, sign_in: SignIn, account: Callable[..., User]) -> Street:
    """The street a phone walks. Quiet hours are one minute, for tests run at night too."""
    worker = account(Role.GRID_WORKER, GRID, name="沈若溪", password=PASSWORD)
    heads = ["网格编码", "小区", "楼栋", "单元", "室号", "居住状况", "使用情况", "面积（㎡）"]
    doors = [[GRID, "海河花园", "5号楼", well, room, "有人住", "自住", "74.2"] for well, room in _doors()]
    doors[2][5:7], doors[4][6] = ["空置", "不清楚"], "出租"
    people: list[list[Any]] = [
        ["小区", "楼栋", "单元", "室号", "姓名", "性别", "身份证号", "出生日期", "联系电话", "居住类别", "与户主关系"]
    ]
    for at, (well, room) in enumerate(_doors()):
        if at == 2:
            continue
        later = at // 10  # only so many unknown numbers of one birth date are taken from an account
        couple = ("男", f"{1952 + later}0203", "户主"), ("女", f"{1956 + later}0718", "配偶")
        for n, (sex, born, relation) in enumerate(couple):
            number = id_no(100 + at * 4 + n * 2 + (sex == "男"), born)
            name = SURNAMES[at % 5] + GIVEN[(at * 2 + n) % 8]
            kind = "租户" if at == 4 else "常住"
            people.append(
                ["海河花园", "5号楼", well, room, name, sex, number, born, f"120{at:04d}{n:04d}", kind, relation]
            )
    confirm(lead, upload(lead, workbook("房屋台账", [heads, *doors])))
    confirm(lead, upload(lead, workbook("实有人口台账", people)))
    dispatch(sign_in)
    Target.objects.update(assignee=worker)
    no_quiet_hours()
    return Street(worker, lead)


@pytest.fixture
def profile(browser: Browser, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """``profile()``: the phone's browser started on its own storage; started again, it finds what it kept."""
    opened: list[BrowserContext] = []

    def start() -> BrowserContext:
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        context = browser.browser_type.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=executable(),
            args=[*QUIET, *sandbox],
            viewport=SCREEN,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=True,
            device_scale_factor=2,
        )
        opened.append(context)
        return context

    yield start
    for context in opened:
        try:
            context.close()
        except Exception:
            continue


def kill(profile_dir: Path) -> None:
    """kill -9 the browser that runs on this profile, and only that one."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if f"--user-data-dir={profile_dir}".encode() in command and b"--type=" not in command:
                os.kill(int(entry.name), signal.SIGKILL)


def code_for(worker: User) -> str:
    """A one-time activation code."""
    return devices.make_code(actor=SYSTEM, at=clock.now(), user=worker.id)[0]


def sign_in_on(page: Page, worker: User) -> None:
    """Login name and password on the activation screen."""
    page.get_by_label("登录名").fill(worker.username)
    page.get_by_label("密码").fill(PASSWORD)


def activate(page: Page, base: str, worker: User, *, begins: str = "今日走访") -> None:
    """From the address in the QR to Today, its list fetched; an inspector's phone ``begins`` with another screen."""
    page.goto(f"{base}/phone/#code={code_for(worker)}")
    sign_in_on(page, worker)
    page.get_by_role("button", name="启用", exact=True).click()
    expect(page.get_by_role("heading", name="设 6 位解锁数字")).to_be_visible()
    press_pin(page)
    expect(page.get_by_role("heading", name="再输一次")).to_be_visible()
    press_pin(page)
    expect(page.get_by_role("heading", name=begins, exact=True)).to_be_visible()
    expect(page.get_by_text("都已传到服务器")).to_be_visible()


def unlock(page: Page) -> None:
    """The daily reopening."""
    expect(page.get_by_text("输入 6 位解锁数字")).to_be_visible()
    press_pin(page)
    expect(page.locator(".keys")).to_be_hidden()


def open_door(page: Page, well: str, room: str) -> None:
    """A door in Today's list."""
    page.locator("section.group", has=page.get_by_role("heading", name=f"5号楼 {well}")).get_by_role("button").filter(
        has_text=room
    ).click()
    expect(page.get_by_role("heading", name=room, exact=True)).to_be_visible()
