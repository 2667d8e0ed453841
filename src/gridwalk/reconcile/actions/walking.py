"""One walk over the rows of a batch, whatever their kind: each finds its record or begins one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection

from gridwalk.core.actions import Writing
from gridwalk.reconcile.actions.batch import Batch, claims_of
from gridwalk.registry.actions import claims
from gridwalk.registry.rules import Claim, Verdict

RowClaims = list[tuple[int, Claim]]
"""Claims with the index of the row that makes them."""


def walk(
    work: Batch,
    kind: str,
    *,
    find: Callable[[int], uuid.UUID | None],
    begin: Callable[[int], uuid.UUID],
    field: str = "",
    without: frozenset[str] = frozenset(),
    besides: Collection[int] = (),
) -> RowClaims:
    """What the rows claim of records that stand; a row whose record ``find`` does not know begins one.

    A row without a value for ``field`` is refused, and ``find`` may refuse one that it cannot tell; the fields
    ``without`` are not claimed. The rows ``besides`` speak of records that another side has to give away first, and are
    passed over.
    """
    row_claims: RowClaims = []
    for index in work.present(field=field):
        if index in besides:
            continue
        entity = find(index)
        if work.rows[index].state == "refused":
            continue
        if entity is None:
            work.became(index, begin(index), "created")
            continue
        work.rows[index].entity = entity
        values, source_ref = work.values[index], work.source_ref(index)
        row_claims += [(index, c) for c in claims_of(kind, entity, values, source_ref=source_ref, without=without)]
    return row_claims


def claim(writing: Writing, work: Batch, row_claims: RowClaims) -> None:
    """Make the claims, and note on the rows what became of them."""
    judged = claims.apply_claims(writing, [one_claim for _, one_claim in row_claims])
    index_of = {id(one_claim): index for index, one_claim in row_claims}
    work.judged([(index_of[id(judgement.claim)], judgement) for judgement in judged])
    for judgement in judged:
        work.asked[work.grid(index_of[id(judgement.claim)])] += judgement.verdict is Verdict.ASK
