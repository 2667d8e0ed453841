"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """The room ``retention``."""

    name = "gridwalk.retention"
    label = "retention"
