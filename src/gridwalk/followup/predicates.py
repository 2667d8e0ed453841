"""Conditions of matters that counts and lists share."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from gridwalk.followup.rules import ENDED, Stage


def standing() -> Q:
    """Not ended."""
    return ~Q(stage__in=ENDED)


def overdue(today: dt.date) -> Q:
    """As ``rules.is_overdue`` has it."""
    return ~Q(stage__in=ENDED | {Stage.EFFECT}) & Q(due_on__lt=today)
