"""What a workbook or a document that proves something may hold: it is handed out as it came, to whoever reads the
matter, so it holds nothing that a page would mask or not take. Pure.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from gridwalk.dictionary import refusals
from gridwalk.ledger.inplace import formulas
from gridwalk.method import idcards, text

MOST_UNPACKED, MOST_PARTS = 50_000_000, 2_000
"""Bytes and parts a package unfolds to."""
LONGEST_HEADING = 12
_ENDS = re.compile(r"</(?:\w+:)?(?:si|is|v|f|c|p|tc|title)>|<(?:\w+:)?(?:br|tab)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_SHEET = re.compile(r'<(?:\w+:)?sheet [^>]*?name="([^"]*)"')
_FORMULA = re.compile(r"<(?:\w+:)?f(?: [^>]*)?>([^<]+)<")
_NUMBER = re.compile(r"(?<![0-9A-Za-z.])(?:\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx]|1[2-9]\d{9})(?![0-9A-Za-z])")
_FIELD = re.compile(r"<(?:\w+:)?instrText[^>]*>[^<]*\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE)\b", re.IGNORECASE)
_PROGRAMS = re.compile(r"vbaProject|externalLinks/|oleObject|activeX|connections\.xml|embeddings/", re.IGNORECASE)


def fault(data: bytes) -> str:
    """Why a workbook or document is not kept, and what to do; empty where it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
                return "文件展开后太大，不像办公文件。请另存为 PDF 再传。"
            if any(_PROGRAMS.search(part.filename) for part in parts):
                return "文件里有宏、外部链接或嵌入的对象。请另存为 PDF 再传。"
            written = [_written(package.read(part)) for part in parts if part.filename.endswith((".xml", ".rels"))]
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
        return "文件打不开。请用办公软件打开，另存后再传。"
    return next((why for part in written if (why := _fault_of(part))), "")


def fault_of_name(stem: str) -> str:
    """Why a file of that name is not kept; empty where it is."""
    reason = refusals.list_of(stem)
    return f"“{text.without_numbers(stem)[:40]}”是不收的名单（{reason}）。" if reason else ""


def _written(part: bytes) -> str:
    return part.decode("utf-16" if part[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")


def _fault_of(part: str) -> str:
    if _FIELD.search(part) or any(formulas.reaches_out(html.unescape(f)) for f in _FORMULA.findall(part)):
        return "文件里有指向外部的公式或域。请另存为 PDF 再传。"
    for line in _lines(part):
        if any(len(number) == len("12000000001") or idcards.check(number).value for number in _NUMBER.findall(line)):
            return "文件里有证件号或手机号，读得到这件事的人都能下载。请删去号码再传；要核对人员的，从“台账导入”走。"
        if len(line) <= LONGEST_HEADING and (reason := refusals.heading(line) or refusals.title(line)):
            return f"文件里有不收的内容（{reason}）。请删去再传。"
    return ""


def _lines(part: str) -> Iterator[str]:
    """The cells and paragraphs of a part, and the names of its sheets; a number written in pieces is whole again."""
    yield from map(html.unescape, _SHEET.findall(part))
    for piece in _ENDS.sub("\n", part).splitlines():
        if line := html.unescape(_TAG.sub("", piece)).strip():
            yield line
