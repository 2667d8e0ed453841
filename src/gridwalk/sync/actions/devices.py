"""Binding a phone to an account, renewing its lease, taking it back (sync.md, “On the phone”)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import uuid
from typing import Any

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import first_passwords
from gridwalk.accounts import rules as access
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.models import User
from gridwalk.accounts.queries import viewer_of
from gridwalk.accounts.rules import SYSTEM, Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept, without_numbers
from gridwalk.sync import crypto, rules
from gridwalk.sync.models import ActivationCode, Attempts, Device, ServerKey

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
PROBLEMS = {
    "wrong_credentials": "登录名或密码不对，没有激活。请核对后再试。",
    "password_too_long": "密码太长，没有激活：密码不会超过 1,000 个字。请核对后再试。",
    "wrong_code": "激活码不对，没有激活。请核对后再试。",
    "code_used": "这个激活码已经用过。请网格长或管理员再生成一个。",
    "code_expired": "这个激活码过了 15 分钟。请网格长或管理员再生成一个。",
    "not_a_worker": "这个账号还不管任何网格，也不是核查员，用不了手机端。请管理员先给账号加上岗位。",
    "change_password": "这个账号还是初始密码。请设一个自己的密码，再点一次启用。",
    "weak_password": "{why}",
    "password_ran_out": first_passwords.RAN_OUT,
    "wait": "试得太密，请等 {seconds} 秒再试。",
    "revoked_key": "这部手机停用过，没有激活。请先把里面的内容交回，清空以后再来。",
    "no_key": "这部手机没有给出可用的密钥，没有激活。请换一个浏览器再试。",
}


class ActivationRefused(Exception):
    """A phone that is not bound; ``problem`` is a key of PROBLEMS."""

    def __init__(self, problem: str, *, seconds: int = 0, why: str = "") -> None:
        self.problem, self.seconds = problem, seconds
        super().__init__(PROBLEMS[problem].format(seconds=seconds, why=why))


class DeviceError(Exception):
    """Something about a device that cannot be done; the text says why."""


@dataclasses.dataclass(frozen=True)
class Issued:
    """A device with what only it may know: told once, never stored in the clear."""

    device: Device
    share: str
    deposit_token: str


def make_code(*, actor: Viewer, at: dt.datetime, user: uuid.UUID) -> tuple[str, dt.datetime]:
    """A one-time activation code for an account, and until when it holds. Raises NotHere, NotPermitted, DeviceError."""
    account = User.objects.filter(pk=user, is_active=True).first()
    if account is None:
        raise NotHere
    scope = managed_scope(actor, account, at)
    code = "".join(secrets.choice(_LETTERS) for _ in range(8))
    until = at + rules.CODE_LASTS
    with core.write_to(actor=actor, at=at) as writing:
        ActivationCode.objects.create(
            code_index=_code_index(code), user=account, made_by=actor.id, made_at=at, expires_at=until
        )
        writing.audit(AuditVerb.DEVICE_CODE_MADE, scope=scope, kind="user", subject=account.id)
    return f"{code[:4]}-{code[4:]}", until


def _code_index(code: str) -> str:
    return envelope.blind_index("".join(code.lower().split()).replace("-", ""), purpose="activation")


def scope_of(user: User, at: dt.datetime) -> str:
    """The first grid somebody walks on that day, else the area they ask again in; "" for whoever has no use of one."""
    return next(iter(viewer_of(user, clock.local_date(at)).phone_scopes), "")


def managed_scope(actor: Viewer, user: User, at: dt.datetime) -> str:
    """Where the actor answers for somebody: one of the areas of their phone that day. Raises NotHere, NotPermitted."""
    areas = viewer_of(user, clock.local_date(at)).phone_scopes
    if not areas and not actor.everything:
        raise NotHere
    scope = next((scope for scope in areas if actor.may(Verb.MANAGE_DEVICES, scope)), next(iter(areas), ""))
    access.require(actor, Verb.MANAGE_DEVICES, scope)
    return scope


def manages(actor: Viewer, device: Device, at: dt.datetime) -> bool:
    """Whether the actor answers for a phone: for where it was bound, or for one of its user's areas."""
    areas = viewer_of(device.user, clock.local_date(at)).phone_scopes
    return any(actor.may(Verb.MANAGE_DEVICES, scope) for scope in (device.scope, *areas))


