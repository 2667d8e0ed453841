"""Every screen of the phone: readable by everybody, large enough to hit, nothing wider than the screen; and what is
shown when.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.differences.actions import decisions
from gridwalk.followup.models import Matter
from gridwalk.registry.actions import claims
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Person
from gridwalk.registry.rules import Claim
from gridwalk.sync.models import Attachment, Op
from gridwalk.visits.models import CareContact, CareNeed, Visit
from tests.harness import phone
from tests.harness.campaign import id_no
from tests.harness.desk import accessible
from tests.harness.phone import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL_TARGETS = """() => [...document.querySelectorAll('button, a[href], input:not(.sr), textarea, label.cta')]
    .filter(one => one.offsetParent !== null && !one.closest('.pk') && one.getBoundingClientRect().width > 0)
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.height < 43.5 || box.width < 43.5)
    .map(([one, box]) => {
        const name = one.textContent.trim() || one.ariaLabel;
        return `${name} ${Math.round(box.width)}×${Math.round(box.height)}`;
    })"""


@pytest.fixture
def opened(walk: Street, profile: Callable[[], BrowserContext], live_server: Any) -> Page:
    """An activated phone on Today; a care recipient lives behind the first door."""
    person = Person.objects.filter(residences__dwelling__room="101", residences__dwelling__stairwell__key="1").first()
    assert person is not None
    today = clock.local_date(clock.now())
    CareLabel.objects.create(
        grid_id=person.grid_id,
        person=person,
        category="living_alone",
        interval_days=7,
        starts_on=today - dt.timedelta(days=20),
        ends_on=today + dt.timedelta(days=300),
        created_at=clock.now(),
    )
    page = profile().pages[0]
    phone.activate(page, live_server.url, walk.worker)
    return page


def screens(page: Page) -> Iterator[str]:
    """Goes to every screen and sheet, one after another."""
    yield "今日"
    page.get_by_role("button", name="搜姓名、室号、电话").click()
    page.get_by_role("searchbox").fill("没有这个人")
    yield "搜不到"
    page.get_by_role("button", name="收起搜索").click()
    phone.open_door(page, "1单元", "101")
    yield "在门口"
    for button, inside in (
        ("有变化", "新生儿"),
        ("添人", "证件号，照着念，不拍证件"),
        ("改房屋情况", "有没有人住"),
        ("没见到人", "没人应门"),
    ):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("dialog").get_by_text(inside).first).to_be_visible()
        yield button
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_role("button", name=button, exact=True)).to_be_focused()
    page.get_by_role("button", name="返回", exact=True).click()
    for tab, heading in (("楼盘表", "楼盘表"), ("待处理", "待处理"), ("工牌", "我的工牌")):
        page.get_by_role("navigation").get_by_role("button", name=tab).click()
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        yield tab
    page.get_by_role("button", name="设置").click()
    expect(page.get_by_role("heading", name="设置", level=1)).to_be_visible()
    yield "设置"
    page.get_by_role("button", name="自检").click()
    expect(page.get_by_text("安全连接")).to_be_visible()
    yield "自检"
    page.get_by_role("button", name="返回", exact=True).click()
    page.get_by_role("button", name="现在锁上").click()
    expect(page.get_by_role("heading", name="网格走访", level=1)).to_be_visible()
    yield "解锁"


@pytest.mark.parametrize("large", [False, True])
def test_every_screen_is_accessible_easy_to_hit_and_no_wider_than_the_phone(opened: Page, large: bool) -> None:
    if large:
        opened.goto(opened.url.split("#")[0] + "#/settings")
        opened.reload()
        phone.unlock(opened)
        opened.get_by_text("大字", exact=True).click()
        expect(opened.get_by_role("switch")).to_be_checked()
        opened.get_by_role("button", name="返回", exact=True).click()
        opened.set_viewport_size({"width": 360, "height": 780})
    for name in screens(opened):
        accessible(opened)
        assert not opened.evaluate(SMALL_TARGETS), (name, opened.evaluate(SMALL_TARGETS))
        assert opened.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    assert opened.evaluate("document.documentElement.lang") == "zh-CN"


def test_a_care_contact_says_what_is_needed_and_what_was_done(opened: Page) -> None:
    phone.open_door(opened, "1单元", "101")
    opened.get_by_role("button", name="独居老人").click()
    opened.get_by_role("radio", name="就医买药").click()
    opened.get_by_role("radio", name="已转介").click()
    opened.get_by_role("radio", name="社区医院").click()
    opened.get_by_role("button", name="保存，返回这一户").click()
    opened.get_by_role("button", name="无变化，保存").click()
    expect(opened.get_by_text("都已传到服务器")).to_be_visible()
    contact = CareContact.objects.get()
    assert (contact.need, contact.help) == ("medical", "referred")
    assert CareNeed.objects.get().referred_to == "hospital"


def test_a_need_nobody_has_met_yet_is_an_answer_too(opened: Page) -> None:
    phone.open_door(opened, "1单元", "101")
    opened.get_by_role("button", name="独居老人").click()
    opened.get_by_role("radio", name="就医买药").click()
    expect(opened.get_by_role("button", name="保存，返回这一户")).to_be_disabled()
    opened.get_by_role("radio", name="还没办").click()
    opened.get_by_role("button", name="保存，返回这一户").click()
    expect(opened.get_by_text("就医买药，还没办")).to_be_visible()
    opened.get_by_role("button", name="无变化，保存").click()
    expect(opened.get_by_text("都已传到服务器")).to_be_visible()
    assert (CareNeed.objects.get().need, CareNeed.objects.get().state) == ("medical", "open")


def test_a_need_found_before_is_answered_at_the_door_in_one_tap(opened: Page) -> None:
    label = CareLabel.objects.get()
    today = clock.local_date(clock.now())
    with core.write_to(label.grid_id, actor=SYSTEM, at=clock.now()):
        contact = label.contacts.create(
            grid_id=label.grid_id, on=today, worker_name="许知行", need="repair", created_at=clock.now()
        )
        contact.needs.create(need="repair", state="referred", referred_to="property", ask_on=today)
    opened.reload()
    phone.unlock(opened)
    expect(opened.get_by_text("问落实").first).to_be_visible()
    phone.open_door(opened, "1单元", "101")
    expect(opened.get_by_text("已转介，待确认（物业）")).to_be_visible()
    need_group = opened.get_by_role("group", name="维修安全")
    need_group.get_by_role("button", name="已落实").click()
    expect(need_group.get_by_role("button", name="已落实")).to_have_attribute("aria-pressed", "true")
    accessible(opened)
    assert not opened.evaluate(SMALL_TARGETS)
    opened.get_by_role("button", name="无变化，保存").click()
    expect(opened.get_by_text("都已传到服务器")).to_be_visible()
    need = CareNeed.objects.get()
    assert (need.state, need.met_on) == ("confirmed", today)


def test_a_hazard_goes_with_a_small_photo_that_says_nothing_of_the_place(opened: Page, tmp_path: Path) -> None:
    picture = opened.evaluate("""async () => {
        const canvas = Object.assign(document.createElement('canvas'), {width: 2400, height: 1800});
        const pen = canvas.getContext('2d');
        for (let n = 0; n < 20000; n++) {
            pen.fillStyle = `hsl(${n * 7 % 360} 80% ${n % 90}%)`;
            pen.fillRect(n * 53 % 2400, n * 97 % 1800, 30, 30);
        }
        const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', .98));
        return [...new Uint8Array(await blob.arrayBuffer())];
    }""")
    exif = b"\xff\xe1\x00\x1eExif\x00\x00GPS 39.1 117.2 here!!!!"
    jpeg = bytes(picture)
    (tmp_path / "photo.jpg").write_bytes(jpeg[:2] + exif + jpeg[2:])
    assert len(jpeg) > 400_000
    phone.open_door(opened, "1单元", "102")
    opened.get_by_role("button", name="有变化").click()
    opened.get_by_role("button", name="隐患或诉求").click()
    opened.get_by_label("写清什么事、在哪里").fill("楼道灯不亮，3 层")
    opened.locator("input[type=file]").set_input_files(tmp_path / "photo.jpg")
    expect(opened.get_by_text("照片已保存")).to_be_visible()
    opened.get_by_role("button", name="保存，返回这一户").click()
    opened.get_by_role("button", name="无变化，连同所记保存").click()
    expect(opened.get_by_text("都已传到服务器")).to_be_visible()
    while not Attachment.objects.filter(complete_at__isnull=False).exists():  # the visit does not wait for its photo
        opened.wait_for_timeout(100)
    photo = Attachment.objects.get()
    assert photo.size <= 200_000
    note = Matter.objects.get()
    assert (note.kind, note.photos) == ("hazard", [photo.sha256])
    assert "程" not in note.text_sealed


def test_a_returned_visit_says_why_and_stays_to_be_seen(opened: Page) -> None:
    Dwelling.objects.filter(room="101", stairwell__key="1").update(status="struck_off")
    phone.open_door(opened, "1单元", "101")
    opened.get_by_role("button", name="无变化，保存").click()
    opened.get_by_role("button", name="待处理 1").click()
    expect(opened.get_by_text("退回的 1 条")).to_be_visible()
    expect(opened.get_by_text("已注销")).to_be_visible()
    assert Visit.objects.count() == 0
    assert Op.objects.get().state == "returned"


def test_in_quiet_hours_nothing_is_chosen_and_only_a_call_is_no_return(
    walk: Street, profile: Callable[[], BrowserContext], live_server: Any
) -> None:
    Campaign.objects.update(quiet_from=dt.time(0, 0))  # at any hour the test runs
    page = profile().pages[0]
    phone.activate(page, live_server.url, walk.worker)
    phone.open_door(page, "1单元", "101")
    expect(page.get_by_role("button", name="电话核实，无变化")).to_be_visible()
    page.get_by_role("button", name="没见到人").click()
    outcomes = page.get_by_role("radiogroup", name="结果")
    expect(outcomes.get_by_role("radio", checked=True)).to_have_count(0)
    expect(page.get_by_role("button", name="先选结果")).to_be_disabled()
    outcomes.get_by_role("radio", name="没人应门").click()
    expect(page.get_by_text("这样保存会退回")).to_be_visible()
    outcomes.get_by_role("radio", name="电话核实了").click()
    expect(page.get_by_text("这样保存会退回")).to_be_hidden()
    page.get_by_role("button", name="保存走访").click()
    expect(page.get_by_text("都已传到服务器")).to_be_visible()
    assert Op.objects.get().state == "accepted"
    assert Visit.objects.get().outcome == "phone"


def test_by_day_a_knock_that_nobody_answered_is_chosen_already(opened: Page) -> None:
    phone.open_door(opened, "1单元", "101")
    opened.get_by_role("button", name="没见到人").click()
    expect(opened.get_by_role("radio", name="没人应门")).to_be_checked()
    opened.get_by_role("button", name="保存走访").click()
    expect(opened.get_by_text("都已传到服务器")).to_be_visible()
    assert Visit.objects.get().outcome == "no_answer"


def test_what_waits_can_be_exported_sealed(opened: Page, tmp_path: Path) -> None:
    opened.context.set_offline(True)
    phone.open_door(opened, "1单元", "102")
    opened.get_by_role("button", name="无变化，保存").click()
    opened.get_by_role("button", name="工牌").click()
    opened.get_by_role("button", name="设置").click()
    with opened.expect_download() as download:
        opened.get_by_role("button", name="导出没传的 1 条").click()
    download.value.save_as(tmp_path / "out.gwo")
    text = (tmp_path / "out.gwo").read_text(encoding="utf-8")
    file = json.loads(text)
    assert file["format"] == "gridwalk-outbox-1"
    assert [set(op) for op in file["ops"]] == [{"op", "seq", "key_id", "sealed"}]
    assert "visit.record" not in text


def test_a_number_is_checked_while_it_is_typed(opened: Page) -> None:
    phone.open_door(opened, "1单元", "101")
    opened.get_by_role("button", name="添人", exact=True).click()
    field = opened.get_by_label("证件号，照着念，不拍证件")
    field.fill("12019919800101")
    expect(opened.get_by_text("还差 4 位")).to_be_visible()
    field.fill("120199198001010035")
    expect(opened.get_by_text("最后一位对不上")).to_be_visible()
    field.fill("120199198001010034")
    expect(opened.get_by_text("对得上：男，1980年1月1日生")).to_be_visible()


KEPT = """async () => {
    const db = await new Promise(done => {
        const r = indexedDB.open('gridwalk-phone');
        r.onsuccess = () => done(r.result);
    });
    const show = value => value instanceof ArrayBuffer ? new TextDecoder('latin1').decode(value)
        : value && typeof value === 'object' ? Object.values(value).map(show).join(' ') : String(value);
    const all = [...db.objectStoreNames].map(name => new Promise(done => {
        const r = db.transaction(name).objectStore(name).getAll();
        r.onsuccess = () => done(r.result.map(show).join(' '));
    }));
    const cached = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) cached.push(request.url);
    const rest = [...Object.values({...localStorage}), ...Object.values({...sessionStorage}), location.href];
    return [...await Promise.all(all), ...cached, ...rest].join(' ');
}"""


def rung(page: Page) -> list[str]:
    """What the phone was asked to ring up; waits for it."""
    while not (links := page.evaluate("window.rung.splice(0)")):
        page.wait_for_timeout(50)
    return list(links)


def test_a_telephone_is_dialled_in_one_tap_and_its_number_stays_nowhere(opened: Page) -> None:
    phone.open_door(opened, "1单元", "101")
    opened.evaluate("""() => {
        window.rung = [];
        HTMLAnchorElement.prototype.click = function () { window.rung.push(this.href); };
    }""")
    button = opened.get_by_role("button", name="拨打").first
    button.click()
    links = rung(opened)
    (subject,) = AuditEntry.objects.filter(verb="number.dialled").values_list("subject", flat=True)
    person = Person.objects.get(pk=subject or "")
    number = person.unseal("phone")
    assert links == [f"tel:{number}"]
    assert number not in opened.content()
    assert number not in opened.evaluate(KEPT)

    opened.context.set_offline(True)
    button.click()
    expect(opened.get_by_text("没有网，拨不出：号码不存在手机里，连上网再点。")).to_be_visible()
    assert opened.evaluate("window.rung") == []
    assert not opened.evaluate(SMALL_TARGETS)
    opened.context.set_offline(False)
    button.click()
    assert rung(opened) == links
    expect(opened.get_by_text("没有网，拨不出")).to_be_hidden()
    assert AuditEntry.objects.filter(verb="number.dialled", subject=person.pk).count() == 2


def test_a_card_is_typed_and_the_server_says_whether_it_is_the_number_on_record(opened: Page) -> None:
    phone.open_door(opened, "1单元", "101")
    row = opened.locator(".who").first
    expect(row).to_contain_text("未核")
    name = row.locator("b").inner_text()
    person = Person.objects.get(name=name, residences__dwelling__room="101", residences__dwelling__stairwell__key="1")
    row.get_by_role("button", name="改").click()
    field, check = opened.get_by_label("照证件核对"), opened.get_by_role("button", name="核对证件号")
    field.fill(id_no(991, "19520203")[:17])
    expect(check).to_be_disabled()
    field.fill(id_no(991, "19520203"))
    check.click()
    expect(opened.get_by_text("不一致：登记的没有改，成了一条差异")).to_be_visible()
    accessible(opened)
    assert not opened.evaluate(SMALL_TARGETS)

    opened.context.set_offline(True)
    field.fill(person.unseal("id_no"))
    check.click()
    expect(opened.get_by_text("已保存，还没核。")).to_be_visible()
    expect(field).to_have_value("")
    opened.context.set_offline(False)
    opened.evaluate("dispatchEvent(new Event('online'))")
    expect(opened.get_by_text("一致：和登记的号码一样")).to_be_visible()
    opened.get_by_role("button", name="保存，返回这一户").click()
    expect(row).to_contain_text("已核")
    opened.get_by_role("button", name="返回", exact=True).click()
    opened.get_by_role("navigation").get_by_role("button", name="待处理").click()
    expect(opened.get_by_text(f"{name}，照证件核对")).to_have_count(2)
    assert person.unseal("id_no") not in opened.content()
    person.refresh_from_db()
    assert person.id_no_checked_on == clock.local_date(clock.now())


def test_a_door_is_handed_back_with_a_reason_and_leaves_the_list(opened: Page) -> None:
    phone.open_door(opened, "1单元", "102")
    opened.get_by_role("button", name="这一户走不了，转出").click()
    opened.get_by_role("radio", name="是自己的亲友").click()
    opened.get_by_role("button", name="转出，等社区改派").click()
    expect(opened.get_by_role("button", name="待走 23", exact=True)).to_be_visible()
    expect(opened.get_by_text("都已传到服务器")).to_be_visible()
    target = Target.objects.get(assignee__isnull=True)
    assert target.note == "退回：是自己的亲友"


def test_a_question_sent_to_the_door_is_asked_there_and_its_answer_closes_it(opened: Page) -> None:
    door = Dwelling.objects.get(room="102", stairwell__key="1")
    with core.write_to(door.grid_id, actor=SYSTEM, at=clock.now()) as writing:
        claim = Claim("dwelling", door.id, "tenure", "let", "ledger", source_ref="物业台账.xlsx")
        claims.apply_claims(writing, [claim])
    asked = Difference.objects.get()
    why = "物业说租出去了，您问问"
    lead = Viewer(None, "孟昭宁", (Held(Role.COMMUNITY_LEAD, door.grid_id[:12]),))
    decisions.decide(actor=lead, at=clock.now(), difference=asked.id, decision="to_door", reason=why)

    opened.get_by_role("button", name="都已传到服务器").click()
    opened.get_by_role("button", name="待处理 1").click()
    expect(opened.get_by_text("上门问一句 1 处")).to_be_visible()
    expect(opened.get_by_text(f"孟昭宁请您问：{why}")).to_be_visible()
    opened.get_by_role("navigation").get_by_role("button", name="今日").click()
    opened.get_by_role("button", name="要问 1").click()
    expect(opened.get_by_text("带一问")).to_be_visible()
    phone.open_door(opened, "1单元", "102")
    expect(opened.get_by_text("登记是“自住”")).to_be_visible()
    opened.get_by_role("button", name="登记的对").click()
    expect(opened.get_by_role("button", name="登记的对", pressed=True)).to_be_visible()
    accessible(opened)
    assert not opened.evaluate(SMALL_TARGETS)
    opened.get_by_role("button", name="无变化，保存").click()
    expect(opened.get_by_text("都已传到服务器")).to_be_visible()
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("closed", "上门已核实")
    door.refresh_from_db()
    assert door.tenure == "owner"
