"""From entries to rows of cells with titles, headers, merges and footers; and from those to xlsx and csv."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import xlsxwriter

from gridwalk.simulate.street.entries import Entry
from gridwalk.simulate.street.layouts import Columns
from gridwalk.simulate.street.wording import Cell, Wording

LOCATION = ("estate", "building", "stairwell", "room", "address")
GROUPS = {
    "estate": "住址",
    "building": "住址",
    "stairwell": "住址",
    "room": "住址",
    "name": "人员",
    "sex": "人员",
    "id_no": "人员",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What stands around and between the rows of a sheet."""

    wording: Wording
    columns: Columns
    titles: tuple[str, ...] = ()
    two_row_header: bool = False
    repeated_header: int = 0
    footer: bool = False
    merged_households: bool = False
    forbidden: tuple[str, str] = ("", "")


@dataclasses.dataclass(slots=True)
class Sheet:
    """A laid-out sheet. ``merges``: (first row, first column, last row, last column), 0-based."""

    name: str
    rows: list[list[Cell]]
    merges: list[tuple[int, int, int, int]]
    header_row: int
    places: list[tuple[int, Entry]]


def lay_out(name: str, entries: Sequence[Entry], shape: Shape, community: Callable[[Entry], str]) -> Sheet:
    """The rows of a sheet; ``places`` tells each entry's row as Excel counts (from 1)."""
    headers = [header for header, _ in shape.columns] + ([shape.forbidden[0]] if shape.forbidden[0] else [])
    rows: list[list[Cell]] = [[title] for title in shape.titles]
    merges = [(index, 0, index, len(headers) - 1) for index in range(min(1, len(shape.titles)))]
    if shape.two_row_header:
        merges += _group_row(rows, headers, [field for _, field in shape.columns])
    rows.append(list(headers))
    sheet = Sheet(name, rows, merges, len(rows), [])
    above: Entry | None = None
    first = len(rows)
    for number, entry in enumerate(entries, start=1):
        if shape.repeated_header and number > 1 and (number - 1) % shape.repeated_header == 0:
            rows.append(list(headers))
        together = shape.merged_households and _is_one_household(above, entry)
        if not together:
            _merge(sheet, shape, first, len(rows) - 1)
            first = len(rows)
        rows.append(_row(entry, number, shape, together=together, community=community))
        sheet.places.append((len(rows), entry))
        above = entry
    _merge(sheet, shape, first, len(rows) - 1)
    if shape.footer:
        rows.append(["合计", len(entries)])
        rows.append(["填表人：张三　　审核人：李四　　填表日期：2026年9月1日"])
    return sheet


def _is_one_household(above: Entry | None, entry: Entry) -> bool:
    """Whether a row's household stands in the row above already."""
    if above is None or not entry.door:
        return False
    return (entry.household, entry.door) == (above.household, above.door)


def _row(entry: Entry, number: int, shape: Shape, *, together: bool, community: Callable[[Entry], str]) -> list[Cell]:
    cells: list[Cell] = []
    vague = entry.written.get("address") if not entry.place else None
    for _, field in shape.columns:
        if not field:
            cells.append(number)
        elif field == "community":
            cells.append(community(entry))
        elif together and field in LOCATION:
            cells.append(None)
        elif vague is not None and field == "estate":
            cells.append(vague)
        else:
            cells.append(shape.wording.cell(entry, field))
    if shape.forbidden[0]:
        cells.append(shape.forbidden[1])
    return cells


def _merge(sheet: Sheet, shape: Shape, first: int, last: int) -> None:
    """Merge a household's location cells down its members."""
    if shape.merged_households and last > first:
        for column, (_, field) in enumerate(shape.columns):
            if field in LOCATION:
                sheet.merges.append((first, column, last, column))


def _group_row(
    rows: list[list[Cell]], headers: Sequence[str], fields: Sequence[str]
) -> list[tuple[int, int, int, int]]:
    """A first header row with groups over their columns; lone columns are merged down both rows."""
    groups = [GROUPS.get(field, "") for field in fields] + [""] * (len(headers) - len(fields))
    top = len(rows)
    rows.append([group or header for group, header in zip(groups, headers, strict=True)])
    merges: list[tuple[int, int, int, int]] = []
    start = 0
    for column in range(1, len(groups) + 1):
        if column < len(groups) and groups[column] and groups[column] == groups[start]:
            continue
        if groups[start] and column - start > 1:
            merges.append((top, start, top, column - 1))
        elif not groups[start]:
            merges.append((top, start, top + 1, start))
        start = column
    return merges


def to_xlsx(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write a workbook. Merged regions keep their first cell's value."""
    sheets = list(sheets)
    plain = all(bottom == top for sheet in sheets for top, _, bottom, _ in sheet.merges)
    with xlsxwriter.Workbook(str(path), {"constant_memory": plain, "strings_to_urls": False}) as book:
        date_format = book.add_format({"num_format": "yyyy/m/d"})
        merged_format = book.add_format({"valign": "vcenter"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            spans = {(top, left): (bottom, right) for top, left, bottom, right in sheet.merges}
            for row, cells in enumerate(sheet.rows):
                for column, cell in enumerate(cells):
                    if (row, column) in spans:
                        bottom, right = spans[row, column]
                        page.merge_range(row, column, bottom, right, cell, merged_format)
                    elif cell is None or cell == "":
                        continue
                    elif isinstance(cell, str):
                        page.write_string(row, column, cell)
                    elif isinstance(cell, dt.date):
                        page.write_datetime(row, column, dt.datetime.combine(cell, dt.time.min), date_format)
                    else:
                        page.write_number(row, column, cell)


def to_csv(path: Path, sheet: Sheet) -> None:
    """Write GB18030 text as spreadsheets save it: long numbers in scientific notation."""
    with path.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([_csv_cell(cell) for cell in row] for row in sheet.rows)


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, float) and cell > 1e15:
        return f"{cell:.5E}"
    if isinstance(cell, float):
        return f"{cell:g}"
    return "" if cell is None else str(cell)
