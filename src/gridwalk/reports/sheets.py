"""A workbook as offices print it: A4, heads that repeat, who made it and when at the foot. Text is never a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from gridwalk.core import clock
from gridwalk.indicators.rules import WITHHELD
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import rules
from gridwalk.reports.overview import Overview

A4 = 9
FOOT = 250
"""Spreadsheets take 255 characters in a foot."""

_TEXT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "quote_prefix": True}
_CELL = _TEXT | {"border": 1}
_STYLES: dict[str, dict[str, Any]] = {
    "title": _TEXT | {"font_size": 16, "bold": True, "align": "center"},
    "note": _TEXT | {"text_wrap": True},
    "head": _CELL | {"bold": True, "align": "center", "bg_color": "#E8E6E1", "text_wrap": True},
    "text": _CELL | {"text_wrap": True},
    "centre": _CELL | {"align": "center"},
    "number": _CELL | {"num_format": "#,##0", "align": "right", "quote_prefix": False},
    "percent": _CELL | {"num_format": "0.0%", "align": "right", "quote_prefix": False},
    "date": _CELL | {"num_format": 'm"月"d"日"', "align": "center", "quote_prefix": False},
}


class Book:
    """A workbook in the making. ``overview`` gives its foot."""

    def __init__(self, overview: Overview) -> None:
        self._out = io.BytesIO()
        # quote_prefix keeps a name that begins with = a text even after somebody edits the cell
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(self._out, options)
        self._styles = {name: self.book.add_format(style) for name, style in _STYLES.items()}
        local = clock.local(overview.at)
        who = rules.clean(overview.by).replace("&", "&&")
        self._foot = f"&L{who} {rules.day(local.date(), year=True)} {local:%H:%M} 导出"[:FOOT] + "&R第&P页 共&N页"
        self.book.set_properties({"title": rules.clean(overview.campaign.name), "author": rules.clean(overview.by)})

    def sheet(self, name: str, widths: Sequence[float], *, heads: tuple[int, int] | None = None) -> Sheet:
        """A further sheet with the widths of its columns; ``heads``: first and last row that repeat on every page."""
        page = self.book.add_worksheet(name)
        page.set_paper(A4)
        page.set_landscape()
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.fit_to_pages(1, 0)
        page.center_horizontally()
        page.set_footer(self._foot)
        page.hide_gridlines(2)
        if heads is not None:
            page.repeat_rows(*heads)
            page.freeze_panes(heads[1] + 1, 0)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        return Sheet(page, self._styles, len(widths))

    def close(self) -> bytes:
        """The workbook's bytes."""
        self.book.close()
        return self._out.getvalue()


class Sheet:
    """One sheet; ``row`` and ``column`` count from 0."""

    def __init__(self, page: Any, styles: dict[str, Any], n_columns: int) -> None:
        self.page = page
        self._styles = styles
        self._last = n_columns - 1

    def title(self, row: int, text: str) -> None:
        """A title over all columns."""
        self.page.set_row(row, 28)
        self.page.merge_range(row, 0, row, self._last, "", self._styles["title"])
        self.page.write_string(row, 0, rules.clean(text), self._styles["title"])

    def note(self, row: int, text: str, *, lines: int = 1) -> None:
        """A line of plain text over all columns."""
        self.page.set_row(row, 15 * lines)
        self.page.merge_range(row, 0, row, self._last, "", self._styles["note"])
        self.page.write_string(row, 0, rules.clean(text), self._styles["note"])

    def span(self, row: int, first: int, last: int, text: str, *, to_row: int | None = None) -> None:
        """A head over several columns or rows."""
        bottom = row if to_row is None else to_row
        if (row, first) == (bottom, last):
            self.text(row, first, text, style="head")
            return
        self.page.merge_range(row, first, bottom, last, "", self._styles["head"])
        self.page.write_string(row, first, rules.clean(text), self._styles["head"])

    def heads(self, row: int, texts: Sequence[str], *, column: int = 0) -> None:
        """A row of heads."""
        for offset, text in enumerate(texts):
            self.text(row, column + offset, text, style="head")

    def text(self, row: int, column: int, text: str, *, style: str = "text") -> None:
        """A text, whatever it looks like."""
        self.page.write_string(row, column, rules.clean(text), self._styles[style])

    def number(self, row: int, column: int, value: int | None) -> None:
        """A count; the sign where it is withheld."""
        if value is None:
            self.text(row, column, WITHHELD, style="centre")
        else:
            self.page.write_number(row, column, value, self._styles["number"])

    def date(self, row: int, column: int, on: Any) -> None:
        """A day as a date that sorts."""
        self.page.write_datetime(row, column, on, self._styles["date"])

    def percent(self, row: int, column: int, figure: Figure | None) -> None:
        """A pair's percentage, rounded down to a tenth; a dash where there is nothing to do."""
        if figure is None:
            self.text(row, column, WITHHELD, style="centre")
            return
        tenths = rules.tenths(figure.n, figure.d)
        if tenths is None:
            self.text(row, column, "—", style="centre")
        else:
            self.page.write_number(row, column, tenths / 1000, self._styles["percent"])

    def pair(self, row: int, column: int, figure: Figure | None, *, percent: bool = True) -> int:
        """Numerator, denominator and, where asked for, percentage; returns the next column."""
        self.number(row, column, figure.n if figure else None)
        self.number(row, column + 1, figure.d if figure else None)
        if percent:
            self.percent(row, column + 2, figure)
        return column + (3 if percent else 2)
