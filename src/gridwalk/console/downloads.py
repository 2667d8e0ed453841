"""Files sent to the browser: never kept by it, never sniffed."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def workbook(name: str, data: bytes) -> HttpResponse:
    """A workbook or document as a download under its Chinese name."""
    response = HttpResponse(data, content_type=TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream"))
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
