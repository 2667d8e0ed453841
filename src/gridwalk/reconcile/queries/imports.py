"""What an import has to say of its rows."""

from __future__ import annotations

import dataclasses

from gridwalk.reconcile.models import Import, StagedRow


@dataclasses.dataclass(frozen=True)
class FaultRow:
    """One explained cell or row; the cell's content is not shown."""

    sheet: str
    row_no: int
    column: str
    text: str
    state: str


def faults(submission: Import, *, limit: int = 200) -> tuple[list[FaultRow], int]:
    """What was wrong in an import by sheet, row and column, and how many rows have something."""
    rows = StagedRow.objects.filter(of=submission).exclude(faults=[]).order_by("id")
    shown = [
        FaultRow(row.sheet, row.row_no, fault["column"], fault["text"], row.get_state_display())
        for row in rows[:limit]
        for fault in row.faults
    ]
    return shown, rows.count()
