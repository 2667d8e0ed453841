"""Half a character, NUL, times no calendar has: the op is kept and given back, and nothing waits behind it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridwalk.core import clock, ids
from gridwalk.phone.tests.conftest import PASSWORD
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.sync.actions import depositing, devices, returned
from gridwalk.sync.models import Deposit, Device, Op, Returned
from gridwalk.visits.models import Visit
from tests.harness.phones import API, Wire, jwk_of, op, spelled, through

Field = Any
HALF, NUL = "灯坏了\ud83d", "灯坏\x00了"
BROKEN = pytest.mark.parametrize("broken", [HALF, NUL], ids=["half a character", "NUL"])


def faulty(door: Any, broken: str) -> list[dict[str, Any]]:
    """From place 2 on: ``broken`` in every text an op has."""
    now = clock.now()
    note = {"kind": "hazard", "text": broken}
    arrival = {"id": str(ids.new_id()), "values": {"name": f"程{broken}"}, "residence_kind": "lives_here"}
    ops = [
        op(2, broken, "dwelling", door.id, at=now),
        op(3, "visit.record", broken, door.id, at=now, data={"outcome": "met"}),
        {**visit(4, door), "at": f"{now.isoformat()}{broken}"},
        visit(5, door, note=note),
        visit(6, door, arrivals=[arrival]),
        visit(7, door, set={"use": {"p": None, "v": broken}}),
        visit(8, door, set={broken: {"p": None, "v": "let"}}),
        op(9, "visit.record", "dwelling", door.id, at=now, data={"outcome": "no_answer", broken: 1}),
        op(10, "matter.note", "dwelling", door.id, at=now, data=note),
        op(11, "task.hand_back", "dwelling", door.id, at=now, data={"target": broken, "reason": broken}),
        {**visit(12, door), "entity": broken, "att": [broken], "mono": broken, "version": 1},
    ]
    assert [body["seq"] for body in ops] == list(range(2, 2 + len(ops)))
    return ops


@BROKEN
def test_a_text_no_column_takes_is_a_fault_of_its_op_alone(field: Field, broken: str) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    spoilt = faulty(door, broken)
    last = visit(len(spoilt) + 2, other, note={"kind": "hazard", "text": "灯坏了😀"})
    status, answer = push(wire, visit(1, door), *spoilt, last)
    assert (status, answer["next_seq"]) == (200, len(spoilt) + 3)
    assert states(answer) == ["accepted", *["returned"] * len(spoilt), "accepted"]
    assert {result["reason"] for result in answer["results"][1:-1]} == {"not_valid"}
    assert all(result["text"] for result in answer["results"][1:-1])
    assert (Visit.objects.count(), Returned.objects.filter(state="waiting").count()) == (2, len(spoilt))
    assert [returned.body_of(kept) for kept in Op.objects.order_by("seq")[1 : len(spoilt) + 1]] == spoilt, "as it came"
    assert push(wire, *spoilt, last)[1]["results"] == answer["results"][1:], "once each"
    assert wire.ask("POST", "pull", {"since": {broken: 1}, "epoch": 0})[1]["left"] == [broken]


def test_a_backslash_before_u0000_is_a_text_like_any_other(field: Field) -> None:
    door = field.street.door("101")
    field.walk.dispatch()
    note = {"kind": "hazard", "text": "路径 \\u0000 和 \\ud83d"}
    assert states(push(field.phone(), visit(1, door, note=note))[1]) == ["accepted"]


@BROKEN
def test_it_is_handed_in_without_a_session_too_and_the_phone_is_wiped(field: Field, broken: str) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    spoilt = faulty(door, broken)
    sealed = [wire.seal(body) for body in [visit(1, door), *spoilt, visit(len(spoilt) + 2, other)]]
    strange = {**wire.seal(visit(30, door)), "key_id": broken}
    send = through(field.client)

    def deposit(token: str, ops: list[Any]) -> tuple[int, Any]:
        status, content = send("POST", f"{API}deposit", {}, spelled({"token": token, "ops": ops}))
        return status, json.loads(content)

    devices.revoke(actor=field.viewer(field.lead), at=clock.now(), device=Device.objects.get().id, reason="丢了")
    status, answer = deposit(wire.token, [*sealed, strange])
    assert (status, answer["wipe"], len(answer["taken"])) == (200, True, len(sealed) + 1)
    reasons = list(Op.objects.order_by("seq").values_list("reason", flat=True))
    assert reasons == ["not_permitted", *["not_valid"] * len(spoilt), "not_permitted"]
    assert Deposit.objects.filter(state="unreadable").count() == 1
    assert deposit(f"{wire.token}{broken}", sealed)[1] == {"problem": "unknown_device"}
    assert deposit(wire.token, [{**strange, "seq": 1 << 70}])[0] == 400


def test_a_file_of_it_is_imported_shown_and_decided(field: Field) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire, lead = field.phone(), Client()
    lead.force_login(field.lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    spoilt = [*faulty(door, HALF), op(13, "person.end", "person", ids.new_id(), at=clock.now(), data={"reason": HALF})]
    ops = [wire.seal(body) for body in [*spoilt, visit(14, other)]]
    content = spelled({"format": depositing.FORMAT, "device": wire.device, "made_at": HALF, "ops": ops})
    sent = lead.post("/phones/outbox/", {"file": SimpleUploadedFile("待传.gwo", content)}, follow=True)
    assert f"导入了 {len(spoilt) + 1} 条，0 条服务器已有" in sent.content.decode()
    assert (Visit.objects.count(), Returned.objects.count()) == (1, len(spoilt))
    shown = lead.get("/returned/").content.decode()
    assert "灯坏了\ufffd" in shown and shown.count("看清哪里不对，打开这一户补录，再搁置这一条") == len(spoilt)
    first, *others = Returned.objects.order_by("op__seq").values_list("pk", flat=True)
    for pk in others:
        refused = lead.post(f"/returned/{pk}/", {"do": "release", "note": "看过了"}, follow=True).content.decode()
        assert "没有放行：填的内容有一处读不懂" in refused
    lead.post(f"/returned/{first}/", {"do": "set_aside", "note": "已另记"})
    assert dict(Returned.objects.values_list("pk", "state")) == {first: "set_aside", **dict.fromkeys(others, "waiting")}


@pytest.mark.parametrize("ahead", [dt.timedelta(0), dt.timedelta(hours=7), -dt.timedelta(hours=7)])
def test_a_time_no_calendar_has_is_a_fault_of_its_op_alone(field: Field, ahead: dt.timedelta) -> None:
    """Beside it 2150, which a clock may say: put right to when it came; and 1970, a flat battery's, stays as said."""
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone(now=lambda: clock.now() + ahead)
    absurd = ["9999-12-31T23:59:59.999999-14:00", "9999-12-31T00:00:00+00:00", "0001-01-01T00:00:00+14:00"]
    spoilt = [{**visit(seq, door), "at": moment} for seq, moment in enumerate(absurd, 1)]
    spoilt += [visit(4, door, "no_answer", revisit_at=absurd[0]), visit(5, door, "no_answer", revisit_at=absurd[2])]
    status, answer = push(wire, *spoilt, {**visit(6, other), "at": "2150-01-01T00:00:00+00:00"})
    assert (status, answer["next_seq"]) == (200, 7)
    assert [result.get("reason", "") for result in answer["results"]] == ["not_valid"] * 5 + [""]
    kept = Op.objects.get(seq=6)
    assert (kept.at, kept.clock_uncertain, kept.phone_at) == (kept.received_at, True, "2150-01-01T00:00:00+00:00")


