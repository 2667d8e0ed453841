"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """The room ``visits``."""

    name = "gridwalk.visits"
    label = "visits"
