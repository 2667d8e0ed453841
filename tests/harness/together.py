"""Pushes that wait at the same moment, as the web server takes them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from typing import Any

from django.test import Client, RequestFactory

from gridwalk.phone import pushes
from tests.harness.phones import API, Wire, spelled

PATH = f"{API}push"


def push(client: Client, sent: Sequence[tuple[Wire, Any]]) -> tuple[list[tuple[int, Any]], list[int]]:
    """What each is told (status, JSON), and in which order they were done: first those that were done together, then
    one by one those that were left.
    """
    requests = [(_headers(wire, body := spelled(content)), body) for wire, content in sent]
    factory = RequestFactory()
    environs = [
        factory.post(PATH, body, content_type="application/json", **headers).environ for headers, body in requests
    ]
    given = pushes.together(environs)
    order = sorted(range(len(sent)), key=lambda n: given[n] is None)
    answers = {}
    for n in order:
        headers, body = requests[n]
        response = client.post(PATH, body, content_type="application/json", **headers, **(given[n] or {}))
        packed = response.headers.get("Content-Encoding") == "gzip"
        answers[n] = response.status_code, json.loads(gzip.decompress(response.content) if packed else response.content)
    return [answers[n] for n in range(len(sent))], order


def _headers(wire: Wire, body: bytes) -> dict[str, Any]:
    return {"HTTP_AUTHORIZATION": wire.authorization("POST", PATH, body), "HTTP_ACCEPT_ENCODING": "gzip"}
