"""The summary document after the official layout (GB/T 9704): what was done, rates as pairs, gap reasons,
next steps.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from gridwalk.core import clock
from gridwalk.indicators.rules import LEGEND, WITHHELD
from gridwalk.reports import rules, sentences
from gridwalk.reports.overview import Overview, pair, percent

NUMERALS = "零一二三四五"
TITLE, HEADING, SUBHEADING, BODY = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"
INSTEAD = {TITLE: "宋体,SimSun", SUBHEADING: "楷体,KaiTi", BODY: "仿宋,FangSong"}
"""The faces of official documents and, for machines without them, those that stand in (the font table's altName)."""

BLOCKS = 24
WIDTHS = (Cm(4.4), Cm(3.8), Cm(1.8), Cm(6.2))


def write(data: Overview) -> bytes:
    """The document's bytes."""
    document = Document()
    _name_faces(document)
    document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    section.page_height, section.page_width = Cm(29.7), Cm(21)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Cm(3.7),
        Cm(3.5),
        Cm(2.8),
        Cm(2.6),
    )
    section.footer_distance = Cm(2.5)
    _page_number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
    at = clock.local(data.at)
    _paragraph(document, f"{data.place}{data.campaign.name}情况", TITLE, 22, centre=True)
    _paragraph(document, f"（数据截至 {at.year}年{at.month}月{at.day}日 {at:%H:%M}）", SUBHEADING, 16, centre=True)
    _body(document, data)
    _paragraph(document, data.place, BODY, 16, right=True)
    _paragraph(document, f"{at.year}年{at.month}月{at.day}日", BODY, 16, right=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _body(document: Any, data: Overview) -> None:
    visits = data.communities.total["visits"]
    n_grids = sum(line.n_grids for line in data.communities.lines)
    _heading(document, "一、基本情况")
    _text(
        document,
        f"行动覆盖 {len(data.communities.lines)} 个社区、{n_grids} 个网格，"
        f"应走访房屋 {f'{visits.d:,} 户' if visits else WITHHELD}。{sentences.standing(data)}",
    )
    if data.withholds:
        _text(document, LEGEND)
    _practice(document, data)
    _heading(document, "三、五个100%完成情况")
    for number in range(1, 6):
        rates = sentences.rates(number)
        _subheading(document, f"（{NUMERALS[number]}）{'、'.join(rate.label for rate in rates)}")
        for rate in rates:
            _text(document, sentences.rate(data, rate))
    _text(document, sentences.beside(data))
    _table(document, data)
    _heading(document, "四、未完成原因")
    if data.reasons:
        _text(document, "未走访的房屋中：" + "；".join(f"{label} {n:,} 户" for label, n in data.reasons) + "。")
    else:
        _text(
            document,
            f"{WITHHELD}。" if visits is None else "全部完成。" if visits.d else sentences.NOT_DISPATCHED,
        )
    _heading(document, "五、存在问题")
    _numbered(document, sentences.problems(data))
    _text(document, "以上由数据得出，其他情况由起草人补充：")
    _heading(document, "六、下一步")
    _numbered(document, sentences.next_steps(data))


def _practice(document: Any, data: Overview) -> None:
    campaign = data.campaign
    _heading(document, "二、主要做法")
    _subheading(document, "（一）分步推进")
    phases = "；".join(
        f"{p.get_kind_display()}阶段{rules.day(p.starts_on)}至{rules.day(p.ends_on)}" for p in campaign.phases.all()
    )
    waves = "；".join(f"{w.name}自{rules.day(w.starts_on)}起" for w in campaign.waves.all())
    _text(document, f"{phases}。分批推进：{waves}。")
    _subheading(document, "（二）压实责任")
    group = "；".join(f"{m.name}（{m.post}），{m.duty}" for m in campaign.leading_group.all())
    _text(document, (f"领导小组：{group}。" if group else "领导小组名单待补充。") + sentences.responsibility(data))
    _subheading(document, "（三）减少打扰居民")
    _text(
        document,
        f"{campaign.quiet_from:%H:%M} 到次日 {campaign.quiet_until:%H:%M} 不上门，居民约好的除外；"
        f"一户去过 {campaign.max_visits} 次的不再上门。",
    )


def _numbered(document: Any, texts: Iterable[str]) -> None:
    for number, text in enumerate(texts, 1):
        _text(document, f"{number}. {text}")


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
    _paragraph(document, "█ 已走访　▒ 已登记原因　░ 待走访", BODY, 10)


def _heading(document: Any, text: str) -> None:
    _paragraph(document, text, HEADING, 16, indent=True)


def _subheading(document: Any, text: str) -> None:
    _paragraph(document, text, SUBHEADING, 16, indent=True)


def _text(document: Any, text: str) -> None:
    _paragraph(document, text, BODY, 16, indent=True)


def _paragraph(
    document: Any,
    text: str,
    font: str,
    size: int,
    *,
    centre: bool = False,
    right: bool = False,
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
    run = paragraph.add_run(rules.clean(text))
    run.font.size, run.font.name = Pt(size), "Times New Roman"
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _page_number(paragraph: Any, alignment: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 —, outside: at the right of odd pages, at the left of even ones."""
    paragraph.alignment = alignment
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
    run = paragraph.add_run("— ")
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)
    closing = paragraph.add_run(" —")
    for part in (run, closing):
        part.font.size, part.font.name = Pt(14), "SimSun"


def _name_faces(document: Any) -> None:
    faces = "".join(
        f'<w:font w:name="{face}"><w:altName w:val="{instead}"/><w:charset w:val="86"/></w:font>'
        for face, instead in INSTEAD.items()
    )
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    part._blob = part.blob.replace(b"</w:fonts>", faces.encode() + b"</w:fonts>")
