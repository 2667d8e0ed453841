"""Which PostgreSQL: the unit's own (DATABASE_URL) or the embedded one of the data directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from gridwalk.config import postgres

ENGINE = "django.db.backends.postgresql"
HERE = {"", "localhost", "127.0.0.1", "::1"}
ENCRYPTED = {"require", "verify-ca", "verify-full"}
"""``sslmode`` of libpq under which nothing goes over the network in the clear."""
OPTIONS = {"application_name": "gridwalk", "options": "-c timezone=UTC", "prepare_threshold": 2}
TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl")


class DatabaseUrlError(Exception):
    """A DATABASE_URL that is not one of PostgreSQL, or of a server elsewhere that is reached in the clear."""


def from_url(url: str) -> dict[str, Any]:
    """Django's settings for ``postgresql://user:password@host:port/name?host=/socket/directory&sslmode=verify-full``.

    Raises DatabaseUrlError.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise DatabaseUrlError("DATABASE_URL 要写成 postgresql://用户:密码@主机:端口/库名，只支持 PostgreSQL。")
    query = {name: unquote(text) for name, _, text in (pair.partition("=") for pair in parts.query.split("&"))}
    host = query.get("host", unquote(parts.hostname or ""))
    tls = {name: query[name] for name in TLS if name in query}
    if not _is_here(host) and tls.get("sslmode") not in ENCRYPTED:
        raise DatabaseUrlError(
            "数据库不在这台机器上，连接要加密：请在 DATABASE_URL 末尾加上"
            " ?sslmode=verify-full&sslrootcert=数据库服务器的根证书文件。"
        )
    return {
        "ENGINE": ENGINE,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": OPTIONS | tls,
    }


def _is_here(hosts: str) -> bool:
    """Whether all of libpq's hosts, separated by commas, are this machine or folders of sockets."""
    return all(host in HERE or host.startswith("/") for host in hosts.split(","))


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
