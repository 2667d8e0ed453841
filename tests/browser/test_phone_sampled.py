"""抽查 on the phone: the doors given, asked again without a network, blind, and told when the network is back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import clock, ids
from gridwalk.inspection.actions import drawing, giving, planning
from gridwalk.inspection.actions.planning import NewSample
from gridwalk.inspection.models import Approach, DoorAnswer, SampledDoor
from gridwalk.inspection.rules import DoorState, Kind
from gridwalk.registry.models import Dwelling
from tests.browser.test_phone_matters import look
from tests.harness import phone
from tests.harness.campaign import COMMUNITY, GRID
from tests.harness.phone import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STREET = COMMUNITY[:9]
ROOMS = ("301", "302", "303")


@pytest.fixture
def inspector(walk: Street, account: Callable[..., User]) -> User:
    """Three doors of the first stairwell, each with a telephone, are theirs for ten days."""
    user = account(Role.INSPECTOR, STREET, name="裴子衿", password=phone.PASSWORD)
    Target.objects.filter(kind="dwelling").update(state="visited", outcome="met", n_visits=1)
    centre = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, STREET),))
    now = clock.now()
    today = clock.local_date(now)
    new = NewSample(
        kind=Kind.TARGETED,
        scope=GRID,
        share=100,
        response=100,
        from_on=today,
        to_on=today + dt.timedelta(days=10),
        why="整单元答案都一样",
    )
    sample = planning.plan(actor=centre, at=now, new=new).pk
    for step in (drawing.commit, drawing.freeze, drawing.draw, giving.give):
        step(actor=centre, at=now, sample=sample)
    theirs = Dwelling.objects.filter(address__contains="1单元", room__in=ROOMS).values("pk")
    SampledDoor.objects.exclude(dwelling__in=theirs).update(inspector=None)
    return user


@pytest.fixture
def opened(inspector: User, profile: Callable[[], BrowserContext], live_server: Any) -> Page:
    page = profile().pages[0]
    phone.activate(page, live_server.url, inspector, begins="抽查")
    expect(page.get_by_role("heading", name="还要问 3 户")).to_be_visible()
    return page


def door(room: str) -> SampledDoor:
    return SampledDoor.objects.get(dwelling=Dwelling.objects.get(address__contains="1单元", room=room).pk)


def named(room: str, then: str = "") -> re.Pattern[str]:
    """A door of the first stairwell as it is written, and what follows."""
    return re.compile(rf"1单元\s?{room}{then}")


def open_door(page: Page, room: str) -> None:
    page.get_by_role("main").get_by_role("button").filter(has_text=named(room)).click()
    expect(page.get_by_role("heading", name=named(room))).to_be_visible()
    expect(page.get_by_role("heading", name="问到了")).to_be_visible()


def choice(page: Page, question: str, answer: str) -> Locator:
    return page.get_by_role("radiogroup", name=question).get_by_role("radio", name=answer, exact=True)


def look_large(page: Page, name: str) -> None:
    """What a screen is held to, in large type as well."""
    look(page, name)
    page.evaluate("document.documentElement.classList.add('large')")
    look(page, f"{name}，大字")
    page.evaluate("document.documentElement.classList.remove('large')")


def test_doors_are_asked_without_a_network_and_told_when_it_is_back(opened: Page) -> None:
    expect(opened.get_by_text("核对的是数据，不用于个人考核")).to_be_visible()
    tabs = opened.get_by_role("navigation").get_by_role("button")
    expect(tabs).to_have_text(["抽查 3", "待处理", "工牌"])
    look_large(opened, "抽查")
    open_door(opened, "301")
    expect(opened.get_by_text("听居民怎么说，就怎么记。")).to_be_visible()
    expect(opened.get_by_role("radio", checked=True)).to_have_count(0)
    look_large(opened, "这一户")
    opened.context.set_offline(True)
    opened.get_by_role("button", name="拨打第 1 个电话").click()
    expect(opened.get_by_text("没有网，拨不出：号码不存在手机里")).to_be_visible()
    expect(choice(opened, "怎么问到的", "上门")).to_have_count(0)
    opened.get_by_role("button", name="没找到人").click()
    expect(opened.get_by_text("已保存：没找到人。")).to_be_visible()
    expect(opened.get_by_text("电话 1 次，上门 0 次，一共最多 3 次")).to_be_visible()

    open_door(opened, "301")
    opened.get_by_role("button", name="保存这一户的回答").click()
    expect(opened.get_by_text("这三项都要选")).to_be_visible()
    choice(opened, "怎么问到的", "上门").click()
    choice(opened, "有网格员上门或来电吗", "没有").click()
    choice(opened, "谁答的", "家里另一位大人").click()
    choice(opened, "知道社区有网格员", "不知道").click()
    choice(opened, "怎么用的", "出租").click()
    opened.get_by_label("现在住几口人").fill("两口")
    expect(opened.get_by_text("写 0 到 40")).to_be_visible()
    opened.get_by_label("现在住几口人").fill("2")
    opened.get_by_role("button", name="保存这一户的回答").click()
    expect(opened.get_by_text("已保存这一户的回答，有网就传。")).to_be_visible()
    expect(opened.get_by_role("heading", name="还要问 2 户")).to_be_visible()
    expect(opened.get_by_role("heading", name="记好了，等着传 1 户")).to_be_visible()
    opened.get_by_role("navigation").get_by_role("button", name="待处理").click()
    expect(opened.get_by_role("heading", name="等着传的 2 条")).to_be_visible()
    expect(opened.get_by_text(named("301", "，抽查问到了"))).to_be_visible()
    look(opened, "待处理")
    assert not DoorAnswer.objects.exists()

    opened.context.set_offline(False)
    expect(opened.get_by_text("都已传到服务器")).to_be_visible(timeout=40_000)
    expect(opened.get_by_role("heading", name="等着传的")).to_have_count(0)
    opened.get_by_role("navigation").get_by_role("button", name="抽查 2").click()
    expect(opened.get_by_role("heading", name="还要问 2 户")).to_be_visible()
    expect(opened.get_by_text(named("301"))).to_have_count(0)
    answer = DoorAnswer.objects.get()
    assert (answer.door, answer.visited, answer.knows) == (door("301"), "no", False)
    assert answer.agrees == {"n_living": True, "lived_in": True, "tenure": False}
    assert [(each.way, each.outcome) for each in Approach.objects.all()] == [("call", "nobody")]


def test_what_is_half_typed_stays_and_what_comes_back_says_why(opened: Page, inspector: User) -> None:
    open_door(opened, "302")
    choice(opened, "有网格员上门或来电吗", "说不清").click()
    opened.get_by_role("button", name="返回", exact=True).click()
    expect(opened.get_by_role("heading", name="还要问 3 户")).to_be_visible()
    opened.get_by_role("navigation").get_by_role("button", name="待处理 1").click()
    expect(opened.get_by_role("heading", name="没填完的 1 户")).to_be_visible()
    opened.get_by_role("main").get_by_role("button").filter(has_text=named("302")).click()
    expect(choice(opened, "有网格员上门或来电吗", "说不清")).to_be_checked()
    opened.context.set_offline(True)
    choice(opened, "怎么问到的", "打电话").click()
    choice(opened, "谁答的", "上次见到网格员的那位").click()
    opened.get_by_role("button", name="保存这一户的回答").click()
    expect(opened.get_by_text("已保存这一户的回答，有网就传。")).to_be_visible()
    SampledDoor.objects.filter(pk=door("302").pk).update(state=DoorState.OPTED_OUT)
    opened.context.set_offline(False)
    expect(opened.get_by_role("heading", name="退回的 1 条")).to_be_visible(timeout=40_000)
    expect(opened.get_by_text("没有记：这一户“不愿再被抽查”，不再打扰。")).to_be_visible()
    opened.get_by_role("button", name="抽查问到了").click()
    expect(opened.get_by_role("heading", name="这一户不用再问")).to_be_visible()
    look(opened, "不用再问")
    assert not DoorAnswer.objects.exists()


def test_what_is_taken_away_or_over_is_no_longer_on_the_phone(opened: Page) -> None:
    SampledDoor.objects.update(inspector=None)
    opened.get_by_role("button", name="都已传到服务器").click()
    expect(opened.get_by_text("现在没有派给您的抽查。")).to_be_visible(timeout=40_000)
    look(opened, "没有抽查")
    opened.get_by_role("navigation").get_by_role("button", name="工牌").click()
    expect(opened.get_by_text("核查员工作证")).to_be_visible()
    look(opened, "工牌")
