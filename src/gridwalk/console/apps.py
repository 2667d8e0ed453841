"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The room ``console``."""

    name = "gridwalk.console"
    label = "console"
