"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """The room ``indicators``."""

    name = "gridwalk.indicators"
    label = "indicators"
