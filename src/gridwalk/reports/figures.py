"""The figures of a document: each has an id, and says what it is got again from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gridwalk.reports.models import Document

Value = int | str


class Gone(Exception):
    """What a figure was got from is not kept any more."""


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


class Printed:
    """The figures of a document, looked up by what they are got again from: so nothing is printed that has no id."""

    def __init__(self, document: Document) -> None:
        self._by_source = {_key(f.source, f.about): f for f in figures_of(document)}

    def figure(self, source: str, **about: str) -> DocumentFigure | None:
        """The figure; None where there is none, as of what is withheld."""
        return self._by_source.get(_key(source, about))

    def number(self, source: str, **about: str) -> str:
        """The figure without its unit, as it is printed; a dash where there is none."""
        figure = self.figure(source, **about)
        if figure is None:
            return NONE
        return f"{figure.value:,}" if isinstance(figure.value, int) else figure.value

    def of(self, source: str) -> list[DocumentFigure]:
        """All figures of a source."""
        return [figure for (of, _), figure in self._by_source.items() if of == source]

    def day_of(self, source: str, indicator: str) -> str | None:
        """The day of which a source tells an indicator; None where it does not."""
        return next((f.about["on"] for f in self.of(source) if f.about["indicator"] == indicator), None)


NONE = "—"


def _key(source: str, about: Mapping[str, str]) -> tuple[str, frozenset[tuple[str, str]]]:
    return source, frozenset(about.items())
