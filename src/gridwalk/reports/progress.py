"""进度工作簿: the five rates, communities, grids, the trend and how each rate is counted, one sheet each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from gridwalk.core import clock
from gridwalk.indicators.definitions import BESIDE, INDICATORS, Columns, Indicator, MeasuredApart
from gridwalk.indicators.queries import Line
from gridwalk.indicators.rules import LEGEND
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import definitions, numbers, rules, sentences
from gridwalk.reports.models import Document
from gridwalk.reports.overview import TOTAL, Overview, remaining
from gridwalk.reports.sheets import Book, Sheet
from gridwalk.territory import rules as codes

_WITH_PERCENT = [i for i in INDICATORS.values() if i.columns is Columns.PERCENT]
_AS_PAIRS = [i for i in INDICATORS.values() if i.columns is Columns.PAIR]
VISITS = ("已走访", "应走访", "百分比", "已登记原因", "待走访")
"""What stands of rate 1 on every line. What was done in a week stands at communities only: a grid is one's own work."""


def write(overview: Overview, document: Document) -> bytes:
    """The workbook's bytes (xlsx)."""
    book = Book(overview)
    _summary(book, overview)
    _areas(book, overview, "各社区", overview.communities.lines)
    _areas(book, overview, "各网格", overview.grids.lines)
    _trend(book, overview)
    _definitions(book, overview)
    numbers.sheet(book, document)
    return book.close()


def _start(book: Book, overview: Overview, name: str, widths: Sequence[float], *, heads: tuple[int, int]) -> Sheet:
    sheet = book.sheet(name, widths, heads=heads)
    sheet.title(0, f"{overview.place} {overview.campaign.name} {name}")
    sheet.note(1, f"{rules.as_of(clock.local(overview.at))}。" + (LEGEND if overview.withholds else ""))
    return sheet


def _summary(book: Book, overview: Overview) -> None:
    sheet = _start(book, overview, "总览", [8, 20, 8, 11, 11, 10, 11, 56], heads=(2, 2))
    sheet.heads(2, ["第几率", "名称", "单位", "已完成", "应完成", "百分比", "未完成", "计算口径"])
    row = 3
    for rate in definitions.every_rate():
        for figure, text in _measured(overview, rate):
            _summary_line(sheet, row, rate, figure, text)
            row += 1
    for beside in BESIDE:
        _summary_line(sheet, row, beside, overview.communities.total[beside.code], beside.explanation)
        row += 1
    row = _split(sheet, row + 1, overview)
    _reasons(sheet, row + 1, overview)


def _measured(overview: Overview, rate: Indicator | MeasuredApart) -> list[tuple[Figure | str | None, str]]:
    """A rate's figures with how each is counted; the text alone where it was never measured."""
    if isinstance(rate, Indicator):
        return [(overview.communities.total[rate.code], rate.explanation)]
    totals = sentences.totals(overview, rate)
    return [(t.figure, f"{sentences.sides(overview, t)}。{rate.how}") for t in totals] or [
        ("—", sentences.of_sample(overview, rate))
    ]


def _summary_line(
    sheet: Sheet, row: int, rate: Indicator | MeasuredApart, figure: Figure | str | None, text: str
) -> None:
    sheet.page.set_row(row, 30)
    sheet.text(row, 0, f"率{rules.NUMERALS[rate.rate]}" if rate.rate else "另列", style="centre")
    sheet.text(row, 1, rate.label)
    sheet.text(row, 2, rate.unit, style="centre")
    if isinstance(figure, str):
        for column in (3, 4, 5, 6):
            sheet.text(row, column, figure, style="centre")
    else:
        sheet.pair(row, 3, figure)
        sheet.number(row, 6, figure.gap if figure else None)
    sheet.text(row, 7, text)


def _split(sheet: Sheet, row: int, overview: Overview) -> int:
    sheet.note(row, "应走访房屋分三类：已走访、已登记原因（拒访，或多时段无人）、待走访（含待复核）。")
    sheet.heads(row + 1, ["", "应走访", "户", "已走访", "已登记原因", "待走访", "本周新增"])
    visits = overview.communities.total["visits"]
    explained = visits.told("explained") if visits else None
    values = (visits.n if visits else None, explained, remaining(visits), overview.week[TOTAL])
    sheet.text(row + 2, 0, "合计", style="centre")
    sheet.number(row + 2, 1, visits.d if visits else None)
    sheet.text(row + 2, 2, "户", style="centre")
    for column, value in enumerate(values, 3):
        sheet.number(row + 2, column, value)
    return row + 3


def _reasons(sheet: Sheet, row: int, overview: Overview) -> None:
    sheet.note(row, "入户走访未完成的，按原因（户）：")
    sheet.heads(row + 1, ["", "原因", "单位", "合计"])
    for offset, (label, n) in enumerate(overview.reasons, 2):
        sheet.text(row + offset, 0, "未完成", style="centre")
        sheet.text(row + offset, 1, label)
        sheet.text(row + offset, 2, "户", style="centre")
        sheet.number(row + offset, 3, n)


