"""An application that answers what the server made of a request: method, path, body, headers of proxies.

``/large`` is an answer that no buffer of the network holds; ``/wait`` one that takes three seconds in its thread.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from gridwalk.config import bodies
from gridwalk.config.server import Server

bodies.SECONDS = 2
LARGE = 16 << 20


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI."""
    body = environ["wsgi.input"].read()
    forwarded = {name: value for name, value in environ.items() if name.startswith("HTTP_X_")}
    content = {"method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"], "body": body.decode(), **forwarded}
    text = json.dumps(content).encode()
    if environ["PATH_INFO"].endswith("/large"):
        text = bytes(LARGE)
    if environ["PATH_INFO"].endswith("/wait"):
        time.sleep(3)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]


application = Server(answer, connections=20, pushes=lambda environs: [None] * len(environs), ready=lambda: None)
