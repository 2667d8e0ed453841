"""What a phone hands in without a session: the sealed outbox, deposited by token or imported from its file.

Nothing well-formed is refused. What opens is judged like a push; from a revoked device everything waits for a
decision. What does not open is kept as it came.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, OperationalError

from gridwalk.accounts import rules as access
from gridwalk.accounts.queries import viewer_of
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.sync import crypto, messages, rules
from gridwalk.sync.actions import devices, pushing
from gridwalk.sync.actions.judging import Judge
from gridwalk.sync.models import Deposit, Device, Op
from gridwalk.sync.rules import Intention, Malformed

log = logging.getLogger(__name__)
FORMAT = "gridwalk-outbox-1"
MOST_FILE_OPS = 5000
AFTER_REVOCATION = "这部手机停用后交来的，内容留着，等社区看过再算数。"


class NoOutbox(Exception):
    """A file that is no outbox; the text says so."""


@dataclasses.dataclass(frozen=True)
class Sealed:
    """A sealed op as handed in."""

    op: uuid.UUID
    seq: int
    key_id: str
    sealed: bytes


@dataclasses.dataclass(frozen=True)
class Taken:
    """What was taken: ops that were new, that were known, that did not open."""

    ops: list[uuid.UUID]
    n_new: int
    n_known: int
    n_unreadable: int


def read(raw: Any) -> list[Sealed]:
    """The sealed ops of a deposit or file. Raises Malformed."""
    if not isinstance(raw, list) or len(raw) > MOST_FILE_OPS:
        raise Malformed("ops")
    sealed = []
    for entry in raw:
        op = messages.as_uuid(entry.get("op")) if isinstance(entry, dict) else None
        if op is None or not messages.is_whole(entry.get("seq")) or not isinstance(entry.get("sealed"), str):
            raise Malformed("a sealed op")
        try:
            key_id = messages.storable(str(entry.get("key_id", "")))[:16]
            sealed.append(Sealed(op, entry["seq"], key_id, crypto.decode(entry["sealed"])))
        except crypto.NotOurs as error:
            raise Malformed("a sealed op") from error
    return sealed


def deposit(*, device: Device, at: dt.datetime, sealed: Sequence[Sealed], via: str = "deposit") -> Taken:
    """Take sealed ops of a device, whatever its state; each at most once."""
    opened: list[Intention] = []
    unreadable: list[Sealed] = []
    for sealed_op in sealed:
        read_ = _open(sealed_op)
        if read_ is None:
            unreadable.append(sealed_op)
        else:
            opened.append(read_)
    known_ids = set(pushing.known_ops(opened))
    fresh = [intention for intention in opened if intention.op not in known_ids]
    viewer = viewer_of(device.user, clock.local_date(at))
    for intention in sorted(fresh, key=lambda i: i.seq):
        _judge(_holder(device, intention, at=at), viewer, intention, at=at, via=via)
    with core.write_to(actor=device.user, at=at) as writing:
        rows = [(sealed_op, "taken") for sealed_op in sealed if sealed_op not in unreadable] + [
            (sealed_op, "unreadable") for sealed_op in unreadable
        ]
        Deposit.objects.bulk_create(
            [
                Deposit(
                    op=sealed_op.op,
                    device=device,
                    seq=sealed_op.seq,
                    key_id=sealed_op.key_id,
                    sealed=crypto.encode(sealed_op.sealed),
                    via=via,
                    state=state,
                    received_at=at,
                )
                for sealed_op, state in rows
            ],
            ignore_conflicts=True,
        )
        Device.objects.filter(pk=device.pk).update(last_seen_at=at, **({"wiped_at": at} if device.revoked_at else {}))
        writing.audit(
            AuditVerb.OUTBOX_DEPOSITED,
            scope=device.scope,
            kind="device",
            subject=device.id,
            data={"n": len(sealed), "unreadable": len(unreadable)},
        )
    return Taken([sealed_op.op for sealed_op in sealed], len(fresh), len(known_ids), len(unreadable))


def _open(sealed_op: Sealed) -> Intention | None:
    pem = devices.private_key(sealed_op.key_id)
    if pem is None:
        return None
    try:
        raw = json.loads(crypto.unseal(pem, sealed_op.sealed, op=str(sealed_op.op)))
        read_ = rules.read_op({**raw, "op": str(sealed_op.op), "seq": sealed_op.seq})
    except (crypto.NotOurs, ValueError, TypeError, RecursionError, Malformed):
        return None
    return read_


def _holder(device: Device, intention: Intention, *, at: dt.datetime) -> Device:
    """The device an op is kept under: a copy's own identity where another body stands under its place."""
    lineage = [device, *Device.objects.filter(cloned_from=device).order_by("activated_at")]
    for identity in lineage:
        if not Op.objects.filter(device=identity, seq=intention.seq).exists():
            return identity
    return devices.clone(device, at=at).device


def _judge(device: Device, viewer: Viewer, intention: Intention, *, at: dt.datetime, via: str) -> None:
    """One op in one transaction, out of sequence: the phone may be gone, so nothing waits for what came before."""
    try:
        _take(device, viewer, intention, at=at, via=via)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("a deposited op could not be judged and is kept: %s", type(error).__name__)
        _take(device, viewer, dataclasses.replace(intention, fault="not_valid"), at=at, via=via)


def _take(device: Device, viewer: Viewer, intention: Intention, *, at: dt.datetime, via: str) -> None:
    withheld = AFTER_REVOCATION if device.revoked_at else ""
    judge = Judge(viewer, [intention], at=at, behind=dt.timedelta(milliseconds=device.behind_ms), withheld=withheld)
    with core.write_to(*judge.grids, actor=viewer, at=at) as writing:
        row = Device.objects.select_for_update().get(pk=device.pk)
        if not pushing.known_ops([intention]):
            pushing.log_ops(writing, row, judge.run(writing), at=at, via=via)


def import_file(*, actor: Viewer, at: dt.datetime, data: bytes) -> Taken:
    """Take an exported outbox (``.gwo``) a phone wrote. Raises NoOutbox, NotHere, NotPermitted."""
    try:
        raw = json.loads(data)
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise Malformed("format")
        sealed = read(raw.get("ops"))
        device_id = messages.as_uuid(raw.get("device"))
    except (ValueError, RecursionError, Malformed) as error:
        raise NoOutbox("这不是手机导出的待传文件，什么都没有导入。请在手机“我的 → 导出待传”里重新导出。") from error
    device = Device.objects.select_related("user").filter(pk=device_id).first() if device_id else None
    if device is None:
        raise NotHere
    access.require(actor, Verb.MANAGE_DEVICES, device.scope)
    taken = deposit(device=device, at=at, sealed=sealed, via="file")
    with core.write_to(actor=actor, at=at) as writing:
        writing.audit(
            AuditVerb.OUTBOX_IMPORTED, scope=device.scope, kind="device", subject=device.id, data={"n": len(sealed)}
        )
    return taken
