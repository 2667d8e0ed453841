"""Naming a substitute, and ending it before its time.

A substitute has a role that sees rows already, confirmed by a second person; where it reaches for some days is the word
of who answers for the grid. The street centre is told (``notices.actions``).
"""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules as access
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import Role, State, Verb, Viewer
from gridwalk.accounts.substitutes import queries
from gridwalk.accounts.substitutes.rules import SubstituteError, require_days
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb


def name_substitute(
    *,
    actor: Viewer,
    at: dt.datetime,
    user: uuid.UUID,
    grid: str,
    covers: uuid.UUID,
    from_on: dt.date,
    to_on: dt.date,
) -> Assignment:
    """Have a worker see and walk the grid of another one from a day to a day; the doors stay whose they are.

    Raises NotPermitted, SubstituteError.
    """
    access.require(actor, Verb.DISPATCH, grid)
    today = clock.local_date(at)
    require_days(from_on, to_on, today)
    workers = queries.workers(actor, today)
    if not any((worker, of_grid) == (covers, grid) for worker, _, of_grid in workers):
        raise SubstituteError("没有安排：被代的人现在不管这个网格。")
    if all(worker != user for worker, _, _ in workers):
        raise SubstituteError("没有安排：只能请您范围里的网格员代班。别的人，请管理员先给岗位。")
    with core.write_to(actor=actor, at=at) as writing:
        # Of two substitutions of one person, named at the same moment, the later one sees the other.
        User.objects.select_for_update().get(pk=user)
        _require_new_there(user, grid, from_on, to_on)
        substitute = Assignment.objects.create(
            user_id=user,
            role=Role.GRID_WORKER,
            scope=grid,
            covers_id=covers,
            from_on=from_on,
            to_on=to_on,
            state=State.CONFIRMED,
            proposed_by=actor.id,
            proposed_at=at,
        )
        days = {"covers": str(covers), "from": from_on.isoformat(), "to": to_on.isoformat()}
        writing.audit(AuditVerb.ACCOUNT_SUBSTITUTE_NAMED, scope=grid, kind="user", subject=user, data=days)
    return substitute


def _require_new_there(user: uuid.UUID, grid: str, from_on: dt.date, to_on: dt.date) -> None:
    """Raises SubstituteError where the user visits the grid on one of the days anyway."""
    others = Assignment.objects.filter(user=user, scope=grid, covers__isnull=False)
    if others.filter(from_on__lte=to_on, to_on__gte=from_on).exists():
        raise SubstituteError("没有安排：这几天里已经安排过这位同事。先结束那一次，再重新安排。")
    if accounts.viewer_by_id(user, from_on).may(Verb.WALK, grid):
        raise SubstituteError("没有安排：这位同事那天本来就能走这个网格。")


def end_substitute(*, actor: Viewer, at: dt.datetime, post: uuid.UUID) -> Assignment:
    """End it now, or before it begins. Raises NotHere, SubstituteError."""
    substitute = queries.get_substitute(actor, post)
    today = clock.local_date(at)
    if substitute.to_on is not None and substitute.to_on < today:
        raise SubstituteError("没有改：这次代班已经结束了。")
    with core.write_to(actor=actor, at=at) as writing:
        substitute.to_on = today - dt.timedelta(days=1)
        substitute.save(update_fields=["to_on"])
        writing.audit(
            AuditVerb.ACCOUNT_SUBSTITUTE_ENDED, scope=substitute.scope, kind="user", subject=substitute.user_id
        )
    return substitute


def end_all(writing: Writing, user: uuid.UUID) -> None:
    """Step: whoever has no post of their own any more covers nobody's days."""
    today = clock.local_date(writing.at)
    for substitute in Assignment.objects.filter(user=user, covers__isnull=False, to_on__gte=today):
        substitute.to_on = today - dt.timedelta(days=1)
        substitute.save(update_fields=["to_on"])
        writing.audit(AuditVerb.ACCOUNT_SUBSTITUTE_ENDED, scope=substitute.scope, kind="user", subject=user)
