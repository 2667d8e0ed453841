"""Which PostgreSQL: the unit's own (DATABASE_URL) or the embedded one of the data directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from gridwalk.config import postgres

ENGINE = "django.db.backends.postgresql"


class DatabaseUrlError(Exception):
    """A DATABASE_URL that is not one of PostgreSQL."""


def from_url(url: str) -> dict[str, Any]:
    """Django's settings for ``postgresql://user:password@host:port/name?host=/socket/directory``."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise DatabaseUrlError("DATABASE_URL 要写成 postgresql://用户:口令@主机:端口/库名，只支持 PostgreSQL。")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return _settings(
        name=unquote(parts.path.lstrip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=unquote(query.get("host", parts.hostname or "")),
        port=str(parts.port or ""),
    )


def _settings(*, name: str, user: str, password: str, host: str, port: str) -> dict[str, Any]:
    return {
        "ENGINE": ENGINE,
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "gridwalk", "options": "-c timezone=UTC", "prepare_threshold": 2},
    }


def from_environment(home: Path) -> dict[str, Any]:
    """DATABASE_URL where it is set, else how to reach the embedded server of ``home``."""
    url = os.environ.get("DATABASE_URL")
    if url:
        return from_url(url)
    return from_url(postgres.Embedded(home).url())


def programs() -> list[str]:
    """Folders to look for PostgreSQL's programs in: those of the installed server first, then those of the wheel."""
    packaged = postgres.packaged_programs()
    folders = os.environ.get("PATH", "").split(os.pathsep) if os.environ.get("DATABASE_URL") else []
    return [*folders, *([str(packaged)] if packaged else [])]
