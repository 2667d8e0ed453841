"""区周报表: the district's one-sheet form, its columns in a fixed order."""

from __future__ import annotations

import datetime as dt

from gridwalk.core import clock
from gridwalk.reports import rules
from gridwalk.reports.queries import Overview, Row
from gridwalk.reports.sheets import Book

COLUMNS = (
    "社区", "应走访", "已走访", "本周新增", "已说明", "待走访", "走访单位", "关注项应做", "关注项已做", "在册人员", "已关联",
)  # fmt: skip
UNITS = ("", "户", "户", "户", "户", "户", "家", "项", "项", "人", "人")
FIRST = 5


def values(row: Row) -> tuple[int | None, ...]:
    """The form's figures of one area in the order of COLUMNS, without its name; None: withheld."""
    visits, units = row.figures["visits"], row.figures["organizations"]
    attention, linkage = row.figures["attention"], row.figures["linkage"]
    return (
        visits.d if visits else None, visits.n if visits else None, row.n_new, row.explained, row.remaining,
        units.n if units else None, attention.d if attention else None, attention.n if attention else None,
        linkage.d if linkage else None, linkage.n if linkage else None,
    )  # fmt: skip


def write(overview: Overview) -> bytes:
    """The form's bytes (xlsx)."""
    today = clock.local_date(overview.at)
    monday = rules.monday(today)
    book = Book(overview)
    sheet = book.sheet("周报表", [16, *[11] * (len(COLUMNS) - 1)], heads=(3, 4))
    sheet.title(0, "网格走访周报表")
    sheet.note(1, f"填报单位：{overview.place}　　填报日期：{rules.day(today, year=True)}")
    week = f"本周：{rules.day(monday)}至{rules.day(monday + dt.timedelta(days=6))}"
    sheet.note(2, f"{overview.campaign.name}　　{week}　　{overview.as_of}")
    sheet.heads(3, COLUMNS)
    sheet.heads(4, UNITS)
    row = FIRST
    for line in (*overview.communities, overview.total):
        sheet.text(row, 0, line.name)
        for column, value in enumerate(values(line), 1):
            sheet.number(row, column, value)
        row += 1
    withheld = rules.HIDDEN_NOTE if overview.withholds else ""
    sheet.note(row, f"待走访含待复核；已说明是拒访和多时段无人，不算已走访；走访单位是已走访的单位。{withheld}", lines=2)
    sheet.note(row + 2, f"填报人：{overview.made_by}　　　　　　审核人：")
    return book.close()
