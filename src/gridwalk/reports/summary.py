"""The summary document after the official layout (GB/T 9704): what was done, rates as pairs, gap reasons, next steps."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from gridwalk.core import clock
from gridwalk.indicators.definitions import INDICATORS, MEASURED_APART
from gridwalk.reports.overview import Overview, pair, percent

RATES = ("visits", "attention", "linkage", "dwellings_resolved", "organizations", "sites", "persons_verified")
BLOCKS = 40


def write(data: Overview) -> bytes:
    """The document's bytes."""
    document = Document()
    section = document.sections[0]
    section.page_height, section.page_width = Cm(29.7), Cm(21)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Cm(3.7),
        Cm(3.5),
        Cm(2.8),
        Cm(2.6),
    )
    _page_number(section.footer.paragraphs[0])
    at = clock.local(data.at)
    _paragraph(document, f"{data.place}{data.campaign.name}情况", "SimSun", 22, centre=True, bold=True)
    _paragraph(document, f"（数据截至 {at.year}年{at.month}月{at.day}日 {at:%H:%M}）", "KaiTi", 14, centre=True)
    _body(document, data)
    _paragraph(document, data.place, "FangSong", 16, right=True)
    _paragraph(document, f"{at.year}年{at.month}月{at.day}日", "FangSong", 16, right=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _body(document: Any, data: Overview) -> None:
    visits = data.communities.total["visits"]
    n_grids = sum(line.n_grids for line in data.communities.lines)
    _heading(document, "一、基本情况")
    _text(document, f"行动覆盖 {len(data.communities.lines)} 个社区、{n_grids} 个网格，应走访房屋 {visits.d if visits else 0:,} 户。"
                    f"行动阶段共 {data.working_days} 个工作日，现为第 {data.working_day} 个。")  # fmt: skip
    _heading(document, "二、组织实施")
    for phase in data.campaign.phases.all():
        _text(document, f"{phase.get_kind_display()}阶段：{phase.starts_on:%m月%d日}至{phase.ends_on:%m月%d日}。")
    waves = "；".join(f"{w.name}自{w.starts_on:%m月%d日}起" for w in data.campaign.waves.all())
    _text(document, f"分批推进：{waves}。")
    group = "；".join(f"{m.name}（{m.post}），{m.duty}" for m in data.campaign.leading_group.all())
    _text(document, f"领导小组：{group}。" if group else "领导小组名单还没有填。")
    _heading(document, "三、五个100%完成情况")
    for code in RATES:
        figure = data.communities.total[code]
        _text(document, f"{INDICATORS[code].label}：{pair(figure)} {INDICATORS[code].unit}，{percent(figure)}。")
    for apart in MEASURED_APART.values():
        _text(document, f"{apart.label}：{apart.not_yet}")
    _table(document, data)
    _heading(document, "四、缺口原因")
    if data.reasons:
        _text(document, "未走访的房屋中，" + "，".join(f"{label} {n:,} 户" for label, n in data.reasons) + "。")
    else:
        _text(document, "没有缺口。")
    _heading(document, "五、存在问题和下一步")
    _text(document, _next(data))


def _next(data: Overview) -> str:
    missing = [
        line.name for line in data.grids.lines if line.code not in data.responsible and not line.code.endswith("000")
    ]
    parts = []
    if missing:
        parts.append(f"{'、'.join(missing)}没有责任人，先补上")
    if data.reasons:
        label, n = data.reasons[0]
        parts.append(f"缺口最大的一类是“{label}”，{n:,} 户，下一步先走这一类")
    parts.append("台账一致率和知晓率还没有测，比对台账、开展独立抽样后补报")
    return "；".join(parts) + "。"


def _table(document: Any, data: Overview) -> None:
    """Communities with their pair and a bar of shaded cells: a chart that prints and reads aloud."""
    table = document.add_table(rows=1, cols=4)
    table.style = "Table Grid"
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
        if figure is not None and figure.d:
            done, said = figure.n * BLOCKS // figure.d, figure.part("explained") * BLOCKS // figure.d
            paragraph = cells[3].paragraphs[0]
            for count, colour, character in (
                (done, RGBColor(0x2A, 0x74, 0x63), "█"),
                (said, RGBColor(0xB3, 0x79, 0x1B), "▒"),
                (BLOCKS - done - said, RGBColor(0xDC, 0xD8, 0xCC), "░"),
            ):
                run = paragraph.add_run(character * count)
                run.font.size, run.font.color.rgb = Pt(4), colour
    _paragraph(document, "█ 已走访　▒ 已说明　░ 待走访", "FangSong", 10)


def _heading(document: Any, text: str) -> None:
    _paragraph(document, text, "SimHei", 16, indent=True)


def _text(document: Any, text: str) -> None:
    _paragraph(document, text, "FangSong", 16, indent=True)


def _paragraph(
    document: Any,
    text: str,
    font: str,
    size: int,
    *,
    centre: bool = False,
    right: bool = False,
    bold: bool = False,
    indent: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(28)
    paragraph.paragraph_format.space_after = Pt(0)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(size * 2)
    run = paragraph.add_run(text)
    run.font.size, run.font.name, run.bold = Pt(size), font, bold
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)
