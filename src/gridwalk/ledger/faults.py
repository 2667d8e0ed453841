"""Why a cell is no value."""

from __future__ import annotations

import dataclasses


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
