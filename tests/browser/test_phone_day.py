"""A worker's day on a real phone browser against the real server: offline, killed, answered late, twice open,
full, skewed.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from playwright.sync_api import BrowserContext, Page, Route, expect

from gridwalk.accounts.rules import SYSTEM
from gridwalk.campaigns.models import Target
from gridwalk.core import clock
from gridwalk.phone import shell
from gridwalk.registry.models import Dwelling, Person
from gridwalk.sync.actions import copies, devices, epochs
from gridwalk.sync.models import ActivationCode, Deposit, Device, Op
from gridwalk.visits.models import Visit
from tests.harness import phone
from tests.harness.desk import press_pin
from tests.harness.phone import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Profile = Callable[[], BrowserContext]


@pytest.fixture
def opened(walk: Street, profile: Profile, live_server: Any) -> Page:
    """An activated phone on Today, able to open without network."""
    page = profile().pages[0]
    phone.activate(page, live_server.url, walk.worker)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def nothing_changed(page: Page, times: int) -> None:
    """The next doors of the list, one after another, each in two taps."""
    for _ in range(times):
        page.locator(".door.next").click()
        page.get_by_role("button", name="无变化，保存").or_(page.get_by_role("button", name="还是空房")).click()
        today, proof = (page.get_by_role("heading", name=name) for name in ("今日走访", "空房，谁还能证明"))
        expect(today.or_(proof)).to_be_visible()
        if proof.is_visible():
            page.get_by_role("button", name="物业").click()
        expect(today).to_be_visible()


def everything_arrived(page: Page) -> None:
    """What the header says when nothing waits."""
    expect(page.get_by_text("都已传到服务器")).to_be_visible()


def test_a_day_without_network_survives_a_kill_and_arrives_exactly_once(
    walk: Street, profile: Profile, opened: Page, live_server: Any, tmp_path: Path
) -> None:
    page, context = opened, opened.context
    context.set_offline(True)
    page.reload()
    phone.unlock(page)
    nothing_changed(page, 2)
    phone.open_door(page, "1单元", "201")
    page.get_by_role("button", name="改").nth(1).click()
    page.get_by_label("电话").fill("12055556666")
    page.get_by_role("button", name="保存，返回这一户").click()
    page.get_by_role("button", name="添人").first.click()
    page.get_by_label("姓名").fill("程安歌")
    page.get_by_role("button", name="添上 程安歌").click()
    page.get_by_role("button", name="保存，改了 2 处").click()
    phone.open_door(page, "1单元", "203")
    page.get_by_role("button", name="没见到人").click()
    page.locator(".pk button:enabled").last.click()
    page.get_by_role("button", name="再来").click()
    nothing_changed(page, 6)
    expect(page.get_by_text("存在手机里的 10 条")).to_be_visible()

    phone.kill(tmp_path / "profile")
    context = profile()
    context.set_offline(True)
    page = context.pages[0]
    page.goto(f"{live_server.url}/phone/")
    expect(page.get_by_text("有 10 条等着传")).to_be_visible()
    phone.unlock(page)
    expect(page.get_by_text("存在手机里的 10 条")).to_be_visible()
    nothing_changed(page, 10)
    phone.open_door(page, "2单元", "403")
    page.get_by_role("button", name="有变化").click()
    page.get_by_role("button", name="隐患或诉求").click()
    page.get_by_label("写清什么事、在哪里").fill("楼道灯不亮")
    page.wait_for_timeout(1000)
    page.reload()
    phone.unlock(page)
    expect(page.get_by_text("上次没填完，接着填。")).to_be_visible()
    page.get_by_role("button", name="返回", exact=True).click()
    assert Visit.objects.count() == 0

    dropped: list[str] = []

    def drop_first(route: Route) -> None:
        if dropped:
            route.continue_()
            return
        dropped.append(route.fetch().text())  # it reaches the server; its answer reaches nobody
        route.abort("connectionreset")

    context.route("**/phone/api/push", drop_first)
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("20 条还没到服务器").or_(page.get_by_text("存在手机里的 20 条"))).to_be_visible()
    page.locator(".sync").click()
    everything_arrived(page)

    assert len(json.loads(dropped[0])["results"]) == 20
    assert Counter(Op.objects.values_list("state", flat=True)) == {"accepted": 20}
    assert sorted(Op.objects.values_list("seq", flat=True)) == list(range(1, 21))
    assert Counter(Visit.objects.values_list("outcome", flat=True)) == {
        "met": 18,
        "vacant_confirmed": 1,
        "no_answer": 1,
    }
    assert Visit.objects.values("entity").distinct().count() == 20
    phones = [person.unseal("phone") for person in Person.objects.exclude(phone_sealed="")]
    assert sum(phone.endswith("6666") for phone in phones) == 1
    added = Person.objects.get(name="程安歌")
    assert added.residences.filter(dwelling__room="201", to_on__isnull=True).exists()
    assert Target.objects.get(revisit_at__isnull=False).state == "remaining"

    left = Target.objects.filter(kind="dwelling", state="remaining").count()
    expect(page.get_by_role("button", name=f"待走 {left}", exact=True)).to_be_visible()
    page.get_by_role("button", name="待处理 1").click()
    page.get_by_role("button", name="草稿，存在手机里").click()
    expect(page.get_by_text("上次没填完，接着填。")).to_be_visible()
    expect(page.get_by_text("楼道灯不亮")).to_be_visible()
    assert phone_rows(page) == server_rows()


def phone_rows(page: Page) -> list[str]:
    """The rooms the phone's chart marks as visited."""
    page.get_by_role("button", name="返回", exact=True).click()
    page.get_by_role("button", name="楼盘表").click()
    expect(page.locator(".chart td button").first).to_be_visible()  # its code comes when it is first opened
    cells = page.locator(".chart td button", has_text="已走访")
    return sorted(cells.locator("b").all_text_contents())


