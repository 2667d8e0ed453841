"""隔离: what was kept and not applied is released, handed to somebody, or set aside with a reason. Never deleted."""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from collections.abc import Callable

from django.db.models import QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules as access
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, NotPermitted, Role, Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.inspection.queries import staffing
from gridwalk.method.text import reason_kept
from gridwalk.notices import actions as notices
from gridwalk.notices.rules import Kind
from gridwalk.sync import rules
from gridwalk.sync.actions import pushing
from gridwalk.sync.actions.judging import Judge, OtherGrids
from gridwalk.sync.actions.locking import settled
from gridwalk.sync.actions.outcomes import Outcome
from gridwalk.sync.models import Op, Returned
from gridwalk.sync.rules import RETURNED
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes

log = logging.getLogger(__name__)


class NotDecided(Exception):
    """A decision that cannot be made; the text says why."""


def _get(actor: Viewer, op: uuid.UUID, *, lock: bool = False) -> Returned:
    rows = Returned.objects.select_for_update(of=("self",)) if lock else Returned.objects.all()
    returned = rows.select_related("op__device").filter(pk=op).first()
    if returned is None or not actor.may(_seen_by(returned), returned.grid):
        raise NotHere
    access.require(actor, _decided_by(returned), returned.grid)
    if returned.state in {"released", "set_aside"}:
        raise NotDecided("这一条已经有人处理过了。")
    return returned


def _seen_by(returned: Returned) -> Verb:
    return Verb.DRAW_SAMPLE if returned.op.verb in rules.OF_SAMPLES else Verb.SEE_ROWS


def _decided_by(returned: Returned) -> Verb:
    """A community decides about its doors; about a round who draws rounds there, and who is checked never does."""
    return Verb.DRAW_SAMPLE if returned.op.verb in rules.OF_SAMPLES else Verb.DECIDE_DIFFERENCE


def body_of(op: Op) -> object:
    """An op as its phone sent it, in the clear; mask before showing. Raises NotDecided where it is kept no more."""
    if not op.body_sealed:
        raise NotDecided("没有放行：这一条的内容已清除。请搁置，要记的到那一户补录。")
    return json.loads(envelope.open_(op.body_sealed, table="sync_op", column="body", row=op.pk))


def release(*, actor: Viewer, at: dt.datetime, op: uuid.UUID, note: str = "") -> Outcome:
    """Judge an op again as if its author still held the grid; what happened stays theirs.

    Raises NotHere, NotPermitted, NotDecided, Unsettled.
    """
    try:
        return settled(lambda further: _release(actor, op, note, further, at=at))
    except (NotHere, NotPermitted, NotDecided):
        raise
    except Exception as error:
        if not pushing.is_of_an_op(error):
            raise
        log.error("an op could not be released and waits on: %s", type(error).__name__)  # its text may quote values
        raise NotDecided(f"没有放行：{rules.REASONS['not_valid']}") from error


def _release(actor: Viewer, op: uuid.UUID, note: str, further: set[str], *, at: dt.datetime) -> Outcome:
    before = _get(actor, op)
    judge = _judge_of(before, at)
    with core.write_to(*judge.grids, *further, actor=judge.viewer, at=at) as writing:
        returned = _get(actor, op, lock=True)
        if returned.grid != before.grid or judge.has_moved(writing.versions):
            judge = _judge_of(returned, at)
            judge.require(writing.versions)
        (outcome,) = judge.run(writing)
        if outcome.state == RETURNED:
            raise NotDecided(f"没有放行：{outcome.text}")
        Op.objects.filter(pk=op).update(state=outcome.state, reason="", text="", result=outcome.kept)
        _decide(writing, returned, "released", actor=actor, at=at, note=note)
        _tell_inspector(returned, "放行了，已记上", actor=actor, at=at)
        writing.audit(
            AuditVerb.OP_RELEASED, scope=returned.grid, data={"op": str(op), "by": str(actor.id)}, reason=returned.note
        )
    return outcome


def _judge_of(returned: Returned, at: dt.datetime) -> Judge:
    """Its author is judged as the worker of its grid, or as posted where a post sends to the door that was drawn; when
    it happened was settled as it came.
    """
    op = returned.op
    author = User.objects.get(pk=op.user)
    intention = rules.read_op(body_of(op), op=op.pk, seq=op.seq)
    post = Held(Role.GRID_WORKER, returned.grid)
    if op.verb in rules.OF_SAMPLES:
        sending = staffing.post_to(intention.entity) if intention.entity else None
        post = Held(Role.INSPECTOR, returned.grid if sending is None else sending)
    as_author = Viewer(author.id, author.name, (post,))
    return Judge(as_author, [intention], at=at, behind=dt.timedelta(0), happened={op.pk: op.at})


