"""Telling, reading, seeing to it; and what is done to an account, which is told to who it concerns."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries as account_queries
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.resets import actions as resets
from gridwalk.accounts.resets.actions import Slip
from gridwalk.accounts.rules import FACTORS, LABELS, Factor, Role, Viewer
from gridwalk.accounts.substitutes import actions as substitutes
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.notices import queries, rules
from gridwalk.notices.models import Notice, Reading
from gridwalk.notices.rules import Kind


def tell(
    writing: Writing,
    *,
    kind: Kind,
    text: str,
    to_user: uuid.UUID | None = None,
    role: Role | None = None,
    scope: str = "",
    about: tuple[str, uuid.UUID] | None = None,
) -> Notice:
    """Step: tell an account, or whoever holds a role in an area.

    ``text`` holds nothing of a resident; ``about``: kind and id of the record it leads to.
    """
    entity_kind, entity = about or ("", None)
    return Notice.objects.create(
        user_id=to_user,
        role=role or "",
        scope=scope,
        kind=kind,
        text=rules.plain(text),
        about=entity_kind,
        entity=entity,
        told_at=writing.at,
        told_by=writing.actor.name,
    )


def read(*, actor: Viewer, at: dt.datetime, notices: Collection[uuid.UUID]) -> None:
    """Note that the actor has read these. Not audited: who reads when is nobody's business. Raises NotHere."""
    if actor.id is None:
        raise NotHere
    mine = [queries.get_notice(actor, notice) for notice in notices]
    with core.write_to(actor=actor, at=at):
        Reading.objects.bulk_create(
            [Reading(notice=notice, user_id=actor.id, at=at) for notice in mine], ignore_conflicts=True
        )


def finish(*, actor: Viewer, at: dt.datetime, notice: uuid.UUID) -> None:
    """Note that a notice is seen to, for all whom it was told. Raises NotHere."""
    told = queries.get_notice(actor, notice)
    with core.write_to(actor=actor, at=at) as writing:
        if Notice.objects.filter(pk=told.pk, done_at__isnull=True).update(done_at=at, done_by=actor.name):
            writing.audit(AuditVerb.NOTICE_DONE, scope=told.scope, kind="notice", subject=told.id)


def reset_password(*, actor: Viewer, at: dt.datetime, user: User) -> Slip:
    """Give a random password, told once, or ask for it; that person and the street centre are told.

    Raises NotPermitted.
    """
    with core.write_to(actor=actor, at=at) as writing:
        slip = resets.reset_password(actor=actor, at=at, user=user)
        _tell_of_reset(writing, user, Factor.PASSWORD, waits=slip.waits)
    return slip


def reset_second_factor(*, actor: Viewer, at: dt.datetime, user: User) -> bool:
    """Forget the one-time codes, or ask for it, and whether it waits; that person and the street centre are told.

    Raises NotPermitted.
    """
    with core.write_to(actor=actor, at=at) as writing:
        waits = resets.reset_second_factor(actor=actor, at=at, user=user)
        _tell_of_reset(writing, user, Factor.CODES, waits=waits)
    return waits


def _tell_of_reset(writing: Writing, user: User, factor: Factor, *, waits: bool) -> None:
    by, what = writing.actor.name, FACTORS[factor]
    own = f"{by}要重置您的{what}，街道网格中心确认后才作数。" if waits else f"{by}重置了您的{what}。"
    tell(writing, to_user=user.id, kind=Kind.ACCOUNT, text=f"{own}不是您要的，请马上告诉街道网格中心。")
    posts = account_queries.viewer_of(user, clock.local_date(writing.at)).assignments
    done = f"{by}重置了{user.name}的{what}。请问一声本人，是不是自己要的。"
    asked = f"{by}要重置{user.name}的{what}。请先问本人，是不是自己要的，再到“岗位确认”里定。"
    for scope in sorted({post.scope for post in posts} or {""}):
        tell(
            writing,
            role=Role.STREET_CENTRE,
            scope=scope,
            kind=Kind.ACCOUNT,
            text=asked if waits else done,
            about=("user", user.id),
        )


def decide_reset(*, actor: Viewer, at: dt.datetime, reset: uuid.UUID, confirmed: bool) -> None:
    """Confirm or decline a reset, and tell whose account it is and who asked for it. Raises NotHere, AccountError."""
    with core.write_to(actor=actor, at=at) as writing:
        decided = (resets.confirm if confirmed else resets.decline)(actor=actor, at=at, reset=reset)
        what = FACTORS[Factor(decided.what)]
        word = "同意" if confirmed else "没有同意"
        tell(writing, to_user=decided.user_id, kind=Kind.ACCOUNT, text=f"{actor.name}{word}重置您的{what}。")
        tell(
            writing,
            to_user=decided.proposed_by,
            kind=Kind.ACCOUNT,
            text=f"{actor.name}{word}重置{decided.user.name}的{what}。",
        )


