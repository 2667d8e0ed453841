"""Reads of the photos on badges."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from gridwalk.core import files
from gridwalk.sync.models import Badge


def photo_of(user: uuid.UUID) -> bytes | None:
    """The JPEG on a worker's badge; None where there is none, or its time is over."""
    badge = Badge.objects.filter(pk=user).first()
    return files.read_or_none(badge.photo) if badge else None


def with_photo(users: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of some workers whose badge has a photo."""
    return set(Badge.objects.filter(pk__in=list(users)).values_list("user_id", flat=True))
