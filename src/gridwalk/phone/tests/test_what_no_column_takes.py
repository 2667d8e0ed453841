"""Half a character, NUL, times no calendar has: the op is kept and given back, and nothing waits behind it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from psycopg.errors import DiskFull, LockNotAvailable, ProgramLimitExceeded

from gridwalk.core import clock, ids
from gridwalk.core.queries import NotHere
from gridwalk.phone.tests.conftest import PASSWORD
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.sync import crypto, spelling
from gridwalk.sync import rules as sync_rules
from gridwalk.sync.actions import depositing, devices, returned, runs
from gridwalk.sync.models import Deposit, Device, Op, Returned
from gridwalk.visits.models import Visit
from tests.harness.phones import API, Wire, jwk_of, op, spelled, through

pytestmark = pytest.mark.slow


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


def test_what_is_no_sealed_op_at_all_is_kept_as_it_came_and_the_others_are_judged(field: Field) -> None:
    doors = [field.street.door(f"10{n}") for n in range(1, 5)]
    field.walk.dispatch()
    wire, file = field.phone(), {"format": depositing.FORMAT}
    good, late = wire.seal(visit(1, doors[0])), wire.seal(visit(2, doors[1]))
    strange = wire.seal(visit(3, doors[2]))
    odd: list[Any] = [
        None,
        [],
        "x",
        {},
        {"op": 3, "seq": 4},
        {**strange, "op": HALF},
        {**strange, "sealed": NUL},
        {**good, "seq": 9},  # the same id a second time, and something else
        {**late, "seq": 1 << 70},  # opens, and has no place
    ]
    send = through(field.client)
    body = spelled({"token": wire.token, "ops": [good, *odd]})
    status, content = send("POST", f"{API}deposit", {}, body)
    assert (status, len(json.loads(content)["taken"])) == (200, 1 + len(odd))
    assert {good["op"], late["op"], HALF} <= set(json.loads(content)["taken"])
    assert Visit.objects.count() == 2
    assert sorted(Op.objects.values_list("seq", "reason")) == [(0, ""), (1, ""), (9, "not_valid")]
    kept = Deposit.objects.filter(state="unreadable").order_by("op").values_list("sealed", flat=True)
    assert {row for row in kept if row[0] in '{["'} == {
        '{"\\u0000":null}',
        '{"\\u0000":[]}',
        '{"\\u0000":"x"}',
        "{}",
        '{"op":3,"seq":4}',
        sync_rules.kept_spelling(odd[6]),
    }
    n_kept = Deposit.objects.count()
    assert send("POST", f"{API}deposit", {}, body)[0] == 200
    assert Deposit.objects.count() == n_kept, "once each"
    for ops in ({"a": 1}, None, "x"):
        assert send("POST", f"{API}deposit", {}, spelled({"token": wire.token, "ops": ops}))[0] == 400
        data = spelled({**file, "device": wire.device, "ops": ops})
        with pytest.raises(depositing.NoOutbox, match="什么都没有导入"):
            depositing.import_file(actor=field.viewer(field.lead), at=clock.now(), data=data)
    for data in (b"", b"[", b"\xff\xfe", b"[]", spelled({**file, "format": "x"})):
        with pytest.raises(depositing.NoOutbox, match="什么都没有导入"):
            depositing.import_file(actor=field.viewer(field.lead), at=clock.now(), data=data)
    for device in (None, HALF, str(ids.new_id())):
        with pytest.raises(NotHere):
            data = spelled({**file, "device": device, "ops": []})
            depositing.import_file(actor=field.viewer(field.lead), at=clock.now(), data=data)


def test_an_op_that_is_none_has_its_place_and_the_next_one_goes_on(field: Field) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    odd: list[Any] = [
        None,
        7,
        [],
        {},
        {"op": HALF, "seq": NUL},
        {**visit(6, door), "op": NUL},
        {**visit(7, door), "seq": 1 << 60},
        {**visit(8, door), "seq": 3},
    ]
    good = visit(9, other)
    status, answer = push(wire, *odd, good, seq_from=1)
    assert (status, answer["next_seq"], states(answer)) == (200, 10, ["returned"] * 8 + ["accepted"])
    assert {result["reason"] for result in answer["results"][:8]} == {"not_valid"}
    assert [result["op"] for result in answer["results"][4:]] == [HALF, NUL, odd[6]["op"], odd[7]["op"], good["op"]]
    assert [result["seq"] for result in answer["results"]] == list(range(1, 10))
    kept = [returned.body_of(row) for row in Op.objects.order_by("seq")]
    assert kept == [*({spelling.UNREAD: raw} for raw in odd[:3]), *odd[3:], good], "as it came"
    assert push(wire, *odd, good, seq_from=1)[1]["results"] == answer["results"], "once each"
    lead = field.viewer(field.lead)
    *unreadable, strange_number, other_number = Returned.objects.order_by("op__seq").values_list("pk", flat=True)
    for pk in unreadable:
        with pytest.raises(returned.NotDecided, match="没有放行：填的内容有一处读不懂"):
            returned.release(actor=lead, at=clock.now(), op=pk)
    for pk in (strange_number, other_number):  # only the number was wrong, and it says nothing
        assert returned.release(actor=lead, at=clock.now(), op=pk).state == "accepted"
    assert Visit.objects.count() == 3


@pytest.mark.parametrize("depth", [65, 1000, 100_000])
@pytest.mark.parametrize("place", ["data", "set", "entity", "at", "extra", "verb"])
def test_what_is_nested_too_deep_is_kept_as_it_came_by_every_way(field: Field, depth: int, place: str) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire, second = field.phone(), field.phone()
    deep = "[" * depth + '"深"' + "]" * depth
    body = spelled({**visit(1, door), place: "here"}).replace(b'"here"', deep.encode())
    sent = b'{"seq_from": 1, "ops": [' + body + b", " + spelled(visit(2, other)) + b"]}"
    status, answer = wire.ask("POST", "push", sent)
    assert (status, states(answer)) == (200, ["returned", "accepted"])
    kept: Any = returned.body_of(Op.objects.get(seq=1))
    inner, n = kept[place], spelling.DEEPEST - 1
    for _ in range(n):
        (inner,) = inner
    assert inner == {spelling.UNREAD: deep[n : len(deep) - n]}, "as it came"
    name = json.loads(body.replace(deep.encode(), b"0"))["op"]
    sealed = crypto.seal(second.server_key, body, op=name, iv=b"0" * 12)
    entry = {"op": name, "seq": 1, "key_id": second.key_id, "sealed": crypto.encode(sealed)}
    status, content = through(field.client)(
        "POST", f"{API}deposit", {}, spelled({"token": second.token, "ops": [entry]})
    )
    assert (status, json.loads(content)["taken"]) == (200, [name])
    assert Op.objects.filter(pk=name).count() == 1, "what was pushed and is deposited is one"


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


@pytest.mark.parametrize(
    ("cause", "is_of_op"), [(ProgramLimitExceeded, True), (LockNotAvailable, False), (DiskFull, False)]
)
def test_what_is_too_large_for_the_database_is_a_fault_of_its_op_and_what_the_database_lacks_is_none(
    field: Field, monkeypatch: pytest.MonkeyPatch, cause: type[Exception], is_of_op: bool
) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire, second = field.phone(), field.phone()
    bad, good = visit(1, door), visit(2, other)
    handed_in = visit(1, door)
    log_ops = runs.log_ops

    def trip(writing: Any, device: Any, outcomes: Any, **more: Any) -> None:
        names = {str(o.intention.op) for o in outcomes if not o.intention.fault}
        if names & {bad["op"], handed_in["op"]}:
            raise OperationalError("no") from cause()
        log_ops(writing, device, outcomes, **more)

    monkeypatch.setattr(runs, "log_ops", trip)
    device = Device.objects.get(pk=second.device)
    sealed = depositing.read([second.seal(handed_in)], device=device.pk)
    if is_of_op:
        assert states(push(wire, bad, good)[1]) == ["returned", "accepted"]
        taken = depositing.deposit(device=device, at=clock.now(), sealed=sealed)
        assert (taken.ops, Op.objects.get(pk=handed_in["op"]).reason) == ([handed_in["op"]], "not_valid")
        return
    with contextlib.suppress(OperationalError):  # or an answer that it is busy
        assert push(wire, bad, good)[0] == 503
    with pytest.raises(OperationalError):
        depositing.deposit(device=device, at=clock.now(), sealed=sealed)
    assert (Op.objects.count(), Visit.objects.count()) == (0, 0), "nothing was taken, and it is sent again"