def require_patience(*, login: str, place: str, at: dt.datetime) -> None:
    """Raises ActivationRefused while a name must wait at an address where it failed. Nobody delays another's phone."""
    attempts = Attempts.objects.filter(pk=_attempts_key(login, place), wait_until__gt=at).first()
    if attempts is not None:
        raise ActivationRefused("wait", seconds=int((attempts.wait_until - at).total_seconds()) + 1)


def note_failure(*, login: str, place: str, at: dt.datetime) -> None:
    """Make a name wait longer at an address after each failure."""
    with core.write_to(actor=SYSTEM, at=at):
        attempts, _ = Attempts.objects.select_for_update().get_or_create(
            pk=_attempts_key(login, place), defaults={"wait_until": at}
        )
        attempts.n += 1
        attempts.wait_until = at + rules.wait_after(attempts.n)
        attempts.save()


def _attempts_key(login: str, place: str) -> str:
    return envelope.blind_index(f"{access.sign_in_name(login)} {place}", purpose="activation")


def activate(
    *,
    user: User,
    login: str,
    place: str,
    code: str,
    public_key: Any,
    name: str,
    platform: str,
    wire: int,
    at: dt.datetime,
    own_password: str = "",
) -> Issued:
    """Bind a phone to the account whose password was right, with a code made for it. Raises ActivationRefused.

    ``own_password``: takes the place of a first password in the same step; nothing of either is done without the other.
    """
    try:
        key = crypto.public_jwk(public_key)
    except crypto.NotOurs as error:
        raise ActivationRefused("no_key") from error
    scope = scope_of(user, at)
    if not scope:
        raise ActivationRefused("not_a_worker")
    if user.must_change_password:
        _require_own(user, own_password, at)
    with core.write_to(actor=user, at=at) as writing:
        activation = ActivationCode.objects.select_for_update().filter(code_index=_code_index(code), user=user).first()
        problem = _problem_of(activation, at)
        if problem or activation is None:
            raise ActivationRefused(problem)
        device = Device(
            user=user,
            scope=scope,
            name=without_numbers(name.strip())[:60] or "手机",
            platform=without_numbers(platform)[:120],
            wire=wire,
            public_key=key,
            confirmed_at=at,
        )
        device.root = _root_of(key) or device
        if revoked_at(device) is not None:
            raise ActivationRefused("revoked_key")
        if user.must_change_password:
            _take_own(user, own_password, at)
        issued = issue(device, at=at)
        activation.used_at, activation.device = at, issued.device
        activation.save(update_fields=["used_at", "device"])
        Attempts.objects.filter(pk=_attempts_key(login, place)).delete()
        writing.audit(AuditVerb.DEVICE_ACTIVATED, scope=scope, kind="device", subject=issued.device.id)
    return issued


def _require_own(user: User, own_password: str, at: dt.datetime) -> None:
    if first_passwords.ran_out(user, at):
        raise ActivationRefused("password_ran_out")
    if not own_password:
        raise ActivationRefused("change_password")


def _take_own(user: User, own_password: str, at: dt.datetime) -> None:
    try:
        accounts.change_own_password(user=user, password=own_password, at=at)
    except AccountError as error:
        raise ActivationRefused("weak_password", why=str(error)) from error


def _root_of(key: dict[str, str]) -> Device | None:
    """The first device bound with this key: whoever holds the key is that phone, or a copy of it."""
    first = Device.objects.filter(public_key=key).order_by("activated_at", "id").first()
    return Device.objects.select_for_update().get(pk=first.root_id) if first else None


def _problem_of(activation: ActivationCode | None, at: dt.datetime) -> str:
    if activation is None:
        return "wrong_code"
    if activation.used_at is not None:
        return "code_used"
    return "code_expired" if activation.expires_at < at else ""


