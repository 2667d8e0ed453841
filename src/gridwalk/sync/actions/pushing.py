"""``push``: a run of a device's sequence, judged in one transaction over the grids it writes; exactly once each.

One transaction, not one a grid: a worker's push rarely touches a second grid, and a half-applied run would have to be
told apart on the phone. Should judging fail on one op, the run is repeated op by op and that one is kept and returned.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import logging
import uuid
from collections.abc import Mapping, Sequence

from django.db import InterfaceError, OperationalError

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, envelope, plain
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.sync import messages, rules
from gridwalk.sync.actions import copies, devices
from gridwalk.sync.actions.judging import Judge
from gridwalk.sync.actions.locking import settled
from gridwalk.sync.actions.outcomes import Outcome
from gridwalk.sync.models import Device, Op, Returned
from gridwalk.sync.queries import devices as known_devices
from gridwalk.sync.rules import RETURNED, Intention

log = logging.getLogger(__name__)


class Gap(Exception):
    """The server waits for an earlier op; nothing was applied."""

    def __init__(self, next_seq: int) -> None:
        super().__init__(next_seq)
        self.next_seq = next_seq


class Cloned(Exception):
    """Another body under a sequence number that is taken: this is a copy of the device, and gets an identity
    of its own.
    """

    def __init__(self, issued: devices.Issued) -> None:
        super().__init__()
        self.issued = issued


@dataclasses.dataclass(frozen=True, kw_only=True)
class Result:
    """The answer to one op."""

    op: uuid.UUID
    seq: int
    state: str
    reason: str = ""
    text: str = ""
    differences: tuple[Mapping[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class Pushed:
    """The answer to a push, given after commit."""

    next_seq: int
    results: list[Result]


class Revoked(Exception):
    """The phone was taken back meanwhile; nothing was applied."""


class _OtherBody(Exception):
    """Another op stands under the place of this one already."""

    def __init__(self, op: uuid.UUID) -> None:
        super().__init__(op)
        self.op = op


_PASSED_ON = (_OtherBody, Gap, Revoked)
_TOO_LARGE = "54"
"""PostgreSQL's class of what goes beyond its limits: a text too long for an index."""


def is_of_an_op(error: Exception) -> bool:
    """Whether it may be the fault of a single op, which is then kept and returned; what the database itself lacks
    is not.
    """
    if isinstance(error, (OperationalError, InterfaceError)):
        return str(getattr(error.__cause__, "sqlstate", None) or "").startswith(_TOO_LARGE)
    return not isinstance(error, _PASSED_ON)


def push(
    *,
    device: Device,
    viewer: Viewer,
    at: dt.datetime,
    behind: dt.timedelta,
    first: int,
    intentions: Sequence[Intention],
    oldest: int | None = None,
) -> Pushed:
    """Take the next ops of a device. Raises Gap, Cloned, TooManyCopies, Revoked, Unsettled.

    ``viewer``: whose phone it was when the request came; what holds is what they may do under the lock.
    """
    hole = oldest == first
    if first > device.next_seq and not hole:
        raise Gap(device.next_seq)
    try:
        return _take_all(device, viewer, intentions, at=at, behind=behind, hole=hole)
    except _OtherBody as error:
        raise Cloned(copies.clone(device, op=error.op, at=at)) from error


def _take_all(
    device: Device,
    viewer: Viewer,
    intentions: Sequence[Intention],
    *,
    at: dt.datetime,
    behind: dt.timedelta,
    hole: bool,
) -> Pushed:
    """All at once; where that fails, op by op, so that one bad op holds up none of the others."""
    try:
        return _take(device, viewer, intentions, at=at, behind=behind, hole=hole)
    except Exception as error:
        if not is_of_an_op(error):
            raise
        log.warning("a push is taken op by op: %s", type(error).__name__)  # its text may quote values
    results: list[Result] = []
    for index, intention in enumerate(intentions):
        taken = _take_carefully(device, viewer, intention, at=at, behind=behind, hole=hole and index == 0)
        results += taken.results
    return Pushed(taken.next_seq, results)


def _take_carefully(
    device: Device, viewer: Viewer, intention: Intention, *, at: dt.datetime, behind: dt.timedelta, hole: bool
) -> Pushed:
    try:
        return _take(device, viewer, [intention], at=at, behind=behind, hole=hole, careful=True)
    except Exception as error:
        if not is_of_an_op(error):
            raise
        log.error("an op could not be judged and is kept: %s", type(error).__name__)
        spoilt = dataclasses.replace(intention, fault="not_valid")
        return _take(device, viewer, [spoilt], at=at, behind=behind, hole=hole, careful=True)


