"""Files sent to the browser: never kept by it, never sniffed; each says who took it, when, and under which number."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.http import HttpResponse

from gridwalk.console.middleware import Signed
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.reports import stamping

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def workbook(request: Signed, name: str, data: bytes, *, source: tuple[str, uuid.UUID] | None = None) -> HttpResponse:
    """A workbook or document as a download under its Chinese name, stamped and noted in the audit.

    ``source``: the import, comparison or back-fill list whose people stand in it.
    """
    ending = name.rsplit(".", 1)[-1]
    number = core.record_export(actor=request.viewer, at=request.at, ending=ending, source=source)
    notice = f"{request.viewer.name} {clock.local(request.at):%Y-%m-%d %H:%M} 导出，编号 {number}，内部资料"
    response = HttpResponse(
        stamping.stamp(data, ending, notice), content_type=TYPES.get(ending, "application/octet-stream")
    )
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def paper(name: str, data: bytes, content_type: str) -> HttpResponse:
    """A file somebody handed in, as it came; it is never shown inside a page."""
    return HttpResponse(
        data,
        content_type=content_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def picture(jpeg: bytes) -> HttpResponse:
    """A photo, never kept by the browser."""
    return HttpResponse(
        jpeg,
        content_type="image/jpeg",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )
