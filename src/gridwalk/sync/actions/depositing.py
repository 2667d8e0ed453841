"""What a phone hands in without a session: the sealed outbox, deposited by token or imported from its file.

What opens is judged like a push; from a revoked device, and from a copy nobody has confirmed, everything waits for a
decision. What does not open is kept as it came. By a token no more is taken than the phone can have numbered.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Min

from gridwalk.accounts import rules as access
from gridwalk.accounts.queries import viewer_of
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.sync import crypto, messages, rules, spelling
from gridwalk.sync.actions import devices, leaving_out, pushing, runs
from gridwalk.sync.actions.judging import Judge
from gridwalk.sync.actions.locking import settled
from gridwalk.sync.models import Deposit, Device, Op
from gridwalk.sync.rules import Intention, Malformed

log = logging.getLogger(__name__)
FORMAT = "gridwalk-outbox-1"
MOST_FILE_OPS = 5000
AFTER_REVOCATION = "这部手机停用后交来的，内容留着，等社区看过再算数。"
BEFORE_CONFIRMATION = "手机的副本交来的，社区还没有确认，内容留着，等社区看过再算数。"


class NoOutbox(Exception):
    """A file that is no outbox; the text says so."""

    def __str__(self) -> str:
        return "这不是手机导出的待传文件，什么都没有导入。请在手机“我的 → 导出待传”里重新导出。"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sealed:
    """A sealed op as handed in. ``name``: its id as the phone spells it, if it has any; ``sealed`` None: nothing that
    can be opened, kept as it was ``spelled``.
    """

    op: uuid.UUID
    name: str
    seq: int
    key_id: str
    sealed: bytes | None
    spelled: str


@dataclasses.dataclass(frozen=True)
class Taken:
    """What was taken: ops that were new, that were known, that did not open; each by the id its phone knows. What is
    beyond the phone's numbers is not among them.
    """

    ops: list[str]
    n_new: int
    n_known: int
    n_unreadable: int


def read(raw: Any, *, device: uuid.UUID) -> list[Sealed]:
    """The sealed ops of a deposit or file. Raises Malformed, though never for a single one.

    One without an id of its own is named after its phone and content.
    """
    if not isinstance(raw, list) or len(raw) > MOST_FILE_OPS:
        raise Malformed("ops")
    spelled: dict[uuid.UUID, str] = {}
    sealed = []
    for entry in map(spelling.as_object, raw):
        text, op = rules.kept_spelling(entry), messages.as_uuid(entry.get("op"))
        if op is None or spelled.setdefault(op, text) != text:
            op = uuid.uuid5(device, text)
        sealed.append(_sealed(entry, op=op, spelled=text))
    return sealed


def _sealed(entry: Mapping[str, Any], *, op: uuid.UUID, spelled: str) -> Sealed:
    name, seq, text = entry.get("op"), entry.get("seq"), entry.get("sealed")
    try:
        sealed = crypto.decode(text) if isinstance(text, str) else None
    except crypto.NotOurs:
        sealed = None
    return Sealed(
        op=op,
        name=name if isinstance(name, str) else str(op),
        seq=seq if isinstance(seq, int) and messages.is_whole(seq) else 0,
        key_id=messages.storable(str(entry.get("key_id", "")))[:16],
        sealed=sealed,
        spelled=spelled,
    )


def deposit(
    *, device: Device, at: dt.datetime, sealed: Sequence[Sealed], via: str = "deposit", most: int | None = None
) -> Taken:
    """Take sealed ops for a device, each once; ``most``: the highest number the phone can have given, None: any."""
    readable: dict[uuid.UUID, Intention] = {}
    for sealed_op in sealed:
        intention = _open(sealed_op)
        if intention is not None:
            readable[sealed_op.op] = intention
    known_ids = set(runs.known_ops(list(readable.values())))
    fresh = [intention for intention in readable.values() if intention.op not in known_ids]
    for intention in sorted(fresh, key=lambda i: i.seq):
        _judge(device, intention, at=at, via=via, most=most)
    taken = known_ids | set(runs.known_ops(fresh))
    with core.write_to(actor=device.user, at=at) as writing:
        Device.objects.select_for_update().get(pk=device.pk)
        cut = leaving_out.cut_ops(list(readable.values()))
        rows = []
        for sealed_op in sealed:
            state = "unreadable" if sealed_op.op not in readable else "taken" if sealed_op.op in taken else ""
            if state:
                own = dataclasses.replace(sealed_op, sealed=b"") if sealed_op.op in cut else sealed_op
                rows.append(_row(device, own, state, via=via, at=at))
        _keep(device, rows, most)
        Device.objects.filter(pk=device.pk).update(last_seen_at=at)
        kept = set(Deposit.objects.filter(pk__in=[row.op for row in rows]).values_list("op", flat=True))
        n_unreadable = sum(row.state == "unreadable" and row.op in kept for row in rows)
        writing.audit(
            AuditVerb.OUTBOX_DEPOSITED,
            scope=device.scope,
            kind="device",
            subject=device.id,
            data={"n": len(sealed), "unreadable": n_unreadable},
        )
    ops = [sealed_op.name for sealed_op in sealed if sealed_op.op in kept]
    return Taken(ops, len(taken) - len(known_ids), len(known_ids), n_unreadable)


def by_token(*, device: Device, at: dt.datetime, sealed: Sequence[Sealed]) -> Taken:
    """Take what a phone hands in by itself: at most what it can have numbered since it was last heard of."""
    until = devices.revoked_at(device) or at
    most = rules.most_numbered(device.next_seq, heard=device.lease_until - rules.LEASE, until=until)
    return deposit(device=device, at=at, sealed=sealed, most=most)


def end(*, device: Device, at: dt.datetime) -> None:
    """A phone has handed in all it kept and empties itself: its token is good for nothing from now on."""
    with core.write_to(actor=device.user, at=at):
        Device.objects.filter(pk=device.pk).update(wiped_at=at)


def _row(device: Device, sealed_op: Sealed, state: str, *, via: str, at: dt.datetime) -> Deposit:
    return Deposit(
        op=sealed_op.op,
        device=device,
        seq=sealed_op.seq,
        key_id=sealed_op.key_id,
        sealed=sealed_op.spelled if sealed_op.sealed is None else crypto.encode(sealed_op.sealed),
        via=via,
        state=state,
        received_at=at,
    )


def _keep(device: Device, rows: Sequence[Deposit], most: int | None) -> None:
    """Store what was handed in; what does not open only as far as the phone can have numbered so much."""
    n_unreadable = Deposit.objects.filter(device=device, state="unreadable").count() if most is not None else 0
    room = None if most is None else max(0, most - n_unreadable)
    unreadable = [row for row in rows if row.state == "unreadable" and (most is None or row.seq <= most)]
    taken = [row for row in rows if row.state == "taken"]
    Deposit.objects.bulk_create([*taken, *unreadable[:room]], ignore_conflicts=True)


def _open(sealed_op: Sealed) -> Intention | None:
    pem = devices.private_key(sealed_op.key_id)
    if pem is None or sealed_op.sealed is None:
        return None
    try:
        sent = spelling.read(crypto.unseal(pem, sealed_op.sealed, op=sealed_op.name))
    except (crypto.NotOurs, ValueError):
        return None
    raw = {**spelling.as_object(sent), "op": sealed_op.name, "seq": sealed_op.seq}  # numbered anew since it was sealed
    return rules.read_op(raw, op=sealed_op.op, seq=sealed_op.seq)


def _judge(device: Device, intention: Intention, *, at: dt.datetime, via: str, most: int | None) -> None:
    """One op in one transaction, out of sequence: the phone may be gone, so nothing waits for what came before."""
    try:
        _take(device, intention, at=at, via=via, most=most)
    except Exception as error:
        if not pushing.is_of_an_op(error):
            raise
        log.error("a deposited op could not be judged and is kept: %s", type(error).__name__)
        _take(device, dataclasses.replace(intention, fault="not_valid"), at=at, via=via, most=most)


def _take(device: Device, intention: Intention, *, at: dt.datetime, via: str, most: int | None) -> None:
    """Judge and keep one op, unless it is known or beyond what the phone can have numbered.

    Whose phone it is, what they may do and whether it was taken back is asked when its row is locked: nothing is
    applied of one that was.
    """

    def attempt(further: set[str]) -> None:
        before = _phone(device.pk, at)
        judge = _judge_of(before, intention, at=at)
        with core.write_to(*judge.grids, *further, actor=before.viewer, at=at) as writing:
            phone = _phone(device.pk, at, lock=True)
            if (phone.viewer, phone.withheld) != (before.viewer, before.withheld) or judge.has_moved(writing.versions):
                judge = _judge_of(phone, intention, at=at)
                judge.require(writing.versions)
            placed = _placed(phone.device, intention, most)
            if placed is not None and not runs.known_ops([intention]):
                outcomes = judge.run(writing)
                for outcome in outcomes:
                    outcome.intention = dataclasses.replace(outcome.intention, seq=placed.seq)
                runs.log_ops(writing, phone.device, outcomes, at=at, via=via)

    settled(attempt)


@dataclasses.dataclass(frozen=True)
class _Phone:
    """A device as it stands. ``withheld``: why nothing of it is applied."""

    device: Device
    viewer: Viewer
    withheld: str


def _phone(pk: uuid.UUID, at: dt.datetime, *, lock: bool = False) -> _Phone:
    rows = Device.objects.select_for_update(of=("self",)) if lock else Device.objects.all()
    device = rows.select_related("user", "root").get(pk=pk)
    return _Phone(device, viewer_of(device.user, clock.local_date(at)), _withheld(device))


def _judge_of(phone: _Phone, intention: Intention, *, at: dt.datetime) -> Judge:
    behind = dt.timedelta(milliseconds=phone.device.behind_ms)
    return Judge(phone.viewer, [intention], at=at, behind=behind, withheld=phone.withheld)


def _withheld(device: Device) -> str:
    if devices.revoked_at(device) is not None:
        return AFTER_REVOCATION
    return "" if device.confirmed_at is not None else BEFORE_CONFIRMATION


def _placed(device: Device, intention: Intention, most: int | None) -> Intention | None:
    """The op under its place in the sequence. Where a copy of the phone came first with another one, it is kept before
    the first place, for it has none of its own. None where the phone cannot have numbered it, or so many.
    """
    kept = Op.objects.filter(device=device)
    if most is not None and (intention.seq > most or kept.count() >= most):
        return None
    if intention.seq >= 1 and not kept.filter(seq=intention.seq).exists():
        return intention
    lowest = kept.filter(seq__lt=1).aggregate(lowest=Min("seq"))["lowest"]
    return dataclasses.replace(intention, seq=0 if lowest is None else lowest - 1)


def import_file(*, actor: Viewer, at: dt.datetime, data: bytes) -> Taken:
    """Take an exported outbox (``.gwo``) a phone wrote. Raises NoOutbox, NotHere, NotPermitted."""
    try:
        raw = spelling.read(data)
    except ValueError as error:
        raise NoOutbox from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise NoOutbox
    devices_known = Device.objects.select_related("user", "root")
    device_id = messages.as_uuid(raw.get("device"))
    device = devices_known.filter(pk=device_id).first() if device_id else None
    if device is None:
        raise NotHere
    if not devices.manages(actor, device, at):
        raise access.NotPermitted(Verb.MANAGE_DEVICES)
    try:
        sealed = read(raw.get("ops"), device=device.pk)
    except Malformed as error:
        raise NoOutbox from error
    taken = deposit(device=device, at=at, sealed=sealed, via="file")
    with core.write_to(actor=actor, at=at) as writing:
        writing.audit(
            AuditVerb.OUTBOX_IMPORTED, scope=device.scope, kind="device", subject=device.id, data={"n": len(sealed)}
        )
    return taken
