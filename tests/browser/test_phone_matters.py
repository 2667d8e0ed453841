"""事项 on the phone: found under 待处理, handed in without a network, with a photo; the office sees it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.followup.actions import moving, taking_in
from gridwalk.followup.actions.moving import Wording
from gridwalk.followup.models import Entry, Matter
from gridwalk.followup.rules import Act, Kind, Stage
from gridwalk.registry.models import Dwelling
from gridwalk.sync.models import Attachment, Returned
from tests.browser.test_phone_screens import SMALL_TARGETS
from tests.harness import phone
from tests.harness.campaign import GRID
from tests.harness.desk import accessible
from tests.harness.phone import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hazard(walk: Street) -> Matter:
    """A hazard of the worker's grid."""
    with core.write_to(GRID, actor=SYSTEM, at=clock.now()):
        return taking_in.note(
            taking_in.Noted(
                id=ids.new_id(),
                grid=GRID,
                kind=Kind.HAZARD,
                place_kind="dwelling",
                place=Dwelling.objects.filter(room="301").earliest("address").pk,
                text="楼道里堆着旧沙发，三楼到四楼走不过去",
                photos=[],
                author=walk.worker.id,
                author_name=walk.worker.name,
                at=clock.now(),
                recorded_at=clock.now(),
            )
        )


@pytest.fixture
def opened(hazard: Matter, walk: Street, profile: Callable[[], BrowserContext], live_server: Any) -> Page:
    page = profile().pages[0]
    phone.activate(page, live_server.url, walk.worker)
    page.get_by_role("navigation").get_by_role("button", name="待处理 1").click()
    return page


def picture(page: Page) -> bytes:
    """A photograph, drawn by the browser."""
    drawn = page.evaluate("""() => {
        const canvas = document.createElement('canvas');
        canvas.width = 640;
        canvas.height = 480;
        canvas.getContext('2d').fillRect(0, 0, 320, 240);
        return canvas.toDataURL('image/jpeg').split(',')[1];
    }""")
    return base64.b64decode(drawn)


def look(page: Page, name: str) -> None:
    """What every screen is held to."""
    accessible(page)
    assert not page.evaluate(SMALL_TARGETS), (name, page.evaluate(SMALL_TARGETS))
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name


def test_a_matter_is_handed_in_offline_with_a_photo(opened: Page, hazard: Matter) -> None:
    expect(opened.get_by_role("heading", name="在办的事项 1 件")).to_be_visible()
    look(opened, "待处理")
    opened.get_by_role("button", name="上门记下的隐患").click()
    expect(opened.get_by_text("楼道里堆着旧沙发，三楼到四楼走不过去")).to_be_visible()
    expect(opened.get_by_role("button", name="看这一户")).to_be_visible()
    look(opened, "事项")
    opened.get_by_role("button", name="提交复核").click()
    expect(opened.get_by_text("没有保存：请写办了什么。")).to_be_visible()
    opened.get_by_role("button", name="转给别的单位").click()
    expect(opened.get_by_role("dialog").get_by_role("button", name="转办这件事")).to_be_disabled()
    look(opened, "转给别的单位")
    opened.keyboard.press("Escape")
    expect(opened.get_by_role("dialog")).to_be_hidden()
    opened.context.set_offline(True)
    opened.get_by_label("办了什么，写清楚").fill("和物业一起清走了")
    opened.get_by_label("拍一张").set_input_files(
        {"name": "清好了.jpg", "mimeType": "image/jpeg", "buffer": picture(opened)}
    )
    expect(opened.get_by_text("照片已保存，只留画面，拍摄地点已去掉。")).to_be_visible()
    opened.get_by_role("button", name="提交复核").dblclick()
    expect(opened.get_by_text("已保存：提交复核。")).to_be_visible()
    expect(opened.get_by_text("您办过了，等另一个人来看")).to_be_visible()
    expect(opened.get_by_role("navigation").get_by_role("button", name="待处理", exact=True)).to_be_visible()
    opened.get_by_role("button", name="上门记下的隐患").click()
    expect(opened.get_by_text("等着传")).to_be_visible()
    expect(opened.get_by_role("button", name="提交复核")).to_have_count(0)
    assert Matter.objects.get(pk=hazard.pk).stage == Stage.HANDLING
    opened.context.set_offline(False)
    expect(opened.get_by_text("待复核")).to_be_visible()
    assert not Returned.objects.exists(), "tapped twice it is said once"
    entry = Entry.objects.get(act="handed_in")
    assert Matter.objects.get(pk=hazard.pk).stage == Stage.RECHECK
    assert Attachment.objects.get(sha256=entry.data["photos"][0]).file is not None
    look(opened, "办过的事项")


def test_what_came_back_is_there_to_be_corrected(opened: Page, hazard: Matter) -> None:
    opened.get_by_role("button", name="上门记下的隐患").click()
    opened.get_by_role("button", name="转给别的单位").click()
    for label, most in (("接收单位", "60"), ("工单号，可以不填", "40")):
        expect(opened.get_by_role("dialog").get_by_label(label)).to_have_attribute("maxlength", most)
    opened.keyboard.press("Escape")
    expect(opened.get_by_role("dialog")).to_be_hidden()
    opened.context.set_offline(True)
    opened.get_by_label("办了什么，写清楚").fill("和物业一起清走了")
    opened.get_by_role("button", name="提交复核").click()
    expect(opened.get_by_text("已保存：提交复核。")).to_be_visible()
    moving.move(actor=SYSTEM, at=clock.now(), matter=hazard.pk, act=Act.HANDED_IN, wording=Wording(text="清了"))
    opened.context.set_offline(False)
    expect(opened.get_by_role("heading", name="退回的 1 条")).to_be_visible()
    opened.get_by_role("button", name="办事项").click()
    expect(opened.get_by_label("办了什么，写清楚")).to_have_value("和物业一起清走了")
