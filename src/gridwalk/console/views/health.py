"""What machines ask: whether it works, and the numbers of a monitoring system.

Neither tells anything about a person.
"""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from gridwalk.console.middleware import Signed
from gridwalk.operations import condition


@require_safe
def healthz(request: Signed) -> HttpResponse:
    """200 while the server and its database answer, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False, "database": False}, status=503)
    return JsonResponse({"ok": True, "database": True})


@require_safe
def metrics(request: Signed) -> HttpResponse:
    """Prometheus' text for whoever sends ``Authorization: Bearer <GRIDWALK_METRICS_TOKEN>``; 404 where no
    token is set.
    """
    token = settings.METRICS_TOKEN
    if not token:
        return HttpResponse(status=404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(condition.metrics(request.at), content_type="text/plain; version=0.0.4; charset=utf-8")