def _take(
    device: Device,
    viewer: Viewer,
    intentions: Sequence[Intention],
    *,
    at: dt.datetime,
    behind: dt.timedelta,
    hole: bool,
    careful: bool = False,
) -> Pushed:
    expected = not careful and bool(intentions) and intentions[0].seq == device.next_seq
    old_results = {} if expected else known_ops(intentions)  # should one be known after all, the second way finds it

    def attempt(further: set[str]) -> Pushed:
        fresh = [intention for intention in intentions if intention.op not in old_results]
        judge = Judge(viewer, fresh, at=at, behind=behind)
        with core.write_to(*judge.grids, *further, actor=viewer, at=at) as writing:
            standing = known_devices.locked(device.pk, clock.local_date(at))
            if standing.revoked:
                raise Revoked
            _require_sequence(device, standing.next_seq, intentions, hole=hole, expected=expected)
            if standing.next_seq != device.next_seq:  # the same request may have reached us twice at once
                old_results.update(known_ops(fresh))
                fresh = [intention for intention in fresh if intention.op not in old_results]
            n_judged = len(judge.outcomes)
            if len(fresh) < n_judged or standing.viewer != viewer or judge.has_moved(writing.versions):
                judge = Judge(standing.viewer, fresh, at=at, behind=behind)
                judge.require(writing.versions)
            outcomes = judge.run(writing)
            next_seq = max(standing.next_seq, intentions[-1].seq + 1) if intentions else standing.next_seq
            device.scope = standing.scope
            log_ops(writing, device, outcomes, at=at, via="push")
            writing.at_the_end(functools.partial(_advance, device, next_seq, behind, at))
        results = {**old_results, **{outcome.intention.op: _result_of(outcome) for outcome in outcomes}}
        return Pushed(next_seq, [dataclasses.replace(results[i.op], seq=i.seq) for i in intentions])

    return settled(attempt)


def known_ops(intentions: Sequence[Intention]) -> dict[uuid.UUID, Result]:
    """The ops the server has, whatever device or place they came under, as they stand today."""
    rows = Op.objects.filter(pk__in=[intention.op for intention in intentions])
    return {
        pk: Result(
            op=pk, seq=seq, state=state, reason=reason, text=text, differences=tuple(result.get("differences", ()))
        )
        for pk, seq, state, reason, text, result in rows.values_list("id", "seq", "state", "reason", "text", "result")
    }


_TABLE = Device._meta.db_table


def _advance(device: Device, next_seq: int, behind: dt.timedelta, at: dt.datetime) -> None:
    sql = f"""
    UPDATE {_TABLE} SET next_seq = %s, behind_ms = %s, last_seen_at = %s, last_sync_at = %s, waiting = 0,
    lease_until = %s
    WHERE id = %s
    """  # noqa: S608
    with plain.cursor() as cursor:
        cursor.execute(sql, [next_seq, int(behind.total_seconds() * 1000), at, at, at + rules.LEASE, device.pk])


def _require_sequence(
    device: Device, next_seq: int, intentions: Sequence[Intention], *, hole: bool, expected: bool
) -> None:
    """Raises Gap where an earlier op is missing; _OtherBody where another op already stands under one of these numbers.

    ``expected``: the ops begin with the number that the server waited for, so nothing can stand under their numbers and
    no query asks. Should the file of a copied phone have been imported meanwhile under the same numbers, inserting
    the ops fails. ``_take_carefully`` then takes them one by one and asks.
    """
    if not intentions:
        return
    if intentions[0].seq > next_seq and not hole:
        raise Gap(next_seq)
    if expected and intentions[0].seq == next_seq:
        return
    taken = Op.objects.filter(device=device, seq__in=[intention.seq for intention in intentions]).values_list(
        "seq", "hash"
    )
    marks = {intention.seq: kept_hash(intention) for intention in intentions}
    bodies = dict(taken)
    for intention in intentions:
        mark = marks[intention.seq]
        if bodies.get(intention.seq, mark) != mark:
            raise _OtherBody(intention.op)


def log_ops(writing: Writing, device: Device, outcomes: Sequence[Outcome], *, at: dt.datetime, via: str) -> None:
    """Step: keep every op as it was sent, sealed, with what became of it; what is returned waits for a decision."""
    rows = [
        Op(
            id=o.intention.op,
            device=device,
            seq=o.intention.seq,
            user=device.user_id,
            grid=o.grid,
            verb=o.intention.verb,
            kind=o.intention.kind,
            entity=o.intention.entity,
            body_sealed=seal_body(o.intention),
            hash=kept_hash(o.intention),
            version=o.intention.version,
            at=o.at,
            phone_at=messages.storable(str(o.intention.raw.get("at") or ""))[:40],
            mono=o.intention.mono,
            clock_uncertain=o.uncertain,
            via=via,
            state=o.state,
            reason=o.reason,
            text=o.text,
            result=o.kept,
            received_at=at,
        )
        for o in outcomes
    ]
    if len(rows) <= bulk.FEW:
        writing.at_the_end(functools.partial(bulk.insert, rows))
    else:
        bulk.insert(rows)
    back = [
        Returned(op=row, grid=o.grid or device.scope, place=o.place, reason=o.reason, created_at=at)
        for row, o in zip(rows, outcomes, strict=True)
        if o.state == RETURNED
    ]
    bulk.insert(back)
    for returned in back:
        writing.audit(
            AuditVerb.OP_RETURNED, scope=returned.grid, data={"op": str(returned.op_id), "why": returned.reason}
        )


def kept_hash(intention: Intention) -> str:
    """What tells that two ops are the same, without a clue to what they say: their other parts stand beside it, and
    it outlives the body.
    """
    return envelope.blind_index(intention.hash, purpose="op")


def seal_body(intention: Intention) -> str:
    """An op as it is kept: its canonical JSON in the envelope of its row."""
    return envelope.seal(rules.kept_spelling(intention.raw), table="sync_op", column="body", row=intention.op)


def _result_of(outcome: Outcome) -> Result:
    return Result(
        op=outcome.intention.op,
        seq=outcome.intention.seq,
        state=outcome.state,
        reason=outcome.reason,
        text=outcome.text,
        differences=tuple(outcome.differences),
    )
