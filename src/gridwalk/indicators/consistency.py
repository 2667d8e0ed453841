"""Rate 3, 台账一致率 (P6): from comparisons, not from a predicate; communities not compared are shown, never counted."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.indicators.tallies import Figure
from gridwalk.reconcile.queries import consistency, telling
from gridwalk.reconcile.queries.consistency import Gap
from gridwalk.territory import queries as territory

CODE = "consistency"
Sides = tuple[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ledger:
    """One ledger of a community as last compared.

    How many records are equal is progress and shown to the last one. Who sees counts only gets neither fields nor gap:
    vacancy, letting and care are among the fields.
    """

    kind: str
    label: str
    source: str
    sides: Sides
    figure: Figure
    by_field: tuple[tuple[str, int, int], ...]
    gap: Gap | None
    earlier: tuple[tuple[dt.datetime, Figure], ...]
    comparison: uuid.UUID
    at: dt.datetime


@dataclasses.dataclass(frozen=True)
class Community:
    """One community with its ledgers; none: never compared."""

    code: str
    name: str
    ledgers: tuple[Ledger, ...]


@dataclasses.dataclass(frozen=True)
class Total:
    """The rate between two sides, over the latest comparison of every ledger."""

    sides: Sides
    figure: Figure
    n_communities: int


@dataclasses.dataclass(frozen=True)
class Board:
    """Rate 3 of a scope.

    ``totals``: a pair for each two sides, never added up; those compared in most communities first.
    """

    scope: str
    totals: tuple[Total, ...]
    communities: tuple[Community, ...]

    @property
    def n_compared(self) -> int:
        """How many communities have compared anything."""
        return sum(1 for c in self.communities if c.ledgers)

    @property
    def n_missing(self) -> int:
        """How many communities were never compared."""
        return len(self.communities) - self.n_compared


def board(viewer: Viewer, scope: str, *, until: dt.datetime | None = None) -> Board:
    """Rate 3 by community and ledger, in the order of codes, as far as the viewer sees counts; six queries. ``until``:
    as it was at that moment.

    A community of the official list where neither grid nor building stands has nothing to compare and is left out.
    """
    areas = [a for a in territory.communities(scope) if viewer.within(Verb.SEE_COUNTS, a.code)]
    full = viewer.may(Verb.SEE_ROWS_MASKED, scope) or all(viewer.may(Verb.SEE_ROWS_MASKED, a.code) for a in areas)
    seen = {a.code for a in areas}
    measured = [m for m in consistency.latest(scope, until=until) if m.community in seen]
    gaps = consistency.gaps(measured) if full else {}
    totals = []
    for sides in dict.fromkeys(m.sides for m in measured):
        chosen = [m for m in measured if m.sides == sides]
        total = sum((Figure(m.n_equal, m.n_union) for m in chosen), Figure())
        totals.append(Total(sides, total, len({m.community for m in chosen})))
    by_community: dict[str, list[Ledger]] = {}
    for m in measured:
        earlier = tuple((at, Figure(n, d)) for at, n, d in m.earlier)
        by_community.setdefault(m.community, []).append(
            Ledger(
                kind=m.kind,
                label=m.label,
                source=m.source,
                sides=m.sides,
                figure=Figure(m.n_equal, m.n_union),
                by_field=telling.fields_of(viewer, m.kind, m.community, m.by_field, n_unequal=m.n_union - m.n_equal)
                if full
                else (),
                gap=gaps.get((m.comparison, m.community)),
                earlier=earlier,
                comparison=m.comparison,
                at=m.at,
            )
        )
    standing = {grid.area_id for grid in territory.grids_shown(viewer, scope=scope, verb=Verb.SEE_COUNTS)}
    shown = [area for area in areas if area.code in standing or area.code in by_community]
    communities = tuple(Community(a.code, a.short, tuple(by_community.get(a.code, ()))) for a in shown)
    return Board(scope, tuple(sorted(totals, key=lambda t: -t.n_communities)), communities)
