"""How long a sign-in lasts: 30 minutes without a click, 10 hours in all; a password whose time is over is
changed first. With its end the pages go that the browser kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from allauth.account import views as account
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from gridwalk.accounts import actions as accounts
from gridwalk.core import clock, queries
from gridwalk.core.audit.verbs import AuditVerb

LEFT_BEHIND = '"cache"'
"""What a browser drops at sign-out: pages kept for going back. In its storage lies what a phone has not sent."""
BEGAN, SEEN = "signed_in_at", "seen_at"
NOTED_EVERY = 60


def sign_out(request: HttpRequest) -> HttpResponse:
    """退出."""
    answer: HttpResponse = account.logout(request)
    answer.headers["Clear-Site-Data"] = LEFT_BEHIND
    return answer


class SessionLimitsMiddleware:
    """Ends a session that was left alone or is too old; the guard of the pages then asks to sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._limit(request, clock.now())
        return self.get_response(request)

    def _limit(self, request: HttpRequest, at: dt.datetime) -> None:
        now = at.timestamp()
        began, seen = request.session.get(BEGAN), request.session.get(SEEN)
        if began is None or seen is None:
            request.session[BEGAN] = request.session[SEEN] = now
            self._password(request, at)
        elif now - seen > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE:
            logout(request)
            messages.info(request, "太久没有操作，已自动退出。存过的都在，请重新登录。")
        elif now < seen:  # the clock was set back: without this the sign-in would last as much longer
            request.session[BEGAN], request.session[SEEN] = min(began, now), now
        elif now - seen > NOTED_EVERY:  # not at every click: each one would be a write
            request.session[SEEN] = now

    @staticmethod
    def _password(request: HttpRequest, at: dt.datetime) -> None:
        user = request.user
        if not settings.PASSWORD_DAYS or not user.is_authenticated or user.must_change_password:
            return
        changed_at = queries.last_audited(user.id, AuditVerb.ACCOUNT_PASSWORD_CHANGED) or user.created_at
        if at - changed_at > dt.timedelta(days=settings.PASSWORD_DAYS):
            accounts.require_new_password(user=user, at=at)
            user.must_change_password = True
