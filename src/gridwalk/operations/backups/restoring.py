"""Restoring: into a new database beside the present one, compared row by row's hash, then both change names in one
transaction.

Until that last step nothing of the present data is touched; a restore that breaks off leaves it as it was.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import re
import shutil
import subprocess
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from gridwalk import __version__
from gridwalk.core import files
from gridwalk.operations import versions
from gridwalk.operations.backups import making, server
from gridwalk.operations.backups.errors import BackupError, is_full
from gridwalk.operations.backups.manifest import Manifest

BESIDE, BEFORE = "restoring", "before"
_UNTOUCHED = "没有恢复，现有数据没有动。"


@dataclasses.dataclass(frozen=True)
class Restored:
    """``kept``: the name under which the database that was replaced is kept; None where it was empty."""

    manifest: Manifest
    kept: str | None


def restore(path: Path, *, at: dt.datetime, prepare: Callable[[], None], step: Callable[[str], None]) -> Restored:
    """Put the backup ``path`` in the place of the present data. Raises BackupError; the present data is then untouched.

    ``prepare`` runs on the restored database before it is switched to (raises the epoch, notes the audit); ``step``
    is told in words what is being done.
    """
    name: str = settings.DATABASES["default"]["NAME"]
    stamp = f"{at.astimezone(dt.UTC):%Y%m%d%H%M%S}"
    beside, kept = f"{name}_{BESIDE}_{stamp}", f"{name}_{BEFORE}_{stamp}"
    try:
        with making.opened(path) as (archive, manifest), _maintenance() as maintenance:
            _require_fit(manifest, maintenance, name)
            try:
                maintenance.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(beside))
                )
                step("读数据库")
                _load(archive, manifest, beside)
                step("逐表核对")
                _compare(manifest, beside)
                step("放回文件")
                _put_files(archive, manifest)
                with _using(beside):
                    prepare()
                _require_nobody(maintenance, name)
                step("切换")
                emptied = _switch(maintenance, name, beside, kept)
            except BaseException:
                _drop(maintenance, beside)
                raise
            if emptied:
                _drop(maintenance, kept)
    except OSError as error:
        if is_full(error):
            raise BackupError(f"磁盘满了，{_UNTOUCHED}请腾出空间再来一次。") from error
        raise
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(
            f"数据库用户不能建库，{_UNTOUCHED}请数据库管理员执行 ALTER ROLE {settings.DATABASES['default']['USER']} CREATEDB，再来一次。"
        ) from error
    except psycopg.errors.DiskFull as error:
        raise BackupError(f"数据库的磁盘满了，{_UNTOUCHED}请腾出空间再来一次。") from error
    return Restored(manifest, None if emptied else kept)


@contextlib.contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    """A connection to a database that is not ours: one cannot rename the database one is in."""
    with server.connected("postgres", autocommit=True) as connection:
        yield connection


def _require_fit(manifest: Manifest, maintenance: psycopg.Connection, name: str) -> None:
    number = maintenance.info.server_version
    if number // 10000 < manifest.server // 10000:
        raise BackupError(
            f"备份来自 PostgreSQL {manifest.server // 10000}，这里是更旧的 {number // 10000}，{_UNTOUCHED}请先升级数据库服务器。"
        )
    ours, theirs = versions.ours(), set(manifest.migrations)
    if theirs - ours:
        raise BackupError(
            f"备份是更新的版本（{manifest.program}）做的，这里是 {__version__}，{_UNTOUCHED}请换成那个版本或更新的程序再恢复。"
        )
    if ours - theirs:
        raise BackupError(
            f"备份是更旧的版本（{manifest.program}）做的，这里是 {__version__}，{_UNTOUCHED}"
            f"请先用 {manifest.program} 版恢复，再换成这个版本运行 gridwalk upgrade。"
        )
    need = sum(n_bytes for n_bytes, _ in manifest.members.values())
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < need * 2:
        raise BackupError(
            f"数据目录只剩 {free / 1e9:.1f} GB，恢复大约要 {need * 2 / 1e9:.1f} GB，{_UNTOUCHED}请先腾出空间。"
        )
    _require_nobody(maintenance, name)


def _require_nobody(maintenance: psycopg.Connection, name: str) -> None:
    row = maintenance.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'", [name]
    ).fetchone()
    if row and row[0]:
        raise BackupError(f"还有 {row[0]} 个程序连着数据库，{_UNTOUCHED}请先停掉网页服务和后台任务，再恢复。")


def _load(archive: zipfile.ZipFile, manifest: Manifest, database: str) -> None:
    number = manifest.server
    command = [
        str(server.program("pg_restore", server=number)),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
        "--clean",
        "--if-exists",
        f"--dbname={database}",
    ]
    with tempfile.TemporaryFile() as words:
        load = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words, env=server.environment(database)
        )
        assert load.stdin is not None
        try:
            for data in making.plain(archive, manifest, making.DATABASE):
                with contextlib.suppress(BrokenPipeError):  # it ended early: its exit code says so below
                    load.stdin.write(data)
        except BaseException:
            load.kill()
            raise
        finally:
            with contextlib.suppress(OSError):
                load.stdin.close()
            code = load.wait()
        words.seek(0)
        answer = words.read().decode(errors="replace").lower()
    if code:
        reason = "磁盘满了，" if "no space left" in answer else "数据库没有读完这份备份，"
        raise BackupError(f"{reason}{_UNTOUCHED}请换一份备份，或运行 gridwalk doctor 看原因。")


def _compare(manifest: Manifest, database: str) -> None:
    with server.connected(database) as connection:
        there = server.contents(connection)
    wrong = sorted(t for t in {*there, *manifest.tables} if there.get(t) != manifest.tables.get(t))
    if wrong:
        raise BackupError(
            f"恢复出来的内容和备份的清单对不上（{len(wrong)} 张表，如 {wrong[0]}），{_UNTOUCHED}请换一份备份。"
        )


def _put_files(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Stored files never change and are named by their id: those that are missing are put beside the others."""
    for name in manifest.members:
        if not name.startswith("files/"):
            continue
        target = files.path_of(uuid.UUID(name.removeprefix("files/")))
        if target.exists():
            for _ in making.plain(archive, manifest, name):
                pass
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = target.with_suffix(".part")
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for data in making.plain(archive, manifest, name):
                out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)


