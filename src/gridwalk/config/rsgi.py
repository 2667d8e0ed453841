"""The application that Granian serves."""

from __future__ import annotations

from django.conf import settings

from gridwalk.config import wsgi
from gridwalk.config.server import Server

application = Server(wsgi.application, connections=settings.CONNECTIONS)
