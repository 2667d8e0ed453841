"""A list as a workbook: the columns and rows somebody looks at, every cell a text."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

from gridwalk.reports import rules

A4, LONGEST_NAME = 9, 31
_TEXT = {"font_name": "宋体", "font_size": 10, "border": 1, "num_format": "@", "quote_prefix": True}


def workbook(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """One sheet. Nothing that begins with = is run; the foot is stamped where the file leaves."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text, head = book.add_format(_TEXT), book.add_format(_TEXT | {"bold": True, "bg_color": "#E8E6E1"})
    sheet = book.add_worksheet(rules.clean(title)[:LONGEST_NAME])
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    for column, label in enumerate(heads):
        width = max([len(label), *(len(row[column]) for row in rows[:200])])
        sheet.set_column(column, column, min(40, 4 + 2 * width))
        sheet.write_string(0, column, label, head)
    for n, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            sheet.write_string(n, column, rules.clean(cell), text)
    book.close()
    return out.getvalue()
