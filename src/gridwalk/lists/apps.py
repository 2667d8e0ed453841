"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """The room ``lists``."""

    name = "gridwalk.lists"
    label = "lists"
