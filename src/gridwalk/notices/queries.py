"""Reads of notices: what somebody has been told, by account or by post."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet

from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.notices.models import Notice, Reading
from gridwalk.notices.rules import LABELS, WORK, Kind

MOST = 200


@dataclasses.dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """A notice as its reader sees it; ``about`` and ``entity``: the record it leads to.

    Of what came of work at a door: the day, and nobody's name. That one was seen to is told by day.
    """

    id: uuid.UUID
    kind: str
    text: str
    about: str
    entity: uuid.UUID | None
    told_at: dt.date
    told_by: str
    done_on: dt.date | None
    done_by: str
    read: bool


def told(viewer: Viewer) -> list[NoticeRow]:
    """What the viewer was told, the newest first."""
    notices = _to(viewer).annotate(read=_read(viewer)).order_by("-told_at", "-id")[:MOST]
    return [_row(notice, read=notice.read) for notice in notices]


def _row(notice: Notice, *, read: bool) -> NoticeRow:
    of_work = Kind(notice.kind) in WORK
    return NoticeRow(
        id=notice.id,
        kind=LABELS[Kind(notice.kind)],
        text=notice.text,
        about=notice.about,
        entity=notice.entity,
        told_at=clock.local_date(notice.told_at) if of_work else notice.told_at,
        told_by="" if of_work else notice.told_by,
        done_on=clock.local_date(notice.done_at) if notice.done_at else None,
        done_by="" if of_work else notice.done_by,
        read=read or notice.done_at is not None,
    )


def any_unread(viewer: Viewer) -> bool:
    """Whether the viewer was told something that is neither read by them nor done by anybody."""
    return _to(viewer).filter(~_read(viewer), done_at__isnull=True).exists()


def get_notice(viewer: Viewer, notice: uuid.UUID) -> Notice:
    """One notice the viewer was told. Raises NotHere."""
    row = _to(viewer).filter(pk=notice).first()
    if row is None:
        raise NotHere
    return row


def _to(viewer: Viewer) -> QuerySet[Notice]:
    """To the account, or to a role the viewer holds where the areas meet."""
    to = Q(pk__in=[]) if viewer.id is None else Q(user=viewer.id)
    for held in viewer.assignments:
        above = [held.scope[:n] for n in range(len(held.scope))]
        to |= Q(role=held.role) & (Q(scope__in=above) | Q(scope__startswith=held.scope))
    return Notice.objects.filter(to)


def _read(viewer: Viewer) -> Exists:
    return Exists(Reading.objects.filter(notice=OuterRef("pk"), user=viewer.id))
