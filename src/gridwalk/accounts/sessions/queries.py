"""Where an account is signed in, for nobody but its owner (red line 2)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

from allauth.usersessions.models import UserSession

from gridwalk.accounts.rules import Viewer

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
            browser=_browser(session.user_agent),
            here=session.session_key == here,
        )
        for session in UserSession.objects.filter(user=viewer.id)
        if not session.purge()  # one that has ended by itself is taken off the list
    ]
    return sorted(sessions, key=lambda session: (not session.here, session.since))


def _browser(user_agent: str) -> str:
    return next((name for sign, name in BROWSERS if re.search(rf"\b{sign}", user_agent)), "")
