"""Reads of investigations: who may be looked into, by whom, and what those two read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db.models import Q, QuerySet

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock, looks
from gridwalk.core import queries as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.operations.models import Investigation


def scopes_of(user: uuid.UUID, from_on: dt.date, to_on: dt.date) -> set[str]:
    """Where somebody held a post on one of these days."""
    held = Assignment.objects.filter(Q(to_on__isnull=True) | Q(to_on__gte=from_on), user=user, from_on__lte=to_on)
    return set(held.values_list("scope", flat=True))


def answers_for(viewer: Viewer, scopes: Collection[str]) -> bool:
    """Whether the viewer may look into what was done in all these places; of no place: no."""
    return bool(scopes) and all(viewer.may(Verb.INVESTIGATE, scope) for scope in scopes)


def people(viewer: Viewer) -> list[User]:
    """Who may be looked into: everybody with a post in the viewer's area, but themselves."""
    inside = in_scopes(viewer.scopes(Verb.INVESTIGATE), "assignments__scope")
    return list(User.objects.filter(inside, ~Q(pk=viewer.id)).distinct().order_by("name", "username"))


def _of_area(viewer: Viewer) -> QuerySet[Investigation]:
    """Investigations in the viewer's area, but of themselves: their own stand on their own page."""
    inside = in_scopes(viewer.scopes(Verb.INVESTIGATE), "user__assignments__scope")
    return Investigation.objects.filter(inside).exclude(user=viewer.id).select_related("user").distinct()


def investigations(viewer: Viewer) -> list[Investigation]:
    """The investigations in the viewer's area, the latest first."""
    return list(_of_area(viewer).order_by("-proposed_at", "-id"))


def get_investigation(viewer: Viewer, pk: uuid.UUID) -> Investigation:
    """One investigation. Raises NotHere."""
    investigation = _of_area(viewer).filter(pk=pk).first()
    if investigation is None:
        raise NotHere
    return investigation


def may_decide(viewer: Viewer, investigation: Investigation) -> bool:
    """Whether the viewer may be the second person."""
    scopes = scopes_of(investigation.user_id, investigation.from_on, investigation.to_on)
    persons = {investigation.proposed_by, investigation.user_id}
    return investigation.state == "proposed" and viewer.id not in persons and answers_for(viewer, scopes)


def may_read(viewer: Viewer, investigation: Investigation, at: dt.datetime) -> bool:
    """Whether the entries are open to the viewer now: to the two who answer for it, as long as they hold the post."""
    is_open = investigation.until_at is not None and at < investigation.until_at
    scopes = scopes_of(investigation.user_id, investigation.from_on, investigation.to_on)
    both = {investigation.proposed_by, investigation.decided_by}
    return is_open and viewer.id in both and answers_for(viewer, scopes)


def entries(investigation: Investigation, *, limit: int, offset: int) -> list[AuditEntry]:
    """What the person did on the days that are looked into, newest first. The caller has noted that they are opened."""
    return core.entries_of(
        investigation.user_id,
        since=clock.at_local(investigation.from_on, 0),
        until=clock.at_local(investigation.to_on + dt.timedelta(days=1), 0),
        limit=limit,
        offset=offset,
    )


def openings(investigation: Investigation) -> list[AuditEntry]:
    """Who opened the entries when, newest first."""
    return looks.at_subject(investigation.id, [AuditVerb.INVESTIGATION_OPENED], limit=None)


def of_person(viewer: Viewer) -> list[tuple[Investigation, list[AuditEntry]]]:
    """The investigations that look into the viewer, each with who opened the entries, the latest first.

    One that nobody else confirmed opened nothing; it is not told.
    """
    if viewer.id is None:
        return []
    rows = Investigation.objects.filter(user=viewer.id, state="confirmed").order_by("-decided_at")
    return [(investigation, openings(investigation)) for investigation in rows]
