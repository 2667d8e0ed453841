"""Binding a phone, its lease, taking it back; depositing; what strangers get."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import NotPermitted, Role
from gridwalk.core import clock, files
from gridwalk.core.models import AuditEntry, StoredFile
from gridwalk.core.queries import NotHere
from gridwalk.phone.tests.conftest import PASSWORD
from gridwalk.phone.tests.test_pushing import push, visit
from gridwalk.registry.tests.street import FAR_GRID, FIRST, id_no
from gridwalk.sync import crypto
from gridwalk.sync.actions import depositing, devices, returned
from gridwalk.sync.models import Attachment, Attempts, Deposit, Device, Op, Returned
from gridwalk.visits.models import Visit
from tests.harness.phones import API, Wire, op, through

Field = Any


def test_a_phone_is_bound_by_password_and_a_code_that_works_once(field: Field) -> None:
    code = field.code()
    wire = Wire(send=through(field.client), now=clock.now)
    status, answer = wire.activate(f" {field.worker.username.upper()} ", PASSWORD, code.upper().replace("-", " "))
    assert status == 200
    assert answer["user"]["name"] == "周行" and [g["code"] for g in answer["user"]["grids"]] == [
        field.walk.worker.assignments[0].scope
    ]
    assert (
        len(base64.urlsafe_b64decode(answer["share"] + "=")),
        answer["next_seq"],
        answer["settings"]["max_ops"],
    ) == (32, 1, 200)
    device = Device.objects.get()
    assert answer["share"] not in device.share_sealed
    assert wire.ask("GET", "device/me")[0] == 200
    status, again = Wire(send=through(field.client), now=clock.now).activate(field.worker.username, PASSWORD, code)
    assert (status, again["problem"]) == (403, "code_used")
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"device.code_made", "device.activated"}


def test_what_does_not_bind_says_why_and_wrong_guesses_must_wait_longer(field: Field, account: Any) -> None:
    def tried(login: str, password: str, code: str) -> Any:
        return Wire(send=through(field.client), now=clock.now).activate(login, password, code)[1]["problem"]

    worker = field.worker.username
    with time_machine.travel(clock.now(), tick=False):  # the first wait is a second
        assert tried(worker, "wrong-password-1", field.code()) == "wrong_credentials"
        assert tried(worker, PASSWORD, field.code()) == "wait"
    with time_machine.travel(clock.now() + dt.timedelta(minutes=3)):
        assert tried(worker, PASSWORD, "zzzz-zzzz") == "wrong_code"
        assert Attempts.objects.get().n == 2
        failed = AuditEntry.objects.filter(verb="account.sign_in_failed", subject=field.worker.id).order_by("id")
        assert [entry.data["factor"] for entry in failed] == ["password", "phone_code"]
    code = field.code()
    with time_machine.travel(clock.now() + dt.timedelta(minutes=20)):
        assert tried(worker, PASSWORD, code) == "code_expired"
        centre = account(Role.STREET_CENTRE, FIRST[:9])
        assert tried(centre.username, PASSWORD, field.code()) == "not_a_worker"
        other = account(Role.GRID_WORKER, field.walk.worker.assignments[0].scope)
        assert tried(other.username, PASSWORD, field.code()) == "wrong_code", "a code is made for one account"
        User.objects.filter(pk=field.worker.pk).update(must_change_password=True)
        assert tried(worker, PASSWORD, field.code()) == "change_password"
    assert Device.objects.count() == 0


def test_a_first_password_is_replaced_while_the_phone_is_bound(field: Field) -> None:
    worker, now = field.worker, clock.now()
    User.objects.filter(pk=worker.pk).update(must_change_password=True, created_at=now)
    code, own = field.code(), "own-door-by-door-27"

    def bind(password: str, own_password: str) -> Any:
        phone = Wire(send=through(field.client), now=clock.now)
        status, answer = phone.activate(worker.username, password, code, own_password=own_password)
        return status, answer.get("problem"), answer.get("text", "")

    assert bind(PASSWORD, "")[:2] == (403, "change_password")
    status, problem, why = bind(PASSWORD, "123456789012")
    assert (status, problem) == (403, "weak_password")
    assert "密码没有存" in why
    assert "和现在的一样" in bind(PASSWORD, PASSWORD)[2]
    assert bind(PASSWORD, "长" * 1001)[1] == "password_too_long"
    with time_machine.travel(now + dt.timedelta(days=8)):
        assert bind(PASSWORD, own)[1] == "password_ran_out"
    worker.refresh_from_db()
    assert (worker.must_change_password, worker.check_password(PASSWORD), Device.objects.count()) == (True, True, 0)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=3)):
        assert (
            Wire(send=through(field.client), now=clock.now).activate(
                worker.username, PASSWORD, "zzzz-zzzz", own_password=own
            )[1]["problem"]
            == "wrong_code"
        )
    worker.refresh_from_db()
    assert worker.must_change_password, "no password is changed with a code that is none"
    with time_machine.travel(clock.now() + dt.timedelta(minutes=9)):
        assert bind(PASSWORD, own)[0] == 200
    worker.refresh_from_db()
    assert (worker.must_change_password, worker.check_password(own), Device.objects.count()) == (False, True, 1)
    assert AuditEntry.objects.filter(verb="account.password_changed", subject=worker.pk).count() == 1


def test_who_tries_a_name_at_one_address_delays_its_owner_at_no_other(field: Field) -> None:
    stranger, owner = (Wire(send=through(Client(REMOTE_ADDR=f"192.0.2.{n}")), now=clock.now) for n in (7, 8))
    worker = field.worker.username
    for n in range(5):
        with time_machine.travel(clock.now() + dt.timedelta(minutes=n)):
            assert stranger.activate(worker, "wrong-password-1", "zzzz-zzzz")[0] == 403
    with time_machine.travel(clock.now() + dt.timedelta(minutes=4)):
        assert stranger.activate(worker, PASSWORD, field.code())[1]["problem"] == "wait"
        assert owner.activate(worker, PASSWORD, field.code())[0] == 200


def test_a_long_password_is_taken_as_it_was_typed(field: Field, account: Any) -> None:
    scope, longest = field.walk.worker.assignments[0].scope, " 走访Aa1" * 166 + "四字凑满"
    assert len(longest) == 1000
    worker = account(Role.GRID_WORKER, scope, password=longest)

    def tried(password: str) -> Any:
        wire = Wire(send=through(field.client), now=clock.now)
        return wire.activate(worker.username, password, field.code(worker))

    assert tried(longest + "x")[1]["problem"] == "password_too_long"
    with pytest.raises(AccountError, match="1,000"):
        account(Role.GRID_WORKER, scope, password=longest + "x")
    assert tried(longest)[0] == 200
    assert tried(longest[:200])[1]["problem"] == "wrong_credentials", "nothing is cut off"


def test_codes_are_made_by_whoever_answers_for_the_area(field: Field, account: Any) -> None:
    far = account(Role.GRID_WORKER, FAR_GRID)
    lead, admin = field.viewer(field.lead), field.viewer(account(Role.ADMINISTRATOR, FIRST[:9]))
    assert devices.make_code(actor=admin, at=clock.now(), user=far.id)[0]
    with pytest.raises(NotPermitted):
        devices.make_code(actor=lead, at=clock.now(), user=far.id)
    with pytest.raises(NotPermitted):
        devices.make_code(actor=field.viewer(field.worker), at=clock.now(), user=field.worker.id)


def test_a_request_nobody_signed_right_opens_nothing(field: Field) -> None:
    wire = field.phone()
    stranger = Wire(send=through(field.client), now=clock.now)
    stranger.device = wire.device
    assert stranger.ask("POST", "lease", {}) == (401, {"problem": "bad_signature"})
    stranger.device = "0" * 8 + "-0000-7000-8000-" + "0" * 12
    assert stranger.ask("POST", "pull", {}) == (401, {"problem": "unknown_device"})
    assert Client().post(f"{API}push", "{}", content_type="application/json").status_code == 401
    wire.device = wire.device[:-1] + "x"
    assert wire.ask("POST", "lease", {})[0] == 401
    status, body = through(field.client)("GET", f"{API}epoch", {}, b"")
    assert (status, json.loads(body)["wire"]) == (200, [1])


def test_the_lease_is_renewed_and_waiting_work_reported(field: Field) -> None:
    wire = field.phone()
    with time_machine.travel(clock.now() + dt.timedelta(hours=5)):
        status, answer = wire.ask("POST", "lease", {})
        until = dt.datetime.fromisoformat(answer["lease_until"])
        assert (status, until - clock.now() > dt.timedelta(hours=71, minutes=59)) == (200, True)
        assert wire.ask("POST", "device/me", {"waiting": 3})[0] == 200
    assert Device.objects.get().waiting == 3


def test_a_phone_taken_back_hands_in_what_it_holds_and_is_wiped(field: Field) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    person = field.street.person("程望舒", door)
    field.walk.dispatch()
    wire = field.phone()
    with pytest.raises(NotHere):
        devices.revoke(actor=field.viewer(field.worker), at=clock.now(), device=Device.objects.get().id, reason="丢了")
    devices.revoke(actor=field.viewer(field.lead), at=clock.now(), device=Device.objects.get().id, reason="手机丢了")
    visits = [visit(1, door, confirmed=[str(person.id)]), visit(2, other, "no_answer")]
    status, answer = push(wire, *visits)
    assert (status, answer["problem"]) == (401, "revoked")
    send = through(field.client)

    def deposit(ops: list[Any]) -> Any:
        return json.loads(send("POST", f"{API}deposit", {}, json.dumps({"token": wire.token, "ops": ops}).encode())[1])

    sealed = [wire.seal(body) for body in visits]
    spoilt = {**wire.seal(op(3, "visit.record", "dwelling", door.id, at=clock.now())), "key_id": "nobody's"}
    assert deposit([*sealed, spoilt]) == {"taken": [visits[0]["op"], visits[1]["op"], spoilt["op"]], "wipe": True}
    assert deposit(sealed)["wipe"] is True
    assert (Visit.objects.count(), Returned.objects.filter(reason="not_permitted").count()) == (0, 2)
    assert dict(Deposit.objects.values_list("state", "seq")) == {"taken": 2, "unreadable": 3}
    assert Device.objects.get().wiped_at is None, "it may not have heard the answer"
    send("POST", f"{API}deposit", {}, json.dumps({"token": wire.token, "ops": [], "done": True}).encode())
    assert Device.objects.get().wiped_at is not None
    lead = field.viewer(field.lead)
    outcome = returned.release(actor=lead, at=clock.now(), op=Returned.objects.order_by("op__seq")[0].pk)
    assert (outcome.state, Visit.objects.get().worker, Op.objects.get(seq=1).state) == (
        "accepted",
        field.worker.id,
        "accepted",
    )
    assert json.loads(send("POST", f"{API}deposit", {}, b'{"token": "x", "ops": []}')[1])["problem"] == "unknown_device"


def test_an_exported_outbox_is_imported_and_the_phone_may_push_it_after_all(field: Field) -> None:
    door, other = field.street.door("101"), field.street.door("102")
    field.walk.dispatch()
    wire = field.phone()
    visits = [visit(1, door), visit(2, other)]
    file = {
        "format": "gridwalk-outbox-1",
        "device": wire.device,
        "made_at": clock.now().isoformat(),
        "ops": [wire.seal(visits[1])],
    }
    lead = field.viewer(field.lead)
    with pytest.raises(depositing.NoOutbox):
        depositing.import_file(actor=lead, at=clock.now(), data=b"PK\x03\x04")
    with pytest.raises(NotPermitted):
        depositing.import_file(actor=field.viewer(field.worker), at=clock.now(), data=json.dumps(file).encode())
    taken = depositing.import_file(actor=lead, at=clock.now(), data=json.dumps(file).encode())
    assert (taken.n_new, taken.n_unreadable, Visit.objects.count()) == (1, 0, 1)
    _, answer = push(wire, *visits)
    assert ([result["state"] for result in answer["results"]], answer["next_seq"], Visit.objects.count()) == (
        ["accepted"] * 2,
        3,
        2,
    )


def test_a_sealed_op_opens_only_under_its_own_id(field: Field) -> None:
    wire = field.phone()
    sealed = wire.seal(
        op(1, "fact.set", "person", field.worker.id, at=clock.now(), set={"id_no": {"p": None, "v": id_no(3)}})
    )
    raw = crypto.decode(sealed["sealed"])
    assert id_no(3).encode() not in raw
    pem = devices.private_key(wire.key_id)
    assert pem is not None and crypto.unseal(pem, raw, op=sealed["op"])
    with pytest.raises(crypto.NotOurs):
        crypto.unseal(pem, raw, op="another")


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xe1\x00\x10Exif\x00\x00GPS:39.1\xff\xfe\x00\x06note\xff\xda\x00\x02" + b"pixels" * 40 + b"\xff\xd9trailer"
)


def test_a_photo_comes_in_pieces_and_is_stripped(field: Field) -> None:
    wire = field.phone()
    sha = hashlib.sha256(JPEG).hexdigest()
    metadata = f"sha256 {base64.b64encode(sha.encode()).decode()}"
    tus = {"Tus-Resumable": "1.0.0"}

    def create(length: int) -> Any:
        return wire.ask(
            "POST", "attachments/", b"", headers={**tus, "Upload-Length": str(length), "Upload-Metadata": metadata}
        )

    assert create(300_000)[0] == 413
    assert create(len(JPEG))[0] == 201
    path = f"attachments/{Attachment.objects.get().id}"

    def patch(offset: int, data: bytes) -> int:
        headers = {**tus, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return int(wire.ask("PATCH", path, data, headers=headers)[0])

    assert patch(0, JPEG[:100]) == 204
    assert patch(0, JPEG[:100]) == 409
    assert wire.ask("HEAD", path)[0] == 200 and create(len(JPEG))[0] == 201
    files.erase(Attachment.objects.get().id)
    assert patch(100, JPEG[100:]) == 409, "no backup has the pieces, and a kill may have taken them"
    assert Attachment.objects.get().received == 0, "so the phone begins again"
    assert patch(0, JPEG[:100]) == 204
    assert b"GPS" not in files.path_of(Attachment.objects.get().id).read_bytes()
    assert patch(100, JPEG[100:-1] + b"!") == 460, "a piece that came wrong: all again"
    assert Attachment.objects.get().received == 0
    assert patch(0, JPEG) == 204
    clean = files.read(StoredFile.objects.get(purpose="photo").id)
    assert (b"GPS" in clean, b"note" in clean, clean.endswith(b"\xff\xd9"), b"pixels" in clean) == (
        False,
        False,
        True,
        True,
    )
    other = Wire(send=wire.send, now=wire.now)
    other.activate(field.worker.username, PASSWORD, field.code())
    assert other.ask("HEAD", path)[0] == 404
