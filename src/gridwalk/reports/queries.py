"""Reports that were made, and the documents of meetings."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import files
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import StoredFile
from gridwalk.core.queries import NotHere
from gridwalk.followup.models import Meeting
from gridwalk.followup.queries import meetings
from gridwalk.reports import papers, shapes
from gridwalk.reports.models import Document
from gridwalk.reports.shapes import Content

PURPOSE = "report"


def reports(viewer: Viewer, *, limit: int = 40, offset: int = 0) -> tuple[list[StoredFile], int]:
    """The reports the viewer made that have not expired, newest first, and how many: what is in them depends on
    who made them.
    """
    own = _own(viewer)
    return list(own.order_by("-created_at", "-id")[offset : offset + limit]), own.count()


def _own(viewer: Viewer) -> QuerySet[StoredFile]:
    if not viewer.may_anywhere(Verb.EXPORT_REPORT):
        return StoredFile.objects.none()
    return StoredFile.objects.filter(purpose=PURPOSE, owner=viewer.id, erased_at__isnull=True)


def open_report(viewer: Viewer, report: uuid.UUID, *, at: dt.datetime) -> tuple[str, bytes]:
    """Name and bytes of one of the viewer's own reports; the download is audited.

    Raises NotHere, also when its time is over.
    """
    stored = _own(viewer).filter(pk=report).first()
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


def latest(meeting: Meeting, kind: str) -> Document | None:
    """The document of a kind that was made last for a meeting."""
    return Document.objects.filter(meeting=meeting, kind=kind).order_by("-at", "-serial").first()


def documents(viewer: Viewer, meeting: uuid.UUID) -> dict[str, Content]:
    """What the document of each kind says that was made last for a meeting. Raises NotHere."""
    row = meetings.get_meeting(viewer, meeting)
    made = {kind: latest(row, kind) for kind in papers.WRITERS}
    return {kind: shapes.content_of(document) for kind, document in made.items() if document}


def n_after_minutes(minutes: Content, n_decided: int) -> int:
    """How many of the decisions of a meeting were entered after its minutes were made."""
    return n_decided - len(minutes["decisions"])


def paper(viewer: Viewer, meeting: uuid.UUID, kind: str) -> tuple[str, bytes]:
    """Name and bytes of the last pack or minutes of a meeting. Raises NotHere where there is none."""
    row = meetings.get_meeting(viewer, meeting)
    document = latest(row, kind) if kind in papers.WRITERS else None
    if document is None:
        raise NotHere
    return papers.name_of(document), papers.WRITERS[kind](document)
