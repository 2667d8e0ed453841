"""Headers that proxies write: whoever comes without a proxy writes none, and of several writers the nearest counts."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
PROTO = "HTTP_X_FORWARDED_PROTO"


class ForwardedMiddleware:
    """Takes the headers of proxies away from who is none (ASVS 5.0, 4.1.3).

    ``request.n_proxies``: how many it came through, as many as there are, or one that runs on this machine.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        n_proxies = settings.TRUSTED_PROXIES or int(_is_here(request.META.get("REMOTE_ADDR", "")))
        request.n_proxies = n_proxies  # type: ignore[attr-defined]
        if not n_proxies:
            for name in FORWARDED:
                request.META.pop(name, None)
        elif PROTO in request.META:
            # A proxy that adds its word stands to the right of what the browser said.
            request.META[PROTO] = request.META[PROTO].split(",")[-n_proxies:][0].strip()
        return self.get_response(request)


def _is_here(address: str) -> bool:
    """Whether a program on this machine asks: without a certificate of our own that is the unit's proxy."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
