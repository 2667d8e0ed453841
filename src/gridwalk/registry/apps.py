"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """The room ``registry``."""

    name = "gridwalk.registry"
    label = "registry"
