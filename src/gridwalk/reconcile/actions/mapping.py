"""How a ledger was understood, as the page shows it for confirmation: sheets, columns, samples, questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.types import Column
from gridwalk.ledger import tally
from gridwalk.ledger.read import Ledger, SheetRead
from gridwalk.ledger.tally import LeftOut, Tally
from gridwalk.method import text


class Reading(Protocol):
    """A file as it was read: a ledger, or a side of a comparison."""

    @property
    def kind(self) -> str: ...
    @property
    def sheets(self) -> Sequence[SheetRead]: ...
    @property
    def questions(self) -> Sequence[str]: ...
    @property
    def refused(self) -> Sequence[str]: ...
    @property
    def left_out(self) -> Sequence[LeftOut]: ...
    @property
    def tally(self) -> Tally | None: ...


def spoken(ledger: Ledger) -> list[str]:
    """The fields a ledger says anything of, were it only what nobody can read: an empty column says nothing."""
    fields = [field.name for field in dictionary.fields(ledger.kind) if field.name in ledger.frame.columns]
    says = ledger.frame.select((pl.col(fields).cast(pl.String) != "").any())
    spoken_of = {name for name in fields if says[name].item()}
    spoken_of |= {*ledger.faults.filter(pl.col("code") != "missing")["field"]}
    return [field.name for field in dictionary.fields(ledger.kind) if field.name in spoken_of]


def described(reading: Reading, *, chosen: Mapping[str, str], fields: Sequence[str]) -> dict[str, Any]:
    """The mapping to be kept and shown; sample cells are kept as their shape, those of columns not taken not at all.

    ``fields``: those it says anything of.
    """
    return {
        "chosen": dict(chosen),
        "refused": list(reading.refused),
        "questions": list(reading.questions),
        "fields": list(fields),
        "tally": str(reading.tally or ""),
        "left_out": [
            {"words": reason.words, "asks": reason.asks, "n": n, "rows": rows}
            for reason, n, rows in tally.reasons(reading.left_out)
        ],
        "sheets": [
            {
                "name": sheet.name,
                "skipped": sheet.skipped,
                "n_rows": sheet.n_rows,
                "header_row": sheet.header.top + 1 if sheet.header else None,
                "header_height": sheet.header.height if sheet.header else 0,
                "last": sheet.last,
                "columns": [
                    {
                        "letter": c.letter,
                        "header": c.header,
                        "field": c.field,
                        "how": c.how,
                        "note": c.note,
                        "n_filled": c.n_filled,
                        "look": c.look,
                        "sample": [_sample(reading.kind, c.field, s) for s in c.sample[:3]],
                    }
                    for c in sheet.columns
                ],
            }
            for sheet in reading.sheets
        ],
    }


def _sample(kind: str, field: str, cell: str) -> str:
    """A coded value as its label; of anything else the shape: samples of one row beside each other name somebody."""
    if not field:
        return ""
    code = dictionary.parse(kind, field, cell).value if dictionary.column(kind, field) is Column.CHOICE else None
    return dictionary.choice_label(kind, field, str(code)) if code else text.shape(cell[:20])