def server_rows() -> list[str]:
    """The rooms the server counts as visited."""
    visited = Target.objects.filter(state="visited").values("entity")
    return sorted(Dwelling.objects.filter(pk__in=visited).values_list("room", flat=True))


def test_an_unchanged_household_takes_two_taps_and_can_be_taken_back(opened: Page) -> None:
    opened.locator(".door.next").click()
    opened.get_by_role("button", name="无变化，保存").click()
    everything_arrived(opened)
    opened.get_by_role("button", name="撤销").click()
    expect(opened.get_by_text("撤销了")).to_be_visible()
    everything_arrived(opened)
    assert Visit.objects.filter(withdrawn_at__isnull=False).count() == 1
    expect(opened.get_by_role("button", name="待走 24", exact=True)).to_be_visible()


def test_a_second_tab_writes_nothing_until_it_takes_over(opened: Page, live_server: Any) -> None:
    second = opened.context.new_page()
    second.goto(f"{live_server.url}/phone/")
    expect(second.get_by_role("heading", name="网格走访已在另一个页面打开")).to_be_visible()
    second.get_by_role("button", name="在这里接着用").click()
    phone.unlock(second)
    expect(opened.get_by_role("heading", name="网格走访已在另一个页面打开")).to_be_visible()
    nothing_changed(second, 1)
    everything_arrived(second)
    assert Visit.objects.count() == 1


