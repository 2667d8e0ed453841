"""A run of a device's sequence, judged in one transaction with those of others that have nothing to do with it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

import orjson

from gridwalk.accounts.rules import ONE_STREET, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope, plain
from gridwalk.core.actions import Writing
from gridwalk.core.actors import PROGRAM
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.sync import messages, rules
from gridwalk.sync.actions import judging, references
from gridwalk.sync.actions.judging import Judge, OtherGrids
from gridwalk.sync.actions.outcomes import Outcome
from gridwalk.sync.models import Device, Op, Returned
from gridwalk.sync.queries import devices as known_devices
from gridwalk.sync.queries.devices import Locked
from gridwalk.sync.rules import RETURNED, Intention


class Gap(Exception):
    """The server waits for an earlier op; nothing was applied."""

    def __init__(self, next_seq: int) -> None:
        super().__init__(next_seq)
        self.next_seq = next_seq


class Revoked(Exception):
    """The phone was taken back meanwhile; nothing was applied."""


class OtherBody(Exception):
    """Another op stands under the place of this one already."""

    def __init__(self, op: uuid.UUID) -> None:
        super().__init__(op)
        self.op = op


class Left(Exception):
    """A run that is not for a group: somebody holds its grid or its phone, or what it rests on has moved."""


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


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """The next ops of a device's sequence. ``viewer``: whose phone it was when the request came; ``hole``: the phone
    keeps nothing older; ``careful``: what is known is asked for, whatever number they begin with.
    """

    device: Device
    viewer: Viewer
    intentions: Sequence[Intention]
    behind: dt.timedelta
    hole: bool = False
    careful: bool = False

    @property
    def is_expected(self) -> bool:
        """Whether they begin with the number that the server waited for when the request came."""
        return not self.careful and bool(self.intentions) and self.intentions[0].seq == self.device.next_seq


class _Case:
    """A run while it is judged. ``old``: what became of its ops that are known already."""

    def __init__(self, run: Run, known: Mapping[uuid.UUID, Result]) -> None:
        self.run = run
        self.old = {intention.op: known[intention.op] for intention in run.intentions if intention.op in known}
        self.judge: Judge
        self.standing: Locked

    @property
    def fresh(self) -> list[Intention]:
        """The ops that are not known yet."""
        return [intention for intention in self.run.intentions if intention.op not in self.old]

    def read(self, viewer: Viewer, at: dt.datetime, what: references.References | None = None) -> None:
        """Read the ops as they are to be judged. ``what``: what they refer to, where that is read already."""
        self.judge = Judge(viewer, self.fresh, at=at, behind=self.run.behind, read=what)

    def settle(self, standing: Locked, locked: Mapping[str, int], at: dt.datetime, *, in_group: bool) -> None:
        """See that it is judged by what stands under the locks.

        Raises Revoked, Gap, OtherBody, OtherGrids, and in a group Left where it has to be read once more.
        """
        run, n_judged = self.run, len(self.judge.outcomes)
        if standing.revoked:
            raise Revoked
        _require_sequence(run.device, standing.next_seq, run.intentions, hole=run.hole, expected=run.is_expected)
        if standing.next_seq != run.device.next_seq:  # the same request may have reached us twice at once
            self.old.update(known_ops(self.fresh))
        if len(self.fresh) < n_judged or standing.viewer != run.viewer or self.judge.has_moved(locked):
            if in_group:
                raise Left
            self.read(standing.viewer, at)
            self.judge.require(locked)
        self.standing = standing

    def answer(self, outcomes: Iterable[Outcome]) -> Pushed:
        """What the phone is told, by op."""
        results = {**self.old, **{outcome.intention.op: _result_of(outcome) for outcome in outcomes}}
        answers = [dataclasses.replace(results[i.op], seq=i.seq) for i in self.run.intentions]
        return Pushed(self.next_seq, answers)

    @property
    def next_seq(self) -> int:
        """The number the server waits for afterwards."""
        behind = self.standing.next_seq
        return max(behind, self.run.intentions[-1].seq + 1) if self.run.intentions else behind


def take(run: Run, *, at: dt.datetime, further: Collection[str] = ()) -> Pushed:
    """Judge a run in a transaction of its own; it waits for what somebody else holds. ``further``: grids to lock
    besides those it is read to write to.

    Raises Revoked, Gap, OtherBody, OtherGrids.
    """
    return _judged(_cases([run], at), at=at, further=further)[run]


def take_together(runs: Sequence[Run], *, at: dt.datetime) -> tuple[dict[Run, Pushed], list[Run]]:
    """Judge several runs in one transaction that waits for nobody; the answers, and who was only in the way of another
    one. Whoever is in neither is to be taken alone.
    """
    group: list[_Case] = []
    later: list[Run] = []
    engaged: set[object] = set()
    for case in _cases(runs, at):
        if case.judge.reaches_out:
            continue
        own = {case.run.device.pk, *case.judge.grids, *case.judge.outcomes}
        if engaged & own:
            later.append(case.run)
        else:
            group.append(case)
        engaged |= own
    try:
        return (_judged(group, at=at, in_group=True) if group else {}), later
    except Left:
        return {}, later


def _cases(runs: Sequence[Run], at: dt.datetime) -> list[_Case]:
    # Nothing can stand under the number the server waits for, so the usual push alone asks nothing here; should one of
    # its ops be known all the same, it is taken op by op. In a group that would cost the others theirs.
    asks = len(runs) > 1 or not runs[0].is_expected
    known = known_ops([intention for run in runs for intention in run.intentions]) if asks else {}
    cases = [_Case(run, known) for run in runs]
    own = {scope for run in runs for scope in judging.own_scopes(run.viewer)}
    read = references.load_all([case.fresh for case in cases], own)
    for case, what in zip(cases, read, strict=True):
        case.read(case.run.viewer, at, what)
    return cases


def _judged(
    cases: Sequence[_Case], *, at: dt.datetime, further: Collection[str] = (), in_group: bool = False
) -> dict[Run, Pushed]:
    """The transaction. In a group, whoever cannot be judged with the others now is left out."""
    grids = {case: {*case.judge.grids, *further} for case in cases}
    with core.write_to(*set().union(*grids.values()), actor=PROGRAM, at=at, waits=not in_group) as writing:
        phones = [case.run.device.pk for case in cases]
        standing = known_devices.locked(phones, clock.local_date(at), waits=not in_group)
        parts: dict[_Case, Writing] = {}
        for case in cases:
            locked = {code: version for code, version in writing.versions.items() if code in grids[case]}
            try:
                if len(locked) < len(grids[case]) or case.run.device.pk not in standing:
                    raise Left
                case.settle(standing[case.run.device.pk], locked, at, in_group=in_group)
            except (Left, Revoked, Gap, OtherBody, OtherGrids):
                if not in_group:
                    raise
            else:
                parts[case] = writing.part(locked, actor=case.standing.viewer)
        if not parts:
            raise Left
        judged = judging.run(writing, [(case.judge, part) for case, part in parts.items()])
        answers = {}
        for (case, part), outcomes in zip(parts.items(), judged, strict=True):
            device = case.run.device
            device.scope = case.standing.scope
            log_ops(part, device, outcomes, at=at, via="push")
            answers[case.run] = case.answer(outcomes)
        writing.at_the_end(functools.partial(_advance, list(parts), at))
    return answers


# Asked with nearly every push: past the ORM, which costs more than the database does.
_KNOWN = f"""
SELECT t.id, t.seq, t.state, t.reason, t.text, t.result FROM {Op._meta.db_table} t WHERE t.id = ANY(%s)
"""  # noqa: S608 the table's name comes from the model
_UNDER_NUMBERS = f"""
SELECT t.seq, t.hash FROM {Op._meta.db_table} t WHERE t.device_id = %s AND t.seq = ANY(%s::bigint[])
"""  # noqa: S608 the table's name comes from the model


def known_ops(intentions: Sequence[Intention]) -> dict[uuid.UUID, Result]:
    """The ops the server has, whatever device or place they came under, as they stand today."""
    return {
        pk: Result(
            op=pk,
            seq=seq,
            state=state,
            reason=reason,
            text=text,
            differences=tuple(orjson.loads(result).get("differences", ())),
        )
        for pk, seq, state, reason, text, result in plain.ask(_KNOWN, [[intention.op for intention in intentions]])()
    }


_ADVANCE = f"""
UPDATE {Device._meta.db_table} d SET next_seq = v.next_seq, behind_ms = v.behind_ms, last_seen_at = %s,
last_sync_at = %s, waiting = 0, lease_until = %s
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS v(id, next_seq, behind_ms) WHERE d.id = v.id
"""  # noqa: S608 the table's name comes from the model


def _advance(cases: Sequence[_Case], at: dt.datetime) -> None:
    phones = [case.run.device.pk for case in cases]
    behind = [int(case.run.behind.total_seconds() * 1000) for case in cases]
    with plain.cursor() as cursor:
        cursor.execute(_ADVANCE, [at, at, at + rules.LEASE, phones, [case.next_seq for case in cases], behind])


def _require_sequence(
    device: Device, next_seq: int, intentions: Sequence[Intention], *, hole: bool, expected: bool
) -> None:
    """Raises Gap where an earlier op is missing; OtherBody where another op already stands under one of these numbers.

    ``expected``: the ops begin with the number that the server waited for, so nothing can stand under their numbers and
    no query asks. Should the file of a copied phone have been imported meanwhile under the same numbers, inserting
    the ops fails. ``pushing`` then takes them one by one and asks.
    """
    if not intentions:
        return
    if intentions[0].seq > next_seq and not hole:
        raise Gap(next_seq)
    if expected and intentions[0].seq == next_seq:
        return
    marks = {intention.seq: kept_hash(intention) for intention in intentions}
    bodies = dict(plain.ask(_UNDER_NUMBERS, [device.pk, list(marks)])())
    for intention in intentions:
        mark = marks[intention.seq]
        if bodies.get(intention.seq, mark) != mark:
            raise OtherBody(intention.op)


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
    writing.insert(rows)
    back = [
        Returned(op=row, grid=_waits_at(o, device), place=o.place, reason=o.reason, created_at=at)
        for row, o in zip(rows, outcomes, strict=True)
        if o.state == RETURNED
    ]
    writing.insert(back)
    for returned in back:
        writing.audit(
            AuditVerb.OP_RETURNED, scope=returned.grid, data={"op": str(returned.op_id), "why": returned.reason}
        )


def _waits_at(outcome: Outcome, device: Device) -> str:
    """Where a returned op waits: at the street if it is of a sample, for an inspector's post may be in a community."""
    where = outcome.grid or device.scope
    return where[:ONE_STREET] if outcome.intention.verb in rules.OF_SAMPLES else where


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
