"""The app itself: the files of its build, served under ``/phone/`` so that its service worker covers them."""

from __future__ import annotations

import functools
import gzip
import mimetypes
from pathlib import Path

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.http import require_GET

from gridwalk.core.queries import NotHere

BUILT = Path(__file__).parent / "static" / "gridwalk" / "phone"
TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".woff2": "font/woff2"}
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "worker-src": [SELF],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}
FEATURES = "geolocation=(), microphone=(), camera=(self)"
"""The camera takes a photo of a hazard and reads the activation code; where somebody is, is nobody's business."""
NOT_BUILT = "<!doctype html><html lang=zh-CN><meta charset=utf-8><title>网格走访</title><p>手机端还没有构建。请运行 run.py 重新构建网页资源。"


@functools.lru_cache(maxsize=256)
def _file(name: str, stamp: int) -> tuple[bytes, bytes | None, str]:
    path = BUILT / name
    body = path.read_bytes()
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    packs = kind.startswith("text/") or "json" in kind or "svg" in kind
    return body, gzip.compress(body, 9) if packs and len(body) > 500 else None, kind


def _serve(request: HttpRequest, name: str, *, keep: bool) -> HttpResponse:
    path = (BUILT / name).resolve()
    if not path.is_relative_to(BUILT.resolve()) or not path.is_file():
        raise NotHere
    body, packed, kind = _file(name, path.stat().st_mtime_ns)
    if packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(packed, kind)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(body, kind)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if keep else "no-cache"
    response.headers["Permissions-Policy"] = FEATURES
    return response


@require_GET
@csp(POLICY)
def shell(request: HttpRequest) -> HttpResponse:
    """The page of the app."""
    if not (BUILT / "index.html").is_file():
        return HttpResponse(NOT_BUILT)
    return _serve(request, "index.html", keep=False)


@require_GET
@csp(POLICY)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, asked anew every time so that an update is never missed."""
    response = _serve(request, "sw.js", keep=False)
    response.headers["Service-Worker-Allowed"] = "/phone/"
    return response


@csp(POLICY)
def file(request: HttpRequest, *, name: str = "") -> HttpResponse:
    """A file of the build; hashed names are kept for good."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    return _serve(request, name, keep=name.startswith("assets/"))
