"""How wrong passwords lock a name: soon at the address they come from, later everywhere (GB/T 22239-2019, 8.1.4.1)."""

from __future__ import annotations

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.db.models import QuerySet, Sum

SLOWER = 5
"""So many times the tries of one address lock a name at every address."""


class Handler(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts the failures of a name at one address and at all (``AXES_LOCKOUT_PARAMETERS``, in this order)."""

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        here, everywhere = (_sum(attempts) for attempts in self.get_user_attempts(request, credentials))
        return max(here, everywhere // SLOWER)


def _sum(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(n=Sum("failures_since_start"))["n"] or 0
