"""Before parsing: is this a workbook at all, and is it safe to open? Reads declared sizes only."""

from __future__ import annotations

import io
import re
import zipfile

from gridwalk.ledger.errors import LedgerError

MAX_BYTES = 64 << 20
MAX_UNPACKED = 150 << 20
MAX_RATIO = 100
MAX_ENTRIES = 2000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# MS-XLS 2.4.117: in a locked workbook FILEPASS follows the first BOF, with at most WRITEPROTECT between them.
LOCKED_XLS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)


def format_of(data: bytes, name: str) -> str:
    """``xlsx``, ``xls``, ``ods``, ``csv`` or ``parquet``, by content first. Raises LedgerError."""
    if not data:
        raise LedgerError("这个文件是空的，没有导入。请重新导出后再传。")
    if len(data) > MAX_BYTES:
        raise LedgerError(f"文件有 {len(data) >> 20} MB，超过 {MAX_BYTES >> 20} MB，没有导入。请按社区分成几个文件。")
    if data.startswith(OLE):
        if ENCRYPTED_PACKAGE in data or LOCKED_XLS.search(data):
            raise LedgerError("这个工作簿设了打开密码，读不了。请在表格软件里去掉密码，另存后再传。")
        return "xls"
    if data.startswith(b"PK\x03\x04"):
        return _zip_format(data)
    if data.startswith(b"PAR1"):
        return "parquet"
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending in {"csv", "txt", "tsv"} or (ending not in {"xlsx", "xls", "ods"} and _is_text(data[:4096])):
        if not _is_text(data[:65536]):
            raise LedgerError("这个文件不是文本表格，读不了。请另存为 xlsx 后再传。")
        return "csv"
    if ending in {"xlsx", "xls", "ods"}:
        raise LedgerError("这个文件已损坏，或只是改了扩展名，读不了。请用表格软件打开，另存为 xlsx 后再传。")
    raise LedgerError("不认得这种文件。请传 xlsx、xls 或 csv。")


def _is_text(data: bytes) -> bool:
    return b"\x00" not in data or data.startswith((b"\xff\xfe", b"\xfe\xff"))


def _zip_format(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise LedgerError("这个工作簿已损坏，读不了。请用表格软件打开，另存为 xlsx 后再传。") from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(data), 1):
        raise LedgerError(
            f"这个文件展开后有 {unpacked >> 20} MB，不像正常的台账，为安全起见没有打开。请按社区分成几个文件。"
        )
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise LedgerError("这个压缩包里没有工作簿。请先解压，再传里面的 xlsx。")
