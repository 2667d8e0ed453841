"""How a ledger was understood, as the page shows it for confirmation: sheets, columns, samples, questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.ledger.read import SheetRead


def described(
    kind: str,
    sheets: Sequence[SheetRead],
    *,
    chosen: Mapping[str, str],
    questions: Sequence[str],
    refused: Sequence[str],
) -> dict[str, Any]:
    """The mapping to be kept and shown; sample cells are masked, those of columns not taken are not kept at all."""
    return {
        "chosen": dict(chosen),
        "refused": list(refused),
        "questions": list(questions),
        "sheets": [
            {
                "name": sheet.name,
                "skipped": sheet.skipped,
                "n_rows": sheet.n_rows,
                "header_row": sheet.header.top + 1 if sheet.header else None,
                "columns": [
                    {
                        "letter": c.letter,
                        "header": c.header,
                        "field": c.field,
                        "how": c.how,
                        "note": c.note,
                        "sample": [_masked(kind, c.field, s) for s in c.sample[:3]],
                    }
                    for c in sheet.columns
                ],
            }
            for sheet in sheets
        ],
    }


def _masked(kind: str, field: str, cell: str) -> str:
    if not field:
        return ""
    return dictionary.show(kind, field, cell, sight.ON_PAGE) if dictionary.is_sensitive(kind, field) else cell[:20]
