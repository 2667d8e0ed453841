"""Reports that were made."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import files
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import StoredFile
from gridwalk.core.queries import NotHere

PURPOSE = "report"


def reports(viewer: Viewer, *, limit: int = 40) -> list[StoredFile]:
    """The reports the viewer made that have not expired, newest first: what is in them depends on who made them."""
    if not viewer.may_anywhere(Verb.EXPORT_REPORT):
        return []
    rows = StoredFile.objects.filter(purpose=PURPOSE, owner=viewer.id, erased_at__isnull=True)
    return list(rows.order_by("-created_at")[:limit])


def open_report(viewer: Viewer, report: uuid.UUID, *, at: dt.datetime) -> tuple[str, bytes]:
    """Name and bytes of one of the viewer's own reports; the download is audited.

    Raises NotHere, also when its time is over.
    """
    stored = next((f for f in reports(viewer) if f.id == report), None)
    if stored is None or stored.expires_at <= at:
        raise NotHere
    core.record_reading(
        actor=viewer,
        at=at,
        verb=AuditVerb.REPORT_DOWNLOADED,
        scope=stored.scope,
        kind="file",
        subject=stored.id,
        reason="",
    )
    return stored.name, files.read(stored.id)
