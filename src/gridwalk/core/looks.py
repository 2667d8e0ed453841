"""Who looked at somebody: the audit read for one subject and the lists they stand on, oldest kept line included."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from django.db.models import Q

from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry


def at_subject(subject: uuid.UUID, verbs: Collection[AuditVerb], *, limit: int | None) -> list[AuditEntry]:
    """Entries of these verbs about one subject, newest first; all of them where there is no limit."""
    return list(AuditEntry.objects.filter(subject=subject, verb__in=verbs).order_by("-at", "-id")[:limit])


def over(code: str, verb: AuditVerb, *, limit: int) -> list[AuditEntry]:
    """Entries of one verb about a whole area in which ``code`` lies (a list of the street shows the grid's
    people too).
    """
    scopes = [code[:length] for length in range(len(code) + 1)]
    return list(AuditEntry.objects.filter(verb=verb, scope__in=scopes).order_by("-at", "-id")[:limit])


def of_files(subjects: Iterable[uuid.UUID], verb: AuditVerb, *, limit: int) -> list[AuditEntry]:
    """Entries of one verb about any of the things a file came from, newest first."""
    wanted = Q(subject__in=list(subjects))
    return list(AuditEntry.objects.filter(wanted, verb=verb).order_by("-at", "-id")[:limit])
