"""Django's name for this room."""

from __future__ import annotations

import gc

from django.apps import AppConfig
from django.db.backends.signals import connection_created

NEW_OBJECTS = 10_000
"""So many before Python looks for cycles among them: the rows of a batch all live until it is done, and where Python
looks again after every 700, a quarter of an import's processor time goes into finding nothing.
"""


class CoreConfig(AppConfig):
    """The room ``core``."""

    name = "gridwalk.core"
    label = "core"

    def ready(self) -> None:
        """Every connection is told how long it may wait; queries may ask for many values as one array; garbage is
        looked for seldom.
        """
        from gridwalk.core import among, patience

        among.register()
        connection_created.connect(patience.begin)
        gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