def assign(*, actor: Viewer, at: dt.datetime, op: uuid.UUID, to: uuid.UUID, note: str) -> None:
    """Hand an op to a worker of the grid to look into; it shows on their phone.

    Raises NotHere, NotPermitted, NotDecided, Unsettled.
    """

    def hand_over(writing: Writing, returned: Returned) -> None:
        if returned.op.verb in rules.OF_SAMPLES:
            raise NotDecided("没有交办：抽查记的不交给网格员。请放行，或者写明原因搁置。")
        if not accounts.viewer_by_id(to, clock.local_date(at)).may(Verb.WALK, returned.grid):
            raise NotDecided("没有交办：这位网格员不管这个网格。")
        _decide(writing, returned, "assigned", actor=actor, at=at, note=note, to=to)
        writing.audit(
            AuditVerb.OP_ASSIGNED, scope=returned.grid, data={"op": str(op), "to": str(to)}, reason=returned.note
        )

    settled(lambda further: _in_its_grid(actor, op, hand_over, further, at=at))


def give_tasks(writing: Writing, tasks: QuerySet[Returned], *, to: uuid.UUID) -> list[uuid.UUID]:
    """Step: returned work that was handed to one goes to another; the grids must be locked. Returns which."""
    given = list(tasks)
    for task in given:
        task.assigned_to_id = to
        task.save(update_fields=["assigned_to"])
        writing.audit(AuditVerb.OP_ASSIGNED, scope=task.grid, data={"op": str(task.pk), "to": str(to)})
    return [task.pk for task in given]


def set_aside(*, actor: Viewer, at: dt.datetime, op: uuid.UUID, reason: str) -> None:
    """Close an op without applying it; it stays on record with the reason.

    Raises NotHere, NotPermitted, NotDecided, Unsettled.
    """

    def close(writing: Writing, returned: Returned) -> None:
        if not reason.strip():
            raise NotDecided("没有搁置：请写明原因，记的人在手机上看得到。")
        _decide(writing, returned, "set_aside", actor=actor, at=at, note=reason)
        _tell_inspector(returned, "搁置了，没有记上。原因写在手机上这一条里", actor=actor, at=at)
        writing.audit(AuditVerb.OP_SET_ASIDE, scope=returned.grid, data={"op": str(op)}, reason=returned.note)

    settled(lambda further: _in_its_grid(actor, op, close, further, at=at))


def _in_its_grid(
    actor: Viewer,
    op: uuid.UUID,
    decide: Callable[[Writing, Returned], None],
    further: set[str],
    *,
    at: dt.datetime,
) -> None:
    """Decide over the grid's stream, where it is one grid that is meant: phones see the decision with their next
    pull. Raises OtherGrids where it has gone to another one meanwhile.
    """
    codes = {*_streams(_get(actor, op)), *further}
    with core.write_to(*codes, actor=actor, at=at) as writing:
        returned = _get(actor, op, lock=True)
        if not _streams(returned) <= codes:
            raise OtherGrids(_streams(returned))
        decide(writing, returned)


def _streams(returned: Returned) -> set[str]:
    return set(territory.grid_codes(returned.grid)) if len(returned.grid) == codes.GRID else set()


def _decide(
    writing: Writing,
    returned: Returned,
    state: str,
    *,
    actor: Viewer,
    at: dt.datetime,
    note: str,
    to: uuid.UUID | None = None,
) -> None:
    returned.state, returned.decided_by, returned.decided_by_name, returned.decided_at = state, actor.id, actor.name, at
    returned.note, returned.assigned_to_id = reason_kept(note), to
    returned.save(
        update_fields=["state", "decided_by", "decided_by_name", "decided_at", "note", "assigned_to"],
    )
    Op.objects.filter(pk=returned.pk).update(settled_at=at)


def _tell_inspector(returned: Returned, what: str, *, actor: Viewer, at: dt.datetime) -> None:
    """An inspector's doors may be off the phone by now, so a notice says what became of one; neither which nor why."""
    if returned.op.verb not in rules.OF_SAMPLES:
        return
    day = clock.local_date(returned.op.at)
    text = f"您{day.month}月{day.day}日抽查时记的一条，当时退回来了，街道现在{what}。"
    with core.write_to(actor=actor, at=at) as writing:
        notices.tell(writing, to_user=returned.op.user, kind=Kind.SAMPLE, text=text)
