"""The summary document after the official layout (GB/T 9704): what was done, rates as pairs, gap reasons,
next steps.
"""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement
from docx.shared import Cm, Pt, RGBColor

from gridwalk.core import clock
from gridwalk.indicators.rules import LEGEND, WITHHELD
from gridwalk.reports import chapters, definitions, layout, numbers, rules, sentences
from gridwalk.reports.figures import Printed
from gridwalk.reports.models import Document
from gridwalk.reports.overview import Overview, pair, percent

DEFINITIONS = "指标口径和不计入的"
BLOCKS = 24
WIDTHS = (Cm(4.4), Cm(3.8), Cm(1.8), Cm(6.2))


def write(data: Overview, document: Document) -> bytes:
    """The document's bytes."""
    paper = layout.blank()
    at = clock.local(data.at)
    layout.paragraph(paper, f"{data.place}{data.campaign.name}情况", layout.TITLE, 22, centre=True)
    layout.paragraph(
        paper, f"（数据截至 {at.year}年{at.month}月{at.day}日 {at:%H:%M}）", layout.SUBHEADING, 16, centre=True
    )
    _body(paper, data, Printed(document))
    layout.annexes_named(paper, (DEFINITIONS, numbers.TITLE))
    layout.paragraph(paper, data.place, layout.BODY, 16, right=True)
    layout.paragraph(paper, f"{at.year}年{at.month}月{at.day}日", layout.BODY, 16, right=True)
    _annexes(paper, data, document)
    return layout.bytes_of(paper)


def _body(document: Any, data: Overview, printed: Printed) -> None:
    visits = data.communities.total["visits"]
    n_grids = sum(line.n_grids for line in data.communities.lines)
    layout.heading(document, "一、基本情况")
    layout.text(
        document,
        f"行动覆盖 {len(data.communities.lines)} 个社区、{n_grids} 个网格，"
        f"应走访房屋 {f'{visits.d:,} 户' if visits else WITHHELD}。{sentences.standing(data)}",
    )
    if data.withholds:
        layout.text(document, LEGEND)
    _practice(document, data)
    layout.heading(document, "三、五个100%完成情况")
    for number in range(1, 6):
        rates = sentences.rates(number)
        layout.subheading(document, f"（{rules.NUMERALS[number]}）{'、'.join(rate.label for rate in rates)}")
        for rate in rates:
            layout.text(document, sentences.rate(data, rate))
    layout.text(document, sentences.beside(data))
    _table(document, data)
    layout.heading(document, "四、未完成原因")
    if data.reasons:
        layout.text(document, "未走访的房屋中：" + "；".join(f"{label} {n:,} 户" for label, n in data.reasons) + "。")
    else:
        layout.text(
            document,
            f"{WITHHELD}。" if visits is None else "全部完成。" if visits.d else sentences.NOT_DISPATCHED,
        )
    chapters.samples(document, data, printed)
    chapters.put_right(document, data, printed)
    chapters.before(document, data, printed)
    chapters.burden(document, printed)
    chapters.lessons(document, data)
    layout.heading(document, "十、存在问题")
    layout.numbered(document, sentences.problems(data))
    layout.text(document, "以上由数据得出，其他情况由起草人补充：")
    layout.heading(document, "十一、下一步")
    layout.numbered(document, sentences.next_steps(data))


def _annexes(paper: Any, data: Overview, document: Document) -> None:
    layout.annex(paper, DEFINITIONS, number="1")
    layout.numbered(paper, definitions.rates())
    layout.text(paper, "不计入的：")
    layout.numbered(paper, definitions.exclusions())
    numbers.annexed(paper, document, number="2")


def _practice(document: Any, data: Overview) -> None:
    campaign = data.campaign
    layout.heading(document, "二、主要做法")
    layout.subheading(document, "（一）分步推进")
    phases = "；".join(f"{p.get_kind_display()}阶段{rules.days(p.starts_on, p.ends_on)}" for p in campaign.phases.all())
    waves = "；".join(f"{w.name}自{rules.day(w.starts_on, year=True)}起" for w in campaign.waves.all())
    layout.text(document, f"{phases}。分批推进：{waves}。")
    layout.subheading(document, "（二）压实责任")
    group = "；".join(f"{m.name}（{m.post}），{m.duty}" for m in campaign.leading_group.all())
    layout.text(
        document, (f"领导小组：{group}。" if group else "领导小组名单待补充。") + sentences.responsibility(data)
    )
    layout.subheading(document, "（三）减少打扰居民")
    layout.text(
        document,
        f"{campaign.quiet_from:%H:%M} 到次日 {campaign.quiet_until:%H:%M} 不上门，居民约好的除外；"
        f"一户去过 {campaign.max_visits} 次的不再上门。",
    )


def _table(document: Any, data: Overview) -> None:
    """Communities with their pair and a bar of shaded cells: a chart that prints and reads aloud."""
    table = document.add_table(rows=1, cols=4)
    table.style = "Table Grid"
    table.autofit = False
    for cell, head in zip(
        table.rows[0].cells, ("社区（责任人）", "已走访 / 应走访（户）", "走访率", "进度"), strict=True
    ):
        cell.text = head
    for line in data.communities.lines:
        figure = line.figures["visits"]
        who = data.responsible.get(line.code)
        cells = table.add_row().cells
        cells[0].text = f"{line.name}（{who.name if who else '缺'}）"
        cells[1].text = pair(figure)
        cells[2].text = percent(figure)
        explained = figure.told("explained") if figure else None
        if figure is not None and figure.d and explained is not None:
            done, n_explained = figure.n * BLOCKS // figure.d, explained * BLOCKS // figure.d
            paragraph = cells[3].paragraphs[0]
            for count, colour, character in (
                (done, RGBColor(0x2A, 0x74, 0x63), "█"),
                (n_explained, RGBColor(0xB3, 0x79, 0x1B), "▒"),
                (BLOCKS - done - n_explained, RGBColor(0x8A, 0x8A, 0x80), "░"),
            ):
                run = paragraph.add_run(character * count)
                run.font.size, run.font.color.rgb = Pt(6), colour
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = width
    for cell in table.rows[0].cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    layout.paragraph(document, "█ 已走访　▒ 已登记原因　░ 待走访", layout.BODY, 10)
