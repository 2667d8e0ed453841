"""Logs as lines of JSON that hold no personal data, whoever writes them.

Text of our own loggers (``gridwalk.*``) is kept: it is written without personal data. Of everybody else's only where
it came from, its numbers and the kind of exception: their texts can hold arguments, addresses and rows.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from gridwalk.config.timing import BEGAN

SLOW_MS = 2000
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
"""What is written down of a method; another word is as long as its sender likes."""
REFUSED = {400, 401, 403, 404, 405, 409, 413, 429}
_KEPT = ("status", "status_code", "page", "ms", "method", "n", "job", "what", "who")
_PHONE = re.compile(r'^Gridwalk device="([0-9a-f-]{36})"')

_access = logging.getLogger("gridwalk.access")


class JsonLines(logging.Formatter):
    """``{"at", "level", "logger", "where", …}``; an exception as its kind and the places it passed, never its text."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "where": f"{record.module}:{record.lineno}",
        }
        if record.name.split(".")[0] == "gridwalk":
            line["says"] = record.getMessage()
        line |= {name: value for name in _KEPT if isinstance(value := getattr(record, name, None), (int, float, str))}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
            line["places"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        return json.dumps(line, ensure_ascii=False)


class AccessMiddleware:
    """One line a request: the page's name and never its address, the answer, the milliseconds; nobody's name.

    Slow pages (2 s), errors of the server and refusals are warnings and always written, the rest with
    GRIDWALK_LOG_LEVEL=INFO. A refusal tells who asked: the id of the account, or of the phone that says it is one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = request.META.get(BEGAN) or time.perf_counter()
        response = self.get_response(request)
        ms = round((time.perf_counter() - began) * 1000)
        who = _who(request) if response.status_code in REFUSED else ""
        noteworthy = response.status_code >= 500 or ms >= SLOW_MS or who or response.status_code in {403, 429}
        match = request.resolver_match
        _access.log(
            logging.WARNING if noteworthy else logging.INFO,
            "request",
            extra={
                "method": request.method if request.method in METHODS else "?",
                "page": match.view_name if match else "",
                "status": response.status_code,
                "ms": ms,
                **({"who": who} if who else {}),
            },
        )
        return response


def _who(request: HttpRequest) -> str:
    """Who asked, as an id; "" for a stranger, whose wrong addresses fill no log."""
    phone = _PHONE.match(request.headers.get("Authorization", ""))
    if phone:
        return f"phone {phone[1]}"
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    session = getattr(request, "session", {})
    with contextlib.suppress(DatabaseError):
        return str(session.get(SESSION_KEY, ""))
    return ""
