"""The layout of an official document (GB/T 9704): faces, sizes, margins, page numbers; a page has 22 lines of 28
characters.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

from gridwalk.reports import rules

TITLE, HEADING, SUBHEADING, BODY = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"
INSTEAD = {TITLE: "宋体,SimSun", SUBHEADING: "楷体,KaiTi", BODY: "仿宋,FangSong"}
"""The faces of official documents and, for machines without them, those that stand in (the font table's altName)."""
SMALL = 10
"""Points of what stands in a table."""
LETTER, CLOSER = 16, 5
"""Points of the body's letters, and by how many twentieths of a point they stand closer: 28 letters of 16 points are
wider than the text (156 mm, 442.2 points), 28 of 15.75 are not.
"""
RED = RGBColor(0xC0, 0x00, 0x00)


def blank() -> Any:
    """An empty document with its page laid out."""
    document = Document()
    _name_faces(document)
    document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    # without it a machine that lacks the faces takes the letter shapes of another language
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
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
    return document


def bytes_of(document: Any) -> bytes:
    """The document as a file."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def heading(document: Any, text: str) -> None:
    """A heading of the first level: 一、"""
    paragraph(document, text, HEADING, 16, indent=True)


def subheading(document: Any, text: str) -> None:
    """A heading of the second level: （一）"""
    paragraph(document, text, SUBHEADING, 16, indent=True)


def text(document: Any, text: str) -> None:
    """A paragraph of the body."""
    paragraph(document, text, BODY, 16, indent=True)


def paragraph(
    document: Any,
    text: str,
    font: str,
    size: int,
    *,
    centre: bool = False,
    right: bool = False,
    indent: bool = False,
) -> None:
    """A paragraph in a face and size."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(28)
    paragraph.paragraph_format.space_after = Pt(0)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(size * 2)
    _face(paragraph.add_run(rules.clean(text)), font, size)


def numbered(document: Any, texts: Iterable[str]) -> None:
    """Paragraphs with numbers before them."""
    for number, words in enumerate(texts, 1):
        text(document, f"{number}. {words}")


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


def table(document: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    """A ruled table in small letters, its head on every page. ``widths``: in centimetres, 15.6 together at most."""
    ruled = document.add_table(rows=0, cols=len(heads))
    ruled.style = "Table Grid"
    ruled.autofit = False
    for texts in (heads, *rows):
        row = ruled.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, words, width in zip(row.cells, texts, widths, strict=True):
            cell.width = Cm(width)
            _face(cell.paragraphs[0].add_run(rules.clean(words)), BODY, SMALL)
    ruled.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def annex(document: Any, title: str, *, number: str = "") -> None:
    """附件 on a page of its own: the word in 黑体 at the left with its number, where there are several; the title in
    the middle (GB/T 9704 7.3.7).
    """
    document.add_page_break()
    paragraph(document, f"附件{number}", HEADING, 16)
    paragraph(document, title, TITLE, 22, centre=True)


def annexes_named(document: Any, titles: Sequence[str]) -> None:
    """附件：1. … 2. …, a line below the text, the numbers one below the other (GB/T 9704 7.3.4)."""
    paragraph(document, "", BODY, 16)
    for number, title in enumerate(titles, 1):
        before = "附件：" if number == 1 else "　　　"
        text(document, f"{before}{number}. {title}")


def minutes_mark(document: Any, words: str) -> None:
    """纪要标志 (GB/T 9704 10.3): red, in the middle, 35 mm below the edge of the text, a red line under it."""
    paragraph(document, words, TITLE, 30, centre=True)
    mark = document.paragraphs[-1]
    mark.paragraph_format.space_before = Mm(35)
    mark.paragraph_format.line_spacing = Pt(42)
    mark.runs[0].font.color.rgb = RED


def red_line(document: Any) -> None:
    """The line that divides the head from the text: red, as wide as the text."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in {"val": "single", "sz": "12", "space": "4", "color": str(RED)}.items():
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    document.paragraphs[-1]._p.get_or_add_pPr().append(borders)


def present(document: Any, label: str, words: str) -> None:
    """出席：a line below the text, the label in 黑体, further lines under the first character behind the colon."""
    paragraph(document, "", BODY, 16)
    paragraph(document, f"{label}：", HEADING, 16, indent=True)
    line = document.paragraphs[-1]
    line.paragraph_format.left_indent = Pt(16 * (2 + len(label) + 1))
    line.paragraph_format.first_line_indent = Pt(-16 * (len(label) + 1))
    _face(line.add_run(rules.clean(words)), BODY, 16)


def _face(run: Any, font: str, size: int) -> None:
    run.font.size, run.font.name = Pt(size), "Times New Roman"
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if size == LETTER:
        _stand_closer(run)


def _stand_closer(run: Any) -> None:
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(-CLOSER))
    # in the order of the schema: behind the colour of a run, before its size
    run._element.get_or_add_rPr().find(qn("w:sz")).addprevious(spacing)
