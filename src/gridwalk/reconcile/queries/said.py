"""The rest of what a source says of an entity, beside the one value that differs."""

from __future__ import annotations

from typing import Any

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.differences.queries.differences import DifferenceRow
from gridwalk.reconcile.models import SideRow, StagedRow
from gridwalk.registry.rules import SOURCES

CODES = {label: code for code, label in SOURCES.items()}


def record_of(viewer: Viewer, row: DifferenceRow) -> dict[str, Any]:
    """The source's last record of the entity in the clear, from its last comparison, else its last import.

    Empty where the source keeps no record (a visit, a resident), or the viewer sees masked rows only. Mask before
    showing.
    """
    source = CODES.get(row.source, row.source)
    if source not in {"ledger", "platform"} or not viewer.may(Verb.SEE_ROWS, row.grid):
        return {}
    side = SideRow.objects.filter(source=source, kind=row.kind, entity=row.entity).first()
    if side is not None:
        return side.opened()
    staged = StagedRow.objects.filter(entity=row.entity, kind=row.kind).order_by("-id").first()
    return staged.opened() if staged is not None and source == "ledger" else {}
