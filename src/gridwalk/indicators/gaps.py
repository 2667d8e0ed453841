"""Gap lists of the indicators that are not about visits: the rows of the same predicate, with the cheapest fix."""

from __future__ import annotations

import dataclasses
import uuid

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.indicators.definitions import Indicator, Moment
from gridwalk.registry.models import Dwelling, Person
from gridwalk.registry.queries import entities


@dataclasses.dataclass(frozen=True, kw_only=True)
class Gap:
    """One row that keeps an indicator from 100 %."""

    kind: str
    entity: uuid.UUID
    title: str
    group: str
    reason: str
    step: str


def gaps(
    viewer: Viewer, indicator: Indicator, moment: Moment, scope: str, *, limit: int = 200, offset: int = 0
) -> tuple[list[Gap], int]:
    """The rows of ``population ∧ ¬met`` in a scope, strand after strand, and how many. Raises NotHere."""
    if not viewer.may(Verb.SEE_ROWS_MASKED, scope):
        raise NotHere
    sees_care = viewer.may(Verb.SEE_CARE, scope)
    rows: list[Gap] = []
    total, passed = 0, offset
    for strand in indicator.strands:
        if strand.tells_use and not sees_care:
            total += strand.rows(moment).filter(grid__code__startswith=scope).exclude(strand.met(moment)).count()
            continue
        missing = (
            strand.rows(moment)
            .filter(grid__code__startswith=scope)
            .filter(~strand.met(moment))
            .order_by("grid_id", *_order(strand.kind, sees_care=sees_care))
        )
        n_missing = missing.count()
        total += n_missing
        first = min(passed, n_missing)  # what earlier pages have shown of this strand
        passed -= first
        room = limit - len(rows)
        if room > 0:
            rows += [
                Gap(
                    kind=strand.kind,
                    entity=row.pk,
                    title=_title(viewer, row),
                    group=row.grid.name,
                    reason=strand.reason,
                    step=strand.step,
                )
                for row in missing.select_related("grid")[first : first + room]
            ]
    return rows, total


def _order(kind: str, *, sees_care: bool) -> tuple[str, ...]:
    """Doors as they are walked, all else by name; people in no order where their names are masked."""
    if kind == "dwelling":
        return ("walk_key", "id")
    return ("sort_key", "id") if sees_care or kind != "person" else ("id",)


def _title(viewer: Viewer, row: object) -> str:
    if isinstance(row, Person):
        return entities.shown_name(viewer, row.grid_id, row.name)
    if isinstance(row, Dwelling):
        return row.address
    return str(getattr(row, "name", ""))
