"""事项: from a hazard noted at a door to 销号, and what the office opens itself."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.models import AuditEntry
from gridwalk.followup.actions import taking_in
from gridwalk.followup.actions.taking_in import Noted
from gridwalk.followup.models import Entry, Matter
from gridwalk.followup.queries import courses
from gridwalk.followup.rules import Act, Kind, Stage
from gridwalk.notices.models import Notice
from gridwalk.registry.models import Dwelling
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, upload, workbook
from tests.harness.pages import Reader
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow

STREET = COMMUNITY[:9]
SEEN = "楼道里堆着旧沙发，三楼到四楼走不过去，房东"
PHOTO = b"\xff\xd8\xff\xe1\x00\x08Exif\x00\x00\xff\xda\x00\x02\x11\xff\xd9"


@pytest.fixture(autouse=True)
def morning(at: dt.datetime) -> Iterator[None]:
    """The clock runs on from ten in the morning: no day ends in the middle of a test."""
    with time_machine.travel(at, tick=True):
        yield


def words(answer: Any) -> str:
    """A page without its tags and white space."""
    return "".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def signed_in(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def hazard(lead: Client, account: Callable[..., User]) -> Matter:
    """A hazard that the grid's worker noted at a door."""
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    door = Dwelling.objects.filter(room="101").earliest("address")
    worker = account(Role.GRID_WORKER, GRID, name="沈若溪")
    with core.write_to(GRID, actor=SYSTEM, at=clock.now()):
        return taking_in.note(
            Noted(
                id=ids.new_id(),
                grid=GRID,
                kind=Kind.HAZARD,
                place_kind="dwelling",
                place=door.pk,
                text=f"{SEEN}12012345671",
                photos=[],
                author=worker.id,
                author_name=worker.name,
                at=clock.now(),
                recorded_at=clock.now(),
            )
        )


def act(client: Client, matter: uuid.UUID, do: Act | str, **said: Any) -> str:
    """What the page says after an act."""
    return words(client.post(f"/matters/{matter}/act/", {"do": str(do), **said}, follow=True))


def offers(client: Client, matter: uuid.UUID, do: Act) -> bool:
    """Whether the page has a button for an act."""
    return f'name="do" value="{do}"' in client.get(f"/matters/{matter}/").content.decode()


