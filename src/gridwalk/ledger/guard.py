"""Before parsing: is this a workbook at all, and is it safe to open? Reads declared sizes only."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from gridwalk.ledger.errors import LedgerError

MAX_BYTES = 64 << 20
MAX_UNPACKED = 150 << 20
MAX_RATIO = 100
MAX_ENTRIES = 2000
OWN_BYTES = 2 << 30
OWN_UNPACKED = 8 << 30
"""Bounds of a file somebody opens on their own machine: a million rows of one's own are no attack."""
TYPES = "[Content_Types].xml"
MOST_TYPES = 1 << 20
_OF_A_BOOK = re.compile(rb"spreadsheetml\.(sheet|template)\.main\+xml|ms-excel\.(sheet|template)\.[\w.]*main")
"""A workbook is told by the type of its main part, for that part's name is free (ECMA-376 part 2, 9.3)."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# MS-XLS 2.4.117: in a locked workbook FILEPASS follows the first BOF, with at most WRITEPROTECT between them.
LOCKED_XLS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)


def format_of(data: bytes, name: str) -> str:
    """``xlsx``, ``xls``, ``ods``, ``csv`` or ``parquet`` of an uploaded file, by content first. Raises LedgerError."""
    return _format(io.BytesIO(data), len(data), name, MAX_BYTES, MAX_UNPACKED)


def format_of_file(source: Path) -> str:
    """The same of the user's own file, which may be larger. Raises LedgerError."""
    try:
        with source.open("rb") as file:
            return _format(file, source.stat().st_size, source.name, OWN_BYTES, OWN_UNPACKED)
    except OSError as error:
        raise LedgerError(f"打不开 {source}：没有这个文件，或没有权限。请核对路径。") from error


def _format(file: BinaryIO, size: int, name: str, most: int, most_unpacked: int) -> str:
    if not size:
        raise LedgerError("这个文件是空的，没有导入。请重新导出后再传。")
    if size > most:
        raise LedgerError(f"文件有 {size >> 20} MB，超过 {most >> 20} MB，没有导入。请按社区分成几个文件。")
    head = file.read(8)
    file.seek(0)
    if head.startswith(OLE):
        data = file.read()
        if ENCRYPTED_PACKAGE in data or LOCKED_XLS.search(data):
            raise LedgerError("这个工作簿设了打开密码，读不了。请在表格软件里去掉密码，另存后再传。")
        return "xls"
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(file, size, most_unpacked)
    if head.startswith(b"PAR1"):
        return "parquet"
    start = file.read(1 << 16)
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending in {"csv", "txt", "tsv"} or (ending not in {"xlsx", "xls", "ods"} and _is_text(start[:4096])):
        if not _is_text(start):
            raise LedgerError("这个文件不是文本表格，读不了。请另存为 xlsx 后再传。")
        return "csv"
    if ending in {"xlsx", "xls", "ods"}:
        raise LedgerError("这个文件已损坏，或只是改了扩展名，读不了。请用表格软件打开，另存为 xlsx 后再传。")
    raise LedgerError("不认得这种文件。请传 xlsx、xls 或 csv。")


def _is_text(data: bytes) -> bool:
    return b"\x00" not in data or data.startswith((b"\xff\xfe", b"\xfe\xff"))


def _zip_format(file: BinaryIO, size: int, most_unpacked: int) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            with archive.open(TYPES) if TYPES in names else io.BytesIO() as types:
                is_book = bool(_OF_A_BOOK.search(types.read(MOST_TYPES)))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise LedgerError("这个工作簿已损坏，读不了。请用表格软件打开，另存为 xlsx 后再传。") from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > most_unpacked or unpacked > MAX_RATIO * size:
        raise LedgerError(
            f"这个文件展开后有 {unpacked >> 20} MB，不像正常的台账，为安全起见没有打开。请按社区分成几个文件。"
        )
    if is_book or "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise LedgerError("这个压缩包里没有工作簿。请先解压，再传里面的 xlsx。")
