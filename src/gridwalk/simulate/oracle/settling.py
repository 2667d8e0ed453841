"""domain.md §2, rate 1, word for word: when a door counts as visited, explained or pending.

Written apart from visits/.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from gridwalk.simulate.acting.knocks import SHANGHAI

SECOND_SOURCES = ("property_office", "neighbour", "owner_phone")


@dataclasses.dataclass(frozen=True, slots=True)
class Attempt:
    """One knock as the settling rules see it."""

    at: dt.datetime
    outcome: str
    second_source: str = ""
    worker: str = ""


def band(at: dt.datetime) -> str:
    """Morning before noon, afternoon before six, evening, and Saturday and Sunday all day."""
    local = at.astimezone(SHANGHAI)
    if local.weekday() >= 5:
        return "weekend"
    return "morning" if local.hour < 12 else "afternoon" if local.hour < 18 else "evening"


def settle(attempts: Sequence[Attempt]) -> str:
    """``visited`` · ``pending`` · ``explained`` · ``remaining``, in this order of strength whatever the
    order of knocks.
    """
    if any(_visits(attempt, attempts) for attempt in attempts):
        return "visited"
    if any(attempt.outcome in ("moved_away", "not_found") for attempt in attempts):
        return "pending"
    if any(attempt.outcome == "refused" for attempt in attempts):
        return "explained"
    silent = [attempt for attempt in attempts if attempt.outcome == "no_answer"]
    days = {attempt.at.astimezone(SHANGHAI).date() for attempt in silent}
    bands = {band(attempt.at) for attempt in silent}
    return "explained" if len(days) >= 3 and len(bands) >= 2 else "remaining"


def met_in_person(attempts: Sequence[Attempt]) -> bool:
    """Whether somebody of the household was ever met face to face."""
    return any(attempt.outcome == "met" for attempt in attempts)


def _visits(attempt: Attempt, attempts: Sequence[Attempt]) -> bool:
    if attempt.outcome == "met":
        return True
    before = [other for other in attempts if other.at < attempt.at]
    if attempt.outcome == "phone":
        return any(other.outcome in ("no_answer", "postponed", "refused") for other in before)
    if attempt.outcome != "vacant_confirmed":
        return False
    if attempt.second_source in SECOND_SOURCES:
        return True
    week = dt.timedelta(days=7)
    return attempt.second_source == "other_worker" and any(
        other.worker != attempt.worker and attempt.at - other.at >= week for other in before
    )
