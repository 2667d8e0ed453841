"""The figures of a document: each has an id, and says what it is got again from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gridwalk.reports.models import Document

Value = int | str


@dataclasses.dataclass(frozen=True, kw_only=True)
class DocumentFigure:
    """One figure as it stands in a document. ``source``, ``about``: what it is got again from (``again.SOURCES``)."""

    id: str
    label: str
    unit: str
    value: Value
    source: str
    about: dict[str, str]

    @property
    def words(self) -> str:
        """The value as it is printed."""
        number = f"{self.value:,}" if isinstance(self.value, int) else self.value
        return f"{number} {self.unit}" if self.unit else number


class Figures:
    """The figures of a document that is being written, in the order in which they are met."""

    def __init__(self, serial: int) -> None:
        self._serial = serial
        self.rows: list[dict[str, Any]] = []

    def add(self, label: str, value: Value, source: str, *, unit: str = "", **about: str) -> dict[str, Any]:
        """Keep a figure; what the content says of it: ``id`` and ``value``."""
        self.rows.append({"label": label, "unit": unit, "value": value, "source": source, "about": about})
        return {"id": f"{self._serial}.{len(self.rows)}", "value": value}


def figures_of(document: Document) -> list[DocumentFigure]:
    """All figures of a document, in its order."""
    return [DocumentFigure(id=f"{document.serial}.{n}", **row) for n, row in enumerate(document.figures, 1)]


def same(document: Document | None, source: str, about: Mapping[str, str]) -> DocumentFigure | None:
    """The figure of another document that says the same thing of its moment."""
    if document is None:
        return None
    return next((f for f in figures_of(document) if (f.source, f.about) == (source, dict(about))), None)