def test_a_new_release_waits_until_no_form_is_dirty(opened: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shell._serve

    def newer(request: Any, name: str, *, keep: bool) -> HttpResponse:
        if name != "sw.js":
            return before(request, name, keep=keep)
        body = (shell.BUILT / name).read_bytes().replace(b"`gridwalk-", b"`gridwalk-2", 1)
        return HttpResponse(body, "text/javascript", headers={"Cache-Control": "no-cache"})

    monkeypatch.setattr(shell, "_serve", newer)
    phone.open_door(opened, "1单元", "101")
    opened.get_by_role("button", name="有变化").click()
    opened.get_by_role("button", name="隐患或诉求").click()
    opened.get_by_label("写清什么事、在哪里").fill("楼道灯不亮")
    opened.evaluate("navigator.serviceWorker.getRegistration('/phone/').then(one => one.update())")
    opened.wait_for_function("navigator.serviceWorker.getRegistration('/phone/').then(one => !!one.waiting)")
    expect(opened.get_by_label("写清什么事、在哪里")).to_have_value("楼道灯不亮")
    opened.get_by_role("button", name="取消", exact=True).click()
    opened.get_by_role("button", name="返回", exact=True).click()
    opened.get_by_role("button", name="新版本备好了").click()
    phone.unlock(opened)
    assert opened.evaluate("navigator.serviceWorker.getRegistration('/phone/').then(one => one.waiting)") is None
    kept = opened.evaluate("caches.keys()")
    assert len(kept) == 2, kept


def test_a_full_phone_says_so_keeps_the_page_and_saves_when_there_is_room(opened: Page) -> None:
    phone.open_door(opened, "1单元", "101")
    opened.evaluate("""() => {
        const put = IDBObjectStore.prototype.put;
        window.roomAgain = () => { IDBObjectStore.prototype.put = put; };
        IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };
    }""")
    opened.get_by_role("button", name="无变化，保存").click()
    expect(opened.get_by_role("alert")).to_contain_text("没有保存：手机存储满了")
    opened.evaluate("window.roomAgain()")
    opened.get_by_role("button", name="无变化，保存").click()
    everything_arrived(opened)
    assert Visit.objects.count() == 1


def test_a_phone_two_hours_slow_still_counts_at_the_servers_time(
    walk: Street, profile: Profile, live_server: Any
) -> None:
    page = profile().pages[0]
    page.add_init_script("""(() => {
        const now = Date.now;
        const slow = 2 * 3600e3;
        Date.now = () => now() - slow;
        window.Date = new Proxy(Date, { construct: (D, args) => args.length ? new D(...args) : new D(now() - slow) });
    })()""")
    phone.activate(page, live_server.url, walk.worker)
    nothing_changed(page, 1)
    everything_arrived(page)
    op = Op.objects.get()
    assert (op.state, op.clock_uncertain) == ("accepted", True)
    assert abs(Visit.objects.get().at - clock.now()) < dt.timedelta(minutes=2)


def test_a_revoked_phone_hands_over_what_it_holds_and_is_then_empty(opened: Page) -> None:
    opened.context.set_offline(True)
    nothing_changed(opened, 3)
    devices.revoke(actor=SYSTEM, at=clock.now(), device=Device.objects.get().pk, reason="手机丢了")
    opened.context.set_offline(False)
    opened.evaluate("dispatchEvent(new Event('online'))")
    expect(opened.get_by_role("heading", name="这部手机已停用")).to_be_visible()
    assert Deposit.objects.count() == 3
    left = opened.evaluate("""async () => {
        const db = await new Promise(done => {
            const r = indexedDB.open('gridwalk-phone');
            r.onsuccess = () => done(r.result);
        });
        const stores = [...db.objectStoreNames];
        const tx = db.transaction(stores);
        const counts = stores.map(name => new Promise(done => {
            const r = tx.objectStore(name).count();
            r.onsuccess = () => done(r.result);
        }));
        return (await Promise.all(counts)).reduce((a, b) => a + b, 0);
    }""")
    assert left == 0


def test_a_forgotten_pin_costs_no_visit(opened: Page) -> None:
    opened.context.set_offline(True)
    nothing_changed(opened, 2)
    opened.reload()
    opened.get_by_role("button", name="忘了解锁数字").click()
    opened.context.set_offline(False)
    opened.get_by_role("button", name="交回 2 条并重来").click()
    expect(opened.get_by_role("heading", name="启用这部手机")).to_be_visible()
    assert Deposit.objects.count() == 2
    assert Visit.objects.count() == 2


def test_what_a_restored_server_lost_is_offered_again(opened: Page) -> None:
    nothing_changed(opened, 3)
    everything_arrived(opened)
    lost = Op.objects.filter(seq__gte=2)
    Visit.objects.filter(pk__in=lost.values("pk")).delete()
    lost.delete()
    Device.objects.update(next_seq=2)
    epochs.raise_epoch(actor=SYSTEM, at=clock.now(), why="restored from last night")
    opened.locator(".sync").click()
    expect(opened.get_by_text("正在更新")).to_be_hidden()
    everything_arrived(opened)
    assert sorted(Op.objects.values_list("seq", flat=True)) == [1, 2, 3]
    assert Visit.objects.count() == 3


def test_two_phones_from_one_copied_storage_both_keep_their_visits(
    opened: Page, profile: Profile, live_server: Any, tmp_path: Path
) -> None:
    nothing_changed(opened, 1)
    everything_arrived(opened)
    opened.context.close()
    shutil.copytree(tmp_path / "profile", tmp_path / "copy", ignore=shutil.ignore_patterns("Singleton*"))
    for room in ("201", "302"):
        page = profile().pages[0]
        page.goto(f"{live_server.url}/phone/")
        phone.unlock(page)
        phone.open_door(page, "2单元", room)
        page.get_by_role("button", name="无变化，保存").click()
        if room == "302":
            expect(page.get_by_text("这部手机是另一部的副本")).to_be_visible()
            copies.confirm(actor=SYSTEM, at=clock.now(), device=Device.objects.get(confirmed_at=None).pk)
            page.locator(".sync").click()
        everything_arrived(page)
        page.context.close()
        if room == "201":
            shutil.rmtree(tmp_path / "profile")
            shutil.move(tmp_path / "copy", tmp_path / "profile")
    assert Visit.objects.count() == 3
    assert Device.objects.count() == 2
    assert Device.objects.filter(cloned_from__isnull=False).count() == 1


def test_three_days_without_network_ask_for_it_once_and_lose_nothing(opened: Page) -> None:
    opened.context.set_offline(True)
    nothing_changed(opened, 1)
    opened.evaluate("""async () => {
        const db = await new Promise(done => {
            const r = indexedDB.open('gridwalk-phone');
            r.onsuccess = () => done(r.result);
        });
        const meta = db.transaction('meta', 'readwrite').objectStore('meta');
        const lease = await new Promise(done => { const r = meta.get('lease'); r.onsuccess = () => done(r.result); });
        await new Promise(done => { meta.put({...lease, until: 1}, 'lease').onsuccess = done; });
    }""")
    opened.reload()
    press_pin(opened)
    expect(opened.get_by_text("离线满 3 天了，连一次网就能打开。存着的 1 条都在。")).to_be_visible()
    opened.context.set_offline(False)
    phone.unlock(opened)
    everything_arrived(opened)
    assert Visit.objects.count() == 1


def test_a_phone_the_server_forgot_is_bound_again_and_keeps_everything(opened: Page, walk: Street) -> None:
    nothing_changed(opened, 1)
    everything_arrived(opened)
    opened.context.set_offline(True)
    nothing_changed(opened, 2)
    Visit.objects.all().delete()
    Op.objects.all().delete()
    ActivationCode.objects.all().delete()
    Device.objects.all().delete()  # a backup from before the activation was put back
    epochs.raise_epoch(actor=SYSTEM, at=clock.now(), why="restored from last week")
    opened.context.set_offline(False)
    opened.get_by_role("button", name="服务器不认得这部手机了").click()
    phone.sign_in_on(opened, walk.worker)
    opened.get_by_label("激活码").fill(phone.code_for(walk.worker))
    opened.get_by_role("button", name="重新绑定", exact=True).click()
    everything_arrived(opened)
    assert Visit.objects.count() == 3
    assert sorted(Op.objects.values_list("seq", flat=True)) == [1, 2, 3]
