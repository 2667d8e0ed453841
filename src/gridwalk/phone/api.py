"""The phone's API (docs/algorithms/sync.md, “The wire”); django-ninja keeps its OpenAPI at ``openapi.json``."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.contrib.auth import authenticate
from django.db import Error
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from gridwalk.accounts import passwords
from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import LABELS, NotPermitted, Verb, Viewer
from gridwalk.accounts.sessions import actions as sign_ins
from gridwalk.accounts.sessions import addresses
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.inspection.actions import asking
from gridwalk.inspection.rules import AskingError
from gridwalk.notices import actions as notice_actions
from gridwalk.notices import queries as notices
from gridwalk.operations.operator.queries import operator
from gridwalk.phone import pushes, schemas, wire
from gridwalk.phone.wire import Problem, Session
from gridwalk.registry.actions import numbers
from gridwalk.registry.actions.numbers import DialledTooOften
from gridwalk.sync import crypto, messages, rules
from gridwalk.sync.actions import attachments, depositing, devices, epochs, pulling
from gridwalk.sync.actions.attachments import UploadRefused
from gridwalk.sync.queries import badges, matters, posts, sampled_doors
from gridwalk.sync.queries import campaign as campaigns
from gridwalk.sync.queries import devices as known_devices
from gridwalk.territory import queries as territory

api = NinjaAPI(
    title="Gridwalk phone",
    version="1",
    urls_namespace="phone_api",
    docs_url=None,
    description="Wire version 1 of docs/algorithms/sync.md. All but activate, deposit and epoch are signed.",
)
api.add_exception_handler(Error, wire.waiting)


@api.exception_handler(Problem)
def problem(request: HttpRequest, error: Any) -> HttpResponse:
    """What went wrong, as the phone reads it."""
    return wire.problem(request, error)


@api.exception_handler(NotHere)
def not_here(request: HttpRequest, error: Any) -> HttpResponse:
    """The same for what is absent and what is another phone's."""
    return wire.problem(request, Problem(404, "not_here", text=str(error)))


@api.exception_handler(NotPermitted)
def not_permitted(request: HttpRequest, error: Any) -> HttpResponse:
    """The worker's roles do not do this there."""
    return wire.problem(request, Problem(403, "not_permitted", text=str(error)))


def _user(user: Any, viewer: Viewer) -> dict[str, Any]:
    grids = pulling.grids_of(viewer)
    asks = viewer.scopes(Verb.ASK_AGAIN)
    places = [grid.area.short for grid in grids] or list(territory.place_names(asks).values())
    runs = operator()
    return {
        "id": str(user.id),
        "name": user.name,
        "role": "、".join(LABELS[role] for role in viewer.roles),
        "community": "、".join(dict.fromkeys(places)),
        "asks": bool(asks),
        "grids": posts.named(grids),
        "badge": {"photo": _data_uri(badges.photo_of(user.id)), "number": user.staff_number or user.username},
        "desk": territory.desk_of(grids[0].area) if grids else "",
        "operator": runs.unit,
        "filing_number": runs.filing_number,
    }


def _data_uri(jpeg: bytes | None) -> str | None:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}" if jpeg else None


