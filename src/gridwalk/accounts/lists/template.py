"""The workbook a list of people is filled in."""

from __future__ import annotations

import io
from collections.abc import Iterable

import xlsxwriter

from gridwalk.accounts.lists.rules import COLUMNS
from gridwalk.accounts.rules import LABELS

_TEXT = {"num_format": "@", "quote_prefix": True}


def workbook(places: Iterable[str]) -> bytes:
    """Sheet 1: the headings, all cells text. Sheet 2: what 岗位 and 范围 may say."""
    places = list(places)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text, head = book.add_format(_TEXT), book.add_format(_TEXT | {"bold": True})
    people, choices = book.add_worksheet("名单"), book.add_worksheet("可以写的")
    people.freeze_panes(1, 0)
    people.set_column(0, len(COLUMNS) - 1, 18, text)
    for column, heading in enumerate(COLUMNS.values()):
        people.write_string(0, column, heading, head)
    choices.set_column(0, 1, 32)
    for column, (heading, words) in enumerate((("岗位", [*LABELS.values()]), ("范围", places))):
        for row, word in enumerate([heading, *words]):
            choices.write_string(row, column, word, text if row else head)
    book.close()
    return out.getvalue()
