"""The progress workbook: overview, communities, grids, trend with its chart, definitions."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from gridwalk.core import clock
from gridwalk.indicators.definitions import INDICATORS, MEASURED_APART
from gridwalk.indicators.queries import Board
from gridwalk.reports.overview import Overview, percent


def write(data: Overview) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 16, "font_name": "SimSun"}),
        "head": book.add_format({"bold": True, "bg_color": "#ECE9E0", "border": 1, "text_wrap": True}),
        "cell": book.add_format({"border": 1}),
        "num": book.add_format({"border": 1, "num_format": "#,##0"}),
        "wrap": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        "note": book.add_format({"font_color": "#5F6872"}),
    }
    _overview(book, styles, data)
    _board(book, styles, data, "各社区", data.communities)
    _board(book, styles, data, "各网格", data.grids)
    _trend(book, styles, data)
    _definitions(book, styles, data)
    book.close()
    return out.getvalue()


def _sheet(book: Any, styles: dict[str, Any], data: Overview, name: str, title: str) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    at = clock.local(data.at)
    sheet.set_footer(f"&L{data.by} {at:%Y-%m-%d %H:%M} 导出&R第 &P / &N 页")
    sheet.write_string(0, 0, title, styles["title"])
    sheet.write_string(1, 0, f"{data.place}　数据截至 {at:%Y年%m月%d日 %H:%M}", styles["note"])
    return sheet


def _overview(book: Any, styles: dict[str, Any], data: Overview) -> None:
    sheet = _sheet(book, styles, data, "总览", data.campaign.name)
    for column, head in enumerate(("项目", "分子", "分母", "比率", "缺口", "单位")):
        sheet.write_string(2, column, head, styles["head"])
    row = 3
    for code, indicator in INDICATORS.items():
        figure = data.communities.total[code]
        sheet.write_string(row, 0, indicator.label, styles["cell"])
        if figure is None:
            sheet.write_string(row, 1, "少于 5，不显示", styles["cell"])
        else:
            for column, value in enumerate((figure.n, figure.d), 1):
                sheet.write_number(row, column, value, styles["num"])
            sheet.write_string(row, 3, percent(figure), styles["cell"])
            sheet.write_number(row, 4, figure.gap, styles["num"])
        sheet.write_string(row, 5, indicator.unit, styles["cell"])
        row += 1
    for apart in MEASURED_APART.values():
        sheet.write_string(row, 0, apart.label, styles["cell"])
        sheet.write_string(row, 1, apart.not_yet, styles["cell"])
        row += 1
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 5, 12)


def _board(book: Any, styles: dict[str, Any], data: Overview, name: str, board: Board) -> None:
    sheet = _sheet(book, styles, data, name, f"{name}走访情况")
    heads = (
        "代码",
        name[1:],
        "责任人",
        "应走访",
        "已走访",
        "走访率",
        "已说明",
        "待走访",
        "关注应做",
        "关注已做",
        "在册人员",
        "已关联",
    )
    for column, head in enumerate(heads):
        sheet.write_string(2, column, head, styles["head"])
    for row, line in enumerate(board.lines, 3):
        who = data.responsible.get(line.code)
        visits, attention, linkage = (line.figures[k] for k in ("visits", "attention", "linkage"))
        values: list[str | int] = [line.code, line.name, who.name if who else "缺"]
        values += (
            [
                visits.d,
                visits.n,
                percent(visits),
                visits.part("explained"),
                visits.d - visits.n - visits.part("explained"),
            ]
            if visits
            else ["—"] * 5
        )
        values += [attention.d, attention.n] if attention else ["—"] * 2
        values += [linkage.d, linkage.n] if linkage else ["—"] * 2
        for column, value in enumerate(values):
            if isinstance(value, int):
                sheet.write_number(row, column, value, styles["num"])
            else:
                sheet.write_string(row, column, value, styles["cell"])
    sheet.set_column(0, 0, 17)
    sheet.set_column(1, 2, 14)


def _trend(book: Any, styles: dict[str, Any], data: Overview) -> None:
    sheet = _sheet(book, styles, data, "趋势", "每天已走访户数")
    for column, head in enumerate(("日期", "已走访", "计划")):
        sheet.write_string(2, column, head, styles["head"])
    for row, (day, done, planned) in enumerate(data.trend, 3):
        sheet.write_string(row, 0, f"{day:%m-%d}", styles["cell"])
        sheet.write_number(row, 1, done, styles["num"])
        sheet.write_number(row, 2, planned, styles["num"])
    last = 2 + len(data.trend)
    chart = book.add_chart({"type": "line"})
    for column, colour, dash in ((1, "#2A7463", "solid"), (2, "#434D58", "dash")):
        chart.add_series(
            {"name": ["趋势", 2, column], "categories": ["趋势", 3, 0, last, 0], "values": ["趋势", 3, column, last, column],
             "line": {"color": colour, "dash_type": dash, "width": 2}}
        )  # fmt: skip
    chart.set_size({"width": 720, "height": 320})
    sheet.insert_chart(2, 4, chart)


def _definitions(book: Any, styles: dict[str, Any], data: Overview) -> None:
    sheet = _sheet(book, styles, data, "口径", "各项怎么算")
    rows = [(i.label, i.clause, i.explanation) for i in INDICATORS.values()]
    rows += [(a.label, a.clause, a.how) for a in MEASURED_APART.values()]
    for column, head in enumerate(("项目", "方案条款", "算法")):
        sheet.write_string(2, column, head, styles["head"])
    for row, values in enumerate(rows, 3):
        for column, value in enumerate(values):
            sheet.write_string(row, column, value, styles["wrap"])
    sheet.set_column(0, 1, 16)
    sheet.set_column(2, 2, 90)
