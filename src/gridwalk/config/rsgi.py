"""The application that Granian serves."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections

from gridwalk.config import wsgi
from gridwalk.config.server import Server
from gridwalk.core import clock
from gridwalk.phone import pushes
from gridwalk.sync.queries import rows


def _pushed(environs: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
    close_old_connections()  # what Django does as a request begins
    return pushes.together(environs)


def get_ready() -> None:
    """Open the thread's connection and have PostgreSQL plan what a pull asks: ten phones that pull at once in the
    morning would wait for it, each of them as long as for the pull itself.
    """
    with contextlib.suppress(Error):  # the database is away: whoever asks next is told so
        rows.of_grid("", today=clock.local_date(clock.now()))


importlib.import_module(settings.ROOT_URLCONF)  # the pages too: no first request waits until they are read
application = Server(wsgi.application, connections=settings.CONNECTIONS, pushes=_pushed, ready=get_ready)
