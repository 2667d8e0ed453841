"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class InspectionConfig(AppConfig):
    """The room ``inspection``."""

    name = "gridwalk.inspection"
    label = "inspection"
