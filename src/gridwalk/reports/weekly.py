"""The weekly form for the district: one fixed sheet, communities down, figures across."""

from __future__ import annotations

import io

import xlsxwriter

from gridwalk.core import clock
from gridwalk.reports.overview import Overview

HEADS = (
    "社区", "应走访", "已走访", "本周新增", "已说明", "待走访", "应走访单位", "已走访单位", "关注应做", "关注已做", "在册人员", "已关联",
)  # fmt: skip


def write(data: Overview) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("周报")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    title = book.add_format({"bold": True, "font_size": 18, "align": "center", "font_name": "SimSun"})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
    cell = book.add_format({"border": 1, "num_format": "#,##0"})
    total = book.add_format({"border": 1, "bold": True, "num_format": "#,##0"})
    at = clock.local(data.at)
    sheet.merge_range(0, 0, 0, len(HEADS) - 1, f"{data.campaign.name}周报表", title)
    sheet.write_string(1, 0, f"填报单位：{data.place}")
    sheet.write_string(1, 8, f"填报日期：{at:%Y年%m月%d日}　数据截至 {at:%H:%M}")
    for column, name in enumerate(HEADS):
        sheet.write_string(2, column, name, head)
    row = 3
    lines = [(line.name, line.figures, data.week.get(line.code)) for line in data.communities.lines]
    known = [n for _, _, n in lines if n is not None]
    for name, figures, week in [*lines, ("合计", data.communities.total, sum(known) if known else None)]:
        style = total if name == "合计" else cell
        visits, orgs, attention, linkage = (figures[k] for k in ("visits", "organizations", "attention", "linkage"))
        values: list[int | str] = [name]
        values += [visits.d, visits.n] if visits else ["—", "—"]
        values.append("—" if week is None else week)
        values += [visits.part("explained"), visits.d - visits.n - visits.part("explained")] if visits else ["—", "—"]
        for figure in (orgs, attention, linkage):
            values += [figure.d, figure.n] if figure else ["—", "—"]
        for column, value in enumerate(values):
            if isinstance(value, int):
                sheet.write_number(row, column, value, style)
            else:
                sheet.write_string(row, column, value, style)
        row += 1
    sheet.write_string(row + 1, 0, f"填报人：{data.by}")
    sheet.write_string(row + 1, 8, "审核人：")
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, len(HEADS) - 1, 11)
    book.close()
    return out.getvalue()
