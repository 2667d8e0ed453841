"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    """The room ``timeline``."""

    name = "gridwalk.timeline"
    label = "timeline"
