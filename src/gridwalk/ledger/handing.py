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
    mapped: dict[str, list[Mapping[str, Any]]] = {}
    for table in understood:
        if table["header_row"] and not table["skipped"]:
            mapped.setdefault(table["name"], []).append(table)
    return [
        (sheet.name, list(_rows(sheet.rows, mapped[sheet.name], kind, reader)))
        for sheet in sheets
        if sheet.name in mapped
    ]


def _rows(rows: Rows, tables: Sequence[Mapping[str, Any]], kind: str, reader: Reader) -> Iterator[list[Any]]:
    """Each row as its own table's columns let it be seen; of a row below no table that was read nothing."""
    first = tables[0]["header_row"] - 1
    yield from (list(row) for row in rows[:first])
    for table, after in zip(tables, [*tables[1:], None], strict=True):
        shown = {c["letter"]: _shown(kind, c["field"], reader) for c in table["columns"] if c["field"]}
        body = table["header_row"] - 1 + table.get("header_height", 1)
        last = table.get("last") or len(rows)
        yield from (list(row) for row in rows[table["header_row"] - 1 : body])
        yield from (_gated(row, shown) for row in rows[body:last])
        end = after["header_row"] - 1 if after else len(rows)
        yield from ([""] * len(row) for row in rows[last:end])


def _gated(row: Sequence[Any], shown: Mapping[str, Callable[[Any], Any]]) -> list[Any]:
    return [
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
