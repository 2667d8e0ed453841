"""Who is looking, at what moment, and whether the table of pages opens this one for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules
from gridwalk.accounts.rules import Viewer
from gridwalk.console import errors
from gridwalk.console.permissions import PAGES, Open, opens
from gridwalk.console.scopes import Turning
from gridwalk.core import clock
from gridwalk.core.envelope import EnvelopeError
from gridwalk.core.queries import NotHere
from gridwalk.registry.rules import Unfit

SETTING_UP = {
    "account_logout",
    "account_change_password",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "console:health",
}


class Signed(HttpRequest):
    """A request as the views see it: ``viewer`` asks, ``at`` is the moment all of it is judged at.

    ``turning``: how the page is turned to another scope of the viewer's, where it shows one (``pages.scope_of``).
    """

    viewer: Viewer
    at: dt.datetime
    turning: Turning | None


class ViewerMiddleware:
    """Puts ``viewer`` and ``at`` on the request; opens a page only as the table says; makes refusals plain pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Signed) -> HttpResponse:
        request.at = clock.now()
        response = self.get_response(request)
        if request.resolver_match is not None and not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: Signed, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """The guard: a page outside the table opens for nobody, as one the viewer's roles do not open."""
        assert request.resolver_match is not None
        name = request.resolver_match.view_name
        guard = PAGES.get(name)
        if guard is None:
            return errors.not_permitted(request)
        if guard in {Open.DEVICE, Open.TOKEN}:
            return None
        user = request.user
        if not user.is_authenticated:
            if guard is Open.ANYBODY:
                return None
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        request.viewer = accounts.viewer_of(user, clock.local_date(request.at))
        request.turning = None
        if name not in SETTING_UP:
            if user.must_change_password:
                return redirect("account_change_password")
            if rules.needs_second_factor(request.viewer.roles) and accounts.second_factor_missing(user):
                return redirect("mfa_activate_totp")
        if not opens(guard, request.viewer):
            return errors.not_permitted(request)
        return None

    def process_exception(self, request: Signed, error: Exception) -> HttpResponseBase | None:
        """What the rooms refuse becomes the page that says so."""
        if isinstance(error, NotHere):
            return errors.not_here(request)
        if isinstance(error, rules.NotPermitted):
            return errors.not_permitted(request)
        if isinstance(error, EnvelopeError):
            return errors.sealed(request)
        if isinstance(error, Unfit):
            return errors.unfit(request, error)
        return None
