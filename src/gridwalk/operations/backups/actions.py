"""Making and restoring backups as actions: with their traces in the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from django.contrib.sessions.models import Session

from gridwalk.core import actions as core
from gridwalk.core.actors import Actor
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.operations.backups import making, restoring
from gridwalk.operations.backups.making import Made
from gridwalk.operations.backups.restoring import Restored

NIGHTS_KEPT = 14
REPLACED_KEPT = dt.timedelta(days=7)


def make(*, folder: Path, actor: Actor, at: dt.datetime) -> Made:
    """Make a backup in ``folder`` and note it in the audit. Raises BackupError."""
    backup = making.make(folder, at=at)
    note_made(backup, actor=actor, at=at)
    return backup


def note_made(backup: Made, *, actor: Actor, at: dt.datetime) -> None:
    """Note in the audit that a backup was made."""
    with core.write_to(actor=actor, at=at) as writing:
        writing.audit(AuditVerb.BACKUP_MADE, data={"rows": backup.manifest.n_rows, "bytes": backup.n_bytes})


def make_nightly(*, folder: Path, actor: Actor, at: dt.datetime) -> Made:
    """Make tonight's backup, then remove those beyond the newest fourteen.

    Raises BackupError: nothing is then removed.
    """
    backup = make(folder=folder, actor=actor, at=at)
    making.prune(folder, keep=NIGHTS_KEPT)
    return backup


def restore(
    *, path: Path, actor: Actor, at: dt.datetime, also: Callable[[], None], step: Callable[[str], None]
) -> Restored:
    """Put a backup in the place of the present data; everybody signs in again.

    Raises BackupError: nothing is then changed.

    ``also`` runs on the restored database before it is switched to: what rooms above have to do (the epoch of the
    phones).
    """

    def prepare() -> None:
        with core.write_to(actor=actor, at=at) as writing:
            Session.objects.all().delete()  # sessions that were ended since would live again
            writing.audit(AuditVerb.BACKUP_RESTORED, data={"file": path.name})
        also()

    return restoring.restore(path, at=at, prepare=prepare, step=step)


def drop_replaced(*, actor: Actor, at: dt.datetime) -> list[str]:
    """Remove databases that restores replaced more than a week ago; returns their names."""
    dropped = restoring.drop_replaced(older_than=at - REPLACED_KEPT)
    if dropped:
        with core.write_to(actor=actor, at=at) as writing:
            writing.audit(AuditVerb.BACKUP_REPLACED_DROPPED, data={"n": len(dropped)})
    return dropped
