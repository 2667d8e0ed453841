"""Passwords and codes tried out: where tries come from, what stops them, and the way in that nothing stops.

A name is locked at the address its wrong passwords come from (``accounts.locking``). Whoever has the code as well is
let in all the same: the page of a locked name takes password and code together, and answers alike whichever is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gridwalk.accounts import locking, rules
from gridwalk.accounts import queries as accounts
from gridwalk.accounts.sessions.addresses import place_of

HERE, EVERYWHERE, CROWDED = "code_here", "code_everywhere", "code_crowded"
"""Codes tried of one account from one address, and from all (``ACCOUNT_RATE_LIMITS``), once its password was right.

Where all together are too many, each address still has one: whoever knows the password keeps nobody else out.
"""
SHOWN = "_code_was_right"


def counted_name(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """What failed attempts are counted under: a keyed mark, for what is typed as a name may be a number or secret."""
    return locking.mark_of(attempted_name(request, credentials))


def attempted_name(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The name somebody types: however it is spelled, it is one account."""
    return rules.sign_in_name((credentials or {}).get("username") or request.POST.get("login", ""))


def brings_code(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> bool:
    """Whether password and code of the account come together and are right: then no lock stands in the way."""
    if not hasattr(request, SHOWN):
        setattr(request, SHOWN, _brings_code(request, credentials or {}))
    return bool(getattr(request, SHOWN))


def brought_code(request: HttpRequest) -> bool:
    """Whether this sign-in went past a lock, with password and code together."""
    return bool(getattr(request, SHOWN, False))


def _brings_code(request: HttpRequest, credentials: Mapping[str, str]) -> bool:
    code, password = request.POST.get("code", ""), credentials.get("password") or ""
    if not code or not password:
        return False
    user = accounts.by_sign_in_name(attempted_name(request, credentials))
    if user is None:
        make_password(password)  # a name nobody has takes as long as a wrong password
        return False
    if not user.check_password(password) or not _may_try(request, user):
        return False
    totp = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return totp is not None and totp.wrap().validate_code(code)


def _here(request: HttpRequest, user: Any) -> str:
    return f"{user.pk} {place_of(request)}"


def _may_try(request: HttpRequest, user: Any) -> bool:
    here = _here(request, user)
    if not ratelimit.consume(request, action=HERE, key=here):
        return False
    is_calm = ratelimit.consume(request, action=EVERYWHERE, key=str(user.pk))
    return bool(is_calm or ratelimit.consume(request, action=CROWDED, key=here))


class _Patient:
    """A form for a code: so many of an account from one address."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["code"].label = "6 位动态码，或一个备用码"  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        user = self.user  # type: ignore[attr-defined]
        if not _may_try(context.request, user):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]
        for action in (HERE, CROWDED):
            ratelimit.clear(context.request, action=action, key=_here(context.request, user))
        return code


class CodeForm(_Patient, AuthenticateForm):  # type: ignore[misc]
    """The code after the password."""


class CodeAgainForm(_Patient, ReauthenticateForm):  # type: ignore[misc]
    """The code once more before a factor is changed."""


class CodeStage(AuthenticateStage):  # type: ignore[misc]
    """Asks for the code, unless it came with the password."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not getattr(request, SHOWN, False) and super()._should_handle(request)


def locked(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Mapping[str, str] | None = None
) -> HttpResponse:
    """429: too many wrong passwords of this name from here. A phone gets its own answer."""
    match = request.resolver_match
    if response is not None and match is not None and match.view_name.startswith("phone_api:"):
        return response
    return render(request, "account/lockout.html", {"name": attempted_name(request, credentials)}, status=429)
