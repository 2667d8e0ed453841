"""Reads of the photos on badges, and of those that came with a hazard or a request."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import files
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.followup.models import Matter
from gridwalk.followup.queries.matters import get_matter
from gridwalk.sync.models import Attachment, Badge


def photo_of(user: uuid.UUID) -> bytes | None:
    """The JPEG on a worker's badge; None where there is none, or its time is over."""
    badge = Badge.objects.filter(pk=user).first()
    return _bytes(badge.photo) if badge else None


def with_photo(users: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of some workers whose badge has a photo."""
    return set(Badge.objects.filter(pk__in=list(users)).values_list("user_id", flat=True))


def arrived_of(viewer: Viewer, matter: uuid.UUID) -> list[tuple[int, bool]]:
    """The numbers (from 1) of a matter's photos and whether each has come, for they follow it. Raises NotHere."""
    row = get_matter(viewer, matter)
    if not viewer.may(Verb.SEE_ROWS, row.grid):
        return []
    come = Attachment.objects.filter(sha256__in=row.photos, device__user=row.author, file__isnull=False)
    hashes = set(come.values_list("sha256", flat=True))
    return [(number, sha in hashes) for number, sha in enumerate(row.photos, 1)]


def come_of(viewer: Viewer, matter: uuid.UUID) -> set[uuid.UUID]:
    """The entries of a matter whose photo has come. Raises NotHere."""
    row = get_matter(viewer, matter)
    if not viewer.may(Verb.SEE_ROWS, row.grid):
        return set()
    entries = row.entries.exclude(data__photo=None).values_list("id", "data__photo", "by")
    proofs = {(sha256, author): entry for entry, sha256, author in entries}
    come = Attachment.objects.filter(sha256__in={sha256 for sha256, _ in proofs}, file__isnull=False)
    return {proofs[photo] for photo in come.values_list("sha256", "device__user") if photo in proofs}


def photo_of_matter(viewer: Viewer, matter: uuid.UUID, number: int, *, at: dt.datetime) -> bytes:
    """The photo with that number (from 1) of a hazard or request; opening it is audited. Raises NotHere."""
    row = get_matter(viewer, matter)
    if not viewer.may(Verb.SEE_ROWS, row.grid) or not 1 <= number <= len(row.photos):
        raise NotHere
    return _opened(viewer, row, row.photos[number - 1], row.author, at=at)


def photo_of_entry(viewer: Viewer, matter: uuid.UUID, entry: uuid.UUID, *, at: dt.datetime) -> bytes:
    """The photo that proves an act said on a phone; opening it is audited. Raises NotHere."""
    row = get_matter(viewer, matter)
    line = row.entries.filter(pk=entry).values_list("data__photo", "by").first()
    if line is None or not line[0] or not viewer.may(Verb.SEE_ROWS, row.grid):
        raise NotHere
    return _opened(viewer, row, line[0], line[1], at=at)


def _opened(viewer: Viewer, row: Matter, sha256: str, author: uuid.UUID | None, *, at: dt.datetime) -> bytes:
    arrived = Attachment.objects.filter(sha256=sha256, device__user=author, file__isnull=False)
    photo = arrived.values_list("file", flat=True).first()
    data = _bytes(photo) if photo else None
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


def _bytes(file: uuid.UUID) -> bytes | None:
    try:
        return files.read(file)
    except FileNotFoundError:
        return None
