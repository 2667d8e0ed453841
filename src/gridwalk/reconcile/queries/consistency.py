"""Rate 3 by community and ledger: the latest comparison of each; communities never compared are said to be so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from gridwalk.dictionary import fields as dictionary
from gridwalk.reconcile.models import ComparedCommunity


@dataclasses.dataclass(frozen=True)
class Measured:
    """One community's latest comparison of one ledger: the pair, its two sides by name, when, and by field."""

    community: str
    kind: str
    label: str
    sides: tuple[str, str]
    n_equal: int
    n_union: int
    by_field: tuple[tuple[str, int, int], ...]
    comparison: uuid.UUID
    at: dt.datetime


def latest(scope: str) -> list[Measured]:
    """The latest measurement of every (community, kind, pair of sides) in a scope, by community; one query."""
    rows = (
        ComparedCommunity.objects.filter(community__startswith=scope[:12], of__state="done")
        .select_related("of")
        .order_by("community", "of__kind", "of__source", "-of__finished_at", "-id")
    )
    found: dict[tuple[str, str, tuple[str, str]], Measured] = {}
    for row in rows:
        one = row.of
        key = (row.community, one.kind, one.sides)
        if key not in found and one.finished_at:
            found[key] = Measured(
                row.community, one.kind, dictionary.KINDS[one.kind], one.sides, row.n_equal, row.n_union,
                tuple((_label(one.kind, f), n, d) for f, (n, d) in row.by_field.items()), one.id, one.finished_at,
            )  # fmt: skip
    return list(found.values())


def _label(kind: str, field: str) -> str:
    return "房屋地址" if field == "address" else dictionary.label(kind, field)
