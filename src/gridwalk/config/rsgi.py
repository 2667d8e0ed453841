"""The application that Granian serves."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import close_old_connections

from gridwalk.config import wsgi
from gridwalk.config.server import Server
from gridwalk.phone import pushes


def _pushed(environs: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
    close_old_connections()  # what Django does as a request begins
    return pushes.together(environs)


importlib.import_module(settings.ROOT_URLCONF)  # the pages too: no first request waits until they are read
application = Server(wsgi.application, connections=settings.CONNECTIONS, pushes=_pushed)