def test_a_hazard_is_handled_rechecked_by_another_closed_and_opened_again(
    hazard: Matter, lead: Client, sign_in: SignIn, account: Callable[..., User]
) -> None:
    worker = signed_in(User.objects.get(name="沈若溪"))
    assert "在办1件" in words(worker.get("/matters/"))
    shown = words(worker.get(f"/matters/{hazard.pk}/"))
    assert SEEN in shown and "✓" not in shown and "提交复核" in shown and "复核通过" not in shown
    assert "没有记：请写办了什么" in act(worker, hazard.pk, Act.HANDED_IN)
    assert "只收照片" in act(worker, hazard.pk, Act.HANDED_IN, text="清了", file=SimpleUploadedFile("a.gif", b"GIF89a"))
    for data, why in ((b"", "文件是空的或超过"), (PHOTO[:4], "照片打不开，请重新拍一张")):
        assert f"没有存：{why}" in act(
            worker, hazard.pk, Act.HANDED_IN, text="清了", file=SimpleUploadedFile("清好了.jpg", data)
        )
    assert "没有这样的办法。请按页上列出的来" in act(worker, hazard.pk, "tear_up")
    assert Entry.objects.count() == 1
    photo = SimpleUploadedFile("清好了.jpg", PHOTO)
    assert "已登记：提交复核" in act(
        worker, hazard.pk, Act.HANDED_IN, text="和物业一起清走了，电话 12012345678", file=photo
    )
    entry = Entry.objects.get(act=Act.HANDED_IN)
    assert "12012345678" not in words(worker.get(f"/matters/{hazard.pk}/")), "numbers have their own sealed fields"
    picture = worker.get(f"/matters/{hazard.pk}/files/{entry.pk}/")
    assert picture["Content-Type"] == "image/jpeg" and b"Exif" not in picture.content
    assert AuditEntry.objects.filter(verb="matter.file_opened", subject=hazard.pk).count() == 1
    assert worker.post(f"/matters/{hazard.pk}/act/", {"do": "passed"}).status_code == 403, "a worker rechecks nothing"

    assert "请写退回的原因" in act(lead, hazard.pk, Act.SENT_BACK)
    assert "已登记：退回重办" in act(lead, hazard.pk, Act.SENT_BACK, text="四楼还有一件")
    assert "已登记：提交复核" in act(lead, hazard.pk, Act.HANDED_IN, text="都清了")
    act(lead, hazard.pk, Act.HANDED_OVER, to=COMMUNITY, text="社区来办")
    shown = act(lead, hazard.pk, Act.PASSED)
    assert "提交复核的是您自己" in shown and "您提交的复核，等另一个人来定" in shown
    second = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert "已登记：复核通过" in act(second, hazard.pk, Act.PASSED)
    assert "在办0件" in words(lead.get("/matters/")) and "办结1件" in words(lead.get("/matters/?show=ended"))
    assert "现在是“办结”，不能“提交复核”" in act(lead, hazard.pk, Act.HANDED_IN, text="x")

    assert "已登记：重新办理" in act(lead, hazard.pk, Act.REOPENED, text="又堆上了")
    told = Notice.objects.get(kind="matter")
    assert told.user_id == Entry.objects.get(act=Act.PASSED).by, "whoever ended it is told"
    assert [entry.act for entry in Entry.objects.order_by("at", "id")] == [
        "opened",
        "handed_in",
        "sent_back",
        "handed_in",
        "handed_over",
        "passed",
        "reopened",
    ]


def test_what_is_said_at_a_door_is_for_who_sees_its_rows(hazard: Matter, lead: Client, sign_in: SignIn) -> None:
    act(lead, hazard.pk, Act.NOTED, text="问过五楼的程家", file=SimpleUploadedFile("说明.pdf", b"%PDF-1.7"))
    entry = Entry.objects.get(act=Act.NOTED)
    centre = sign_in(Role.STREET_CENTRE, STREET)
    shown = words(centre.get(f"/matters/{hazard.pk}/"))
    assert "上门时说的话由社区看" in shown and "说明由社区看" in shown
    for secret in (SEEN, "程家", "说明.pdf", "看这一户"):
        assert secret not in shown
        assert secret in words(lead.get(f"/matters/{hazard.pk}/"))
    assert centre.get(f"/matters/{hazard.pk}/files/{entry.pk}/").status_code == 404
    assert lead.get(f"/matters/{hazard.pk}/files/{entry.pk}/")["Content-Disposition"].startswith("attachment")
    for role, scope in ((Role.COMMUNITY_LEAD, f"{STREET}099"), (Role.GRID_WORKER, f"{COMMUNITY}002")):
        elsewhere = sign_in(role, scope)
        assert elsewhere.get(f"/matters/{hazard.pk}/").status_code == 404
        assert elsewhere.post(f"/matters/{hazard.pk}/act/", {"do": "noted", "text": "x"}).status_code == 404


