"""Pages for what went wrong, in plain Chinese: what happened, whether anything is lost, what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_permitted(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the role does not do this."""
    return render(request, "403.html", status=403)


def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: absent or outside the viewer's area; the same page for both."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault; nothing half-written, because every action is one transaction."""
    return render(request, "500.html", status=500)
