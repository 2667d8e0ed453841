"""Binding a phone to an account, renewing its lease, taking it back (sync.md, “On the phone”)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import uuid
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.models import User
from gridwalk.accounts.queries import viewer_of
from gridwalk.accounts.rules import SYSTEM, Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.sync import crypto, rules
from gridwalk.sync.models import ActivationCode, Attempts, Device, ServerKey

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
PROBLEMS = {
    "wrong_credentials": "登录名或口令不对，没有激活。请核对后再试。",
    "password_too_long": "口令太长，没有激活：口令不会超过 1,000 个字。请核对后再试。",
    "wrong_code": "激活码不对，没有激活。请核对后再试。",
    "code_used": "这个激活码已经用过。请网格长或管理员再生成一个。",
    "code_expired": "这个激活码过了 15 分钟。请网格长或管理员再生成一个。",
    "not_a_worker": "这个账号还不管任何网格，用不了手机端。请管理员先给账号加上网格。",
    "change_password": "这个账号还是初始口令。请先在浏览器里登录一次，换好口令再来激活。",
    "wait": "试得太密，请等 {seconds} 秒再试。",
    "no_key": "这部手机没有给出可用的密钥，没有激活。请换一个浏览器再试。",
}


class ActivationRefused(Exception):
    """A phone that is not bound; ``problem`` is a key of PROBLEMS."""

    def __init__(self, problem: str, *, seconds: int = 0) -> None:
        self.problem, self.seconds = problem, seconds
        super().__init__(PROBLEMS[problem].format(seconds=seconds))


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
    scope = scope_of(account, at) if account else ""
    if account is None or (not scope and not actor.everything):
        raise NotHere
    access.require(actor, Verb.MANAGE_DEVICES, scope)
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
    """The first grid somebody walks on that day; "" for whoever walks none."""
    return next(iter(viewer_of(user, clock.local_date(at)).scopes(Verb.RECORD_VISIT)), "")


def require_patience(*, login: str, at: dt.datetime) -> None:
    """Raises ActivationRefused while a name that failed must wait."""
    attempts = Attempts.objects.filter(pk=_attempts_key(login), wait_until__gt=at).first()
    if attempts is not None:
        raise ActivationRefused("wait", seconds=int((attempts.wait_until - at).total_seconds()) + 1)


def note_failure(*, login: str, at: dt.datetime) -> None:
    """Make a name wait longer after each failure."""
    with core.write_to(actor=SYSTEM, at=at):
        attempts, _ = Attempts.objects.select_for_update().get_or_create(
            pk=_attempts_key(login), defaults={"wait_until": at}
        )
        attempts.n += 1
        attempts.wait_until = at + rules.wait_after(attempts.n)
        attempts.save()


def _attempts_key(login: str) -> str:
    return envelope.blind_index(access.sign_in_name(login) or "-", purpose="activation")


def activate(
    *, user: User, login: str, code: str, public_key: Any, name: str, platform: str, wire: int, at: dt.datetime
) -> Issued:
    """Bind a phone to the account whose password was right, with a code made for it. Raises ActivationRefused."""
    try:
        key = crypto.public_jwk(public_key)
    except crypto.NotOurs as error:
        raise ActivationRefused("no_key") from error
    scope = scope_of(user, at)
    if not scope:
        raise ActivationRefused("not_a_worker")
    if user.must_change_password:
        raise ActivationRefused("change_password")
    with core.write_to(actor=user, at=at) as writing:
        activation = ActivationCode.objects.select_for_update().filter(code_index=_code_index(code), user=user).first()
        problem = _problem_of(activation, at)
        if problem or activation is None:
            raise ActivationRefused(problem)
        issued = _issue(
            user=user, scope=scope, name=name.strip()[:60] or "手机", platform=platform[:120], wire=wire, key=key, at=at
        )
        activation.used_at, activation.device = at, issued.device
        activation.save(update_fields=["used_at", "device"])
        Attempts.objects.filter(pk=_attempts_key(login)).delete()
        writing.audit(AuditVerb.DEVICE_ACTIVATED, scope=scope, kind="device", subject=issued.device.id)
    return issued


def _problem_of(activation: ActivationCode | None, at: dt.datetime) -> str:
    if activation is None:
        return "wrong_code"
    if activation.used_at is not None:
        return "code_used"
    return "code_expired" if activation.expires_at < at else ""


def _issue(
    *,
    user: User,
    scope: str,
    name: str,
    platform: str,
    wire: int,
    key: dict[str, str],
    at: dt.datetime,
    cloned_from: Device | None = None,
) -> Issued:
    share, token = crypto.encode(secrets.token_bytes(32)), crypto.encode(secrets.token_bytes(24))
    device = Device(
        user=user,
        name=name,
        platform=platform,
        scope=scope,
        public_key=key,
        wire=wire,
        activated_at=at,
        last_seen_at=at,
        deposit_index=_token_index(token),
        lease_until=at + rules.LEASE,
        cloned_from=cloned_from,
    )
    device.share_sealed = envelope.seal(share, table="sync_device", column="share", row=device.id)
    device.save(force_insert=True)
    return Issued(device, share, token)


def _token_index(token: str) -> str:
    return envelope.blind_index(token, purpose="deposit")


def by_token(token: str) -> Device | None:
    """The device whose deposit-only token this is."""
    return Device.objects.select_related("user").filter(deposit_index=_token_index(token)).first() if token else None


def share_of(device: Device) -> str:
    """The server's half of the key of the phone's read cache."""
    return envelope.open_(device.share_sealed, table="sync_device", column="share", row=device.id)


def clone(device: Device, *, at: dt.datetime) -> Issued:
    """An identity of its own for a copy of a device: same key and user, its own sequence from 1."""
    with core.write_to(actor=device.user, at=at) as writing:
        issued = _issue(
            user=device.user,
            scope=device.scope,
            name=f"{device.name[:54]}（副本）",
            platform=device.platform,
            wire=device.wire,
            key=device.public_key,
            at=at,
            cloned_from=device,
        )
        if device.revoked_at is not None:
            Device.objects.filter(pk=issued.device.pk).update(
                revoked_at=device.revoked_at, revoked_reason=device.revoked_reason
            )
        writing.audit(
            AuditVerb.DEVICE_CLONED,
            scope=device.scope,
            kind="device",
            subject=issued.device.id,
            data={"from": str(device.id)},
        )
    return issued


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
    """Take a device back: it may hand in what it holds, then it is wiped. Raises NotHere, NotPermitted, DeviceError."""
    row = Device.objects.filter(pk=device).first()
    if row is None or not actor.may(Verb.MANAGE_DEVICES, row.scope):
        raise NotHere
    reason = reason_kept(reason)
    if not reason:
        raise DeviceError("没有停用：请写明原因。")
    with core.write_to(actor=actor, at=at) as writing:
        Device.objects.filter(pk=device, revoked_at__isnull=True).update(revoked_at=at, revoked_reason=reason)
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
