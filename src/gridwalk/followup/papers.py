"""A file that proves something: told by its bytes, a picture without what it says of place and device, a workbook or
document without what is not to be handed on. Pure.
"""

from __future__ import annotations

import dataclasses
import io
import zipfile

from gridwalk.followup import contents
from gridwalk.followup.rules import MOST_BYTES
from gridwalk.method import jpegs

OFFICE = {"xl/workbook.xml": "xlsx", "word/document.xml": "docx"}
TYPES = {
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class PaperRefused(Exception):
    """A file that is not taken, and what to do."""


@dataclasses.dataclass(frozen=True)
class Paper:
    """What is kept of a file."""

    name: str
    data: bytes


def paper(name: str, data: bytes) -> Paper:
    """The file under a name with the ending its bytes have. Raises PaperRefused."""
    if not data or len(data) > MOST_BYTES:
        raise PaperRefused(f"没有存：文件是空的或超过 {MOST_BYTES // 1_000_000} MB。照片先缩小再传。")
    ending = _ending(data)
    if not ending:
        raise PaperRefused("没有存：只收照片（JPEG）、PDF、Excel（xlsx）和 Word（docx）。其他的请先另存成这几种。")
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0] or "佐证"
    if fault := contents.fault_of_name(stem) or (contents.fault(data) if ending in OFFICE.values() else ""):
        raise PaperRefused(f"没有存：{fault}")
    return Paper(f"{stem[:80]}.{ending}", _clean(data) if ending == "jpg" else data)


def _ending(data: bytes) -> str:
    if data.startswith(jpegs.SOI):
        return "jpg"
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK"):
        try:
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        except zipfile.BadZipFile:
            return ""
        return next((ending for member, ending in OFFICE.items() if member in names), "")
    return ""


def _clean(data: bytes) -> bytes:
    try:
        return jpegs.strip(data)
    except jpegs.NotJpeg as error:
        raise PaperRefused("没有存：照片打不开，请重新拍一张或另存成 JPEG。") from error
