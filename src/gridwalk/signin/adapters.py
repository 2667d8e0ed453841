"""Signing in: accounts are made by the administrator, nobody signs up; the rest is allauth's."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import first_passwords
from gridwalk.accounts.sessions import actions as sessions
from gridwalk.accounts.sessions import addresses
from gridwalk.core import clock, envelope
from gridwalk.signin import guessing

OWN_STAGES = {"allauth.mfa.stages.AuthenticateStage": "gridwalk.signin.guessing.CodeStage"}


def typed_lately(request: Any) -> bool:
    """Whether this session's password was typed within the time after which it is asked for again."""
    records = get_authentication_records(request, request.user)
    typed = [record["at"] for record in records if record["method"] == "password"]
    return bool(typed) and time.time() - typed[-1] < app_settings.REAUTHENTICATION_TIMEOUT


WORDS = {
    "enter_current_password": "现在的密码不对，请再输一次。",
    "incorrect_password": "密码不对，请再输一次。",
    "incorrect_code": "动态码不对，请输验证器上现在的 6 位数字。",
    "too_many_login_attempts": "试的次数太多，请过几分钟再试。",
    "username_password_mismatch": "登录名或密码不对，请核对后再输。",
}
"""What allauth says, by its code, in the words of the house."""


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No open sign-up; who signs in and a changed password go through the accounts' own actions, so that they
    are audited. Wrong passwords are counted by axes alone, a name at an address (``accounts.locking``).
    """

    error_messages = DefaultAccountAdapter.error_messages | WORDS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing is refused for the number of tries from one address: a whole street may share it."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return addresses.address_of(request) or "0.0.0.0"  # noqa: S104 # nosec B104 no address is known

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Whoever typed the password a moment ago and sets up the first codes is not asked for it once more."""
        sets_up = app == "allauth.mfa" and not is_mfa_enabled(self.request.user)
        if sets_up and typed_lately(self.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **more))

    def get_login_stages(self) -> list[str]:
        stages: list[str] = super().get_login_stages()
        return [OWN_STAGES.get(stage, stage) for stage in stages]

    def respond_user_inactive(self, request: HttpRequest, user: object) -> HttpResponse:
        messages.error(request, "这个账号已停用，登录不了。需要恢复的话，请找街道的管理员。")
        return redirect("account_login")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sessions.note_failure(username=credentials.get("username", ""), factor="password", at=clock.now())

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        refused: HttpResponse | None = super().pre_login(request, user, **more)
        if refused is None and first_passwords.ran_out(user, clock.now()):
            clear_login(request)
            messages.error(request, first_passwords.RAN_OUT)
            refused = redirect("account_login")
        return refused

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        factors = [record["method"] for record in get_authentication_records(request, user)]
        accounts.note_sign_in(
            user=user,
            at=clock.now(),
            address=addresses.address_of(request),
            factor="code" if "mfa" in factors or guessing.brought_code(request) else "password",
        )
        answered: HttpResponse = super().post_login(request, user, **more)
        return answered

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("console:home")

    def clean_password(self, password: str, user: Any = None) -> str:
        if user is not None and user.check_password(password):
            raise ValidationError("和现在的一样，请换一个。")
        cleaned: str = super().clean_password(password, user)
        return cleaned

    def set_password(self, user: Any, password: str) -> None:
        accounts.change_own_password(user=user, password=password, at=clock.now())


class CodesAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """One-time codes: what makes them lies in the envelope, so that a dump gives nobody a second factor."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": WORDS["incorrect_code"]}
    PLACE = {"table": "mfa_authenticator", "column": "data", "row": "secret"}

    def encrypt(self, text: str) -> str:
        return envelope.seal(text, **self.PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return envelope.open_(encrypted_text, **self.PLACE)