@pytest.mark.parametrize("milliseconds", [10**16 - 1, -(10**15)])
def test_a_clock_beyond_all_calendars_orders_nothing(field: Field, milliseconds: int) -> None:
    """The phone's clock stands outside the years 1 to 9999; what it says of the visit is as good as nothing."""
    door = field.street.door("101")
    field.walk.dispatch()
    wire = field.phone()
    wire.now = lambda: Beyond(milliseconds)
    assert states(push(wire, visit(1, door))[1]) == ["accepted"]
    kept = Op.objects.get()
    assert (kept.at, kept.clock_uncertain, Visit.objects.get().at) == (kept.received_at, True, kept.received_at)


class Beyond:
    """A moment no ``datetime`` can hold."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def timestamp(self) -> float:
        return self._milliseconds / 1000


@BROKEN
def test_a_phone_is_bound_under_such_a_name_and_refused_such_a_password(field: Field, broken: str) -> None:
    send = through(field.client)
    status, _ = Wire(send=send, now=clock.now).activate(
        field.worker.username, PASSWORD, field.code(), name=f"机{broken}"
    )
    assert (status, Device.objects.get().name) == (200, "机灯坏了\ufffd" if broken is HALF else "机灯坏\ufffd了")
    right = {"login": field.worker.username, "code": field.code(), "password": PASSWORD}
    for name, why in (("login", "wrong_credentials"), ("code", "wrong_code"), ("password", "wait")):
        body = spelled(
            {**right, "public_key": jwk_of(Wire(send=send, now=clock.now).key), name: f"{right[name]}{broken}"}
        )
        status, content = send("POST", f"{API}activate", {"Content-Type": "application/json"}, body)
        assert (status // 100, json.loads(content)["problem"]) == (4, why)
