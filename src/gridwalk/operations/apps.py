"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """The room ``operations``."""

    name = "gridwalk.operations"
    label = "operations"
