"""Files sent to us: they stay in memory until they are encrypted, so a request above the bound is never kept."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def why_missing(request: HttpRequest, not_done: str) -> str:
    """Why a form came without its file; ``not_done``: what has not happened (没有导入)."""
    most = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        return f"这一次传的超过 {most >> 20} MB，{not_done}。请按社区分成几个文件。"
    return f"还没有选文件，{not_done}。请选一个 xlsx、xls 或 csv。"
