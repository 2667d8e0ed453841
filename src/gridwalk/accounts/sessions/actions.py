"""Ending sessions, and noting where none began."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest

from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Viewer
from gridwalk.accounts.sessions import queries, store
from gridwalk.core import actions as core
from gridwalk.core import queries as audit
from gridwalk.core.actors import PROGRAM
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere

HOUR = dt.timedelta(hours=1)
MOST = 20
"""An hour, of one account and of all names together that nobody has."""
_log = logging.getLogger(__name__)


def note_failure(*, username: str, factor: str, at: dt.datetime) -> None:
    """Note that somebody failed to come in; ``factor``: what was wrong, ``password``, ``code`` or ``phone_code``.

    What was typed is kept nowhere: a name nobody has may be a password in the wrong field.
    """
    user = User.objects.filter(username=rules.sign_in_name(username)).first()
    subject = user.id if user else None
    _log.warning("sign-in failed", extra={"what": factor, "who": str(subject or "nobody")})
    if audit.n_audited_of(subject, AuditVerb.ACCOUNT_SIGN_IN_FAILED, since=at - HOUR) >= MOST:
        return
    scope = accounts.first_scope(subject)
    with core.write_to(actor=PROGRAM, at=at) as writing:
        writing.audit(
            AuditVerb.ACCOUNT_SIGN_IN_FAILED, scope=scope, kind="user", subject=subject, data={"factor": factor}
        )


def end(*, actor: Viewer, at: dt.datetime, session: int) -> None:
    """Sign the own account out at one place. Raises NotHere."""
    if not _end(actor, at, UserSession.objects.filter(user=actor.id, pk=session)):
        raise NotHere


def end_others(*, actor: Viewer, at: dt.datetime, here: str) -> int:
    """Sign the own account out everywhere but ``here``, the key of a session; returns at how many places."""
    return _end(actor, at, UserSession.objects.filter(user=actor.id).exclude(session_key=store.mark_of(here)))


def _end(actor: Viewer, at: dt.datetime, sessions: QuerySet[UserSession]) -> int:
    scope = accounts.first_scope(actor.id)
    with core.write_to(actor=actor, at=at) as writing:
        n = _close(sessions)
        if n:
            writing.audit(AuditVerb.ACCOUNT_SESSIONS_ENDED, scope=scope, kind="user", subject=actor.id, data={"n": n})
    return n


def end_all(user: User) -> None:
    """Step: whoever takes a factor away from an account signs it out everywhere."""
    _close(UserSession.objects.filter(user=user))


def _close(sessions: QuerySet[UserSession]) -> int:
    n = len(queries.standing(sessions))
    _forget(list(sessions))
    return n


def _forget(sessions: Sequence[UserSession]) -> None:
    Session.objects.filter(pk__in=[session.session_key for session in sessions]).delete()
    UserSession.objects.filter(pk__in=[session.pk for session in sessions]).delete()


def note_begin(request: HttpRequest) -> None:
    """Put the session of a request on its account's list, and take off what has ended by itself."""
    listed = UserSession.objects.filter(user=request.user.pk)
    standing = {session.pk for session in queries.standing(listed)}
    _forget([session for session in listed if session.pk not in standing])
    if not request.session.session_key:
        request.session.save()
    agent = UserSession._meta.get_field("user_agent")
    UserSession.objects.update_or_create(
        session_key=store.mark_of(request.session.session_key or ""),
        defaults={
            "user_id": request.user.pk,
            "ip": get_adapter().get_client_ip(request),
            "user_agent": request.headers.get("User-Agent", "")[: agent.max_length],
        },
    )


def move(*, former: str, present: str) -> None:
    """A session goes on under a new key."""
    UserSession.objects.filter(session_key=store.mark_of(former)).update(session_key=store.mark_of(present))
