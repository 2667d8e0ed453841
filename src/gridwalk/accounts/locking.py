"""How wrong passwords lock a name: soon at the address they come from, later everywhere (GB/T 22239-2019, 8.1.4.1)."""

from __future__ import annotations

from typing import Any

import axes.utils
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.db.models import QuerySet, Sum

from gridwalk.accounts import rules
from gridwalk.core import envelope

NAME = "sign-in name"
SLOWER = 5
"""So many times the tries of one address lock a name at every address."""


def mark_of(username: str) -> str:
    """What the failures of a name are kept under; what was typed is kept nowhere."""
    return envelope.blind_index(rules.sign_in_name(username) or "-", purpose=NAME)


def forgive(username: str, address: str | None = None) -> None:
    """Step: forget the failures of a name, at one address or everywhere."""
    axes.utils.reset(ip=address, username=mark_of(username))


class Handler(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts the failures of a name at one address and at all (``AXES_LOCKOUT_PARAMETERS``, in this order)."""

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        here, everywhere = (_sum(attempts) for attempts in self.get_user_attempts(request, credentials))
        return max(here, everywhere // SLOWER)


def _sum(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(n=Sum("failures_since_start"))["n"] or 0
