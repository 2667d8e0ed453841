"""The matters of the grids a phone walks, outside the rows: what is to be done, by when, what was done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from gridwalk.accounts.rules import Viewer
from gridwalk.followup.queries import sheets
from gridwalk.followup.queries.sheets import EntryLine, Sheet
from gridwalk.followup.rules import MOVES, Act
from gridwalk.sync.queries.layouts import band

ACTS = (Act.HANDED_IN, Act.CAME_BACK, Act.NOTED, Act.PASSED_ON)
"""What a phone offers, in its order; the rest is done at a desk."""
LATELY = 6
"""So many entries of a matter go along, the last first."""


def of_worker(viewer: Viewer, today: dt.date) -> list[dict[str, Any]]:
    """The matters the viewer has to see to, as the wire has them; two queries."""
    return [_matter(sheet) for sheet in sheets.on_phone(viewer, today, n_lines=LATELY)]


def n_of_worker(viewer: Viewer) -> int:
    """How many there are; a phone has those that are due first."""
    return sheets.n_on_phone(viewer)


def _matter(sheet: Sheet) -> dict[str, Any]:
    row = sheet.row
    return {
        "id": str(row.id),
        "number": row.number,
        "mark": row.mark,
        "label": row.label,
        "title": row.title,
        "text": sheet.text or "",
        "stage": row.stage,
        "stage_label": row.stage_label,
        "due_on": row.due_on.isoformat(),
        "pressed": row.pressed,
        "place": str(sheet.place) if sheet.place and sheet.place_kind != "facility" else None,
        "outside": sheet.outside,
        "acts": [
            {"act": act, "label": MOVES[act].label, "needs": MOVES[act].needs} for act in ACTS if act in sheet.acts
        ],
        "lines": [_line(line) for line in sheet.lines],
    }


def _line(line: EntryLine) -> dict[str, Any]:
    """An entry by its day and time band, as visits are told: a substitute pulls the same (red line 2)."""
    return {"id": str(line.id), "label": line.label, "text": line.text or "", "at": band(line.at)}
