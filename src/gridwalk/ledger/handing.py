"""A ledger for somebody who did not write it: of each field what the gate shows, and nothing else the file holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.sight import Reader
from gridwalk.dictionary.types import Shown
from gridwalk.ledger import cells, headers
from gridwalk.method import text

FIRST_LINE = f"{headers.OURS}。这是别人上传的台账：号码遮住，空置、出租和没有登记的列不带出，公式换成了值。"
Rows = list[list[Any]]


def gated(
    data: bytes, name: str, *, kind: str, understood: Sequence[Mapping[str, Any]], reader: Reader
) -> list[tuple[str, Rows]]:
    """The sheets that were read, with the cells that ``reader`` may see: titles and headings as they stand, below them
    the columns of our fields.

    ``understood``: the sheets as they were mapped (name, header_row, header_height, columns with letter and field).
    Raises errors.LedgerError.
    """
    _, sheets = cells.read(data, name)
    mapped = {sheet["name"]: sheet for sheet in understood if sheet["header_row"] and not sheet["skipped"]}
    return [
        (sheet.name, list(_rows(sheet.rows, mapped[sheet.name], kind, reader)))
        for sheet in sheets
        if sheet.name in mapped
    ]


def _rows(rows: Rows, mapped: Mapping[str, Any], kind: str, reader: Reader) -> Iterator[list[Any]]:
    shown = {column["letter"]: _shown(kind, column["field"], reader) for column in mapped["columns"] if column["field"]}
    first = mapped["header_row"] - 1 + mapped.get("header_height", 1)
    for number, row in enumerate(rows):
        if number < first:
            yield list(row)
        else:
            yield [
                shown[letter](cell) if cell not in ("", None) and (letter := headers.letter(index)) in shown else ""
                for index, cell in enumerate(row)
            ]


def _shown(kind: str, field: str, reader: Reader) -> Callable[[Any], Any]:
    amount = dictionary.shown(kind, field, reader)
    if amount is Shown.WHOLE:
        return lambda cell: cell
    if amount is Shown.NOTHING:
        return lambda _: ""
    return lambda cell: dictionary.show(kind, field, text.fold(cell), reader)
