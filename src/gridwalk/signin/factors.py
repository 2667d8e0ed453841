"""allauth's pages that confirm or change a factor, and what follows for the account's sessions."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpRequest, HttpResponse

from gridwalk.accounts.sessions import actions as sessions
from gridwalk.core import clock
from gridwalk.signin.adapters import typed_lately
from gridwalk.signin.forms import FirstPasswordForm


class _NewKey:
    """Whoever confirms goes on under a new session key (ASVS 5.0, 7.2.4); signing in makes one anyway."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        former = self.request.session.session_key or ""
        self.request.session.cycle_key()
        sessions.move(former=former, present=self.request.session.session_key or "")
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return answer


class _OthersEnd:
    """A changed factor ends the account's other sessions (ASVS 5.0, 7.4.3), as a new password does."""

    request: Any

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        here = self.request.session.session_key or ""
        sessions.end_others(actor=self.request.viewer, at=self.request.at, here=here)
        return answer


class CodeAsked(AuthenticateView):  # type: ignore[misc]
    """The code after the password."""

    def form_invalid(self, form: Any) -> HttpResponse:
        sessions.note_failure(username=self.stage.login.user.username, factor="code", at=clock.now())
        answer: HttpResponse = super().form_invalid(form)
        return answer


class OwnPassword(PasswordChangeView):  # type: ignore[misc]
    """Another password. Whoever signed in a moment ago with a first password has just typed it and is not asked again;
    nor is anybody who changed the password asked for it once more to set up codes.
    """

    def get_form_class(self) -> Any:
        user = self.request.user
        if user.must_change_password and typed_lately(self.request):
            return FirstPasswordForm
        return super().get_form_class()

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        reauthenticate_by_password(self.request)
        return answer


class PasswordAgain(_NewKey, ReauthenticateView):  # type: ignore[misc]
    """The password once more."""


class CodeAgain(_NewKey, CodeView):  # type: ignore[misc]
    """A code once more."""

    def form_invalid(self, form: Any) -> HttpResponse:
        sessions.note_failure(username=self.request.user.username, factor="code", at=clock.now())
        answer: HttpResponse = super().form_invalid(form)
        return answer


class SetUpCodes(_OthersEnd, ActivateTOTPView):  # type: ignore[misc]
    """One-time codes are set up. Whoever typed the password for it a moment ago is shown the recovery codes at once."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        if typed_lately(self.request):
            reauthenticate_by_password(self.request)
        return answer


class NewRecoveryCodes(_OthersEnd, GenerateRecoveryCodesView):  # type: ignore[misc]
    """Recovery codes are made anew."""
