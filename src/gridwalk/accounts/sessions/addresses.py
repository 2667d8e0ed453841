"""Where a request comes from, as tries are counted."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """Where a request comes from: behind n trusted proxies the n-th address from the right (``config.proxies``)."""
    n_proxies: int = getattr(request, "n_proxies", 0)
    forwarded = request.headers.get("X-Forwarded-For", "").split(",") if n_proxies else []
    caller = forwarded[-n_proxies:][:1]
    for hop in (*caller, request.META.get("REMOTE_ADDR", "")):
        try:
            return str(ipaddress.ip_address(hop.strip()))
        except ValueError:
            continue
    return None


def place_of(request: HttpRequest) -> str:
    """The address tries are counted at: of IPv6 the network, for one desk has all the addresses of a /64."""
    address = address_of(request)
    if address is None or ":" not in address:
        return address or ""
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
