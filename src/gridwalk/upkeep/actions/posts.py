"""Ending somebody's post: what it leaves open goes over in the same step, and comes back with it within seven days."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import LABELS, Role, Viewer
from gridwalk.accounts.substitutes import actions as substitutes
from gridwalk.campaigns.actions import arranging
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.notices import actions as notices
from gridwalk.notices.rules import Kind
from gridwalk.registry.actions import care
from gridwalk.sync.actions import returned
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.upkeep.models import Handover
from gridwalk.upkeep.queries import posts
from gridwalk.upkeep.rules import UpkeepError

WHY, BACK = "原来的网格员不在岗了，交接", "撤销了停用，交还"


def end_post(*, actor: Viewer, at: dt.datetime, post: uuid.UUID, to: uuid.UUID | None = None) -> Handover:
    """End a post from today on and hand what it leaves open to somebody in post there; ``to`` None: to nobody, so that
    it is listed as nobody's. Who takes over from the responsible person is the responsible one. Whoever has no post
    left is nobody's substitute either.

    Raises NotHere, UpkeepError.
    """
    today = clock.local_date(at)
    ending = posts.get_post(actor, post)
    grids = posts.grids_left(ending, today)
    if to is not None and to not in posts.takers(actor, post, today):
        raise UpkeepError("没有停：接手的人现在不管这个网格。请从单子里选一位，或先给那一位加上网格。")
    with core.write_to(*grids, actor=actor, at=at) as writing:
        # Of two who end it at the same moment, the later one finds it ended.
        ending = Assignment.objects.select_for_update(of=("self",)).select_related("user").get(pk=post)
        if ending.to_on is not None and ending.to_on < today:
            raise UpkeepError("没有停：这个岗位已经停了。")
        before = ending.to_on
        accounts.end_assignment(actor=actor, at=at, assignment=post, on=today - dt.timedelta(days=1))
        moved = _hand_over(writing, ending, grids, to) if to is not None else {}
        if not queries.visiting(today).filter(user=ending.user_id).exists():
            substitutes.end_all(writing, ending.user_id)
        handover = Handover.objects.create(
            post=ending,
            before=before,
            to_id=to,
            moved=moved,
            made_by=actor.id,
            made_by_name=actor.name,
            made_at=at,
        )
    return handover


def _hand_over(writing: Writing, ending: Assignment, grids: list[str], to: uuid.UUID) -> dict[str, Any]:
    today = clock.local_date(writing.at)
    targets = arranging.give_targets(writing, posts.targets(ending.user_id, grids), to=to, reason=WHY)
    labels = care.give_labels(writing, posts.labels(ending.user_id, grids, today), to=to, reason=WHY)
    tasks = returned.give_tasks(writing, posts.tasks(ending.user_id, grids), to=to)
    named = accounts.name_responsible(user=to, scope=ending.scope, on=today) if ending.responsible else None
    if targets or labels or tasks:
        place = territory.scope_name(ending.scope)
        text = f"{place}：{ending.user.name}不在岗了，名下的 {len(targets)} 项走访任务"
        more = "和关爱联系、退回的" if labels or tasks else ""
        notices.tell(writing, to_user=to, kind=Kind.ROLE, text=f"{text}{more}都交给您了，手机下次联网时就有。")
    return {
        "targets": [str(pk) for pk in targets],
        "labels": [str(pk) for pk in labels],
        "tasks": [str(pk) for pk in tasks],
        "named": str(named) if named else "",
    }


def undo(*, actor: Viewer, at: dt.datetime, handover: uuid.UUID) -> Handover:
    """Let a post that was ended run on as before; what went over and is still open with who took it comes back.

    Raises NotHere, UpkeepError, AccountError.
    """
    ended = posts.get_handover(actor, handover)
    grids = [grid for grid in territory.grid_codes(ended.post.scope) if ended.moved]
    with core.write_to(*grids, actor=actor, at=at) as writing:
        ended = Handover.objects.select_for_update(of=("self",)).select_related("post__user").get(pk=handover)
        _require_undoable(ended, at)
        accounts.resume_assignment(actor=actor, at=at, assignment=ended.post_id, to_on=ended.before)
        if ended.moved and ended.to_id is not None:
            _give_back(writing, ended, grids, ended.to_id)
        Handover.objects.filter(pk=handover).update(undone_at=at, undone_by_name=actor.name)
        _tell_of_return(writing, ended.post.user, ended.post, ended.to_id)
    return ended


def _require_undoable(ended: Handover, at: dt.datetime) -> None:
    if ended.undone_at is not None:
        raise UpkeepError("没有撤销：已经撤销过了。")
    if at - ended.made_at >= clock.UNDO_FOR:
        raise UpkeepError(f"没有撤销：过了 {clock.UNDO_FOR.days} 天。请重新给岗位，再在未走访清单里改派。")
    if len(ended.post.scope) == codes.GRID and not territory.grid_codes(ended.post.scope):
        raise UpkeepError("没有撤销：这个网格已经拆并过了。请重新给岗位。")


def _give_back(writing: Writing, ended: Handover, grids: list[str], taker: uuid.UUID) -> None:
    user, moved = ended.post.user_id, ended.moved
    today = clock.local_date(writing.at)
    targets = posts.targets(taker, grids).filter(pk__in=moved["targets"])
    arranging.give_targets(writing, targets, to=user, reason=BACK)
    labels = posts.labels(taker, grids, today).filter(pk__in=moved["labels"])
    care.give_labels(writing, labels, to=user, reason=BACK)
    returned.give_tasks(writing, posts.tasks(taker, grids).filter(pk__in=moved["tasks"]), to=user)
    if moved["named"]:
        Assignment.objects.filter(pk=moved["named"]).update(responsible=False)


def _tell_of_return(writing: Writing, user: User, post: Assignment, taker: uuid.UUID | None) -> None:
    """Who took over learns that it went back; the street centre, that somebody is in post again."""
    place, by = territory.scope_name(post.scope), writing.actor.name
    if taker is not None:
        text = f"{place}：{by}撤销了停用，{user.name}接着走，交给您的还开着的都交还了。"
        notices.tell(writing, to_user=taker, kind=Kind.ROLE, text=text)
    text = f"{by}撤销了停用：{user.name}在{place}的岗位“{LABELS[Role(post.role)]}”照旧。"
    notices.tell(writing, role=Role.STREET_CENTRE, scope=post.scope, kind=Kind.ROLE, text=text)
