"""Rules for deciding many differences at once: what a rule speaks of, a preview, the batches that can be undone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from django.db.models import Count, Max, Q, QuerySet

from gridwalk.accounts.rules import Viewer
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import rules
from gridwalk.registry.models import Difference
from gridwalk.registry.queries import differences

CONDITIONS = {"any": "", "empty": "、一张表里空着的", "both": "、两边都有值的"}
DECISIONS = {"accept": "采纳", "keep": "保留一张表的", "to_door": "送上门核实"}
SINGLY = ("residence", "residence_kind", "status")
"""Fields decided one by one: moving somebody, or ending a record, is never done by a rule."""
SAMPLED = 10
KEPT_FOR = dt.timedelta(days=7)


@dataclasses.dataclass(frozen=True)
class Rule:
    """凡〔source〕的〔field〕，〔condition〕，〔decision〕. ``condition``: a key of CONDITIONS; ``decision``: of DECISIONS."""

    kind: str
    field: str
    source: str
    condition: str
    decision: str

    @property
    def sentence(self) -> str:
        """The rule in words."""
        source = rules.SOURCES.get(self.source, "各处来源")
        label = dictionary.label(self.kind, self.field)
        return f"凡{source}与一张表{label}不同{CONDITIONS[self.condition]}，{DECISIONS[self.decision]}{source if self.decision == 'accept' else ''}"

    @property
    def is_sound(self) -> bool:
        """Whether every part is one that can be chosen."""
        return (
            self.condition in CONDITIONS and self.decision in DECISIONS and self.field not in SINGLY
            and dictionary.find(self.kind, self.field) is not None and (not self.source or self.source in rules.SOURCES)
        )  # fmt: skip


def matching(viewer: Viewer, scope: str, rule: Rule) -> QuerySet[Difference]:
    """The open differences a rule speaks of."""
    found = differences.visible(viewer, scope).filter(state="open", kind=rule.kind, field=rule.field)
    if rule.source:
        found = found.filter(source=rule.source)
    empty = Q(current__isnull=True) | Q(current="") | Q(current=None)
    if rule.condition == "empty":
        found = found.filter(empty)
    elif rule.condition == "both":
        found = found.exclude(empty)
    return found


@dataclasses.dataclass(frozen=True)
class Preview:
    """How many the rule would decide of all that are open, and some of them."""

    n: int
    n_open: int
    rows: list[differences.Row]


def preview(viewer: Viewer, scope: str, rule: Rule) -> Preview:
    """What the rule would do; nothing is changed."""
    found = matching(viewer, scope, rule)
    sample = list(found.order_by("grid_id", "created_at", "id")[:SAMPLED])
    return Preview(found.count(), differences.n_open(viewer, scope), differences.rows_of(viewer, sample))


@dataclasses.dataclass(frozen=True)
class Batch:
    """One batch that can still be undone."""

    id: uuid.UUID
    sentence: str
    n: int
    by: str
    at: dt.datetime


def recent(viewer: Viewer, scope: str, now: dt.datetime) -> list[Batch]:
    """The batches of the last seven days, newest first."""
    rows = (
        differences.visible(viewer, scope)
        .filter(batch__isnull=False, decided_at__gte=now - KEPT_FOR)
        .values("batch", "reason", "decided_by_name")
        .annotate(n=Count("pk"), at=Max("decided_at"))
        .order_by("-at")[:20]
    )
    return [Batch(r["batch"], r["reason"], r["n"], r["decided_by_name"], r["at"]) for r in rows if r["batch"]]


def choices(viewer: Viewer, scope: str) -> list[tuple[str, str, str, int]]:
    """What rules can be about: (kind, field, label, how many are open)."""
    return [row for row in differences.counts(viewer, scope) if row[1] not in SINGLY]
