"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class SimulateConfig(AppConfig):
    """The room ``simulate``."""

    name = "gridwalk.simulate"
    label = "simulate"