def _settings(viewer: Viewer) -> dict[str, Any]:
    grids = pulling.grids_of(viewer)
    quiet = campaigns.quiet_hours(grids[0].code if grids else "")
    return {"lease_hours": int(rules.LEASE.total_seconds() // 3600), "quiet": quiet, "max_ops": messages.MOST_OPS}


def _password(body: dict[str, Any], name: str = "password") -> str:
    """A password as it was typed. Raises ActivationRefused where it is longer than any can be."""
    password = wire.text(body, name, passwords.LONGEST + 1)
    if len(password) > passwords.LONGEST:
        raise devices.ActivationRefused("password_too_long")
    return password


@api.post(
    "activate", url_name="activate", openapi_extra=schemas.operation(body=schemas.Activate, answer=schemas.Activated)
)
def activate(request: HttpRequest) -> HttpResponse:
    """Bind this phone to an account with its password and a one-time code."""
    at = wire.moment(request)
    body = wire.json_of(wire.body_of(request))
    if not isinstance(body, dict):
        raise Problem(400, "malformed")
    login, code = wire.text(body, "login", 80), wire.text(body, "code", 40)
    place = addresses.place_of(request)
    try:
        devices.require_patience(login=login, place=place, at=at)
        user = authenticate(request, username=login.strip().lower(), password=_password(body))
        if user is None:
            raise devices.ActivationRefused("wrong_credentials")
        offered = body.get("wire")
        versions = offered if isinstance(offered, list) else []
        spoken = max((v for v in versions if v in rules.WIRE), default=max(rules.WIRE))
        issued = devices.activate(
            user=user,
            login=login,
            place=place,
            code=code,
            public_key=body.get("public_key"),
            name=wire.text(body, "name", 60),
            platform=wire.text(body, "platform", 120),
            wire=spoken,
            at=at,
            own_password=_password(body, "own_password"),
        )
    except devices.ActivationRefused as refused:
        if refused.problem in {"wrong_credentials", "wrong_code"}:
            devices.note_failure(login=login, place=place, at=at)
            factor = "password" if refused.problem == "wrong_credentials" else "phone_code"
            sign_ins.note_failure(username=login, factor=factor, at=at)
        status = 429 if refused.problem == "wait" else 403
        raise Problem(status, refused.problem, text=str(refused), seconds=refused.seconds) from refused
    viewer = accounts.viewer_of(issued.device.user, clock.local_date(at))
    key = devices.server_key(at=at)
    return wire.answer(
        request,
        {
            "device": str(issued.device.id),
            "user": _user(issued.device.user, viewer),
            "server_key": key.public,
            "key_id": key.pk,
            "share": issued.share,
            "lease_until": issued.device.lease_until.isoformat(),
            "deposit_token": issued.deposit_token,
            "epoch": epochs.current(at=at),
            "next_seq": 1,
            "settings": _settings(viewer),
        },
    )


def _session(request: HttpRequest, *, reads: bool = False) -> tuple[Session, int]:
    session = wire.signed(request, reads=reads)
    return session, session.epoch or epochs.current(at=session.at)


@api.post("lease", url_name="lease", openapi_extra=schemas.operation(answer=schemas.Renewed))
def lease(request: HttpRequest) -> HttpResponse:
    """Renew the offline lease and get the server's half of the cache key."""
    session, epoch = _session(request, reads=True)
    until = devices.renew(device=session.device, at=session.at)
    key = devices.server_key(at=session.at)
    return wire.answer(
        request,
        {
            "share": devices.share_of(session.device),
            "lease_until": until.isoformat(),
            "epoch": epoch,
            "now": session.at.isoformat(),
            "user": _user(session.device.user, session.viewer),
            "server_key": key.public,
            "key_id": key.pk,
            "next_seq": session.device.next_seq,
            "settings": _settings(session.viewer),
        },
    )


@api.post("pull", url_name="pull", openapi_extra=schemas.operation(body=schemas.Pull, answer=schemas.Pulled))
def pull(request: HttpRequest) -> HttpResponse:
    """What changed in my grids since the versions I have."""
    session, epoch = _session(request, reads=True)
    read = wire.json_of(session.body)
    body = read if isinstance(read, dict) else {}
    since = body["since"] if isinstance(body.get("since"), dict) else {}
    pulled, left = pulling.pull(
        viewer=session.viewer,
        at=session.at,
        since=since,
        epoch=epoch,
        same_epoch=body.get("epoch") == epoch,
    )
    users: dict[str, str] = {}
    grids = []
    for grid in pulled:
        users |= grid.users
        grids.append(
            wire.with_list({k: v for k, v in vars(grid).items() if k not in {"users", "rows"}}, "rows", grid.rows)
        )
    rest = {
        "epoch": epoch,
        "now": session.at.isoformat(),
        "left": left,
        "users": users,
        "decided": known_devices.decided(session.device.user_id, session.at),
        "next_seq": session.device.next_seq,
        "campaign": campaigns.of_grid(pulled[0].grid, clock.local_date(session.at)) if pulled else None,
        "notices": [_notice(notice) for notice in notices.told(session.viewer) if notice.done_on is None],
        "posts": posts.of_grids([grid.grid for grid in pulled], clock.local_date(session.at)),
        "matters": matters.of_worker(session.viewer, clock.local_date(session.at)),
        "n_matters": matters.n_of_worker(session.viewer),
        **sampled_doors.of_inspector(session.viewer, session.at),
    }
    return wire.answer(request, wire.with_list(rest, "grids", grids))


def _notice(notice: notices.NoticeRow) -> dict[str, Any]:
    return {
        "id": str(notice.id),
        "text": notice.text,
        "by": notice.told_by,
        "at": notice.told_at.isoformat(),
        "read": notice.read,
    }


@api.post("push", url_name="push", openapi_extra=schemas.operation(body=messages.Push, answer=schemas.Pushed))
def push(request: HttpRequest) -> HttpResponse:
    """Take the next ops of my sequence; the answer comes after commit."""
    return wire.answer(request, pushes.answer(request))


@api.post(
    "deposit", url_name="deposit", openapi_extra=schemas.operation(body=schemas.Deposit, answer=schemas.Deposited)
)
def deposit(request: HttpRequest) -> HttpResponse:
    """Hand in sealed ops without a session; after that a revoked phone is told to wipe itself, and says so."""
    at = wire.moment(request)
    body = wire.json_of(wire.body_of(request))
    device = devices.by_token(wire.text(body, "token", 80), at) if isinstance(body, dict) else None
    if device is None:
        raise Problem(401, "unknown_device")
    try:
        sealed = depositing.read(body.get("ops"), device=device.pk)
    except rules.Malformed as error:
        raise Problem(400, "malformed", text=str(error)) from error
    taken = depositing.by_token(device=device, at=at, sealed=sealed)
    wipe = devices.revoked_at(device) is not None or not device.user.is_active
    if wipe and body.get("done") is True:
        depositing.end(device=device, at=at)
    return wire.answer(request, {"taken": taken.ops, "wipe": wipe})


@api.api_operation(
    ["GET", "POST"], "device/me", url_name="device_me", openapi_extra=schemas.operation(answer=schemas.Me)
)
def device_me(request: HttpRequest) -> HttpResponse:
    """What the server knows of this phone; POST {waiting, read} reports how many ops it still holds, and the notices
    that are read.
    """
    session, epoch = _session(request, reads=True)
    if request.method == "POST":
        body = wire.json_of(session.body)
        waiting = body.get("waiting") if isinstance(body, dict) else None
        listed = body.get("read") if isinstance(body, dict) else None
        read = {wire_id for wire_id in listed if isinstance(wire_id, str)} if isinstance(listed, list) else set()
        told = [notice.id for notice in notices.told(session.viewer) if str(notice.id) in read] if read else []
        if told:
            notice_actions.read(actor=session.viewer, at=session.at, notices=told)
        devices.report_waiting(device=session.device, at=session.at, waiting=waiting if isinstance(waiting, int) else 0)
    return wire.answer(
        request,
        {
            "device": str(session.device.id),
            "name": session.device.name,
            "epoch": epoch,
            "next_seq": session.device.next_seq,
            "lease_until": session.device.lease_until.isoformat(),
            "now": session.at.isoformat(),
        },
    )


@api.get("epoch", url_name="epoch", openapi_extra=schemas.operation(answer=schemas.Epoch))
def epoch(request: HttpRequest) -> HttpResponse:
    """Which life of the database this is, and the server's clock; not signed."""
    at = wire.moment(request)
    return wire.answer(request, {"epoch": epochs.current(at=at), "now": at.isoformat(), "wire": list(rules.WIRE)})


@api.post("dial", url_name="dial", openapi_extra=schemas.operation(body=schemas.Dial, answer=schemas.Dialled))
def dial(request: HttpRequest) -> HttpResponse:
    """The number of a telephone, for one call: it is noted for whom it belongs to, and the phone keeps it nowhere."""
    session = wire.signed(request, reads=True)
    body = wire.json_of(session.body)
    entity = messages.as_uuid(body.get("entity")) if isinstance(body, dict) else None
    if entity is None:
        raise Problem(400, "malformed")
    kind, field, nth = wire.text(body, "kind", 16), wire.text(body, "field", 32), body.get("nth")
    try:
        if kind == "sampled_door":
            which = nth if messages.is_whole(nth) else 1
            number = asking.dial(actor=session.viewer, at=session.at, door=entity, number=which)
        else:
            number = numbers.dial(actor=session.viewer, at=session.at, kind=kind, entity=entity, field=field)
    except AskingError as refused:
        raise Problem(409, "not_now", text=str(refused)) from refused
    except DialledTooOften as refused:
        raise Problem(429, "too_often", text=str(refused)) from refused
    return wire.answer(request, {"number": number})


TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}


def _tus(status: int, **headers: str) -> HttpResponse:
    response = HttpResponse(status=status)
    for name, value in {**TUS, **headers}.items():
        response.headers[name.replace("_", "-")] = value
    return response


@api.post("attachments/", url_name="attachments", openapi_extra=schemas.operation(status=201))
def attachment_begin(request: HttpRequest) -> HttpResponse:
    """tus creation: ``Upload-Length`` and ``Upload-Metadata: sha256 <base64>``."""
    session = wire.signed(request)
    length, sha256 = request.headers.get("Upload-Length", ""), _metadata(request.headers.get("Upload-Metadata", ""))
    try:
        upload = attachments.create(device=session.device, at=session.at, sha256=sha256, size=_whole(length, 0))
    except UploadRefused as refused:
        raise Problem(refused.status, "upload", text=str(refused)) from refused
    return _tus(201, Location=f"/phone/api/attachments/{upload.id}", Upload_Offset=str(upload.received))


def _whole(header: str, otherwise: int) -> int:
    """A number in a header; ``otherwise`` where there is none that counts bytes."""
    return int(header) if header.isascii() and header.isdigit() and len(header) < 10 else otherwise


def _metadata(header: str) -> str:
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "sha256":
            try:
                return crypto.decode(value).decode("ascii")
            except (crypto.NotOurs, UnicodeDecodeError):
                return ""
    return ""


@api.api_operation(
    ["HEAD", "PATCH"], "attachments/{uuid:pk}", url_name="attachment", openapi_extra=schemas.operation(status=204)
)
def attachment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """tus core: HEAD tells how far it has come, PATCH takes the next piece."""
    session = wire.signed(request, reads=request.method == "HEAD")
    try:
        if request.method == "HEAD":
            upload = attachments.get(device=session.device, attachment=pk)
            return _tus(200, Upload_Offset=str(upload.received), Upload_Length=str(upload.size))
        offset = request.headers.get("Upload-Offset", "")
        upload = attachments.append(
            device=session.device,
            at=session.at,
            attachment=pk,
            offset=_whole(offset, -1),
            data=session.body,
        )
    except UploadRefused as refused:
        raise Problem(refused.status, "upload", text=str(refused)) from refused
    return _tus(204, Upload_Offset=str(upload.received))
