"""What an import has to say of its rows."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict

from django.db.models import Count

from gridwalk.accounts.rules import Viewer
from gridwalk.reconcile.models import Import, StagedRow
from gridwalk.reconcile.queries import annotated, telling
from gridwalk.reconcile.rules import UNKNOWN_GRIDS
from gridwalk.territory import queries as territory

SHOWN = 20
"""Names of grids that are none."""


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


@dataclasses.dataclass(frozen=True, kw_only=True)
class PreviewLine:
    """What would become of the rows of one grid; None for who is not told of rows: one row more in the file would tell
    whether it is on record.
    """

    name: str
    created: int | None
    refused: int | None
    changed: int | None
    same: int | None
    asked: int | None


def preview(viewer: Viewer, submission: Import) -> tuple[list[PreviewLine], list[tuple[str, int]]]:
    """What an import that waits would do, by grid with the sum last; and the grids it names that are none."""
    counts: dict[str, Counter[str]] = {g: Counter(n) for g, n in submission.preview.get("grids", {}).items()}
    if submission.state != "ready" or not counts:
        return [], []
    names = territory.place_names(code for code in counts if code)
    told = telling.by_row(viewer, submission)

    def line(name: str, n: Counter[str]) -> PreviewLine:
        return PreviewLine(
            name=name,
            created=n["created"] if told else None,
            refused=n["refused"] if told else None,
            changed=n["changed"] if told else None,
            same=n["same"] if told else None,
            asked=n["asked"] if told else None,
        )

    lines = [line(names.get(code, "没有网格的行"), n) for code, n in counts.items()]
    total = sum(counts.values(), Counter())
    return [*lines, line("合计", total)], [(name, n) for name, n in submission.preview["unknown"]]


def came_in(viewer: Viewer, submission: Import) -> list[PreviewLine]:
    """What came of an import, by grid with the sum last; nothing for who is not told of rows, or once the rows are
    erased.
    """
    if submission.state != "done" or not telling.by_row(viewer, submission):
        return []
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    rows = StagedRow.objects.filter(of=submission).order_by().values_list("grid", "state")
    for grid, state, n in rows.annotate(Count("pk")):
        counts[grid if state != "refused" else ""][state] += n
    names = territory.place_names(code for code in counts if code)
    lines = [_result(names.get(code, "没导入的行"), n) for code, n in sorted(counts.items(), key=_nowhere_last)]
    return [*lines, _result("合计", sum(counts.values(), Counter()))] if lines else []


def _nowhere_last(line: tuple[str, Counter[str]]) -> tuple[bool, str]:
    return not line[0], line[0]


def _result(name: str, n: Counter[str]) -> PreviewLine:
    return PreviewLine(
        name=name, created=n["created"], refused=n["refused"], changed=n["changed"], same=n["same"], asked=None
    )


def unknown_grids(viewer: Viewer, submission: Import) -> list[tuple[str, int]]:
    """The grids that rows of an import name and that are none, the most frequent first, each with its rows."""
    if not telling.by_row(viewer, submission):
        return []
    n: Counter[str] = Counter()
    for code, field in UNKNOWN_GRIDS.items():
        rows = StagedRow.objects.filter(of=submission, faults__contains=[{"code": code}]).order_by()
        for name, times in rows.values_list(f"values__{field}").annotate(Count("pk")):
            n[str(name or "没有写")] += times
    return n.most_common(SHOWN)


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
