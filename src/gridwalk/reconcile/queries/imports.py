"""What an import has to say of its rows."""

from __future__ import annotations

import dataclasses

from gridwalk.accounts.rules import Viewer
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.reconcile.queries import annotated, telling


@dataclasses.dataclass(frozen=True)
class FaultRow:
    """One explained cell or row; the cell's content is not shown. ``state``: what became of the row, "" where that is
    not told.
    """

    sheet: str
    row_no: int
    column: str
    text: str
    state: str


def faults(viewer: Viewer, submission: Import, *, limit: int = 200) -> tuple[list[FaultRow], int]:
    """What was wrong in an import by sheet, row and column, and how many rows have something; to who sees rows masked
    only what the file itself tells.
    """
    rows = StagedRow.objects.filter(of=submission).exclude(faults=[]).order_by("id")
    if telling.by_row(viewer, submission):
        shown = [
            FaultRow(row.sheet, row.row_no, fault["column"], fault["text"], row.get_state_display())
            for row in rows[:limit]
            for fault in row.faults
        ]
        return shown, rows.count()
    told = annotated.marks(submission, of_register=False)
    n_rows = len({(mark.sheet, mark.row_no) for mark in told})
    return [FaultRow(mark.sheet, mark.row_no, mark.column, mark.text, "") for mark in told[:limit]], n_rows
