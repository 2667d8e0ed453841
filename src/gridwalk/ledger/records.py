"""One record of a ledger as read, and why a cell of it is no value."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is wrong with one cell. ``field`` empty: with the whole row."""

    field: str
    column: str
    code: str
    text: str

    def as_json(self) -> dict[str, str]:
        """As staged rows keep it; it never holds the cell's content."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(kw_only=True)
class Row:
    """One record. ``row_no`` is the number the table program shows; ``part`` tells records of one row apart, from 0.

    ``values``: canonical, only what is filled in.
    """

    sheet: str
    row_no: int
    kind: str
    values: dict[str, Any]
    faults: list[Fault]
    part: int = 0
