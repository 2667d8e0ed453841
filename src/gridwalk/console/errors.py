"""Pages for what went wrong, in plain Chinese: what happened, whether anything is lost, what to do."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from gridwalk.core import waits
from gridwalk.core.waits import Wait


def not_permitted(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the role does not do this."""
    return render(request, "403.html", status=403)


def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: absent or outside the viewer's area; the same page for both."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault; nothing half-written, because every action is one transaction. 503 where it passes by itself.

    Rendered without the request, so that it appears also when the database is what failed.
    """
    wait = waits.wait_for(sys.exc_info()[1])
    if wait:
        return _waiting(request, wait)
    return HttpResponse(render_to_string("500.html"), status=500)


def _waiting(request: HttpRequest, wait: Wait) -> HttpResponse:
    """503: the page asks again by itself, without a script; a form does not, it has to be sent by somebody."""
    context = {"wait": wait, "reads": request.method in {"GET", "HEAD"}}
    text = render_to_string("503.html", context)
    return HttpResponse(text, status=503, headers={"Retry-After": str(wait.seconds), "Cache-Control": "no-store"})


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that did not come from our page, or whose page was open longer than the sign-in."""
    return HttpResponse(render_to_string("csrf.html"), status=403)


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: more fields or bytes than a form of ours has."""
    return HttpResponse(render_to_string("400.html"), status=400)


def too_often(request: HttpRequest) -> HttpResponse:
    """429: more than a day's work needs within one hour."""
    return render(request, "429.html", status=429)


def too_many_rows(request: HttpRequest) -> HttpResponse:
    """429: more lists and records opened within one hour than anybody reads."""
    return render(request, "429_rows.html", status=429)


def too_fast(request: HttpRequest) -> HttpResponse:
    """429: passwords or codes changed or confirmed too fast, of a session that is signed in (allauth asks for it)."""
    return render(request, "account/too_fast.html", status=429)


def sealed(request: HttpRequest) -> HttpResponse:
    """503: a number that does not open under the keys of this program (docs/operations/密钥丢失.md)."""
    return render(request, "sealed.html", status=503)
