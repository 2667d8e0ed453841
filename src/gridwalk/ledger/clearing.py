"""An upload without what is not taken, as it is kept: refused columns, refused lists, remarks beside the cells.

What goes is named, so that the annotated file can say that nothing else is missing (red lines 1 and 3).
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import refusals
from gridwalk.ledger import annotate, cells, headers
from gridwalk.ledger.cells import Sheet
from gridwalk.ledger.errors import LedgerError, ListRefused
from gridwalk.ledger.headers import Header
from gridwalk.ledger.inplace.blanking import Blanking, Gone
from gridwalk.ledger.inplace.layout import letters_of
from gridwalk.ledger.inplace.package import NotInPlace
from gridwalk.method import text

TITLES = 3
"""Rows above which titles are looked for where a sheet has no header."""
REBUILT = frozenset({"xls", "ods"})
"""Formats that are kept as a workbook made of their cells: what else they hold cannot be looked through."""


@dataclasses.dataclass(frozen=True)
class Cleared:
    """The file as it is kept, and what went, in words. ``sheets``: its cells, where all of them are kept."""

    data: bytes
    says: tuple[str, ...]
    sheets: Sequence[Sheet] | None = dataclasses.field(default=None, compare=False)


def require_no_list(name: str) -> None:
    """Refuse a file by its name. Raises errors.ListRefused."""
    if reason := refusals.list_of(name.rsplit(".", 1)[0]):
        raise ListRefused(f"“{name}”是不收的名单（{reason}），没有读，也没有存。")


def kept(data: bytes, name: str) -> tuple[Cleared, str]:
    """What is kept of a file, and why it cannot be read: then nothing is. Raises errors.ListRefused."""
    try:
        return clear(data, name), ""
    except ListRefused:
        raise
    except LedgerError as error:
        return Cleared(b"", ()), str(error)


def clear(data: bytes, name: str) -> Cleared:
    """The file without what is not taken. Raises errors.LedgerError, errors.ListRefused."""
    require_no_list(name)
    kind, sheets = cells.read(data, name)
    gone, says = {}, []
    for sheet in sheets:
        header = headers.find(sheet.rows, None)
        reason = _list_of(sheet, header)
        gone[sheet.name] = Gone(whole=bool(reason))
        if reason:
            says.append(f"“{sheet.name}”整张表（{reason}）")
        else:
            for column, top, heading, why in _refused_columns(sheet, header):
                gone[sheet.name].columns[column] = top
                says.append(f"{sheet.name} {letters_of(column)} 列“{heading}”（{why}）")
    if all(gone[sheet.name].whole for sheet in sheets if not sheet.hidden and _says_anything(sheet)) and says:
        raise ListRefused("这份文件里都是不收的名单：" + "；".join(says) + "。没有读，也没有存。")
    if kind == "xlsx":
        try:
            blanking = Blanking(data, gone, dictionary.forbidden)
            kept = blanking.data()
            says = list(dict.fromkeys([*says, *blanking.says]))
            return Cleared(kept, tuple(says), None if blanking.is_of_cells else sheets)
        except (NotInPlace, ValueError, LookupError):  # whatever a part says that no table program would write
            return Cleared(
                _rebuilt(sheets, gone), (*says, "格子以外的内容（图、批注、公式）：原文件有这里改不了的内容")
            )
    if says or kind in REBUILT:
        return Cleared(_rebuilt(sheets, gone), tuple(says))
    return Cleared(data, (), sheets)


def _list_of(sheet: Sheet, header: Header | None) -> str:
    """Why a sheet is refused as a whole, by its name or a title above its table; empty where it is not."""
    if reason := refusals.list_of(sheet.name):
        return reason
    above = sheet.rows[: header.top if header else TITLES]
    titles = (cell for row in above for cell in row if isinstance(cell, str) and not cell.startswith(headers.OURS))
    return next((reason for title in titles if (reason := refusals.title(title))), "")


def _says_anything(sheet: Sheet) -> bool:
    return any(text.fold(cell) for row in sheet.rows for cell in row)


def _refused_columns(sheet: Sheet, header: Header | None) -> Iterator[tuple[int, int, str, str]]:
    """Column (from 1), first row (from 1), heading and reason of what goes; a column goes from its first heading on."""
    taken: set[int] = set()
    first = header.top + header.height if header else 0
    for index, heading in enumerate(header.texts if header else ()):
        sample = headers.sample(row[index] for row in sheet.rows[first:] if index < len(row))
        reason = "" if heading.startswith(headers.OURS) else headers.refused(heading, sample)
        if reason:
            taken.add(index)
            yield index + 1, first + 1, heading, reason
    for number, row in enumerate(sheet.rows[first:], start=first):
        for index, heading, reason in _headings_in(row, is_headless=header is None and number < headers.SEARCHED_ROWS):
            if index not in taken:
                taken.add(index)
                yield index + 1, number + 2, heading, reason


def _headings_in(row: Sequence[Any], *, is_headless: bool) -> Iterator[tuple[int, str, str]]:
    """The refused headings of a row of the body, where it is the header of a further table."""
    words = headers.any_words()
    if not is_headless and not any(isinstance(cell, str) and cell.replace(" ", "") in words for cell in row):
        return  # most rows are records
    refused = [
        (index, cell, reason)
        for index, cell in enumerate(row)
        if isinstance(cell, str)
        and 0 < len(cell) <= headers.MOST_IN_A_HEADING
        and (reason := dictionary.forbidden(cell))
    ]
    if refused and (is_headless or headers.matched([text.fold(cell) for cell in row]) >= headers.FEWEST_HEADINGS):
        yield from refused


def _rebuilt(sheets: Sequence[Sheet], gone: Mapping[str, Gone]) -> bytes:
    """A workbook of the cells that stay, with merges and hidden sheets as they were."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    for sheet in sheets:
        written = book.add_worksheet(annotate.free_name(sheet.name, [w.name for w in book.worksheets()]))
        of_sheet = gone[sheet.name]
        for row_no, row in enumerate([] if of_sheet.whole else sheet.rows):
            for column, value in enumerate(row):
                if row_no + 1 < of_sheet.columns.get(column + 1, row_no + 2) and value not in ("", None):
                    written.write(row_no, column, value)
        for top, left, bottom, right in [] if of_sheet.whole else sheet.merged:
            if of_sheet.columns.keys().isdisjoint(range(left + 1, right + 2)):
                value = sheet.rows[top][left] if top < len(sheet.rows) and left < len(sheet.rows[top]) else ""
                with contextlib.suppress(XlsxWriterException):  # areas that overlap, as no table program writes them
                    written.merge_range(top, left, bottom, right, value)
        if sheet.hidden:
            written.hide()
    book.close()
    return out.getvalue()
