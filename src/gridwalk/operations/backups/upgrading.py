"""The copy an upgrade begins with: made under the tables of before, named, used again when the upgrade is tried again.

It is made without a line in the audit, whose table may be one of those that the upgrade changes: the line is written
when the upgrade is done.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

from django.conf import settings

from gridwalk.operations.backups import making, server
from gridwalk.operations.backups.errors import BackupError
from gridwalk.operations.backups.making import Made
from gridwalk.operations.backups.manifest import Manifest

NOTE = "upgrade-copy.json"


@dataclasses.dataclass(frozen=True)
class Begun:
    """An upgrade under way: the copy it began with, and the migrations the database had had by then."""

    path: Path
    migrations: frozenset[str]

    @property
    def is_half_way(self) -> bool:
        """Whether some of its steps are done: a copy made now would fit no program."""
        return self.migrations < set(making.migrations())


def begun() -> Begun | None:
    """The upgrade that was begun and has not come to its end; None where there is none."""
    try:
        noted = json.loads(_note().read_text())
        upgrade = Begun(Path(noted["path"]), frozenset(noted["migrations"]))
    except (OSError, ValueError, KeyError):
        return None
    return upgrade if upgrade.migrations <= set(making.migrations()) else None


def copy_before(folder: Path, *, at: dt.datetime) -> tuple[Made, bool]:
    """The copy to begin with, and whether it was made now. Raises BackupError; nothing was changed then."""
    upgrade = begun()
    manifest = _fitting(upgrade) if upgrade else None
    if upgrade and manifest:
        return Made(upgrade.path, manifest, upgrade.path.stat().st_size), False
    copy = making.make(folder, at=at)
    partial = _note().with_suffix(".part")
    partial.write_text(json.dumps({"path": str(copy.path), "migrations": copy.manifest.migrations}))
    partial.replace(_note())
    return copy, True


def over() -> None:
    """The database is as this program wants it: its next upgrade begins with a copy of its own."""
    _note().unlink(missing_ok=True)


def _fitting(upgrade: Begun) -> Manifest | None:
    """The manifest of its copy; None where the data has changed since, or the copy cannot be used."""
    try:
        manifest = making.check(upgrade.path)
    except (OSError, BackupError) as error:
        if upgrade.is_half_way:
            raise BackupError(
                f"上次升级停在半路，那时做的备份 {upgrade.path} 不见了，或打不开，没有接着升级。请把它放回原处，再来一次；"
                "实在找不回来，运行 gridwalk migrate 接着做完，不再备份。"
            ) from error
        return None
    if upgrade.is_half_way:
        return manifest
    with server.connected(settings.DATABASES["default"]["NAME"]) as connection:
        return manifest if server.contents(connection) == manifest.tables else None


def _note() -> Path:
    return Path(settings.DATA_DIR) / NOTE
