"""Reads of the meetings of a street, and the day to propose for the next."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.followup import meetings as calendar
from gridwalk.followup.meetings import State
from gridwalk.followup.models import Meeting
from gridwalk.territory import queries as territory


def get_meeting(viewer: Viewer, meeting: uuid.UUID) -> Meeting:
    """One meeting of a street whose meetings the viewer sees. Raises NotHere."""
    row = _meetings(viewer).filter(pk=meeting).first()
    if row is None:
        raise NotHere
    return row


def meetings(viewer: Viewer, *, limit: int = 24) -> list[Meeting]:
    """The meetings the viewer sees, the last ones first."""
    return list(_meetings(viewer).order_by("-on", "street", "-number")[:limit])


def meeting_before(meeting: Meeting) -> Meeting | None:
    """The meeting of the same street that was held last before this one."""
    earlier = Meeting.objects.filter(street=meeting.street, state=State.HELD, number__lt=meeting.number)
    return earlier.order_by("-number").first()


def proposed_on(viewer: Viewer, street: str, today: dt.date) -> dt.date | None:
    """The day to propose for the next meeting of a street; None where one is planned."""
    of_street = _meetings(viewer).filter(street=street)
    if of_street.filter(state=State.PLANNED).exists():
        return None
    last = of_street.order_by("-number").first()
    return calendar.proposed_on(last.on if last else None, today, territory.workdays())


def _meetings(viewer: Viewer) -> QuerySet[Meeting]:
    return Meeting.objects.filter(in_scopes(viewer.scopes(Verb.SEE_MEETING), "street"))
