"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class DifferencesConfig(AppConfig):
    """The room ``differences``."""

    name = "gridwalk.differences"
    label = "differences"
