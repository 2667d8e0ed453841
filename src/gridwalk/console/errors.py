"""Pages for what went wrong, in plain Chinese: what happened, whether anything is lost, what to do."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import split_domain_port
from django.shortcuts import render
from django.template.loader import render_to_string

from gridwalk.core import waits
from gridwalk.core.waits import Wait

_AGAIN = "请退回上一页，刷新之后再试一次。"
_MALFORMED: Mapping[type[Exception], tuple[str, str]] = {
    RequestDataTooBig: (
        "一次送来的太多",
        f"这一页填的字加起来超过 {settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20} MB。请少填一些，分几次存。",
    ),
    TooManyFieldsSent: (
        "一次送来的太多",
        f"这一页填的、选的超过 {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} 项。请分几次存。",
    ),
    TooManyFilesSent: (
        "一次送来的文件太多",
        f"一次最多收 {settings.DATA_UPLOAD_MAX_NUMBER_FILES} 个文件。请分几次传。",
    ),
    MultiPartParserError: ("文件没有传完整", f"送来的文件中途断了，或被改过。{_AGAIN}"),
    BadRequest: ("有一项读不懂", f"网址没有复制全，或这一页是旧的，里面有一项对不上。{_AGAIN}"),
}
"""What Django refuses a request for → heading and cause."""
_UNSTORABLE = ("有一个字存不了", "送来的文字里有半个字，或看不见的空字符（多半是从别处复制来的）。请删掉重新打一遍。")
_UNKNOWN = ("这一步没看懂", f"送来的内容不是这里的页面送的样子。{_AGAIN}")


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
    """403: a form that did not come from our page, whose page was open longer than the sign-in, or without a cookie.

    ``reason``: Django's, of ``django.middleware.csrf``.
    """
    if reason.startswith(("Origin", "Referer")):
        cause = "origin"
    elif reason.startswith("CSRF cookie"):
        cause = "insecure" if settings.HTTPS and not request.is_secure() else "cookie"
    else:
        cause = "old"
    return HttpResponse(render_to_string("csrf.html", {"cause": cause}), status=403)


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: an address that is not ours, or a request that none of our pages sends."""
    if isinstance(exception, DisallowedHost):
        return _not_our_host(request)
    causes = (cause for of, cause in _MALFORMED.items() if isinstance(exception, of))
    return _not_read(*next(causes, _UNKNOWN))


def unstorable(request: HttpRequest) -> HttpResponse:
    """400: a text that no column takes."""
    return _not_read(*_UNSTORABLE)


def unfit(request: HttpRequest, error: Exception) -> HttpResponse:
    """400: a value that no column of the register holds; nothing was stored."""
    return _not_read("这一项存不了", str(error))


def _not_read(heading: str, cause: str) -> HttpResponse:
    return HttpResponse(render_to_string("400.html", {"heading": heading, "cause": cause}), status=400)


def _not_our_host(request: HttpRequest) -> HttpResponse:
    """The pages are served under listed names only; ``name`` is what to list, empty where no name can be written so."""
    address = request.META.get("HTTP_HOST", "")[:255]
    name, _ = split_domain_port(address)
    return HttpResponse(render_to_string("host.html", {"address": address, "name": name}), status=400)


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
