"""Making a backup: one consistent moment of the database, the stored files of that moment, read back
before it counts.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import os
import re
import subprocess
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection as django_connection
from django.db.migrations.recorder import MigrationRecorder

from gridwalk.core import envelope, erasures, files, stamps
from gridwalk.operations import versions
from gridwalk.operations.backups import manifest as manifests
from gridwalk.operations.backups import marks, sealing, server
from gridwalk.operations.backups.errors import BackupError, is_full
from gridwalk.operations.backups.manifest import Manifest

SUFFIX = ".gwbak"
MANIFEST, DATABASE = "manifest.json", "database"
LATEST = "latest-backup.json"
_CHUNK = 1 << 20
_END, _END_BYTES = b"PK\x05\x06", 22
"""How the end of a ZIP file without a comment begins, and how long it is (APPNOTE 4.3.16)."""
_NAME = re.compile(r"gridwalk-([0-9a-f]{6})-\d{8}T\d{6}Z" + re.escape(SUFFIX))


@dataclasses.dataclass(frozen=True)
class Made:
    """A backup that was made and read back."""

    path: Path
    manifest: Manifest
    n_bytes: int


def make(folder: Path, *, at: dt.datetime) -> Made:
    """Write ``gridwalk-<keys>-<time>.gwbak`` into ``folder``; it appears whole and proved, or not at all.

    Raises BackupError: a full disk, no fitting ``pg_dump``, a dump that fails. Backups made before stay as they are.
    """
    target = stamps.free_name(folder.absolute(), f"gridwalk-{_tag()}", SUFFIX, at=at)
    partial = target.with_name(f".{target.name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as out:
            manifest = _write(out, at=at)
            out.flush()
            os.fsync(out.fileno())
        check(partial)
        partial.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        if is_full(error):
            raise BackupError(
                f"磁盘满了，备份没有做成，半个文件已经删掉，以前的备份都在。请在 {target.parent} 腾出空间再来一次。"
            ) from error
        raise
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    erasures.put_beside(target.parent)
    note_latest(target, at=at)
    return Made(target, manifest, target.stat().st_size)


def _write(out: Any, *, at: dt.datetime) -> Manifest:
    members: dict[str, list[Any]] = {}
    applied = migrations()
    plan = Manifest(
        id=str(uuid.uuid4()),
        made_at=at.isoformat(),
        program=versions.version_of(applied),
        migrations=applied,
        server=0,
        alg=settings.ENVELOPE_ALG,
        key_id=envelope.active(),
        fingerprints=marks.fingerprints(settings.ENVELOPE_KEYS, settings.BLIND_INDEX_KEY),
        tables={},
        members=members,
    )
    n_missing = 0
    # the last member can be written only when all else is: a file that breaks off has no manifest and is no backup
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive, _moment() as moment:
        number = moment.info.server_version
        with _member(archive, plan, DATABASE, members) as sealer:
            _dump(moment, number, sealer)
        tables = server.contents(moment)
        for file_id in _file_ids(moment):
            try:
                source = files.path_of(file_id).open("rb")
            except FileNotFoundError:  # erased since: its time was over
                n_missing += 1
                continue
            with source, _member(archive, plan, f"files/{file_id}", members) as sealer:
                while chunk := source.read(_CHUNK):
                    sealer.write(chunk)
        done = dataclasses.replace(plan, server=number, tables=tables, n_missing_files=n_missing)
        archive.writestr(MANIFEST, done.render())
    return done


@contextlib.contextmanager
def _moment() -> Iterator[psycopg.Connection]:
    """A transaction that sees one moment of the database, whatever is written meanwhile."""
    with server.connected(settings.DATABASES["default"]["NAME"]) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield connection


@contextlib.contextmanager
def _member(
    archive: zipfile.ZipFile, plan: Manifest, name: str, members: dict[str, list[Any]]
) -> Iterator[sealing.Sealer]:
    with archive.open(name, "w", force_zip64=True) as out:
        sealer = sealing.Sealer(out, alg=plan.alg, key=plan.key(name), place=name)
        yield sealer
        sealer.close()
    members[name] = [sealer.n_bytes, sealer.sha256]


def _dump(moment: psycopg.Connection, number: int, sealer: sealing.Sealer) -> None:
    row = moment.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    command = [
        str(server.program("pg_dump", server=number)),
        "--format=custom",
        "--compress=1",
        "--no-owner",
        "--no-privileges",
        "--schema=public",
        f"--snapshot={row[0]}",
    ]
    with tempfile.TemporaryFile() as words:
        dump = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=words,
            env=server.environment(settings.DATABASES["default"]["NAME"]),
        )
        assert dump.stdout is not None
        try:
            while chunk := dump.stdout.read(_CHUNK):
                sealer.write(chunk)
        except BaseException:
            dump.kill()
            raise
        finally:
            dump.stdout.close()
            code = dump.wait()
    if code:
        raise BackupError(
            "数据库没有导完（pg_dump 中途停了），备份没有做成，半个文件已经删掉。请运行 gridwalk doctor 看原因。"
        )


def _file_ids(moment: psycopg.Connection) -> list[uuid.UUID]:
    rows = moment.execute("SELECT id FROM core_storedfile WHERE erased_at IS NULL ORDER BY id").fetchall()
    return [row[0] for row in rows]


def check(path: Path, *, each: Callable[[str], None] | None = None) -> Manifest:
    """Open every member of a backup and compare it with the manifest. Raises BackupError."""
    with opened(path) as (archive, manifest):
        for name in manifest.members:
            for _ in plain(archive, manifest, name):
                pass
            if each:
                each(name)
    return manifest


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup with its manifest, sealed by our keys, and nothing besides. Raises BackupError, FileNotFoundError."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise BackupError(f"{path} 不是完整的备份文件，没有恢复，现有数据没有动。请换一份备份。") from error
    with archive:
        try:
            text = archive.read(MANIFEST).decode()
        except (KeyError, zipfile.BadZipFile, UnicodeDecodeError) as error:
            raise BackupError(f"{path} 不是网格走访的备份文件，没有恢复，现有数据没有动。") from error
        manifest = manifests.parse(text)
        _require_nothing_besides(path, archive, manifest)
        yield archive, manifest


def _require_nothing_besides(path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Raises BackupError where the file holds more than was written: before the archive, inside it, or after its end.

    ``zipfile`` looks for the end of the archive backwards, and passes over what stands behind or in front.
    """
    with path.open("rb") as file:
        file.seek(-min(_END_BYTES, path.stat().st_size), os.SEEK_END)
        is_end = file.read(len(_END)) == _END
    begins_at = min((member.header_offset for member in archive.infolist()), default=0)
    if not is_end or begins_at or sorted(archive.namelist()) != sorted([*manifest.members, MANIFEST]):
        raise BackupError(sealing.DAMAGED)


