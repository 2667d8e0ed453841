"""PostgreSQL as backups see it: its programs of a fitting version, its databases, what lies in each table."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from gridwalk.operations.backups.errors import BackupError

_SAME_TEXT = (
    "SET timezone = 'UTC'",
    "SET datestyle = 'ISO'",
    "SET intervalstyle = 'postgres'",
    "SET extra_float_digits = 1",
    "SET bytea_output = 'hex'",
)
"""Settings under which a row's text, and so its hash, is the same everywhere."""


def program(name: str, *, server: int) -> Path:
    """``pg_dump`` or ``pg_restore`` not older than the server (``server_version_num``). Raises BackupError."""
    seen = []
    for candidate in _candidates(name):
        version = _major(candidate)
        if version >= server // 10000:
            return candidate
        seen.append(str(version))
    versions = f"找到的是 {'、'.join(seen)} 版" if seen else "没有找到"
    raise BackupError(
        f"数据库是 PostgreSQL {server // 10000}，要用不比它旧的 {name}，{versions}。什么都没做。"
        f"请装 PostgreSQL {server // 10000} 的客户端程序（postgresql-client），再来一次。"
    )


def _candidates(name: str) -> Iterator[Path]:
    for folder in settings.POSTGRES_PROGRAMS:
        path = shutil.which(name, path=folder)
        if path:
            yield Path(path)


def _major(path: Path) -> int:
    printed = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    number = re.search(r"(\d+)", printed)
    return int(number[1]) if number else 0


def login() -> dict[str, Any]:
    """How psycopg connects to the server of this installation, without a database's name; elsewhere only under TLS."""
    used = settings.DATABASES["default"]
    given = {"host": used["HOST"], "port": used["PORT"], "user": used["USER"], "password": used["PASSWORD"]}
    tls = {name: value for name, value in used["OPTIONS"].items() if name.startswith("ssl")}
    return {name: value for name, value in given.items() if value} | tls


def environment(database: str) -> dict[str, str]:
    """The same for the programs: the password stands in no command line."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
    given = {f"PG{name.upper()}": str(value) for name, value in login().items()}
    return kept | given | {"PGDATABASE": database, "LC_ALL": "C"}


@contextlib.contextmanager
def connected(database: str, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
    """A connection of one's own. Raises psycopg.OperationalError."""
    with psycopg.connect(**login(), dbname=database, autocommit=autocommit, connect_timeout=10) as connection:
        yield connection


def contents(connection: psycopg.Connection) -> dict[str, list[Any]]:
    """Table → [rows, hash].

    The hash is the sum of 128 bits of every row's text, so the order of rows does not matter.
    """
    for setting in _SAME_TEXT:
        connection.execute(setting)
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename COLLATE \"C\""
    ).fetchall()
    counted = sql.SQL(
        "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text || ':' ||"
        " coalesce(sum(hashtextextended(t::text, 7)::numeric), 0)::text FROM {} t"
    )
    tables = {}
    for (name,) in names:
        row = connection.execute(counted.format(sql.Identifier("public", name))).fetchone()
        assert row is not None
        tables[str(name)] = list(row)
    return tables
