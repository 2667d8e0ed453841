"""区周报表: the district's one-sheet form, its columns in a fixed order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from gridwalk.core import clock
from gridwalk.indicators.rules import LEGEND
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import numbers, rules
from gridwalk.reports.models import Document
from gridwalk.reports.overview import TOTAL, Overview, remaining
from gridwalk.reports.sheets import Book

COLUMNS = (
    "社区",
    "应走访",
    "已走访",
    "本周新增",
    "已登记原因",
    "待走访",
    "应走访单位",
    "已走访单位",
    "关注项应做",
    "关注项已做",
    "在册人员",
    "已关联",
)
UNITS = ("", "户", "户", "户", "户", "户", "家", "家", "项", "项", "人", "人")
FIRST = 5


def values(overview: Overview, code: str, figures: Mapping[str, Figure | None]) -> tuple[int | None, ...]:
    """The form's figures of one area in the order of COLUMNS, without its name; None: withheld."""
    visits, units, attention, linkage = (figures[c] for c in ("visits", "organizations", "attention", "linkage"))
    return (
        visits.d if visits else None,
        visits.n if visits else None,
        overview.week[code],
        visits.told("explained") if visits else None,
        remaining(visits),
        units.d if units else None,
        units.n if units else None,
        attention.d if attention else None,
        attention.n if attention else None,
        linkage.d if linkage else None,
        linkage.n if linkage else None,
    )


def write(overview: Overview, document: Document) -> bytes:
    """The form's bytes (xlsx)."""
    today = clock.local_date(overview.at)
    monday = rules.monday(today)
    book = Book(overview)
    sheet = book.sheet("周报表", [16, *[11] * (len(COLUMNS) - 1)], heads=(3, 4))
    sheet.title(0, "网格走访周报表")
    sheet.note(1, f"填报单位：{overview.place}　　填报日期：{rules.day(today, year=True)}")
    week = f"本周：{rules.day(monday)}至{rules.day(monday + dt.timedelta(days=6))}"
    sheet.note(2, f"{overview.campaign.name}　　{week}　　{rules.as_of(clock.local(overview.at))}")
    sheet.heads(3, COLUMNS)
    sheet.heads(4, UNITS)
    row = FIRST
    rows = [(line.code, line.name, line.figures) for line in overview.communities.lines]
    for code, name, figures in (*rows, (TOTAL, "合计", overview.communities.total)):
        sheet.text(row, 0, name)
        for column, value in enumerate(values(overview, code, figures), 1):
            sheet.number(row, column, value)
        row += 1
    withheld = LEGEND if overview.withholds else ""
    sheet.note(row, f"待走访含待复核；已登记原因是拒访和多时段无人，不算已走访。{withheld}", lines=2)
    sheet.note(row + 2, f"填报人：{overview.by}　　　　　　审核人：")
    numbers.sheet(book, document)
    return book.close()
