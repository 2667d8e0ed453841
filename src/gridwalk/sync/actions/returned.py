"""隔离: what was kept and not applied is released, handed to somebody, or set aside with a reason. Never deleted."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from contextlib import AbstractContextManager

from django.db.models import QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules as access
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, Role, Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.sync import rules
from gridwalk.sync.actions.judging import Judge
from gridwalk.sync.actions.outcomes import Outcome
from gridwalk.sync.models import Op, Returned
from gridwalk.sync.rules import RETURNED
from gridwalk.territory import queries as territory


class NotDecided(Exception):
    """A decision that cannot be made; the text says why."""


def _get(actor: Viewer, op: uuid.UUID) -> Returned:
    returned = Returned.objects.select_related("op__device").filter(pk=op).first()
    if returned is None or not actor.may(Verb.SEE_ROWS, returned.grid):
        raise NotHere
    access.require(actor, Verb.DECIDE_DIFFERENCE, returned.grid)
    if returned.state in {"released", "set_aside"}:
        raise NotDecided("这一条已经有人处理过了。")
    return returned


def body_of(op: Op) -> object:
    """An op as its phone sent it, in the clear; mask before showing."""
    return json.loads(envelope.open_(op.body_sealed, table="sync_op", column="body", row=op.pk))


def release(*, actor: Viewer, at: dt.datetime, op: uuid.UUID, note: str = "") -> Outcome:
    """Judge an op again as if its author still held the grid; what happened stays theirs.

    Raises NotHere, NotPermitted, NotDecided.
    """
    returned = _get(actor, op)
    intention = rules.read_op(body_of(returned.op))
    author = User.objects.get(pk=returned.op.user)
    as_author = Viewer(author.id, author.name, (Held(Role.GRID_WORKER, returned.grid),))
    judge = Judge(as_author, [intention], at=at, behind=dt.timedelta(0), happened={intention.op: returned.op.at})
    with core.write_to(*judge.grids, actor=as_author, at=at) as writing:
        row = Returned.objects.select_for_update().get(pk=op)
        if row.state in {"released", "set_aside"}:
            raise NotDecided("这一条已经有人处理过了。")
        (outcome,) = judge.run(writing)
        if outcome.state == RETURNED:
            raise NotDecided(f"没有放行：{outcome.text}")
        Op.objects.filter(pk=op).update(state=outcome.state, reason="", text="", result=outcome.kept)
        _decide(writing, row, "released", actor=actor, at=at, note=note)
        writing.audit(AuditVerb.OP_RELEASED, scope=row.grid, data={"op": str(op), "by": str(actor.id)}, reason=row.note)
    return outcome


def assign(*, actor: Viewer, at: dt.datetime, op: uuid.UUID, to: uuid.UUID, note: str) -> None:
    """Hand an op to a worker of the grid to look into; it shows on their phone.

    Raises NotHere, NotPermitted, NotDecided.
    """
    returned = _get(actor, op)
    if not accounts.viewer_by_id(to, clock.local_date(at)).may(Verb.RECORD_VISIT, returned.grid):
        raise NotDecided("没有交办：这位网格员不管这个网格。")
    with _writing(actor, at, returned) as writing:
        _decide(writing, returned, "assigned", actor=actor, at=at, note=note, to=to)
        writing.audit(
            AuditVerb.OP_ASSIGNED, scope=returned.grid, data={"op": str(op), "to": str(to)}, reason=returned.note
        )


def give_tasks(writing: Writing, tasks: QuerySet[Returned], *, to: uuid.UUID) -> list[uuid.UUID]:
    """Step: returned work that was handed to one goes to another; the grids must be locked. Returns which."""
    given = list(tasks)
    for task in given:
        task.assigned_to_id = to
        task.save(update_fields=["assigned_to"])
        writing.audit(AuditVerb.OP_ASSIGNED, scope=task.grid, data={"op": str(task.pk), "to": str(to)})
    return [task.pk for task in given]


def set_aside(*, actor: Viewer, at: dt.datetime, op: uuid.UUID, reason: str) -> None:
    """Close an op without applying it; it stays on record with the reason. Raises NotHere, NotPermitted, NotDecided."""
    returned = _get(actor, op)
    if not reason.strip():
        raise NotDecided("没有搁置：请写明原因，网格员在手机上看得到。")
    with _writing(actor, at, returned) as writing:
        _decide(writing, returned, "set_aside", actor=actor, at=at, note=reason)
        writing.audit(AuditVerb.OP_SET_ASIDE, scope=returned.grid, data={"op": str(op)}, reason=returned.note)


def _writing(actor: Viewer, at: dt.datetime, returned: Returned) -> AbstractContextManager[Writing]:
    """Over the grid's stream, where it is one grid that is meant: phones see the decision with their next pull."""
    codes = territory.grid_codes(returned.grid) if len(returned.grid) == 15 else []
    return core.write_to(*codes, actor=actor, at=at)


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
    returned.save()
    Op.objects.filter(pk=returned.pk).update(settled_at=at)
