"""Where an account is signed in, and its end; django-allauth keeps the list, for the person alone (red line 2)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet

from gridwalk.accounts import queries
from gridwalk.accounts.models import User
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere

BROWSERS = (
    ("Edg", "Edge"),
    ("QQBrowser", "QQ 浏览器"),
    ("Firefox", "火狐"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""What a browser calls itself → how it is told; the first that fits, for most name others as well."""


@dataclasses.dataclass(frozen=True)
class OwnSession:
    """One place where an account is signed in; ``here``: the one that asks."""

    id: int
    since: dt.datetime
    address: str
    browser: str
    here: bool


def own_sessions(user: User, *, here: str) -> list[OwnSession]:
    """Where ``user`` is signed in, this place first; ``here``: the key of the session that asks."""
    sessions = [
        OwnSession(
            id=session.pk,
            since=session.created_at,
            address=session.ip,
            browser=_browser(session.user_agent),
            here=session.session_key == here,
        )
        for session in UserSession.objects.purge_and_list(user)
    ]
    return sorted(sessions, key=lambda session: (not session.here, session.since))


def _browser(user_agent: str) -> str:
    return next((name for sign, name in BROWSERS if re.search(rf"\b{sign}", user_agent)), "")


def end(*, user: User, at: dt.datetime, session: int) -> None:
    """Sign the account out at one place. Raises NotHere."""
    if not _end(user, at, UserSession.objects.filter(user=user, pk=session)):
        raise NotHere


def end_others(*, user: User, at: dt.datetime, here: str = "") -> int:
    """Sign the account out everywhere but ``here``, the key of a session; returns at how many places."""
    return _end(user, at, UserSession.objects.filter(user=user).exclude(session_key=here))


def _end(user: User, at: dt.datetime, sessions: QuerySet[UserSession]) -> int:
    scope = queries.first_scope(user)
    with core.write_to(actor=user, at=at) as writing:
        n = _close(sessions)
        if n:
            writing.audit(AuditVerb.ACCOUNT_SESSIONS_ENDED, scope=scope, kind="user", subject=user.id, data={"n": n})
    return n


def end_all(user: User) -> None:
    """Step: whoever takes a factor away from an account signs it out everywhere."""
    _close(UserSession.objects.filter(user=user))


def _close(sessions: QuerySet[UserSession]) -> int:
    open_ = [session for session in sessions if not session.purge()]
    for session in open_:
        session.end()
    return len(open_)


def move(*, former: str, present: str) -> None:
    """A session goes on under a new key."""
    UserSession.objects.filter(session_key=former).update(session_key=present)
