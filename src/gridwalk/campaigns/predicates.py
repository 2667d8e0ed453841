"""What a target is in, as conditions that counts, lists and pages share (domain.md §2, rate 1)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db.models import CharField, DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from gridwalk.accounts import queries as accounts
from gridwalk.campaigns.models import Target
from gridwalk.registry import predicates as registry
from gridwalk.registry.models import Dwelling, Organization, Site


def to_dispatch(kind: str) -> QuerySet[Any]:
    """What of a kind a wave makes targets of.

    Every active residential or mixed dwelling, vacant and let ones included, those too whose striking off awaits its
    recheck; active organizations and key sites.
    """
    if kind == "dwelling":
        return Dwelling.objects.filter(registry.dwelling_active(), usage__in=["residential", "mixed"])
    if kind == "organization":
        return Organization.objects.filter(status="active")
    return Site.objects.filter(status="active")


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


def of_nobody(on: dt.date) -> Q:
    """Still to be walked, and nobody's: given back, or of somebody who has no post over its grid on that day.

    A substitute makes no door theirs, so one whose days are over leaves none behind.
    """
    grid = ExpressionWrapper(OuterRef("grid_id"), output_field=CharField())
    posts = accounts.visiting(on).filter(user=OuterRef("assignee")).alias(grid=grid)
    return remaining() & Q(~Exists(posts.filter(grid__startswith=F("scope"))))


def left_open() -> Exists:
    """Of a door: still to be walked when its campaign ended, and verified by nobody since."""
    verified_on = Coalesce(OuterRef("verified_on"), Value(dt.date.min), output_field=DateField())
    ended = Target.objects.filter(remaining(), campaign__state="closed", campaign__closed_at__date__gt=verified_on)
    return Exists(ended.filter(entity=OuterRef("pk")))