def test_an_overdue_one_is_pressed_and_the_leading_group_reads_kind_community_and_days(
    hazard: Matter, sign_in: SignIn
) -> None:
    centre, group = sign_in(Role.STREET_CENTRE, STREET), sign_in(Role.LEADING_GROUP, STREET)
    assert "没有过期，不用督办" in act(centre, hazard.pk, Act.PRESSED)
    assert "没有过期的事项" in words(group.get("/matters/overdue/"))
    today = clock.local_date(clock.now())
    Matter.objects.update(due_on=today)
    assert not offers(centre, hazard.pk, Act.PRESSED), "on its last day it is not overdue"
    Matter.objects.update(due_on=today - dt.timedelta(days=3))
    assert offers(centre, hazard.pk, Act.PRESSED)
    assert "事项过期1件" in words(centre.get(f"/board/{STREET}/"))
    assert "已登记：督办" in act(centre, hazard.pk, Act.PRESSED)
    told = Notice.objects.get(kind="matter", role=Role.COMMUNITY_LEAD)
    assert told.scope == COMMUNITY and "过期 3 天" in told.text
    above = words(group.get("/notices/"))
    assert "督办：君临天下的隐患1件，过期3天。" in above and "5号楼" not in above and "2026-" not in above
    shown = words(group.get("/matters/overdue/"))
    assert "隐患" in shown and "3天" in shown and "已督办" in shown
    assert "5号楼" not in shown and "沈若溪" not in shown and group.get(f"/matters/{hazard.pk}/").status_code == 403
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert lead.post(f"/matters/{hazard.pk}/act/", {"do": "pressed"}).status_code == 302, "one's own overdue, too"


def test_a_finding_goes_from_its_extent_to_its_effect(lead: Client, sign_in: SignIn) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    today = clock.local_date(clock.now())
    new = {"kind": "finding", "scope": COMMUNITY, "title": "一个电话登在 7 户", "text": "核查时发现"}
    assert "请写清是什么事" in words(centre.post("/matters/new/", new | {"title": " "}))
    assert "没有立：请选是哪一类。" in words(centre.post("/matters/new/", new | {"kind": "x"}))
    assert "请选是哪个社区的事" in words(centre.post("/matters/new/", new | {"scope": f"{STREET}0"}))
    assert centre.post("/matters/new/", new | {"scope": "310101001001"}).status_code == 403
    assert "已立项，期限" in words(centre.post("/matters/new/", new, follow=True))
    finding = Matter.objects.get()
    assert (finding.stage, finding.scope, finding.number) == (Stage.EXTENT, COMMUNITY, 1)

    pushed = lead.post(f"/matters/{finding.pk}/act/", {"do": "handed_over", "to": STREET, "text": "不归我们"})
    assert pushed.status_code == 403, "who gives it away dispatches where it goes, too"
    assert "还没有查别处" in act(lead, finding.pk, Act.EXTENT_DONE)
    looked = {"text": "同单元", "n": "12", "checked": "12", "wrong": "5"}
    assert "查过的不能比一共的多" in act(lead, finding.pk, Act.EXTENT_NOTED, **(looked | {"n": "3"}))
    assert "同单元12125" in act(lead, finding.pk, Act.EXTENT_NOTED, **looked)
    act(lead, finding.pk, Act.EXTENT_DONE)
    assert "请写改期限的原因" in act(lead, finding.pk, Act.DUE_CHANGED, due_on=(today + dt.timedelta(9)).isoformat())
    assert "一年内的一天" in act(lead, finding.pk, Act.DUE_CHANGED, due_on="2020-01-01", text="晚了")
    later = today + dt.timedelta(days=9)
    shown = act(lead, finding.pk, Act.DUE_CHANGED, due_on=later.isoformat(), text="等物业")
    assert f"改期限到{later.month}月{later.day}日：等物业" in shown
    act(lead, finding.pk, Act.HANDED_IN, text="7 户都问过，改了 6 个号码")
    act(centre, finding.pk, Act.PASSED)
    finding.refresh_from_db()
    assert (finding.stage, finding.effect_on) == (Stage.EFFECT, today + dt.timedelta(days=14))
    assert "还没到日子" in act(centre, finding.pk, Act.HELD)
    assert offers(centre, finding.pk, Act.RELAPSED) and not offers(centre, finding.pk, Act.HELD)
    with time_machine.travel(clock.now() + dt.timedelta(days=14), tick=True):
        again = sign_in(Role.STREET_CENTRE, STREET)
        assert offers(again, finding.pk, Act.HELD)
        assert "已登记：没有反弹，销号" in act(again, finding.pk, Act.HELD)
        course = courses.course(SYSTEM, Kind.FINDING, STREET, today, clock.now())
    assert (course.ended, course.sent_back, course.half) == ((1, 1), (0, 1), None)
    assert course.in_time == (1, 1), "it passed its recheck by its day; the look at its effect comes after that"


