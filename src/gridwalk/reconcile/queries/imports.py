"""Reads of imports."""

from __future__ import annotations

import dataclasses
import uuid

from django.db.models import Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import files
from gridwalk.core.queries import NotHere
from gridwalk.reconcile.models import Import, StagedRow


def imports(viewer: Viewer, *, limit: int = 60) -> list[Import]:
    """The viewer's imports, newest first."""
    inside = Q(pk__in=[])
    for scope in viewer.scopes(Verb.IMPORT_LEDGER):
        inside |= Q(scope__startswith=scope)
    return list(Import.objects.filter(inside).order_by("-created_at")[:limit])


def get_import(viewer: Viewer, imported: uuid.UUID) -> Import:
    """One import. Raises NotHere."""
    found = Import.objects.select_related("file", "annotated").filter(pk=imported).first()
    if found is None or not viewer.may(Verb.IMPORT_LEDGER, found.scope):
        raise NotHere
    return found


@dataclasses.dataclass(frozen=True)
class FaultRow:
    """One explained cell or row; the cell's content is not shown."""

    sheet: str
    row_no: int
    column: str
    text: str
    state: str


def faults(found: Import, *, limit: int = 200) -> tuple[list[FaultRow], int]:
    """What was wrong in an import by sheet, row and column, and how many rows have something."""
    rows = StagedRow.objects.filter(of=found).exclude(faults=[]).order_by("id")
    shown = [
        FaultRow(row.sheet, row.row_no, fault["column"], fault["text"], row.get_state_display())
        for row in rows[:limit]
        for fault in row.faults
    ]
    return shown, rows.count()


def annotated(viewer: Viewer, imported: uuid.UUID) -> tuple[str, bytes]:
    """Name and bytes of the annotated workbook. Raises NotHere where there is none, or it has expired."""
    found = get_import(viewer, imported)
    if found.annotated is None or found.annotated.erased_at is not None:
        raise NotHere
    return found.annotated.name, files.read(found.annotated.id)


def unfinished(viewer: Viewer) -> int:
    """How many imports wait for somebody."""
    return sum(1 for one in imports(viewer) if one.state in {"mapping", "applying", "paused"})
