"""Rate 3, 台账一致率 (P6): from comparisons, not from a predicate; communities not compared are shown, never counted."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.indicators import rules
from gridwalk.indicators.tallies import Figure
from gridwalk.reconcile.queries import consistency
from gridwalk.territory import queries as territory

CODE = "consistency"


@dataclasses.dataclass(frozen=True)
class Ledger:
    """One ledger of a community as last compared. ``figure`` None: under 5, not shown to who sees counts only."""

    label: str
    sides: tuple[str, str]
    figure: Figure | None
    by_field: tuple[tuple[str, int, int], ...]
    comparison: uuid.UUID
    at: dt.datetime


@dataclasses.dataclass(frozen=True)
class Community:
    """One community with its ledgers; none: never compared."""

    code: str
    name: str
    ledgers: tuple[Ledger, ...]


@dataclasses.dataclass(frozen=True)
class Board:
    """Rate 3 of a scope. ``total`` sums the latest comparison of every ledger; None where nothing was compared, or too small."""

    scope: str
    total: Figure | None
    n_compared: int
    communities: tuple[Community, ...]
    sides: tuple[tuple[str, str], ...]

    @property
    def n_missing(self) -> int:
        """How many communities were never compared."""
        return len(self.communities) - self.n_compared


def board(viewer: Viewer, scope: str) -> Board:
    """Rate 3 by community and ledger, in the order of codes; two queries."""
    full = viewer.may(Verb.SEE_ROWS_MASKED, scope)
    measured = consistency.latest(scope)
    total = sum((Figure(m.n_equal, m.n_union) for m in measured), Figure())
    figures: list[Figure | None] = [Figure(m.n_equal, m.n_union) for m in measured]
    shown: Figure | None = total if measured else None
    if not full:
        lines = [(m.community, "", 1, {CODE: Figure(m.n_equal, m.n_union)}) for m in measured]
        kept, sums = rules.suppress(lines, {CODE: total})  # type: ignore[arg-type]
        figures = [row[3][CODE] for row in kept]
        shown = sums[CODE] if measured else None
    by_community: dict[str, list[Ledger]] = {}
    for m, figure in zip(measured, figures, strict=True):
        ledger = Ledger(m.label, m.sides, figure, m.by_field if full else (), m.comparison, m.at)
        by_community.setdefault(m.community, []).append(ledger)
    communities = tuple(
        Community(a.code, a.short, tuple(by_community.get(a.code, ()))) for a in territory.communities(scope)
    )
    sides = tuple(dict.fromkeys(m.sides for m in measured))
    return Board(scope, shown, sum(1 for c in communities if c.ledgers), communities, sides)
