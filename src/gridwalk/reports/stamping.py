"""Who took a file away, when, and under which export number: in the footer of every sheet or page."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape

from docx import Document

WORKBOOKS = frozenset({"xlsx", "xlsm", "xltx", "xltm"})
LONGEST = 230
"""Spreadsheets take 255 characters in a foot, codes included."""
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROOT = re.compile(rb"<(\w+:)?worksheet\b")
_ROWS_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
_FOOTER = re.compile(rb"<(?:\w+:)?headerFooter\b[^>]*?(?:/>|>.*?</(?:\w+:)?headerFooter\s*>)", re.DOTALL)
_LATER = re.compile(
    rb"<(?:\w+:)?(?:rowBreaks|colBreaks|customProperties|cellWatches|ignoredErrors|smartTags|drawing|legacyDrawing"
    rb"|legacyDrawingHF|picture"
    rb"|oleObjects|controls|webPublishItems|tableParts|extLst)\b|</(?:\w+:)?worksheet\b"
)
"""What stands behind a worksheet's footer (ECMA-376, CT_Worksheet)."""


def stamp(data: bytes, ending: str, text: str) -> bytes:
    """The file with ``text`` in its footers; a format that has none is given back as it is."""
    if ending in WORKBOOKS:
        return _workbook(data, text)
    if ending == "docx":
        return _document(data, text)
    return data


def _workbook(data: bytes, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as stamped:
        for info in book.infolist():
            content = book.read(info)
            stamped.writestr(info, _sheet(content, text) if _SHEET.fullmatch(info.filename) else content)
    return out.getvalue()


def _sheet(xml: bytes, text: str) -> bytes:
    root, rows_end = _ROOT.search(xml), 0
    for row_end in _ROWS_END.finditer(xml):
        rows_end = row_end.end()
    if root is None or not rows_end:
        return xml
    head, tail = xml[:rows_end], _FOOTER.sub(b"", xml[rows_end:])
    later = _LATER.search(tail)
    place = later.start() if later else len(tail)
    return head + tail[:place] + _footer(text, (root[1] or b"").decode()).encode() + tail[place:]


def _footer(text: str, prefix: str) -> str:
    escaped = text.replace("&", "&&")[:LONGEST]  # a single & begins a code: &L left, &R right, &P the page
    content = escape(f"&L{escaped}&R第&P页 共&N页")
    return f"<{prefix}headerFooter><{prefix}oddFooter>{content}</{prefix}oddFooter></{prefix}headerFooter>"


def _document(data: bytes, text: str) -> bytes:
    document = Document(io.BytesIO(data))
    for section in document.sections:
        section.footer.is_linked_to_previous = False
        section.footer.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