def issue(device: Device, *, at: dt.datetime) -> Issued:
    """Step: store a device, with a share and a token of its own."""
    share, token = crypto.encode(secrets.token_bytes(32)), crypto.encode(secrets.token_bytes(24))
    device.activated_at = device.last_seen_at = at
    device.lease_until = at + rules.LEASE
    device.deposit_index = _token_index(token)
    device.share_sealed = envelope.seal(share, table="sync_device", column="share", row=device.id)
    device.save(force_insert=True)
    return Issued(device, share, token)


def reissue(device: Device) -> Issued:
    """Step: a token in place of the one that was not heard."""
    token = crypto.encode(secrets.token_bytes(24))
    device.deposit_index = _token_index(token)
    device.save(update_fields=["deposit_index"])
    return Issued(device, share_of(device), token)


def _token_index(token: str) -> str:
    return envelope.blind_index(token, purpose="deposit")


def by_token(token: str, at: dt.datetime) -> Device | None:
    """The device whose deposit-only token this is; none once it is wiped, or was taken back too long ago."""
    if not token:
        return None
    devices = Device.objects.select_related("user", "root")
    device = devices.filter(deposit_index=_token_index(token), wiped_at__isnull=True).first()
    since = revoked_at(device) if device else None
    return None if since is not None and at > since + rules.HANDED_IN else device


def revoked_at(device: Device) -> dt.datetime | None:
    """When a phone was taken back, whichever of its copies was named."""
    return device.revoked_at or device.root.revoked_at


def share_of(device: Device) -> str:
    """The server's half of the key of the phone's read cache."""
    return envelope.open_(device.share_sealed, table="sync_device", column="share", row=device.id)


def renew(*, device: Device, at: dt.datetime) -> dt.datetime:
    """Renew the offline lease; returns until when."""
    until = at + rules.LEASE
    with core.write_to(actor=device.user, at=at):
        Device.objects.filter(pk=device.pk).update(lease_until=until, last_seen_at=at)
    return until


def report_waiting(*, device: Device, at: dt.datetime, waiting: int) -> None:
    """Note how many ops the phone says it still holds."""
    with core.write_to(actor=device.user, at=at):
        Device.objects.filter(pk=device.pk).update(waiting=max(0, min(waiting, 99999)), last_seen_at=at)


def revoke(*, actor: Viewer, at: dt.datetime, device: uuid.UUID, reason: str) -> None:
    """Take a phone back with all its copies: each may hand in what it holds, then it is wiped.

    Raises NotHere, NotPermitted, DeviceError.
    """
    row = Device.objects.select_related("user").filter(pk=device).first()
    if row is None or not manages(actor, row, at):
        raise NotHere
    reason = reason_kept(reason)
    if not reason:
        raise DeviceError("没有停用：请写明原因。")
    with core.write_to(actor=actor, at=at) as writing:
        Device.objects.select_for_update().get(pk=row.root_id)  # a copy on its way is made before, and found below
        lineage = Device.objects.filter(root=row.root_id, revoked_at__isnull=True)
        lineage.update(revoked_at=at, revoked_reason=reason)
        writing.audit(AuditVerb.DEVICE_REVOKED, scope=row.scope, kind="device", subject=device, reason=reason)


def server_key(*, at: dt.datetime) -> ServerKey:
    """The key phones seal to at present; made when first asked for."""
    key = ServerKey.objects.order_by("-created_at").first()
    if key is not None:
        return key
    pem, public = crypto.new_key()
    key_id = secrets.token_hex(8)
    sealed = envelope.seal(pem, table="sync_serverkey", column="private", row=key_id)
    with core.write_to(actor=SYSTEM, at=at):
        return ServerKey.objects.create(pk=key_id, private_sealed=sealed, public=public, created_at=at)


def private_key(key_id: str) -> str | None:
    """The private half, in PEM; None where there is no such key."""
    key = ServerKey.objects.filter(pk=key_id).first()
    return (
        None
        if key is None
        else envelope.open_(key.private_sealed, table="sync_serverkey", column="private", row=key.pk)
    )
