"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """The room ``upkeep``."""

    name = "gridwalk.upkeep"
    label = "upkeep"
