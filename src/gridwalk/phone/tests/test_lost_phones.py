"""A phone that was lost, and its copies: what they may do until the office knows, and nothing after."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import pytest
import time_machine

from gridwalk.accounts.models import Assignment
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.phone.tests.test_pushing import push, visit
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests.street import FAR_GRID
from gridwalk.sync import rules
from gridwalk.sync.actions import copies, devices, pushing, runs
from gridwalk.sync.actions.devices import ActivationRefused, DeviceError
from gridwalk.sync.models import Deposit, Device, Op, Returned
from gridwalk.visits.models import Visit
from tests.harness.phones import API, Wire, jwk_of, op

Field = Any


def copy_of(wire: Wire) -> Wire:
    """The same storage on another phone."""
    return Wire(
        send=wire.send, now=wire.now, key=wire.key, device=wire.device, server_key=wire.server_key, key_id=wire.key_id
    )


def become(copy: Wire, body: dict[str, Any]) -> tuple[int, Any]:
    """A copy sends something of its own under a number that is taken, and takes the name it is given."""
    status, answer = push(copy, body)
    if answer.get("problem") == "cloned":
        copy.device, copy.token = answer["device"], answer["deposit_token"]
    return status, answer


def deposit(wire: Wire, ops: list[Any], *, done: bool = False) -> tuple[int, Any]:
    """What a phone hands in without a session."""
    body = json.dumps({"token": wire.token, "ops": [wire.seal(body) for body in ops], "done": done}).encode()
    status, content = wire.send("POST", f"{API}deposit", {}, body)
    return status, json.loads(content)


def problem(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["problem"]


def test_a_copy_only_hands_in_until_the_office_confirms_it_and_goes_with_its_phone(field: Field) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    push(wire, visit(1, door))
    thief = copy_of(wire)
    status, answer = become(thief, visit(1, other, "no_answer"))
    assert (status, "share" in answer, answer["next_seq"]) == (409, False, 1)
    for name, content in (("pull", {"since": {}}), ("lease", {}), ("device/me", {"waiting": 1})):
        assert problem(thief.ask("POST", name, content)) == (403, "unconfirmed")
    assert problem(push(thief, visit(1, other, "no_answer"))) == (403, "unconfirmed")
    handed_in = visit(1, other)
    assert deposit(thief, [handed_in])[1] == {"taken": [handed_in["op"]], "wipe": False}
    assert Returned.objects.get().op_id.hex == handed_in["op"].replace("-", ""), "kept, and waits for a decision"
    assert Visit.objects.count() == 1

    lead, far = field.viewer(field.lead), field.viewer(field.worker)
    copy = Device.objects.get(pk=thief.device)
    with pytest.raises(NotHere):
        copies.confirm(actor=far, at=clock.now(), device=copy.pk)
    copies.confirm(actor=lead, at=clock.now(), device=copy.pk)
    with pytest.raises(DeviceError, match="已经确认过了"):
        copies.confirm(actor=lead, at=clock.now(), device=copy.pk)
    assert AuditEntry.objects.filter(verb="device.confirmed", subject=copy.pk).count() == 1
    assert (thief.ask("POST", "pull", {"since": {}})[0], thief.ask("POST", "lease", {})[0]) == (200, 200)

    waiting = copy_of(wire)
    become(waiting, visit(1, field.street.door("103")))
    devices.revoke(actor=lead, at=clock.now(), device=uuid.UUID(wire.device), reason="丢了")
    for phone in (wire, thief, waiting):
        for name in ("pull", "lease", "push"):
            assert problem(phone.ask("POST", name, {})) == (401, "revoked")
    with pytest.raises(DeviceError, match="已经停用"):
        copies.confirm(actor=lead, at=clock.now(), device=uuid.UUID(waiting.device))


def test_whichever_copy_is_named_all_of_them_are_taken_back(field: Field) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    wire, stranger = field.phone(), field.phone()
    push(wire, visit(1, door))
    copy = copy_of(wire)
    become(copy, visit(1, other))
    devices.revoke(actor=field.viewer(field.lead), at=clock.now(), device=uuid.UUID(copy.device), reason="丢")
    assert problem(wire.ask("POST", "pull", {})) == (401, "revoked")
    assert stranger.ask("POST", "pull", {})[0] == 200, "another phone of the same worker is another phone"
    Device.objects.filter(pk=copy.device).update(revoked_at=None)
    assert problem(copy.ask("POST", "pull", {})) == (401, "revoked"), "the root is asked each time"
    again = Wire(send=wire.send, now=wire.now, key=wire.key)
    assert problem(again.activate(field.worker.username, "walk-every-door-26", field.code())) == (403, "revoked_key")
    with pytest.raises(ActivationRefused):
        devices.activate(
            user=field.worker,
            login="x",
            place="192.0.2.7",
            code=field.code(),
            public_key=jwk_of(wire.key),
            name="",
            platform="",
            wire=1,
            at=clock.now(),
        )


def test_three_copies_wait_at_most_and_one_that_asks_again_is_the_same(field: Field) -> None:
    doors = [field.street.door(f"10{n}") for n in range(1, 6)]
    wire = field.phone()
    push(wire, visit(1, doors[0]))
    bodies = [visit(1, door, "no_answer") for door in doors[1:]]
    first = push(copy_of(wire), bodies[0])[1]
    assert push(copy_of(wire), bodies[0])[1]["device"] == first["device"], "the answer was lost on the way"
    names = {first["device"], *(push(copy_of(wire), body)[1]["device"] for body in bodies[1:3])}
    assert len(names) == rules.MOST_COPIES == 3
    assert problem(push(copy_of(wire), bodies[3])) == (409, "copies")
    assert Device.objects.filter(cloned_from__isnull=False).count() == 3
    copies.confirm(actor=field.viewer(field.lead), at=clock.now(), device=uuid.UUID(first["device"]))
    assert problem(push(copy_of(wire), bodies[3])) == (409, "cloned")


def test_the_token_of_a_phone_that_was_taken_back_never_writes(field: Field) -> None:
    door, other = field.street.door("101", tenure="owner"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    push(wire, visit(1, other))
    devices.revoke(actor=field.viewer(field.lead), at=clock.now(), device=Device.objects.get().pk, reason="丢了")
    fact = {"tenure": {"p": str(Dwelling.objects.get(pk=door.pk).heads["tenure"]), "v": "let"}}
    for _ in range(3):  # under a number that is taken, at once, again and again
        body = op(1, "fact.set", "dwelling", door.pk, at=clock.now(), set=fact)
        assert deposit(wire, [body])[1] == {"taken": [body["op"]], "wipe": True}
    assert Dwelling.objects.get(pk=door.pk).tenure == "owner"
    assert set(Op.objects.filter(verb="fact.set").values_list("state", flat=True)) == {"returned"}
    assert Device.objects.count() == 1, "handing in makes no identity"
    assert sorted(Op.objects.values_list("seq", flat=True)) == [-2, -1, 0, 1]


def test_a_push_that_waits_while_its_phone_is_taken_back_writes_nothing(field: Field) -> None:
    door = field.street.door("101")
    wire = field.phone()
    device = Device.objects.select_related("user").get()
    first, intentions, _ = rules.read_push({"seq_from": 1, "ops": [visit(1, door)]}, device=device.pk)
    devices.revoke(actor=field.viewer(field.lead), at=clock.now(), device=device.pk, reason="丢了")
    with pytest.raises(runs.Revoked):
        pushing.push(
            device=device,
            viewer=field.viewer(field.worker),
            at=clock.now(),
            behind=dt.timedelta(0),
            first=first,
            intentions=intentions,
        )
    assert (Op.objects.count(), Visit.objects.count()) == (0, 0)
    body = visit(1, door)
    assert deposit(wire, [body])[1]["taken"] == [body["op"]]


@pytest.mark.slow
def test_a_token_ends_with_the_wipe_and_takes_no_more_than_was_numbered(field: Field) -> None:
    door = field.street.door("101")
    wire = field.phone()
    push(wire, visit(1, door))
    devices.revoke(actor=field.viewer(field.lead), at=clock.now(), device=Device.objects.get().pk, reason="丢了")
    flood = [op(seq, "fact.set", "dwelling", door.pk, at=clock.now()) for seq in range(2, 260)]
    spoilt = {**wire.seal(op(3, "fact.set", "dwelling", door.pk, at=clock.now())), "key_id": "nobody's"}
    status, answer = deposit(wire, flood)
    assert (status, len(answer["taken"])) == (200, 100), "a hundred a day since it was last heard of"
    body = json.dumps({"token": wire.token, "ops": [{**spoilt, "seq": 10**9}]}).encode()
    assert json.loads(wire.send("POST", f"{API}deposit", {}, body)[1])["taken"] == []
    assert deposit(wire, flood[:100])[1]["taken"] == [body["op"] for body in flood[:100]], "once more is no more"
    assert (Op.objects.count(), Deposit.objects.count()) == (101, 100)
    assert deposit(wire, [], done=True)[0] == 200
    assert Device.objects.get().wiped_at is not None
    assert problem(deposit(wire, flood[:1])) == (401, "unknown_device")


def test_a_token_is_good_for_forty_days_after_the_phone_was_taken_back(field: Field) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    wire = field.phone()
    lead = field.viewer(field.lead)
    assert deposit(wire, [visit(1, door)], done=True)[1]["wipe"] is False, "a phone in use ends nothing by it"
    devices.revoke(actor=lead, at=clock.now(), device=Device.objects.get().pk, reason="丢了")
    with time_machine.travel(clock.now() + dt.timedelta(days=39)):
        assert deposit(wire, [visit(2, other)])[0] == 200
    with time_machine.travel(clock.now() + dt.timedelta(days=41)):
        assert problem(deposit(wire, [visit(3, other)])) == (401, "unknown_device")


def test_what_reads_is_signed_for_minutes_and_a_wrong_clock_shuts_nobody_out(field: Field) -> None:
    door = field.street.door("101")
    sent: list[tuple[str, str, dict[str, str], bytes]] = []
    wire = field.phone()
    send = wire.send

    def overheard(*request: Any) -> tuple[int, bytes]:
        sent.append(request)
        status, content = send(*request)
        return status, content

    wire.send = overheard
    for name, content in (("pull", {"since": {}}), ("lease", {}), ("device/me", {"waiting": 0})):
        assert wire.ask("POST", name, content)[0] == 200
    body = visit(1, door)
    assert push(wire, body)[0] == 200
    pull, lease, me, pushed = sent
    with time_machine.travel(clock.now() + dt.timedelta(minutes=5)):
        assert send(*pull)[0] == 200
    with time_machine.travel(clock.now() + dt.timedelta(minutes=11)):
        for request in (pull, lease, me):
            assert (send(*request)[0], json.loads(send(*request)[1])["problem"]) == (409, "stale")
        assert send(*pushed)[0] == 200, "a push sent again does nothing, whenever"
        assert Visit.objects.count() == 1
        assert wire.ask("POST", "pull", {"since": {}})[0] == 200
    slow = field.phone(now=lambda: clock.now() - dt.timedelta(days=365))
    slow.send = overheard
    sent.clear()
    assert (slow.ask("POST", "pull", {"since": {}})[0], len(sent)) == (200, 2), "told the time, asked once more"
    assert (slow.ask("POST", "lease", {})[0], len(sent)) == (200, 3)
    assert push(slow, visit(1, field.street.door("102")))[0] == 200
    assert Op.objects.latest("received_at").clock_uncertain


def test_a_copy_of_another_community_is_not_the_leads_to_confirm(field: Field) -> None:
    wire = field.phone()
    push(wire, visit(1, field.street.door("101")))
    copy = copy_of(wire)
    become(copy, visit(1, field.street.door("102")))
    Device.objects.update(scope=FAR_GRID)
    Assignment.objects.filter(user__in=Device.objects.values("user")).update(scope=FAR_GRID)
    with pytest.raises(NotHere):
        copies.confirm(actor=field.viewer(field.lead), at=clock.now(), device=uuid.UUID(copy.device))
