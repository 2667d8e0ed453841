"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The room ``events``."""

    name = "gridwalk.events"
    label = "events"
