"""Conditions of matters that counts and lists share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from gridwalk.followup.rules import DIGITS, ENDED, Stage


def standing() -> Q:
    """Not ended."""
    return ~Q(stage__in=ENDED)


def overdue(today: dt.date) -> Q:
    """As ``rules.is_overdue`` has it."""
    return ~Q(stage__in=ENDED | {Stage.EFFECT}) & Q(due_on__lt=today)


def owned_in(scopes: Iterable[str]) -> Q:
    """Owned by one of these areas or by one within it, as ``Matter.scope`` has it: that lies within by its code alone,
    and has at least as many digits.
    """
    condition = Q(pk__in=[])
    for scope in scopes:
        levels = [level for level, digits in DIGITS.items() if digits >= len(scope)]
        condition |= Q(grid__startswith=scope, level__in=levels)
    return condition
