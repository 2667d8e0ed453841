"""Signing in: accounts are made by the administrator, nobody signs up; the rest is allauth's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import rules
from gridwalk.core import clock


def attempted_name(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The name failed attempts are counted under: however it is spelled, it is one account."""
    return rules.sign_in_name((credentials or {}).get("username") or request.POST.get("login", ""))


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No open sign-up; a changed password goes through the accounts' own action, so that it is audited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: Any, password: str) -> None:
        accounts.change_own_password(user=user, password=password, at=clock.now())
