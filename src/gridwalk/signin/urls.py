"""The few of allauth's pages we use; sign-up, e-mail and password reset by e-mail do not exist here."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from django.urls import path

from gridwalk.signin import factors, sessions

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", sessions.sign_out, name="account_logout"),
    path("password/", factors.OwnPassword.as_view(), name="account_change_password"),
    path("again/", factors.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("code/", factors.CodeAsked.as_view(), name="mfa_authenticate"),
    path("code/again/", factors.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("codes/", mfa.index, name="mfa_index"),
    path("codes/activate/", factors.SetUpCodes.as_view(), name="mfa_activate_totp"),
    path("codes/recovery/new/", factors.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("codes/recovery/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
]
