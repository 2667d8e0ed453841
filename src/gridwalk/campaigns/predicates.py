"""What a target is in, as conditions that counts, lists and pages share (domain.md §2, rate 1)."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from gridwalk.campaigns.models import Target


def in_scope(campaign: uuid.UUID, kind: str) -> QuerySet[Target]:
    """The denominator: every target of a kind that has not left the scope; what is pending stays in it."""
    return Target.objects.filter(campaign_id=campaign, kind=kind).exclude(state="left")


def visited() -> Q:
    """Settled as visited: met, by phone after a failed knock, or vacant confirmed by a second source."""
    return Q(state="visited")


def explained() -> Q:
    """Settled as explained: refused, or no answer on ≥ 3 days in ≥ 2 time bands."""
    return Q(state="explained")


def pending() -> Q:
    """Deceased, moved or struck off at the door, until a second person has rechecked it."""
    return Q(state="pending")


def remaining() -> Q:
    """Not settled yet, tried or not."""
    return Q(state="remaining")


def met_in_person() -> Q:
    """Visited face to face (见面率)."""
    return Q(state="visited", met_in_person=True)
