"""线上核查 over an area: each check as its street has it, how many cases wait, how often it was right."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter

from django.db.models import Count

from gridwalk.accounts.rules import ONE_COMMUNITY, ONE_STREET, Verb, Viewer
from gridwalk.bench.cases import answers
from gridwalk.bench.check import Check, Threshold
from gridwalk.bench.online import EXPLAINED, ONLINE, REAL, RULE_WRONG, Precision
from gridwalk.bench.queries import checks
from gridwalk.registry.models import CaseDecision


@dataclasses.dataclass(frozen=True, kw_only=True)
class OnlineRow:
    """One online check over an area. ``thresholds``: name, words, the number that is in force."""

    code: str
    check: Check
    is_on: bool
    thresholds: list[tuple[str, Threshold, int]]
    n: int
    precision: Precision

    @property
    def asks_from(self) -> str:
        """What it asks from on, in words."""
        parts = (f"{words.before} {number} {words.after}".strip() for _, words, number in self.thresholds)
        return "，".join(parts) or "有一户即提示"


def asked_over(viewer: Viewer, scope: str) -> str:
    """Where flags are counted that are asked for over a scope. A grid is one person's work, so its community is
    (red line 2); who sees that grid alone sees their own.
    """
    community = scope[:ONE_COMMUNITY]
    return community if viewer.may(Verb.SEE_ROWS_MASKED, community) else scope


def online_checks(viewer: Viewer, scope: str, today: dt.date) -> list[OnlineRow]:
    """Every online check over a scope of one street: one query a check, and four."""
    scope = asked_over(viewer, scope)
    settings = answers.settings_of(scope[:ONE_STREET])
    n = Counter(waiting.case.check for waiting in checks.open_cases(viewer, scope, today, tuple(ONLINE)))
    right = precisions(scope[:ONE_STREET])
    return [
        OnlineRow(
            code=code,
            check=check,
            is_on=settings[code].is_on,
            thresholds=[(name, words, settings[code].thresholds[name]) for name, words in check.thresholds.items()],
            n=n[code],
            precision=right[code],
        )
        for code, check in ONLINE.items()
    ]


def precisions(street: str) -> dict[str, Precision]:
    """How often each online check was right, by the answers of a street's communities; one query.

    It says of the rule alone: the whole street together, nothing by community or person.
    """
    standing = CaseDecision.objects.filter(grid__code__startswith=street, check_code__in=ONLINE, state="standing")
    counted = standing.order_by().values_list("check_code", "decision").annotate(n=Count("id"))
    n = {(code, answer): count for code, answer, count in counted}
    return {
        code: Precision(n.get((code, REAL), 0), n.get((code, EXPLAINED), 0), n.get((code, RULE_WRONG), 0))
        for code in ONLINE
    }
