"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The room ``notices``."""

    name = "gridwalk.notices"
    label = "notices"
