"""What a page cost, told in its ``Server-Timing`` header: GRIDWALK_TIMING=1, for checks and benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

BEGAN = "gridwalk.began"
"""Where in the environment of a request stands when its work began, if that was together with others'."""


class TimingMiddleware:
    """Adds ``Server-Timing: app;dur=<milliseconds>, db;desc="<queries>"``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        n = 0

        def counted(execute: Callable[..., Any], *args: Any) -> Any:
            nonlocal n
            n += 1
            return execute(*args)

        began = time.perf_counter()
        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        response["Server-Timing"] = f'app;dur={(time.perf_counter() - began) * 1000:.1f}, db;desc="{n}"'
        return response