@contextlib.contextmanager
def _using(database: str) -> Iterator[None]:
    """Django's connection on another database for the block."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _switch(maintenance: psycopg.Connection, name: str, beside: str, kept: str) -> bool:
    """Both databases change their names in one transaction; whether the replaced one had no tables."""
    exists = maintenance.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    emptied = False
    if exists:
        with server.connected(name) as present:
            emptied = not present.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone()
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    try:
        with maintenance.transaction():
            if exists:
                maintenance.execute(rename.format(sql.Identifier(name), sql.Identifier(kept)))
            maintenance.execute(rename.format(sql.Identifier(beside), sql.Identifier(name)))
    except psycopg.errors.ObjectInUse as error:
        raise BackupError(f"又有程序连上了数据库，{_UNTOUCHED}请先停掉网页服务和后台任务，再恢复。") from error
    return emptied


def _drop(maintenance: psycopg.Connection, name: str) -> None:
    maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def replaced(maintenance: psycopg.Connection | None = None) -> list[tuple[str, dt.datetime]]:
    """Databases kept from before a restore, with the time of that restore."""
    if maintenance is None:
        with _maintenance() as own:
            return replaced(own)
    name = settings.DATABASES["default"]["NAME"]
    rows = maintenance.execute("SELECT datname FROM pg_database ORDER BY datname").fetchall()
    databases = []
    for (database,) in rows:
        match = re.fullmatch(rf"{re.escape(name)}_{BEFORE}_(\d{{14}})", database)
        if match:
            databases.append((database, dt.datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)))
    return databases


def drop_replaced(*, older_than: dt.datetime) -> list[str]:
    """Remove databases kept from before restores older than that; returns their names."""
    with _maintenance() as maintenance:
        old = [name for name, at in replaced(maintenance) if at < older_than]
        for name in old:
            _drop(maintenance, name)
    return old
