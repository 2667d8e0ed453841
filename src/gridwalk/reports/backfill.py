"""A back-fill list as a workbook: the side's own import layout with the corrections in place, then a list
to tick off.
"""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from gridwalk.core import clock
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.ledger.comparing import ADDRESS
from gridwalk.method import address_writing
from gridwalk.reconcile.queries.backfill import Item, written

A4 = 9
CHANGED = "#F9E6E1"
_TEXT = {"font_name": "宋体", "font_size": 10, "border": 1, "num_format": "@", "quote_prefix": True, "text_wrap": True}
_WIDTHS = {"address": 30, "id_no": 21, "phone": 14, "name": 10}


def workbook(
    items: Sequence[Item],
    *,
    kind: str,
    layout: tuple[str, list[tuple[str, str]]],
    names: Mapping[str, str],
    by: str,
    at: dt.datetime,
) -> bytes:
    """Sheet 1: one row an entity in the side's columns and order, corrected cells coloured.

    Sheet 2: one line a correction, and what the side is to end. A record the side lacks is a row of its own, coloured
    whole.

    Every cell is text: no number loses its end, nothing that begins with = is run. Whether a door stands empty or is
    let is in neither sheet (red line 5): the column keeps its place, its cells stay empty. ``names``: of the grids
    and communities.
    """
    items = [item for item in items if not item.on_screen_only]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text, head = book.add_format(_TEXT), book.add_format(_TEXT | {"bold": True, "bg_color": "#E8E6E1"})
    changed = book.add_format(_TEXT | {"bg_color": CHANGED, "bold": True})
    foot = f"&L{by.replace('&', '&&')[:60]} {clock.local(at):%Y-%m-%d %H:%M} 导出　改好后销号&R第&P页 共&N页"
    name, own = layout
    if own:
        _own(_sheet(book, (name or "回填")[:31], foot), own, items, kind, names=names, styles=(head, text, changed))
    _ticks(_sheet(book, "核销清单" if name != "核销清单" else "核销清单（2）", foot), items, names, (head, text))
    book.close()
    return out.getvalue()


def _sheet(book: Any, name: str, foot: str) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    sheet.set_footer(foot)
    return sheet


def _own(
    sheet: Any,
    own: Sequence[tuple[str, str]],
    items: Sequence[Item],
    kind: str,
    *,
    names: Mapping[str, str],
    styles: tuple[Any, Any, Any],
) -> None:
    head, text, changed = styles
    for column, (header, field) in enumerate(own):
        sheet.write_string(0, column, header, head)
        sheet.set_column(column, column, _WIDTHS.get(field, 12))
    by_entity: dict[uuid.UUID, list[Item]] = {}
    for item in items:
        if not item.is_end:  # a row that stands in the side's workbook would be taken over again
            by_entity.setdefault(item.entity, []).append(item)
    for row, of_entity in enumerate(by_entity.values(), start=1):
        corrected, first = {i.field for i in of_entity}, of_entity[0]
        for column, (_, field) in enumerate(own):
            moved = (first.is_new_row or ADDRESS in corrected) and field in {ADDRESS, *_DOOR}
            if moved:
                value = _moved(field, first.record)
            elif first.is_new_row and field in _AREAS:
                value = _area(field, first.grid, names)
            else:
                value = _value(kind, field, of_entity)
            sheet.write_string(row, column, value, changed if first.is_new_row or moved or field in corrected else text)


_DOOR = ("estate", "building", "stairwell", "room")
_AREAS = ("community", "grid_name")


def _area(field: str, grid: str, names: Mapping[str, str]) -> str:
    """The community or the grid of a new row, as ledgers name it: 林古里, 第二网格."""
    community = names[grid[:12]]
    return community if field == "community" else names[grid].removeprefix(community).strip()


def _moved(field: str, record: Mapping[str, Any]) -> str:
    if field != ADDRESS:
        return _written(field, str(record.get(field) or ""))
    return written(record)


def _value(kind: str, field: str, of_entity: Sequence[Item]) -> str:
    new = next((i.new for i in of_entity if i.field == field), None)
    value = new if new is not None else of_entity[0].row.get(field)
    shown = dictionary.show(kind, field, value, sight.HANDED_OUT)
    return _written(field, shown) if shown else ""


def _written(field: str, value: str) -> str:
    """A part of an address as people write it, not as it is compared: 5号楼, 1单元."""
    if field == "building":
        return address_writing.building_name(value)
    return f"{value}单元" if field == "stairwell" and value else value


def _ticks(sheet: Any, items: Sequence[Item], names: Mapping[str, str], styles: tuple[Any, Any]) -> None:
    head, text = styles
    widths = (18, 12, 28, 12, 24, 24, 20, 6)
    for column, (header, width) in enumerate(
        zip(("网格", "谁", "房屋", "改哪一项", "原来写的", "改成", "在那边哪一行", "改好"), widths, strict=True)
    ):
        sheet.write_string(0, column, header, head)
        sheet.set_column(column, column, width)
    for row, item in enumerate(items, start=1):
        old, new = (dictionary.show(item.kind, item.field, v, sight.HANDED_OUT) for v in (item.old, item.new))
        if item.field == ADDRESS or item.is_new_row or item.is_end:
            old, new = item.shown_old, item.shown_new
        cells = (
            names[item.grid],
            item.title,
            item.place,
            item.label,
            old or "空",
            new or "空",
            item.where,
            "□",
        )
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, text)
