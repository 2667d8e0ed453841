"""Django as a WSGI application; ``rsgi`` reads requests for it."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridwalk.config.settings")

application = get_wsgi_application()
