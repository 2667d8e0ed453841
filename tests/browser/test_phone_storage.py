"""What was typed on a phone stays: its database closed, emptied or withheld by the system; a script that does not come
or cannot be read; a browser that promises nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from gridwalk.followup.models import Matter
from gridwalk.sync.models import Op
from gridwalk.visits.models import Visit
from tests.harness import phone
from tests.harness.phone import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REMEMBER = """(() => {
    window.databases = [];
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (...asked) {
        const request = open.apply(this, asked);
        request.addEventListener('success', () => databases.push(request.result));
        return request;
    };
})()"""
CLOSE = """() => databases.forEach(database => {
    database.close();
    database.dispatchEvent(new Event('close'));
})"""
"""As a system does that is short of memory."""
LOSE = """() => IDBFactory.prototype.open = () => {
    const message = 'Connection to Indexed Database server lost. Refresh the page to try again';
    throw new DOMException(message, 'UnknownError');
}"""
EMPTY = """() => new Promise((done, failed) => {
    const request = indexedDB.deleteDatabase('gridwalk-phone');
    request.onsuccess = done;
    request.onerror = failed;
})"""


@pytest.fixture
def opened(walk: Street, profile: Callable[[], BrowserContext], live_server: Any) -> Page:
    """An activated phone on Today; ``CLOSE`` finds its databases."""
    page = profile().pages[0]
    page.add_init_script(REMEMBER)
    phone.activate(page, live_server.url, walk.worker)
    return page


@pytest.fixture
def fresh(profile: Callable[[], BrowserContext]) -> Page:
    """A phone that was never here."""
    return profile().pages[0]


def note(page: Page, words: str) -> None:
    """A hazard, typed in at the open door."""
    page.get_by_role("button", name="有变化").click()
    page.get_by_role("button", name="隐患或诉求").click()
    page.get_by_label("写清什么事、在哪里").fill(words)
    page.get_by_role("button", name="保存，返回这一户").click()


def arrived(page: Page) -> None:
    """Nothing waits any more."""
    expect(page.get_by_text("都已传到服务器")).to_be_visible()


def test_a_database_the_system_closed_is_opened_again_and_the_visit_is_saved(opened: Page) -> None:
    phone.open_door(opened, "1单元", "101")
    note(opened, "楼道灯不亮")
    opened.evaluate(CLOSE)
    opened.get_by_role("button", name="无变化，连同所记保存").click()
    arrived(opened)
    assert Visit.objects.count() == 1
    assert Matter.objects.count() == 1


def test_what_was_typed_outlives_a_database_that_opens_no_more(opened: Page) -> None:
    phone.open_door(opened, "1单元", "101")
    opened.evaluate(CLOSE)
    opened.evaluate(LOSE)
    note(opened, "楼道灯不亮")
    alert = opened.get_by_role("alert")
    expect(alert).to_contain_text("草稿没有保存：系统把手机里的存储关上了，没能再打开。填的都留着，打开就接着填。")
    opened.get_by_role("button", name="无变化，连同所记保存").click()
    expect(alert).to_contain_text("没有保存：系统把手机里的存储关上了，没能再打开。填的都留着，打开就接着填。")
    expect(alert).not_to_contain_text("草稿")
    assert "楼道灯" not in opened.evaluate("JSON.stringify(sessionStorage)")
    alert.get_by_role("button", name="重新打开").click()
    phone.unlock(opened)
    expect(opened.get_by_text("上次没填完，接着填。")).to_be_visible()
    expect(opened.get_by_text("楼道灯不亮")).to_be_visible()
    opened.get_by_role("button", name="无变化，连同所记保存").click()
    arrived(opened)
    assert Visit.objects.count() == 1
    assert Matter.objects.count() == 1
    assert opened.evaluate("sessionStorage.length") == 0


def test_a_database_emptied_under_the_page_gets_back_what_the_page_holds(opened: Page) -> None:
    opened.context.set_offline(True)
    phone.open_door(opened, "1单元", "101")
    opened.get_by_role("button", name="无变化，保存").click()
    opened.evaluate(EMPTY)
    phone.open_door(opened, "1单元", "102")
    opened.get_by_role("button", name="无变化，保存").click()
    expect(opened.get_by_text("存在手机里的 2 条")).to_be_visible()
    opened.context.set_offline(False)
    opened.reload()
    phone.unlock(opened)
    arrived(opened)
    assert sorted(Op.objects.values_list("seq", "state")) == [(1, "accepted"), (2, "accepted")]


def test_a_locked_page_says_that_its_data_was_cleared(opened: Page) -> None:
    opened.reload()
    expect(opened.get_by_text("输入 6 位解锁数字")).to_be_visible()
    opened.evaluate(EMPTY)
    expect(opened.get_by_text("手机里的资料被清掉了")).to_be_visible()
    opened.reload()
    expect(opened.get_by_role("heading", name="启用这部手机")).to_be_visible()


def test_nothing_is_activated_where_nothing_is_kept(walk: Street, fresh: Page, live_server: Any) -> None:
    fresh.goto(f"{live_server.url}/phone/#code={phone.code_for(walk.worker)}")
    phone.sign_in_on(fresh, walk.worker)
    fresh.evaluate("""() => {
        const put = IDBObjectStore.prototype.put;
        window.roomAgain = () => { IDBObjectStore.prototype.put = put; };
        IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };
    }""")
    fresh.get_by_role("button", name="启用", exact=True).click()
    expect(fresh.get_by_role("alert")).to_have_text(
        "没有启用成：手机存储满了。存过的都在。清一些照片或应用，再点一次。"
    )
    fresh.evaluate("window.roomAgain()")
    fresh.get_by_role("button", name="启用", exact=True).click()
    expect(fresh.get_by_role("heading", name="设 6 位解锁数字")).to_be_visible()


@pytest.mark.parametrize(
    ("answer", "heading", "words"),
    [
        (
            {"body": "class Newer { static { const = 1; } }", "content_type": "text/javascript"},
            "这个浏览器太旧，打不开网格走访",
            "在应用市场把手机自带的浏览器更新到最新",
        ),
        (
            {"body": "null.at(-1);", "content_type": "text/javascript"},
            "网格走访没能打开",
            "TypeError: Cannot read properties of null",
        ),
        ({"status": 502, "body": "Bad gateway"}, "网页没取全", "请看看网络，再打开一次。"),
    ],
    ids=["cannot be parsed", "stops at once", "does not come"],
)
def test_a_script_that_does_not_run_leaves_words_and_no_white_page(
    fresh: Page, live_server: Any, answer: dict[str, Any], heading: str, words: str
) -> None:
    fresh.route("**/assets/index-*.js", lambda route: route.fulfill(**answer))
    fresh.goto(f"{live_server.url}/phone/")
    expect(fresh.get_by_role("heading", name=heading)).to_be_visible()
    expect(fresh.get_by_text(words)).to_be_visible()
    expect(fresh.get_by_text("手机里存过的走访不受影响。")).to_be_visible()


def test_a_browser_without_modules_is_told_to_be_renewed(fresh: Page, live_server: Any) -> None:
    def without(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('type="module"', 'type="text/unknown"'))

    fresh.route("**/phone/", without)
    fresh.goto(f"{live_server.url}/phone/")
    expect(fresh.get_by_role("heading", name="这个浏览器太旧，打不开网格走访")).to_be_visible()
    expect(fresh.get_by_text("在微信、钉钉里打开的")).to_be_visible()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("delete Navigator.prototype.locks", "一次只开一处"),
        ("delete HTMLDialogElement.prototype.showModal", "弹出的页"),
        ("Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })", "这个浏览器不能加密"),
    ],
)
def test_a_browser_that_lacks_something_says_what(fresh: Page, live_server: Any, missing: str, words: str) -> None:
    fresh.add_init_script(missing)
    fresh.goto(f"{live_server.url}/phone/")
    expect(fresh.get_by_role("heading", name="这个浏览器用不了网格走访")).to_be_visible()
    expect(fresh.get_by_text(words)).to_be_visible()


def test_a_browser_that_lets_nothing_be_kept_says_so_instead_of_waiting(fresh: Page, live_server: Any) -> None:
    fresh.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }")
    fresh.goto(f"{live_server.url}/phone/")
    expect(fresh.get_by_role("heading", name="没打开")).to_be_visible()
    expect(fresh.get_by_role("alert")).to_contain_text("打不开手机里的资料：浏览器不让这个网址存东西")


def test_a_screen_whose_code_does_not_come_says_so(fresh: Page, live_server: Any) -> None:
    fresh.route("**/assets/ToActivate-*.js", lambda route: route.abort())
    fresh.goto(f"{live_server.url}/phone/")
    expect(fresh.get_by_role("heading", name="这一页没取全")).to_be_visible()
    fresh.unroute("**/assets/ToActivate-*.js")
    fresh.get_by_role("button", name="重新打开").click()
    expect(fresh.get_by_role("heading", name="启用这部手机")).to_be_visible()


def test_the_self_check_says_what_it_costs_where_the_browser_promises_nothing(
    walk: Street, fresh: Page, live_server: Any
) -> None:
    fresh.add_init_script("""(() => {
        StorageManager.prototype.persisted = StorageManager.prototype.persist = async () => window.lasting ?? false;
        StorageManager.prototype.estimate = async () => ({ quota: 30e6, usage: 10e6 });
        const agent = navigator.userAgent + ' MicroMessenger/8.0';
        Object.defineProperty(Navigator.prototype, 'userAgent', { get: () => agent });
    })()""")
    phone.activate(fresh, live_server.url, walk.worker)
    fresh.evaluate("location.hash = '#/selftest'")
    fresh.evaluate("dispatchEvent(new Event('popstate'))")
    for words in (
        "不是从主屏幕打开的",
        "苹果手机 7 天没打开，系统会清掉手机里的资料",
        "浏览器没有答应。代价：空间紧时，系统会把手机里的资料整个清掉，没传的走访就没了。",
        "还能存 20 MB，不够用。",
        "微信、钉钉这类应用清缓存，会把手机里的资料一起清掉",
        "Chromium",
    ):
        expect(fresh.get_by_text(words)).to_be_visible()
    fresh.evaluate("window.lasting = true")
    fresh.get_by_role("button", name="再查一遍").click()
    expect(fresh.get_by_text("空间紧时系统也不会清掉")).to_be_visible()
    expect(fresh.get_by_text("浏览器没有答应")).to_be_hidden()
