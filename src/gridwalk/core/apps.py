"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The room ``core``."""

    name = "gridwalk.core"
    label = "core"
