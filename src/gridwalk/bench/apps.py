"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class BenchConfig(AppConfig):
    """The room ``bench``."""

    name = "gridwalk.bench"
    label = "bench"
