"""The rooms that came after the first attack, attacked: matters, meetings, samples, kept views. Who reads what of one
object stands in ``test_one_object.py``; malformed requests of all of them in ``test_malformed.py``.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import types
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.accounts.substitutes import actions as substitutes
from gridwalk.cli import demo_masks, demo_rooms
from gridwalk.core import clock
from gridwalk.core.models import StoredFile
from gridwalk.followup.models import Matter
from gridwalk.phone.tests.conftest import Field, field
from gridwalk.phone.tests.test_matters import act, note
from gridwalk.phone.tests.test_pushing import push
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, id_no
from gridwalk.territory import queries as territory
from tests.harness.people import STREET, SignIn

__all__ = ["field"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db]  # phones and uploads of several roles
PHONE = "12012345678"
LOOKING = {
    Role.COMMUNITY_LEAD: FIRST,
    Role.STREET_CENTRE: STREET,
    Role.LEADING_GROUP: STREET,
    Role.GRID_WORKER: GRID,
    Role.ADMINISTRATOR: STREET,
}


def words(answer: Any) -> str:
    """A page without its tags and white space."""
    return "".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def course_of(client: Client, matter: Matter) -> str:
    """经过 on the page of a matter."""
    page = client.get(f"/matters/{matter.pk}/").content.decode()
    return "".join(re.findall(r'<ul class="past">.*?</ul>', page, re.DOTALL))


def test_who_noted_a_matter_at_which_minute_is_told_to_who_answers_for_the_door(
    field: Field, account: Callable[..., User], sign_in: SignIn
) -> None:
    """A manager opened matter after matter, a substitute pulled them: both had a clock of the worker (red line 2)."""
    matter, wire = note(field), field.phone()
    push(wire, act(1, matter, "noted", "问过物业"))
    at, day = clock.local(clock.now()), f"{clock.local(clock.now()).month}月{clock.local(clock.now()).day}日"
    lead, centre = sign_in(Role.COMMUNITY_LEAD, FIRST), sign_in(Role.STREET_CENTRE, STREET)
    assert field.worker.name in course_of(lead, matter) and f"{day} {at:%H}:" in course_of(lead, matter)
    masked = course_of(centre, matter)
    assert masked.count(f">{day}<") == 2 and masked.count("网格员") == 2
    assert field.worker.name not in masked and f"T{at:%H}" not in masked and f" {at:%H}:" not in masked
    today = clock.local_date(clock.now())
    other = account(Role.GRID_WORKER, NEXT_GRID, name="林思齐")
    substitutes.name_substitute(
        actor=SYSTEM, at=clock.now(), user=other.pk, grid=GRID, covers=field.worker.pk, from_on=today, to_on=today
    )
    _, answer = field.phone(other).ask("POST", "pull", {"since": {}, "epoch": 0})
    (pulled,) = answer["matters"]
    hours = {clock.local(dt.datetime.fromisoformat(line["at"])).time() for line in pulled["lines"]}
    assert len(pulled["lines"]) == 2 and hours <= {dt.time(0), dt.time(12), dt.time(18)}


def test_what_is_over_is_no_list_of_what_one_grid_got_done(field: Field, sign_in: SignIn) -> None:
    matter = note(field)
    grid, community = territory.scope_name(GRID), territory.scope_name(FIRST)
    clients = [sign_in(Role.COMMUNITY_LEAD, FIRST), sign_in(Role.STREET_CENTRE, STREET)]
    for client in clients:
        assert "".join(grid.split()) in words(client.get("/matters/")), "what is open stands with whose it is"
    Matter.objects.update(stage="closed", ended_at=clock.now())
    for client in clients:
        over = words(client.get("/matters/?show=ended")).partition("办结")[2]
        assert f"{matter.year}-{matter.number:03}" in over and "".join(community.split()) in over
        assert "".join(grid.split()) not in over


def test_a_number_typed_into_any_text_of_these_rooms_is_not_stored(field: Field, sign_in: SignIn) -> None:
    """The number of a work order was kept as it was typed: a telephone in the clear, shown to who sees rows masked."""
    field.walk.dispatch()
    said, wire, matter = f"找王试甲 {PHONE}，{id_no(7)}", field.phone(), note(field)
    centre, lead = sign_in(Role.STREET_CENTRE, STREET), sign_in(Role.COMMUNITY_LEAD, FIRST)
    today = clock.local_date(clock.now())
    push(wire, act(1, matter, "noted", said))
    push(wire, act(2, matter, "passed_on", said, outside=said, outside_number=PHONE))
    assert (
        lead.post("/matters/new/", {"kind": "finding", "scope": FIRST, "title": said, "text": said}).status_code == 302
    )
    own = Matter.objects.get(kind="finding")
    for do in ("noted", "extent_noted", "due_changed", "handed_over"):
        typed = {"do": do, "text": said, "n": 3, "checked": 3, "wrong": 1, "due_on": today, "to": STREET}
        assert centre.post(f"/matters/{own.pk}/act/", typed).status_code == 302, do
    planned = {"street": STREET, "on": today, "begins": "14:30", "place": said, "asked": said}
    at_meeting = centre.post("/meetings/plan/", planned).headers["Location"]
    for do in ("commend", "hold", "attend", "decide"):
        typed = {"do": do, "practice": said, "present": said, "excused": said, "title": said, "scope": FIRST}
        assert centre.post(f"{at_meeting}act/", {**typed, "due_on": today}).status_code == 302, do
    why = {
        "kind": "targeted",
        "scope": FIRST,
        "share": 5,
        "response": 80,
        "from_on": today,
        "to_on": today,
        "why": said,
    }
    centre.post("/samples/new/", why)
    lead.post("/register/person/keep/", {"do": "save", "name": PHONE, "scope": FIRST})
    for do in ("pack", "minutes"):
        assert centre.post(f"{at_meeting}act/", {"do": do}).status_code == 302, do
    makers = [types.SimpleNamespace(viewer=Viewer(None, "", (Held(Role.STREET_CENTRE, STREET),)))]
    demo_rooms.make_summaries(makers)
    assert StoredFile.objects.filter(purpose="report").count() == 2, "the summary and its annex"
    papers = list(demo_rooms.papers())
    counted = demo_masks.run({"lists masked": demo_rooms.listed(full=False)}, papers)
    assert len(papers) == 2 and counted["complaints"] == []
    for role, scope in LOOKING.items():
        client, viewer = sign_in(role, scope), Viewer(None, "", (Held(role, scope),))
        opened = {name: (client.get(path).status_code, status) for name, path, status in demo_rooms.pages(viewer)}
        assert len(opened) == 7 and all(is_ == told for is_, told in opened.values()), (role, opened)
    passed_on = Matter.objects.get(pk=matter.pk)
    assert passed_on.stage == "passed_on" and passed_on.outside_number == "******"
    assert push(wire, act(3, matter, "noted", "x"))[0] == 200


def book(*rows: tuple[Any, ...], title: str = "整改") -> bytes:
    out, workbook = io.BytesIO(), openpyxl.Workbook()
    sheet = workbook.create_sheet(title, 0)
    for row in rows:
        sheet.append(list(row))
    workbook.save(out)
    return out.getvalue()


def letter(*pieces: str) -> bytes:
    out, document = io.BytesIO(), docx.Document()
    paragraph = document.add_paragraph()
    for piece in pieces:
        paragraph.add_run(piece)
    document.save(out)
    return out.getvalue()


TAKEN = {
    "清单.xlsx": book(("楼号", "户", "合计"), ("1 号楼", 30, "=SUM(B2:B2)")),
    "说明.docx": letter("12月1日清理完毕，联系社区 022-23456789。"),
}
REFUSED = [
    ("名单.xlsx", book(("姓名", "证件号"), ("王试甲", id_no(7))), "证件号或手机号"),
    ("名单.xlsx", book(("姓名", "电话"), ("王试甲", int(PHONE))), "证件号或手机号"),
    ("名单.docx", letter(id_no(7)[:9], id_no(7)[9:]), "证件号或手机号"),
    ("社区矫正人员名册.xlsx", book(("楼号",), ("1",)), "不收的名单"),
    ("社区矫正人员名册.pdf", b"%PDF-1.7", "不收的名单"),
    ("名单.xlsx", book(("楼号",), ("1",), title="吸毒人员"), "不收的内容"),
    ("名单.xlsx", book(("姓名", "民族"), ("王试甲", "x")), "不收的内容"),
    ("表.xlsx", book(("x", '=WEBSERVICE("http://x.invalid/")')), "指向外部"),
    ("表.xlsx", book(("x", "=cmd|' /C calc'!A0")), "指向外部"),
]


def test_what_proves_something_takes_no_rows_past_the_gate(field: Field, sign_in: SignIn) -> None:
    """A whole ledger attached to a community's matter went to the street centre as it was, with numbers, refused
    columns and formulas.
    """
    lead, centre = sign_in(Role.COMMUNITY_LEAD, FIRST), sign_in(Role.STREET_CENTRE, STREET)
    lead.post("/matters/new/", {"kind": "finding", "scope": FIRST, "title": "漏登的户"})
    matter = Matter.objects.get()

    def attach(name: str, data: bytes) -> str:
        typed = {"do": "noted", "text": "见佐证", "file": SimpleUploadedFile(name, data)}
        return words(lead.post(f"/matters/{matter.pk}/act/", typed, follow=True))

    for name, data, why in REFUSED:
        shown = attach(name, data)
        assert "没有存" in shown and why in shown, (name, why)
    assert not StoredFile.objects.filter(purpose="matter").exists()
    for name, data in TAKEN.items():
        assert "已登记" in attach(name, data), name
        entry = matter.entries.latest("recorded_at")
        answer = centre.get(f"/matters/{matter.pk}/files/{entry.pk}/")
        assert b"".join(answer) == data if answer.streaming else answer.content == data
