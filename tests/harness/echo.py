"""An application that answers what the server made of a request: method, path, body, headers of proxies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI."""
    body = environ["wsgi.input"].read()
    forwarded = {name: value for name, value in environ.items() if name.startswith("HTTP_X_")}
    answer = {"method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"], "body": body.decode(), **forwarded}
    text = json.dumps(answer).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]
