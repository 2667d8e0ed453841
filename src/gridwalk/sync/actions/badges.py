"""The photo on a worker's badge: set by whoever hands out the phones, shown on the worker's own phone (sync.md,
“My badge”).
"""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method import jpegs
from gridwalk.sync.actions.devices import managed_scope
from gridwalk.sync.models import Badge
from gridwalk.sync.queries import badges as queries

MOST_BYTES = 100_000
KEEP = dt.timedelta(days=3 * 365)


class BadgeRefused(Exception):
    """A photo that is not taken; the text says why."""


def set_photo(*, actor: Viewer, at: dt.datetime, user: uuid.UUID, data: bytes) -> None:
    """Put a photo on a worker's badge in place of the one before; ``data`` a JPEG.

    Raises NotHere, NotPermitted, BadgeRefused.
    """
    scope = _scope(actor, user, at)
    if len(data) > MOST_BYTES:
        raise BadgeRefused("没有存：照片超过 100 kB。请缩小后再传，一寸照的大小就够。")
    try:
        clean = jpegs.strip(data)
    except jpegs.NotJpeg as error:
        raise BadgeRefused("没有存：只收 JPEG 照片（.jpg）。请另存为 JPEG 再传。") from error
    stored = core.store_file(
        data=clean, name="badge.jpg", purpose="badge", scope=scope[:15], keep=KEEP, actor=actor, at=at
    )
    with core.write_to(actor=actor, at=at) as writing:
        before = Badge.objects.select_for_update().filter(pk=user).first()
        Badge.objects.update_or_create(user_id=user, defaults={"photo": stored.id, "set_at": at})
        writing.audit(AuditVerb.BADGE_PHOTO_SET, scope=scope, kind="user", subject=user)
    if before is not None:
        core.erase_file(before.photo, actor=actor, at=at)


def remove_photo(*, actor: Viewer, at: dt.datetime, user: uuid.UUID) -> None:
    """Take the photo off a worker's badge. Raises NotHere, NotPermitted."""
    scope = _scope(actor, user, at)
    with core.write_to(actor=actor, at=at) as writing:
        badge = Badge.objects.select_for_update().filter(pk=user).first()
        if badge is None:
            raise NotHere
        badge.delete()
        writing.audit(AuditVerb.BADGE_PHOTO_REMOVED, scope=scope, kind="user", subject=user)
    core.erase_file(badge.photo, actor=actor, at=at)


def get_photo(*, actor: Viewer, at: dt.datetime, user: uuid.UUID) -> bytes:
    """The photo on a badge, for whoever manages the worker's phone. Raises NotHere, NotPermitted."""
    _scope(actor, user, at)
    photo = queries.photo_of(user)
    if photo is None:
        raise NotHere
    return photo


def _scope(actor: Viewer, user: uuid.UUID, at: dt.datetime) -> str:
    account = User.objects.filter(pk=user, is_active=True).first()
    if account is None:
        raise NotHere
    return managed_scope(actor, account, at)
