"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """The room ``sync``."""

    name = "gridwalk.sync"
    label = "sync"
