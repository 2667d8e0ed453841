"""Rate 3 by community and ledger: the latest comparison of each, what keeps it from 100 %, and the earlier ones."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Count, Q
from django.db.models.functions import Substr

from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile.models import ComparedCommunity, Unmatched
from gridwalk.registry.models import Difference

KEPT = 12


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """One community's latest comparison of one ledger: the pair, its two sides by name, when, and by field.

    ``earlier``: (when, equal, union) of it and those before it, the oldest first.
    """

    community: str
    kind: str
    label: str
    source: str
    sides: tuple[str, str]
    n_equal: int
    n_union: int
    by_field: Mapping[str, tuple[int, int]]
    comparison: uuid.UUID
    at: dt.datetime
    earlier: tuple[tuple[dt.datetime, int, int], ...]

    @property
    def of_register(self) -> bool:
        """Whether one of the two sides is the register."""
        return "系统登记" in self.sides


def latest(scope: str, *, until: dt.datetime | None = None) -> list[Measured]:
    """The latest measurement of every (community, kind, pair of sides) in a scope, by community; one query. One whose
    file is no list of the community counts for nothing. ``until``: as it was at that moment.
    """
    in_time = Q(of__finished_at__lte=until) if until else Q()
    rows = (
        ComparedCommunity.objects.filter(in_time, community__startswith=scope[:12], covers=True, of__state="done")
        .select_related("of")
        .order_by("community", "of__kind", "of__source", "-of__finished_at", "-id")
    )
    by_pair: dict[tuple[str, str, tuple[str, str]], list[ComparedCommunity]] = defaultdict(list)
    for row in rows:
        if row.of.finished_at:
            by_pair[row.community, row.of.kind, row.of.sides].append(row)
    return [_measured(of) for of in by_pair.values()]


def _measured(rows: Sequence[ComparedCommunity]) -> Measured:
    row, comparison = rows[0], rows[0].of
    assert comparison.finished_at is not None
    return Measured(
        community=row.community,
        kind=comparison.kind,
        label=dictionary.KINDS[comparison.kind],
        source=comparison.source,
        sides=comparison.sides,
        n_equal=row.n_equal,
        n_union=row.n_union,
        by_field=row.by_field,
        comparison=comparison.id,
        at=comparison.finished_at,
        earlier=tuple((r.of.finished_at, r.n_equal, r.n_union) for r in rows[KEPT - 1 :: -1] if r.of.finished_at),
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Gap:
    """What keeps one measurement from 100 %: records by what they are, and how many of them wait for a decision.

    ``differ`` + ``ledger_only`` + ``register_only`` + ``questions`` = union − equal. The waiting ones are records on
    one side and questions (``open``), and differences by field (``differences``).
    """

    differ: int
    ledger_only: int
    register_only: int
    questions: int
    open: int
    differences: int


def gaps(measured: Sequence[Measured]) -> dict[tuple[uuid.UUID, str], Gap]:
    """(comparison, community) → gap, of those measured against the register; two queries."""
    chosen = [m for m in measured if m.of_register]
    parts: dict[tuple[uuid.UUID, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    listed = (
        Unmatched.objects.filter(of__in={m.comparison for m in chosen})
        .values_list("of", Substr("grid", 1, 12), "what", "state")
        .annotate(n=Count("pk"))
    )
    for of, community, what, state, n in listed:
        parts[of, community][what] += n
        parts[of, community]["open"] += n if state == "open" else 0
    asked = dict.fromkeys(((m.kind, m.source, m.community) for m in chosen), 0)
    waiting = (
        Difference.objects.filter(
            state="open", source__in={m.source for m in chosen}, kind__in={m.kind for m in chosen}
        )
        .values_list("kind", "source", Substr("grid", 1, 12))
        .annotate(n=Count("pk"))
    )
    asked.update({(kind, source, community): n for kind, source, community, n in waiting})
    gap_of = {}
    for m in chosen:
        p = parts[m.comparison, m.community]
        alone = p["ledger_only"] + p["register_only"] + p["question"]
        gap_of[m.comparison, m.community] = Gap(
            differ=m.n_union - m.n_equal - alone,
            ledger_only=p["ledger_only"],
            register_only=p["register_only"],
            questions=p["question"],
            open=p["open"],
            differences=asked[m.kind, m.source, m.community],
        )
    return gap_of


@dataclasses.dataclass(frozen=True)
class Afterwards:
    """决定之后: what a community's latest comparison of a ledger becomes once all that differs is decided and set right;
    what stands on one side alone is decided elsewhere.
    """

    measured: Measured
    gap: Gap

    @property
    def n_at_most(self) -> int:
        return self.measured.n_equal + self.gap.differ


def afterwards(grid: str, kind: str, source: str) -> Afterwards | None:
    """That of the ledger a difference comes from, in its community; None where none was compared with the register.
    Three queries.
    """
    community = grid[:12]
    of_source = (m for m in latest(community) if (m.kind, m.source) == (kind, source) and m.of_register)
    measured = next(of_source, None)
    return Afterwards(measured, gaps([measured])[measured.comparison, community]) if measured else None
