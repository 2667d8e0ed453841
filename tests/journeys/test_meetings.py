"""座谈会: planned, a pack, decisions that are matters at once, minutes, and what became of them in the next pack."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import docx
import pytest
import time_machine
from django.test import Client
from docx.oxml.ns import qn
from docx.shared import Length

from gridwalk.accounts.rules import Role
from gridwalk.cli import environment, main
from gridwalk.core import clock
from gridwalk.followup.models import Entry, Matter, Meeting
from gridwalk.indicators import actions as indicators
from gridwalk.indicators.models import Snapshot
from gridwalk.registry.models import Dwelling
from gridwalk.reports import again
from gridwalk.reports.figures import figures_of
from gridwalk.reports.models import Document
from tests.harness.campaign import COMMUNITY
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow

STREET = COMMUNITY[:9]
PLACE = "街道二楼会议室"
PRACTICE = "君临天下先打电话约时段，一次见到的多了"
LINE, LINES = 28, 22
"""Characters of a line, lines of a page (GB/T 9704 5.2.3)."""


def words(answer: Any) -> str:
    """A page without its tags and white space."""
    return "".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def day(days: int) -> str:
    """The day so many days from now, as a form sends it."""
    return (clock.local_date(clock.now()) + dt.timedelta(days=days)).isoformat()


@pytest.fixture
def centre(street: Client, sign_in: SignIn) -> Client:
    """The street centre, over a campaign of eight doors that is under way (tests/harness/campaign.py)."""
    return sign_in(Role.STREET_CENTRE, STREET)


def plan(client: Client, **other: Any) -> Any:
    form = {"street": STREET, "on": day(0), "begins": "14:30", "place": PLACE, "asked": ""}
    return client.post("/meetings/plan/", form | other, follow=True)


def do(client: Client, meeting: Meeting, act: str, **typed: Any) -> str:
    """What the page says after a button."""
    return words(client.post(f"/meetings/{meeting.pk}/act/", {"do": act, **typed}, follow=True))


def decide(client: Client, meeting: Meeting, title: str, **other: Any) -> str:
    return do(client, meeting, "decide", **{"title": title, "scope": COMMUNITY, "due_on": day(7)} | other)


def paper(client: Client, meeting: Meeting, kind: str) -> Any:
    answer = client.get(f"/meetings/{meeting.pk}/{kind}/")
    assert answer.status_code == 200, answer.content
    return docx.Document(io.BytesIO(b"".join(answer) if answer.streaming else answer.content))


def texts(document: Any) -> str:
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def knock(client: Client, room: str) -> None:
    door = Dwelling.objects.filter(room=room).earliest("address")
    at = (clock.local(clock.now()) - dt.timedelta(days=1)).strftime("%Y-%m-%dT10:00")
    assert client.post(f"/visits/dwelling/{door.pk}/", {"at": at, "outcome": "met"}).status_code == 302


def test_a_meeting_from_its_plan_to_what_became_of_its_decisions(
    street: Client, centre: Client, sign_in: SignIn
) -> None:
    assert "还没有开过座谈会" in words(centre.get("/meetings/"))
    proposed = words(centre.get("/meetings/"))
    assert "第一次" in proposed and "离上次" not in proposed
    assert "请写在哪里开" in words(plan(centre, place=" "))
    assert "会期从今天起选" in words(plan(centre, on=day(-1)))
    assert "座谈会由街道来开，请选街道" in words(plan(centre, street=COMMUNITY))
    assert "请写几点开" in words(plan(centre, begins="下午"))
    assert "已排第1次" in words(plan(centre))
    first = Meeting.objects.get()
    assert first.asked == "各社区书记、街道网格中心"
    assert "没有排：已经有一次排好了还没开" in words(plan(centre))

    assert "还没有生成材料" in words(centre.get(f"/meetings/{first.pk}/"))
    assert centre.get(f"/meetings/{first.pk}/screen/").status_code == 404
    assert centre.get(f"/meetings/{first.pk}/pack/").status_code == 404
    assert "做法写上了" in do(centre, first, "commend", practice=f"{PRACTICE}，电话 12012345678")
    assert "材料生成了" in do(centre, first, "pack")
    shown = words(centre.get(f"/meetings/{first.pk}/"))
    assert "0/8户" in shown and shown.count("还没有抽查") == 2 and "尚未比对台账" in shown
    assert (
        "没有上次的材料可比" in shown and "这是第一次会" in shown and PRACTICE in shown and "12012345678" not in shown
    )

    assert "会开了才能记议定事项" in decide(centre, first, "电话先打一遍")
    assert "会开了才有纪要" in do(centre, first, "minutes")
    assert "没有记出席：这次会现在是“待开”" in do(centre, first, "attend", present="各社区书记")
    assert "会开了" in do(centre, first, "hold")
    assert "没有生成：会已经开了，会上看的那份材料不再变" in do(centre, first, "pack")
    assert "重新生成材料" not in words(centre.get(f"/meetings/{first.pk}/"))
    assert "请选责任单位" in decide(centre, first, "电话先打一遍", scope="")
    assert "没有立项：请填写办理期限" in decide(centre, first, "电话先打一遍", due_on="")
    assert "办理期限从今天起选" in decide(centre, first, "电话先打一遍", due_on=day(-1))
    assert "请写定了什么事" in decide(centre, first, " ")
    assert "请选本街道的社区，或街道自己" in decide(centre, first, "电话先打一遍", scope="120105002")
    assert not Matter.objects.exists()
    assert "已立为事项" in decide(centre, first, "电话先打一遍，打不通的上门问")
    assert "已立为事项" in decide(centre, first, "晚班时段在单元门口公示", scope=STREET, due_on=day(3))
    matters = {matter.title[:2]: matter for matter in Matter.objects.all()}
    assert [(m.scope, m.kind, m.due_on.isoformat()) for m in (matters["电话"], matters["晚班"])] == [
        (COMMUNITY, "decision", day(7)),
        (STREET, "decision", day(3)),
    ]
    assert "电话先打一遍" in words(street.get("/matters/")), "the community has it at once"

    assert "纪要生成了" in do(centre, first, "minutes")
    said = texts(paper(centre, first, "minutes"))
    for part in ("光复道街道座谈会纪要", "召开第 1 次座谈会", "数据截至", "会议议定事项如下：", PRACTICE):
        assert part in said
    assert "出席" not in said, "who was asked is not who came"
    assert "请写哪些岗位到了" in do(centre, first, "attend", present=" ")
    assert "出席已登记" in do(centre, first, "attend", present="林古里书记", excused="君临天下书记")
    assert "已立为事项" in decide(centre, first, "补一次夜间走访")
    assert "纪要之后又记了1件，请重新生成纪要" in words(centre.get(f"/meetings/{first.pk}/"))
    Matter.objects.get(title="补一次夜间走访").delete()
    do(centre, first, "minutes")
    assert "纪要之后" not in words(centre.get(f"/meetings/{first.pk}/"))
    said = texts(paper(centre, first, "minutes"))
    assert "出席：林古里书记" in said and "请假：君临天下书记" in said
    due = clock.local_date(clock.now()) + dt.timedelta(days=7)
    assert f"责任单位：君临天下；期限：{due.month}月{due.day}日" in said

    knock(street, "201")
    assert street.post(f"/matters/{matters['电话'].pk}/act/", {"do": "handed_in", "text": "打完了"}).status_code == 302
    assert centre.post(f"/matters/{matters['电话'].pk}/act/", {"do": "passed"}).status_code == 302
    with time_machine.travel(clock.now() + dt.timedelta(days=15)):
        later = sign_in(Role.STREET_CENTRE, STREET)
        assert "已排第2次" in words(plan(later))
        second = Meeting.objects.get(number=2)
        do(later, second, "pack")
        shown = words(later.get(f"/meetings/{second.pk}/"))
        assert "1/8户12.5%+1户" in shown
        assert "第1次会" in shown and "议定2件，办结1件，在办1件，过期1件" in shown
        assert "过期12天" in shown, "due three days after the first meeting, fifteen days ago"
        said = texts(paper(later, second, "pack"))
        assert "办结" in said and "过期 12 天" in said and "gridwalk figure" in said


def test_every_figure_of_every_document_is_got_again_as_of_its_day(
    street: Client,
    centre: Client,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan(centre)
    first = Meeting.objects.get()
    knock(street, "101")
    do(centre, first, "hold")
    do(centre, first, "pack")
    decide(centre, first, "电话先打一遍")
    do(centre, first, "minutes")
    indicators.keep_day(at=clock.now() - dt.timedelta(days=1))
    indicators.keep_day(at=clock.now())
    matter = Matter.objects.get()
    with time_machine.travel(clock.now() + dt.timedelta(days=16)):
        later = sign_in(Role.STREET_CENTRE, STREET)
        plan(later)
        do(later, Meeting.objects.get(number=2), "pack")
        moved = {"do": "due_changed", "text": "等样稿", "due_on": day(30)}
        assert later.post(f"/matters/{matter.pk}/act/", moved).status_code == 302
        knock(sign_in(Role.COMMUNITY_LEAD, COMMUNITY), "102")  # what comes later changes nothing of what was said
        sources = set()
        for document in Document.objects.order_by("serial"):
            assert document.figures
            for figure in figures_of(document):
                sources.add(figure.source)
                assert again.again(document, figure) == figure.value, (figure.id, figure.label)
    assert sources == {"count", "matters", "decisions", "decision", "change"}

    monkeypatch.setattr(environment, "database", nullcontext)  # it runs already
    pack = Document.objects.earliest("serial")
    assert main(["figure", f"{pack.serial}.1"]) == 0
    said = capsys.readouterr().out
    assert "入户走访率：已完成：1 户" in said and "再得出：1，相符" in said and "和收盘比：相符" in said
    pack.figures[0]["value"] = 2
    Document.objects.filter(pk=pack.pk).update(figures=pack.figures)
    assert main(["figure", f"{pack.serial}.1"]) == 1
    assert "再得出：1，不符" in capsys.readouterr().out
    pack.figures[0]["value"] = 1
    Document.objects.filter(pk=pack.pk).update(figures=pack.figures)
    Snapshot.objects.filter(indicator="visits").update(n=20)
    assert main(["figure", f"{pack.serial}.1"]) == 1, "what the register kept at the close speaks against it"
    assert "和收盘比：不符" in capsys.readouterr().out
    minutes = Document.objects.get(kind="minutes")
    due = next(figure for figure in figures_of(minutes) if figure.about.get("part") == "due")
    matter.delete()
    assert main(["figure", due.id]) == 1
    assert "它的来源已经没有了" in capsys.readouterr().out
    assert main(["figure", f"{pack.serial}.999"]) == 1
    assert "没有编号是" in capsys.readouterr().err


def test_a_meeting_that_is_cancelled_says_why_and_keeps_its_pack(centre: Client) -> None:
    plan(centre, on=day(3))
    meeting = Meeting.objects.get()
    do(centre, meeting, "pack")
    assert "还没到会期" in do(centre, meeting, "hold")
    assert "请写为什么没开成" in do(centre, meeting, "cancel", why=" ")
    moved = {"on": day(5), "begins": "09:00", "place": "街道一楼", "asked": "网格中心"}
    assert "安排改好了" in do(centre, meeting, "rearrange", **moved)
    assert "材料生成了" in do(centre, meeting, "pack")
    assert "前一份" in words(centre.get(f"/meetings/{meeting.pk}/")), "made again it says so"
    assert "这次没开成" in do(centre, meeting, "cancel", why="台风")
    shown = words(centre.get(f"/meetings/{meeting.pk}/"))
    assert "没开成：台风" in shown and "五项指标" in shown and "生成材料" not in shown
    for act, typed, not_done in (
        ("hold", {}, "没有开始记"),
        ("rearrange", moved, "没有改安排"),
        ("commend", {"practice": "x"}, "没有写上做法"),
        ("attend", {"present": "x"}, "没有记出席"),
        ("cancel", {"why": "雨"}, "没有登记没开成"),
    ):
        assert f"{not_done}：这次会现在是“没开成”" in do(centre, meeting, act, **typed), act
    assert "先前的材料留着" in do(centre, meeting, "pack")
    proposed = words(centre.get("/meetings/"))
    assert "第一次" in proposed and "离上次" not in proposed, "one that was not held counts for nothing"
    assert "已排第2次" in words(plan(centre))


def test_the_leading_group_reads_the_pack_and_who_walks_does_not(
    street: Client, centre: Client, sign_in: SignIn
) -> None:
    plan(centre)
    meeting = Meeting.objects.get()
    do(centre, meeting, "pack")
    group = sign_in(Role.LEADING_GROUP, STREET)
    for address in ("", "screen/", "pack/"):
        assert group.get(f"/meetings/{meeting.pk}/{address}").status_code == 200
    screen = words(group.get(f"/meetings/{meeting.pk}/screen/"))
    assert "0/8户" in screen and "不公开" in screen, "four persons are too few to be told how many of them"
    assert "不公开" in words(centre.get(f"/meetings/{meeting.pk}/")), "it is written once, as for everybody in the room"
    for person in ("程望舒", "程兰因", "韩书言", "孟昭宁", "101"):
        assert person not in screen
    assert group.post(f"/meetings/{meeting.pk}/act/", {"do": "hold"}).status_code == 403
    elsewhere = sign_in(Role.LEADING_GROUP, "120105002")
    assert elsewhere.get(f"/meetings/{meeting.pk}/").status_code == 404
    for role, scope in ((Role.GRID_WORKER, f"{COMMUNITY}001"), (Role.COMMUNITY_LEAD, COMMUNITY)):
        client = sign_in(role, scope)
        assert client.get("/meetings/").status_code == 403
        assert client.get(f"/meetings/{meeting.pk}/pack/").status_code == 403
    other = sign_in(Role.STREET_CENTRE, "120105002")
    assert other.post(f"/meetings/{meeting.pk}/act/", {"do": "hold"}).status_code == 404
    assert plan(other).status_code == 403
    assert centre.post(f"/meetings/{meeting.pk}/act/", {"do": "else"}).status_code == 404


def test_without_a_campaign_there_is_no_pack(lead: Client, sign_in: SignIn) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    plan(centre)
    assert "本街道还没有行动，没有可报的数" in do(centre, Meeting.objects.get(), "pack")


def test_the_documents_keep_to_the_official_layout(street: Client, centre: Client) -> None:
    plan(centre)
    meeting = Meeting.objects.get()
    do(centre, meeting, "hold")
    do(centre, meeting, "pack")
    decide(centre, meeting, "电话先打一遍，打不通的上门问")
    do(centre, meeting, "minutes")
    for kind in ("pack", "minutes"):
        document = paper(centre, meeting, kind)
        page = document.sections[0]
        width = Length(page.page_width - page.left_margin - page.right_margin)
        height = page.page_height - page.top_margin - page.bottom_margin
        body = next(p for p in document.paragraphs if p.paragraph_format.first_line_indent)
        closer = int(body.runs[0]._element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
        assert width.pt // (body.runs[0].font.size.pt + closer) == LINE
        assert height // body.paragraph_format.line_spacing == LINES
        assert all(
            sum(cell.width.cm for cell in table.rows[0].cells) <= Length(width).cm + 0.1 for table in document.tables
        )
    mark = paper(centre, meeting, "minutes").paragraphs[0]
    assert mark.text == "光复道街道座谈会纪要" and mark.paragraph_format.space_before.mm == pytest.approx(35, abs=0.1)
    assert str(mark.runs[0].font.color.rgb) == "C00000"


def test_a_matter_is_told_as_it_stood(street: Client, centre: Client) -> None:
    plan(centre)
    meeting = Meeting.objects.get()
    do(centre, meeting, "hold")
    decide(centre, meeting, "电话先打一遍")
    matter = Matter.objects.get()
    before = clock.now()
    for typed in _course():
        assert centre.post(f"/matters/{matter.pk}/act/", typed).status_code == 302, typed
    matter.refresh_from_db()
    assert (matter.scope, matter.stage) == (STREET, "handling")
    do(centre, meeting, "minutes")
    document = Document.objects.get()
    document.at = before
    due = next(figure for figure in figures_of(document) if figure.about.get("part") == "due")
    on = clock.local_date(before) + dt.timedelta(days=7)
    assert again.again(document, due) == f"{on.month}月{on.day}日"
    assert Entry.objects.filter(matter=matter).count() == 3


def _course() -> Iterator[dict[str, str]]:
    yield {"do": "due_changed", "due_on": day(20), "text": "等样稿"}
    yield {"do": "handed_over", "to": STREET, "text": "街道来办"}