def _areas(book: Book, overview: Overview, name: str, lines: Sequence[Line]) -> None:
    by_grid = name == "各网格"
    lead = ["社区", "网格", "责任人", "职务"] if by_grid else ["社区", "网格数", "责任人", "职务"]
    n_pairs = len(_WITH_PERCENT)
    heads = VISITS if by_grid else [*VISITS, "本周新增"]
    widths = [13, 10, 10, 14, *[8] * len(heads), *[8] * (3 * n_pairs), *[7] * (2 * len(_AS_PAIRS))]
    sheet = _start(book, overview, name, widths, heads=(2, 3))
    for column, text in enumerate(lead):
        sheet.span(2, column, column, text, to_row=3)
    _head_groups(sheet, heads)
    communities = {line.code: line.name for line in overview.communities.lines}
    for row, line in enumerate(lines, 4):
        sheet.text(row, 0, communities[line.code[:12]])
        if by_grid:
            sheet.text(row, 1, line.name)
        else:
            sheet.number(row, 1, line.n_grids)
        named = overview.responsible.get(line.code)
        unassigned = by_grid and codes.is_unassigned(line.code)
        sheet.text(row, 2, named.name if named else "—" if unassigned else "未明确", style="centre")
        sheet.text(row, 3, named.post if named else "")
        _figures(sheet, row, line.figures, None if by_grid else overview.week[line.code])
    last = 4 + len(lines)
    sheet.text(last, 0, "合计")
    sheet.number(last, 1, sum(line.n_grids for line in overview.communities.lines))
    for column in (2, 3):
        sheet.text(last, column, "")
    _figures(sheet, last, overview.communities.total, None if by_grid else overview.week[TOTAL])


def _head_groups(sheet: Sheet, visits: Sequence[str]) -> None:
    column = 4 + len(visits)
    sheet.span(2, 4, column - 1, "入户走访（户）")
    sheet.heads(3, visits, column=4)
    for rate in _WITH_PERCENT:
        sheet.span(2, column, column + 2, f"{rate.label}（{rate.unit}）")
        sheet.heads(3, ["已做", "应做", "百分比"], column=column)
        column += 3
    for rate in _AS_PAIRS:
        sheet.span(2, column, column + 1, f"{rate.label.removesuffix('率')}（{rate.unit}）")
        sheet.heads(3, ["已走访", "应走访"], column=column)
        column += 2


def _figures(sheet: Sheet, row: int, figures: Mapping[str, Figure | None], week: int | None) -> None:
    visits = figures["visits"]
    column = sheet.pair(row, 4, visits)
    explained = visits.told("explained") if visits else None
    for value in (explained, remaining(visits)):
        sheet.number(row, column, value)
        column += 1
    if week is not None:
        sheet.number(row, column, week)
        column += 1
    for rate in _WITH_PERCENT:
        column = sheet.pair(row, column, figures[rate.code])
    for rate in _AS_PAIRS:
        column = sheet.pair(row, column, figures[rate.code], percent=False)


def _trend(book: Book, overview: Overview) -> None:
    sheet = _start(book, overview, "趋势", [14, 12, 12, 72], heads=(2, 2))
    sheet.heads(2, ["日期", "已走访", "计划到这天"])
    last = 2 + len(overview.trend)
    if not overview.trend:
        sheet.note(3, "暂无数据。")
        return
    for row, (day, visited, planned) in enumerate(overview.trend, 3):
        sheet.date(row, 0, dt.datetime.combine(day, dt.time.min))
        sheet.number(row, 1, visited)
        sheet.number(row, 2, planned)
    chart = book.book.add_chart({"type": "line"})
    for column, name, line in (
        (1, "已走访", {"color": "#1F6B4F", "width": 2.25}),
        (2, "计划", {"color": "#555555", "width": 1.25, "dash_type": "dash"}),
    ):
        marker = {"type": "circle", "size": 4} if column == 1 else {"type": "none"}
        chart.add_series(
            {
                "name": name,
                "categories": ["趋势", 3, 0, last, 0],
                "values": ["趋势", 3, column, last, column],
                "line": line,
                "marker": marker,
            }
        )
    chart.set_title({"name": "入户走访（户）", "name_font": {"size": 12}})
    chart.set_x_axis({"date_axis": True, "num_format": 'm"月"d"日"'})
    chart.set_y_axis(
        {"min": 0, "num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}}
    )
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 620, "height": 320})
    sheet.page.insert_chart(
        2, 4, chart, {"x_offset": 12, "description": "入户走访按日的已走访户数和计划户数，数据在左边的表里"}
    )


def _definitions(book: Book, overview: Overview) -> None:
    sheet = _start(book, overview, "口径", [8, 20, 8, 10, 90], heads=(2, 2))
    sheet.heads(2, ["第几率", "名称", "单位", "方案条款", "计算口径"])
    for row, rate in enumerate([*definitions.every_rate(), *BESIDE], 3):
        sheet.page.set_row(row, 32)
        sheet.text(row, 0, f"率{rules.NUMERALS[rate.rate]}" if rate.rate else "另列", style="centre")
        sheet.text(row, 1, rate.label)
        sheet.text(row, 2, rate.unit, style="centre")
        sheet.text(row, 3, rate.clause, style="centre")
        sheet.text(row, 4, definitions.how(rate))
    sheet.note(3 + len(definitions.every_rate()) + len(BESIDE) + 1, definitions.ROUNDED)
