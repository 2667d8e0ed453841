"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class CoreConfig(AppConfig):
    """The room ``core``."""

    name = "gridwalk.core"
    label = "core"

    def ready(self) -> None:
        """Every connection is told how long it may wait; queries may ask for many values as one array."""
        from gridwalk.core import among, patience

        among.register()
        connection_created.connect(patience.begin)
