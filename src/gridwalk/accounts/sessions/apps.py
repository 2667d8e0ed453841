"""The list of sessions, django-allauth's table written by our own actions: it would keep their keys in the clear."""

from __future__ import annotations

from allauth.account.signals import password_changed, user_logged_in
from allauth.usersessions.apps import UserSessionsConfig
from django.http import HttpRequest


class SessionsConfig(UserSessionsConfig):  # type: ignore[misc]
    """In the place of ``allauth.usersessions``."""

    def ready(self) -> None:
        user_logged_in.connect(_note)
        password_changed.connect(_note)


def _note(*, request: HttpRequest, **_: object) -> None:
    """A session begins at each sign-in, and under a new key when the password changes."""
    from gridwalk.accounts.sessions import actions

    actions.note_begin(request)