def test_it_is_passed_on_handed_over_and_found_to_be_none(hazard: Matter, lead: Client, sign_in: SignIn) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    assert "请写转给哪个单位" in act(lead, hazard.pk, Act.PASSED_ON)
    shown = act(lead, hazard.pk, Act.PASSED_ON, outside="区消防救援大队", outside_number="12345-2026-88")
    assert "区消防救援大队，工单号12345-2026-88" in shown
    assert "请写换的原因" in act(centre, hazard.pk, Act.HANDED_OVER, to=COMMUNITY)
    assert (
        "只能在它的网格、社区和街道之间换" in act(centre, hazard.pk, Act.HANDED_OVER, to=f"{STREET}001", text="x")
        or Matter.objects.get().scope != f"{STREET}001"
    )
    assert "请选本街道的一个社区" in act(centre, hazard.pk, Act.HANDED_OVER, to="310101001", text="x")
    act(centre, hazard.pk, Act.HANDED_OVER, to=STREET, text="要街道协调")
    assert (Matter.objects.get().scope, Matter.objects.get().grid) == (STREET, GRID)
    assert "它已经是这里的事了" in act(centre, hazard.pk, Act.HANDED_OVER, to=STREET, text="x")
    assert lead.post(f"/matters/{hazard.pk}/act/", {"do": "came_back", "text": "x"}).status_code == 403
    act(centre, hazard.pk, Act.CAME_BACK, text="消防看过了")
    assert "立这件事、办这件事的人不能自己说它不成立" in act(centre, hazard.pk, Act.DROPPED, text="没有")
    other = sign_in(Role.STREET_CENTRE, STREET)
    assert "已登记：不成立" in act(other, hazard.pk, Act.DROPPED, text="是装修临时堆放，当天清走")


def test_the_list_is_asked_sorted_and_counted_in_the_navigation(hazard: Matter, lead: Client, sign_in: SignIn) -> None:
    new = {"kind": "decision", "scope": COMMUNITY, "title": "楼道杂物月底清完"}
    lead.post("/matters/new/", new)
    shown = words(lead.get("/matters/"))
    assert "事项2" in shown and shown.index("上门记下的隐患") < shown.index("楼道杂物月底清完"), "what is due first"
    asked = {"field": "source", "op": "is", "value": "office", "do": "add"}
    narrowed = lead.post("/lists/matters/", asked | {"back": "/matters/"}, follow=True)
    assert "楼道杂物月底清完" in words(narrowed) and "上门记下的隐患" not in words(narrowed)
    assert re.search(r"matters=[0-9a-f-]{36}", narrowed.redirect_chain[-1][0]), "the address says the view's id alone"
    assert "在办0件" in words(sign_in(Role.COMMUNITY_LEAD, f"{STREET}099").get("/matters/"))


def test_the_pages_of_an_empty_street(lead: Client, sign_in: SignIn) -> None:
    assert "没有在办的事项" in words(lead.get("/matters/")) and "还没有办结的" in words(
        lead.get("/matters/?show=ended")
    )
    assert lead.get("/matters/?kind=x&from=abc").status_code == 200
    assert lead.get(f"/matters/{ids.new_id()}/").status_code == 404
    assert sign_in(Role.ADMINISTRATOR, "").get("/matters/").status_code == 403
    assert sign_in(Role.DISTRICT_CENTRE, STREET[:6]).get("/matters/").status_code == 403
