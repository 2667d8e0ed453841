"""Reads of the photos that follow a matter, and what was done about it, from a phone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import files
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.followup.models import Matter
from gridwalk.followup.queries.matters import get_matter, may_read
from gridwalk.sync.models import Attachment

Arrivals = list[tuple[int, bool]]
"""The numbers of photos, from 1, and whether each has come."""


def of_matter(viewer: Viewer, matter: uuid.UUID) -> Arrivals:
    """Which photos a matter was noted with. Raises NotHere."""
    row = get_matter(viewer, matter)
    if not may_read(viewer, row):
        return []
    return _arrivals(row.photos, row.author, _arrived(row.photos))


def of_entries(viewer: Viewer, matter: uuid.UUID) -> Mapping[uuid.UUID, Arrivals]:
    """Entry of a matter → which photos came with it, where any did. Raises NotHere."""
    row = get_matter(viewer, matter)
    if not may_read(viewer, row):
        return {}
    entries = list(row.entries.filter(data__has_key="photos").values_list("id", "data__photos", "by"))
    arrived = _arrived({photo for _, photos, _ in entries for photo in photos})
    return {entry: _arrivals(photos, author, arrived) for entry, photos, author in entries}


def open_of_matter(viewer: Viewer, matter: uuid.UUID, number: int, *, at: dt.datetime) -> bytes:
    """One of the photos a matter was noted with; opening it is audited. Raises NotHere."""
    row = get_matter(viewer, matter)
    return _open(viewer, row, row.photos, row.author, number, at=at)


def open_of_entry(viewer: Viewer, matter: uuid.UUID, entry: uuid.UUID, number: int, *, at: dt.datetime) -> bytes:
    """One of the photos that prove an act said on a phone; opening it is audited. Raises NotHere."""
    row = get_matter(viewer, matter)
    line = row.entries.filter(pk=entry, data__has_key="photos").values_list("data__photos", "by").first()
    if line is None:
        raise NotHere
    return _open(viewer, row, line[0], line[1], number, at=at)


def _arrived(photos: Collection[str]) -> set[tuple[str, uuid.UUID]]:
    """The photos that have come, each with whoever took it."""
    attachments = Attachment.objects.filter(sha256__in=photos, file__isnull=False)
    return set(attachments.values_list("sha256", "device__user"))


def _arrivals(photos: list[str], author: uuid.UUID | None, arrived: set[tuple[str, uuid.UUID]]) -> Arrivals:
    return [(number, (photo, author) in arrived) for number, photo in enumerate(photos, 1)]


def _open(
    viewer: Viewer, row: Matter, photos: list[str], author: uuid.UUID | None, number: int, *, at: dt.datetime
) -> bytes:
    if not may_read(viewer, row) or not 1 <= number <= len(photos):
        raise NotHere
    attachments = Attachment.objects.filter(sha256=photos[number - 1], device__user=author, file__isnull=False)
    photo = attachments.values_list("file", flat=True).first()
    data = files.read_or_none(photo) if photo else None
    if data is None:
        raise NotHere
    core.record_reading(
        actor=viewer,
        at=at,
        verb=AuditVerb.PHOTO_OPENED,
        scope=row.grid,
        kind="matter",
        subject=row.pk,
        reason="看事项的照片",
    )
    return data
