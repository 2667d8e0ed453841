"""Gap lists of the indicators that are not about visits: the rows of the same predicate, with the cheapest fix."""

from __future__ import annotations

import dataclasses
import uuid

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.indicators.definitions import Indicator, Moment, Strand
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.registry.models import Dwelling, Person
from gridwalk.registry.queries import entities
from gridwalk.registry.queries import lists as register


@dataclasses.dataclass(frozen=True, kw_only=True)
class Gap:
    """One row that keeps an indicator from 100 %. ``strand``: whose population it is of, by its code."""

    strand: str
    kind: str
    entity: uuid.UUID
    title: str
    group: str
    reason: str
    step: str


def _list(kind: str, first: Sort) -> PlainList:
    """The list of the gap's records of a kind: asked by everything their own list is asked by."""
    own = register.LISTS[kind]
    return PlainList(
        code=f"gap_{kind}",
        of=kind,
        label=own.label,
        unit=own.unit,
        fields=own.fields,
        sorts=(first, *(sort for sort in own.sorts if sort.code != first.code)),
    )


LISTS = {
    "person": _list(
        "person", Sort(code="place", label="按网格、姓名排", keys=("grid_id", "sort_key", "id"), by="name")
    ),
    "dwelling": _list("dwelling", register.DOORS.sorts[0]),
    "site": _list("site", Sort(code="place", label="按网格、名称排", keys=("grid_id", "sort_key", "id"))),
}
"""Of the rows of one strand, by its kind."""


def is_listed(viewer: Viewer, strand: Strand, scope: str) -> bool:
    """Whether the viewer is told which rows a strand lacks, and may ask and sort by what they see of them."""
    return not strand.tells_use or viewer.may(Verb.SEE_CARE, scope)


def gaps(
    viewer: Viewer,
    indicator: Indicator,
    moment: Moment,
    scope: str,
    *,
    limit: int = 200,
    offset: int = 0,
    of: Strand | None = None,
    selection: Selection = EVERYTHING,
) -> tuple[list[Gap], int]:
    """The rows of ``population ∧ ¬met`` in a scope, strand after strand or of one, and how many. Raises NotHere.

    ``selection`` is asked of a strand alone, for each kind is asked by its own fields.
    """
    if not viewer.may(Verb.SEE_ROWS_MASKED, scope):
        raise NotHere
    sees_care = viewer.may(Verb.SEE_CARE, scope)
    rows: list[Gap] = []
    total, passed = 0, offset
    for strand in indicator.strands if of is None else (of,):
        if not is_listed(viewer, strand, scope):
            total += strand.rows(moment).filter(grid__code__startswith=scope).exclude(strand.met(moment)).count()
            continue
        lacking = strand.rows(moment).filter(grid__code__startswith=scope).filter(~strand.met(moment))
        missing = selection.of(lacking, "grid_id", *_order(strand.kind, sees_care=sees_care))
        n_missing = missing.count()
        total += n_missing
        first = min(passed, n_missing)  # what earlier pages have shown of this strand
        passed -= first
        room = limit - len(rows)
        if room > 0:
            rows += [
                Gap(
                    strand=strand.code,
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
