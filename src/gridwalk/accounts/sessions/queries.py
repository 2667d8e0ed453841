"""Where an account is signed in, for nobody but its owner (red line 2)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from gridwalk.accounts.rules import Viewer
from gridwalk.accounts.sessions import store
from gridwalk.core import clock

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


def own_sessions(viewer: Viewer, *, here: str) -> list[OwnSession]:
    """Where the viewer is signed in, this place first; ``here``: the key of the session that asks."""
    sessions = [
        OwnSession(
            id=session.pk,
            since=session.created_at,
            address=session.ip,
            browser=browser_of(session.user_agent),
            here=session.session_key == store.mark_of(here),
        )
        for session in standing(UserSession.objects.filter(user=viewer.id))
    ]
    return sorted(sessions, key=lambda session: (not session.here, session.since))


def standing(sessions: QuerySet[UserSession]) -> list[UserSession]:
    """Those that have not ended by themselves: within their time, and begun with the password the account has now."""
    listed = list(sessions.select_related("user"))
    rows = Session.objects.filter(expire_date__gt=clock.now()).in_bulk([session.session_key for session in listed])
    opened = store.SessionStore()
    return [
        session
        for session in listed
        if (row := rows.get(session.session_key)) is not None
        and opened.of_row(row).get(HASH_SESSION_KEY) == session.user.get_session_auth_hash()
    ]


def browser_of(user_agent: str) -> str:
    """The name of a browser by what it calls itself; "" for an unknown one."""
    return next((name for sign, name in BROWSERS if re.search(rf"\b{sign}", user_agent)), "")