def confirm_roles(*, actor: Viewer, at: dt.datetime, assignments: Sequence[uuid.UUID]) -> int:
    """Confirm proposed roles, all or none, and tell whose they are and who proposed them; how many.

    Raises NotHere, AccountError.
    """
    with core.write_to(actor=actor, at=at) as writing:
        confirmed = accounts.confirm_roles(actor=actor, at=at, assignments=assignments)
        for post in confirmed:
            role = LABELS[Role(post.role)]
            tell(writing, to_user=post.user_id, kind=Kind.ROLE, text=f"您的岗位“{role}”已确认，可以用了。")
        _tell_proposers(writing, confirmed, "确认了")
    return len(confirmed)


def decline_roles(*, actor: Viewer, at: dt.datetime, assignments: Sequence[uuid.UUID]) -> int:
    """Decline proposed roles, all or none, and tell who proposed them; how many. Raises NotHere, AccountError."""
    with core.write_to(actor=actor, at=at) as writing:
        declined = accounts.decline_roles(actor=actor, at=at, assignments=assignments)
        _tell_proposers(writing, declined, "没有同意")
    return len(declined)


def _tell_proposers(writing: Writing, decided: Sequence[Assignment], what: str) -> None:
    for proposer in sorted({post.proposed_by for post in decided if post.proposed_by}):
        theirs = [post for post in decided if post.proposed_by == proposer]
        first = f"{theirs[0].user.name}的岗位“{LABELS[Role(theirs[0].role)]}”"
        rest = f"等 {len(theirs)} 个" if len(theirs) > 1 else ""
        tell(writing, to_user=proposer, kind=Kind.ROLE, text=f"{writing.actor.name}{what}{first}{rest}。")


def name_substitute(
    *,
    actor: Viewer,
    at: dt.datetime,
    user: uuid.UUID,
    grid: str,
    place: str,
    covers: uuid.UUID,
    from_on: dt.date,
    to_on: dt.date,
) -> Assignment:
    """Name a substitute and tell both, who leads the community and the street centre; ``place``: the grid's name.

    Raises NotPermitted, SubstituteError.
    """
    with core.write_to(actor=actor, at=at) as writing:
        post = substitutes.name_substitute(
            actor=actor, at=at, user=user, grid=grid, covers=covers, from_on=from_on, to_on=to_on
        )
        days = f"{from_on.month}月{from_on.day}日到{to_on.month}月{to_on.day}日"
        covered, substitute = User.objects.get(pk=covers), User.objects.get(pk=user)
        _tell_of_substitute(
            writing,
            post,
            to_substitute=f"{days}，请您代{covered.name}走{place}。手机联网后就有名单，到期自动收回。",
            to_covered=f"{days}，{place}由{substitute.name}代您走。户还在您名下，到期自动收回。",
            to_office=f"{days}，{place}由{substitute.name}代{covered.name}走，{actor.name}安排的。",
        )
    return post


def end_substitute(*, actor: Viewer, at: dt.datetime, post: uuid.UUID, place: str) -> None:
    """End a substitution before its time and tell whoever was told of it. Raises NotHere, SubstituteError."""
    with core.write_to(actor=actor, at=at) as writing:
        ended = substitutes.end_substitute(actor=actor, at=at, post=post)
        covered = ended.covers.name if ended.covers else ""
        _tell_of_substitute(
            writing,
            ended,
            to_substitute=f"代{covered}走{place}的事，{actor.name}提前结束了，从现在起不用再去。",
            to_covered=f"{ended.user.name}代您走{place}的事，{actor.name}提前结束了。",
            to_office=f"{ended.user.name}代{covered}走{place}的事，{actor.name}提前结束了。",
        )


def _tell_of_substitute(
    writing: Writing, post: Assignment, *, to_substitute: str, to_covered: str, to_office: str
) -> None:
    tell(writing, to_user=post.user_id, kind=Kind.ROLE, text=to_substitute)
    tell(writing, to_user=post.covers_id, kind=Kind.ROLE, text=to_covered)
    for role in (Role.COMMUNITY_LEAD, Role.STREET_CENTRE):
        tell(writing, role=role, scope=post.scope, kind=Kind.ROLE, text=to_office)
