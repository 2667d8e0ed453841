"""Who is told of a ledger row by row, and what everybody else is told: counts, where the file has half a community.

One who sees rows masked could else ask with a row of their own whether somebody lives there, or a door stands empty.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger.comparing import ADDRESS
from gridwalk.reconcile import rules
from gridwalk.reconcile.models import ComparedCommunity, Comparison, Submission
from gridwalk.territory import queries as territory


def by_row(viewer: Viewer, ledger: Submission) -> bool:
    """Whether the viewer is told what became of each row."""
    return viewer.may(Verb.SEE_ROWS, ledger.scope)


@dataclasses.dataclass(frozen=True, kw_only=True)
class CommunityRow:
    """What a comparison found in one community. ``pair``: equal and all, None where it is not told; ``by_field``:
    likewise, of each field with its label.
    """

    code: str
    name: str
    covers: bool
    awaits: bool
    pair: tuple[int, int] | None
    by_field: tuple[tuple[str, int, int], ...]


def communities(viewer: Viewer, comparison: Comparison) -> list[CommunityRow]:
    """What a comparison found, by community."""
    whole = by_row(viewer, comparison)
    rows = ComparedCommunity.objects.filter(of=comparison).order_by("community")
    return [
        CommunityRow(
            code=row.community,
            name=territory.scope_name(row.community),
            covers=row.covers,
            awaits=row.awaits,
            pair=(row.n_equal, row.n_union) if whole or row.covers else None,
            by_field=fields_of(
                viewer, comparison.kind, row.community, row.by_field, n_unequal=row.n_union - row.n_equal
            )
            if whole or row.covers
            else (),
        )
        for row in rows
    ]


def fields_of(
    viewer: Viewer, kind: str, community: str, by_field: Mapping[str, tuple[int, int]], *, n_unequal: int
) -> tuple[tuple[str, int, int], ...]:
    """The pair of each field, with its label, in a community. Vacancy and letting only for who may see care there; to
    who sees rows masked no small number, nor what would tell one.
    """
    sees_care = viewer.may(Verb.SEE_CARE, community)
    open_ = {
        field: pair
        for field, pair in by_field.items()
        if sees_care or field == ADDRESS or not dictionary.stays_inside(kind, field)
    }
    told = open_ if viewer.may(Verb.SEE_ROWS, community) else rules.told_fields(open_, n_unequal=n_unequal)
    return tuple((label(kind, field), n, d) for field, (n, d) in told.items())


def label(kind: str, field: str) -> str:
    """What an agreed field is called."""
    return "房屋地址" if field == ADDRESS else dictionary.label(kind, field)


def summed(viewer: Viewer, comparisons: Sequence[Comparison]) -> Mapping[uuid.UUID, bool]:
    """Comparison → whether its sums are told to the viewer: row by row, or because it covers every community in it."""
    thin = set(ComparedCommunity.objects.filter(of__in=comparisons, covers=False).values_list("of", flat=True))
    return {ledger.pk: by_row(viewer, ledger) or ledger.pk not in thin for ledger in comparisons}
