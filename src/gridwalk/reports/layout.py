"""The layout of an official document (GB/T 9704): faces, sizes, margins, page numbers; 22 lines of 28 characters a page."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from gridwalk.reports import rules

TITLE, HEADING, SUBHEADING, BODY = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"
INSTEAD = {TITLE: "宋体,SimSun", SUBHEADING: "楷体,KaiTi", BODY: "仿宋,FangSong"}
"""The faces of official documents and, for machines without them, those that stand in (the font table's altName)."""
SMALL = 10
"""Points of what stands in a table."""


def blank() -> Any:
    """An empty document with its page laid out."""
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
    run = paragraph.add_run(rules.clean(text))
    run.font.size, run.font.name = Pt(size), "Times New Roman"
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


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
