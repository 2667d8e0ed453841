"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room ``accounts``."""

    name = "gridwalk.accounts"
    label = "accounts"