def plain(archive: zipfile.ZipFile, manifest: Manifest, name: str) -> Iterator[bytes]:
    """The plain text of a member, compared with the manifest when it ends. Raises BackupError."""
    digest, n_bytes = hashlib.sha256(), 0
    try:
        with archive.open(name) as source:
            for data in sealing.opened(source, alg=manifest.alg, key=manifest.key(name), place=name):
                digest.update(data)
                n_bytes += len(data)
                yield data
    except (KeyError, zipfile.BadZipFile, EOFError, envelope.EnvelopeError) as error:
        raise BackupError(sealing.DAMAGED) from error
    if [n_bytes, digest.hexdigest()] != manifest.members[name]:
        raise BackupError(sealing.DAMAGED)


def migrations() -> list[str]:
    """The migrations the database has had, as ``app.name``."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(django_connection).applied_migrations())


def prune(folder: Path, *, keep: int) -> list[Path]:
    """Remove this installation's backups beyond the newest ``keep``; returns those removed."""
    ours = [p for p in folder.glob(f"*{SUFFIX}") if (named := _NAME.fullmatch(p.name)) and named[1] == _tag()]
    old = sorted(ours, key=lambda p: p.name, reverse=True)[keep:]
    for path in old:
        path.unlink()
    return old


def _tag() -> str:
    """Six characters that tell this installation's backups from another's in the same folder."""
    return marks.fingerprints({}, settings.BLIND_INDEX_KEY)["blind_index"][:6]


def note_latest(path: Path, *, at: dt.datetime) -> None:
    """Write down where the newest backup lies, for doctor and metrics."""
    note = Path(settings.DATA_DIR) / LATEST
    partial = note.with_suffix(".part")
    partial.write_text(json.dumps({"path": str(path), "at": at.isoformat(), "bytes": path.stat().st_size}))
    partial.replace(note)


def latest() -> tuple[Path, dt.datetime] | None:
    """Where the newest backup lies and when it was made."""
    try:
        noted = json.loads((Path(settings.DATA_DIR) / LATEST).read_text())
        return Path(noted["path"]), dt.datetime.fromisoformat(noted["at"])
    except (OSError, ValueError, KeyError):
        return None


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
