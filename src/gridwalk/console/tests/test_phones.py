"""手机 and 手机退回 in the console: codes, devices, files, decisions about what came back."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.core import clock, files
from gridwalk.core.models import AuditEntry
from gridwalk.followup.models import Matter
from gridwalk.phone import shell
from gridwalk.phone.tests.conftest import PASSWORD, Field, field
from gridwalk.phone.tests.test_pulling import pull
from gridwalk.phone.tests.test_pushing import push, visit
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID
from gridwalk.sync.actions import attachments
from gridwalk.sync.models import Badge, Device, Op, Returned
from gridwalk.visits.models import Visit
from tests.harness.pages import Reader
from tests.harness.phones import Cache, Wire, op, through

__all__ = ["field"]


def signed_in(user: Any) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_lead_makes_a_code_watches_the_phone_and_takes_it_back(field: Field, account: Any) -> None:
    lead = signed_in(field.lead)
    account(Role.GRID_WORKER, FAR_GRID, name="外人")
    assert "还没有手机" in lead.get("/phones/").content.decode()
    page = lead.post("/phones/code/", {"user": str(field.worker.id)}).content.decode()
    assert "周行 的激活码" in page and "data:image/svg+xml" in page and "不是 https" in page
    code = page.split('class="pair big"><b>')[1].split("<")[0]
    wire = Wire(send=through(field.client), now=clock.now)
    assert wire.activate(field.worker.username, PASSWORD, code)[0] == 200
    wire.ask("POST", "device/me", {"waiting": 3})
    shown = lead.get("/phones/").content.decode()
    assert "周行" in shown and "外人" not in shown and '<td class="r">3</td>' in shown
    device = Device.objects.get()
    refused = lead.post(f"/phones/{device.id}/revoke/", {"reason": ""}, follow=True).content.decode()
    assert "没有停用：请写明原因" in refused
    assert Device.objects.get().revoked_at is None
    lead.post(f"/phones/{device.id}/revoke/", {"reason": "丢了"})
    assert "已停用，等它联网交回（丢了）" in lead.get("/phones/").content.decode()
    assert wire.ask("POST", "lease", {})[1]["problem"] == "revoked"
    assert lead.post("/phones/code/", {"user": "x"}).status_code == 302
    assert signed_in(field.worker).get("/phones/").status_code == 403


def test_a_copy_of_a_phone_is_confirmed_by_the_office(field: Field) -> None:
    wire, lead = field.phone(), signed_in(field.lead)
    push(wire, visit(1, field.street.door("101")))
    copy = push(wire, visit(1, field.street.door("102")))[1]["device"]
    wire.device = copy
    assert wire.ask("POST", "pull", {})[1]["problem"] == "unconfirmed"
    assert "确认这部副本" in lead.get("/phones/").content.decode()
    assert signed_in(field.worker).post(f"/phones/{copy}/confirm/").status_code == 403
    shown = lead.post(f"/phones/{copy}/confirm/", follow=True).content.decode()
    assert "确认了 周行 的副本" in shown and "确认这部副本" not in shown
    assert wire.ask("POST", "pull", {})[0] == 200
    assert "已经确认过了" in lead.post(f"/phones/{copy}/confirm/", follow=True).content.decode()


def test_what_came_back_is_released_assigned_or_set_aside(field: Field) -> None:
    door, other, third = (field.street.door(room) for room in ("101", "102", "103"))
    person = field.street.person("程望舒", door)
    field.walk.dispatch()
    wire, lead = field.phone(), signed_in(field.lead)
    assert "手机传来、没能记上的，会列在这里" in lead.get("/returned/").content.decode()
    field.worker.assignments.update(to_on=clock.local_date(clock.now()).replace(day=1))
    edit = {"kind": "person", "entity": str(person.id), "set": {"phone": {"p": None, "v": "12000000005"}}}
    push(wire, visit(1, door, confirmed=[str(person.id)], edits=[edit]), visit(2, other), visit(3, third, "no_answer"))
    text = lead.get("/returned/").content.decode()
    assert (
        text.count("放行并登记</button>") == 3
        and "12000000005" not in text
        and "这个网格已交给别人，这是原来网格员记的另一份" in text
    )
    first, second, last = (Returned.objects.get(op__seq=seq).pk for seq in (1, 2, 3))

    lead.post(f"/returned/{first}/", {"do": "release", "note": "看过了"})
    assert (Visit.objects.get().id, Visit.objects.get().worker) == (first, field.worker.id)
    refused = lead.post(f"/returned/{last}/", {"do": "set_aside", "note": ""}, follow=True).content.decode()
    assert "没有搁置：请写明原因，记的人在手机上看得到" in refused
    assert Returned.objects.get(pk=last).state == "waiting"
    lead.post(f"/returned/{last}/", {"do": "set_aside", "note": "已另记"})
    lead.post(f"/returned/{second}/", {"do": "assign", "to": str(field.worker.id), "note": "再去看看"})
    assert Returned.objects.get(pk=second).state == "waiting", "whoever lost the grid cannot be sent there"
    field.worker.assignments.update(to_on=None)
    lead.post(f"/returned/{second}/", {"do": "assign", "to": str(field.worker.id), "note": "再去看看"})
    cache = Cache()
    answer = pull(wire, cache)
    (task,) = cache.of_kind(GRID, "task")
    assert (task["place"], task["assignee"], task["text"]) == (str(other.id), str(field.worker.id), "再去看看")
    assert {notice["reason"]: notice["state"] for notice in answer["decided"]} == {
        "released": "accepted",
        "set_aside": "returned",
        "assigned": "returned",
    }
    assert any(row.get("waiting") and row["place"] == str(other.id) for row in cache.of_kind(GRID, "visit"))
    _, again = push(wire, seq_from=4)
    assert again["next_seq"] == 4
    assert "已搁置：书记" not in lead.get("/returned/").content.decode()
    assert "已另记" in lead.get("/returned/?show=decided").content.decode()
    assert Op.objects.get(pk=first).state == "accepted"


def test_an_outbox_file_is_imported_by_whoever_manages_the_device(field: Field, account: Any) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    op = visit(1, door, note={"kind": "hazard", "text": "电线外露"})
    content = {"format": "gridwalk-outbox-1", "device": wire.device, "made_at": "", "ops": [wire.seal(op)]}

    def send(client: Client, data: bytes) -> str:
        file = SimpleUploadedFile("待传.gwo", data)
        return client.post("/phones/outbox/", {"file": file}, follow=True).content.decode()

    lead = signed_in(field.lead)
    assert "这不是手机导出的待传文件" in send(lead, b"%PDF")
    assert "导入了 1 条，0 条服务器已有" in send(lead, json.dumps(content).encode())
    assert "导入了 0 条，1 条服务器已有" in send(lead, json.dumps(content).encode())
    assert Visit.objects.count() == 1
    assert "电线外露" in lead.get(f"/matters/{Matter.objects.get().id}/").content.decode()
    assert signed_in(account(Role.STREET_CENTRE, FIRST[:9])).post("/phones/outbox/").status_code == 403


@pytest.mark.parametrize("path", ["/phone/", "/phone/sw.js"])
def test_the_shell_keeps_a_strict_policy(
    field: Field, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "BUILT", tmp_path)
    assert "手机端还没有构建" in field.client.get("/phone/").content.decode()
    for name in ("index.html", "sw.js"):
        (tmp_path / name).write_text(f"built: {name}")
    response = field.client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert (response.status_code, response.content[:6]) == (200, b"built:")
    assert field.client.get("/phone/../settings.py").status_code == 404
    assert field.client.get("/phone/%2e%2e/%2e%2e/api.py").status_code == 404


JPEG = b"\xff\xd8\xff\xe1\x00\x08Exif\x00\x00\xff\xda\x00\x02\x11\x22\x33\xff\xd9"
"""As small as a JPEG can be: a segment that would tell of the place, a scan, the end."""


def test_a_photo_is_put_on_a_badge_shown_on_the_phone_and_taken_off_again(field: Field, account: Any) -> None:
    far = account(Role.GRID_WORKER, FAR_GRID, name="外人")
    lead, wire = signed_in(field.lead), field.phone()

    def put(data: bytes, user: Any = field.worker) -> str:
        file = SimpleUploadedFile("a.jpg", data)
        answer = lead.post("/phones/badge/", {"user": str(user.id), "photo": file}, follow=True)
        return answer.content.decode()

    assert "没有存：只收 JPEG 照片（.jpg）" in put(b"GIF89a")
    assert "超过 100 kB" in put(JPEG + bytes(100_000))
    lead.post("/phones/badge/", {"user": str(far.id), "photo": SimpleUploadedFile("a.jpg", JPEG)})
    assert not Badge.objects.exists()
    assert "放上工牌了" in put(JPEG)
    stripped = lead.get(f"/phones/badge/{field.worker.id}/")
    assert (stripped["Content-Type"], b"Exif" in stripped.content) == ("image/jpeg", False)
    shown = wire.ask("POST", "lease", {})[1]["user"]["badge"]["photo"]
    assert base64.b64decode(shown.removeprefix("data:image/jpeg;base64,")) == stripped.content
    before = Badge.objects.get().photo
    put(JPEG.replace(b"\x11", b"\x12"))
    assert not files.path_of(before).exists(), "the one before is gone"
    assert signed_in(field.worker).get(f"/phones/badge/{field.worker.id}/").status_code == 403
    lead.post(f"/phones/badge/{field.worker.id}/remove/")
    assert wire.ask("POST", "lease", {})[1]["user"]["badge"]["photo"] is None
    assert lead.get(f"/phones/badge/{field.worker.id}/").status_code == 404


def test_the_photo_of_a_hazard_is_opened_by_whoever_sees_its_rows_and_that_is_noted(field: Field, account: Any) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    wire, lead = field.phone(), signed_in(field.lead)
    sha = hashlib.sha256(JPEG).hexdigest()
    device = Device.objects.get()
    upload = attachments.create(device=device, at=clock.now(), sha256=sha, size=len(JPEG))
    hazard_note = {"kind": "hazard", "text": "楼道堆物"}
    hazard = op(1, "matter.note", "dwelling", door.id, at=clock.now(), data=hazard_note) | {"att": [sha]}
    push(wire, hazard)
    matter = Matter.objects.get()
    assert "还没传到" in lead.get(f"/matters/{matter.id}/").content.decode()
    attachments.append(device=device, at=clock.now(), attachment=upload.id, offset=0, data=JPEG)
    path = f"/matters/{matter.id}/photos/1/"
    assert path in lead.get(f"/matters/{matter.id}/").content.decode()
    shown = lead.get(path)
    assert shown["Content-Type"] == "image/jpeg" and b"Exif" not in shown.content
    assert AuditEntry.objects.filter(verb="photo.opened", subject=matter.id).count() == 1
    assert lead.get(f"/matters/{matter.id}/photos/2/").status_code == 404
    elsewhere = account(Role.COMMUNITY_LEAD, FAR_GRID[:12])
    assert signed_in(elsewhere).get(path).status_code == 404
