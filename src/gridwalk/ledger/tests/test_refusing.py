"""Files that cannot or must not be read: each says what happened and what to do, and nothing of it is read."""

from __future__ import annotations

import io
import struct
import zipfile

import polars
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from xlwt import CompoundDoc

from gridwalk.ledger import cells, guard, read
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.tests import books

pytestmark = pytest.mark.usefixtures("started_parser")


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def locked_xls() -> bytes:
    """A workbook of 97 with a FILEPASS record after the stream's first BOF (MS-XLS 2.4.117)."""
    book = xlwt.Workbook()
    book.add_sheet("s").write(0, 0, "x")
    stream = book.get_biff_data()
    bof = 4 + struct.unpack_from("<H", stream, 2)[0]
    locked = stream[:bof] + struct.pack("<HHHHH", 0x2F, 6, 0, 0x1234, 0x5678) + stream[bof:]
    out = io.BytesIO()
    CompoundDoc.XlsDoc().save(out, locked)
    return out.getvalue()


BOMB = archive(**{"xl__workbook.xml": b"x", "xl__worksheets__sheet1.xml": b"0" * (8 << 20)})
CROWD = archive(**{f"f{n}": b"" for n in range(2001)})
WORD = archive(**{"word__document.xml": b"x"})


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "台账.xlsx", "是空的"),
        (b"\x00\x01\x02rubbish", "台账.xlsx", "已损坏"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "台账.xls", "另存为 xlsx"),
        (b"PK\x03\x04rubbish", "台账.xlsx", "这个工作簿已损坏，读不了。请用表格软件打开，另存为 xlsx"),
        (archive(**{"xl__workbook.xml": b"<workbook"}), "台账.xlsx", "已损坏"),
        (guard.OLE + b"\x00" * 600 + guard.ENCRYPTED_PACKAGE, "台账.xlsx", "打开密码，读不了。请在表格软件里去掉密码"),
        (locked_xls(), "台账.xls", "密码"),
        (guard.OLE + b"\x00" * 600, "台账.xls", "已损坏"),
        (b"PAR1" + b"\x00" * 40, "台账.parquet", "已损坏"),
        (WORD, "台账.docx", "没有工作簿"),
        (BOMB, "台账.xlsx", "没有打开"),
        (CROWD, "台账.xlsx", "没有打开"),
        (b"%PDF-1.7\x00", "台账.pdf", "不认得"),
        (b"\xff\xfa\x80\x81,\x80\n", "台账.csv", "这个文本表格的编码认不出来"),
    ],
)
def test_it_refuses_what_is_no_readable_workbook(data: bytes, name: str, says: str) -> None:
    with pytest.raises(LedgerError, match=says) as refused:
        read.read(data, name)
    assert any(word in str(refused.value) for word in ("请", "再传"))


def test_it_refuses_a_file_above_the_size_before_looking_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_BYTES", 1 << 10)
    with pytest.raises(LedgerError, match="超过"):
        guard.format_of(b"PK\x03\x04" + b"x" * 2000, "台账.xlsx")


def test_it_refuses_a_sheet_whose_far_corner_would_fill_the_memory() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "身份证号"])
    sheet.write(cells.MAX_ROWS - 1, 16_383, "x")
    book.close()
    with pytest.raises(LedgerError, match="空白行和列"):
        read.read(out.getvalue(), "台账.xlsx")


@pytest.mark.parametrize("kind", ["xlsx", "csv", "parquet"])
@pytest.mark.slow
def test_it_refuses_a_million_rows_with_a_clear_word(kind: str) -> None:
    n = cells.MAX_ROWS + 1
    if kind == "csv":
        data = ("姓名,身份证号\n" + "王一,1\n" * n).encode()
    elif kind == "parquet":
        out = io.BytesIO()
        polars.DataFrame({"姓名": ["王一"] * n}).write_parquet(out)
        data = out.getvalue()
    else:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out)
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["姓名"] + ["王一"] * n)
        book.close()
        data = out.getvalue()
    with pytest.raises(LedgerError, match="一次最多 200,000 行，没有导入。请按社区分成几个文件"):
        read.read(data, f"台账.{kind}")


@pytest.mark.slow
def test_a_text_of_blank_lines_is_refused_before_they_are_read() -> None:
    with pytest.raises(LedgerError, match="这张表有 2,000,001 行，一次最多 200,000 行，没有导入"):
        read.read("姓名,身份证号\n".encode() + b",\n" * cells.MAX_LINES, "台账.csv")
    wide = "姓名,身份证号\n王一,\n".encode() + b"," * 3_000_000
    assert len(read.read(wide, "台账.csv").rows) == 1, "what says nothing at the end of a row is no column"


@pytest.mark.parametrize("length", [131_073, 300_000])
def test_a_cell_longer_than_any_is_refused_with_its_place(length: int) -> None:
    """Longer than the module csv reads by itself: in words, and no error of ours."""
    data = f"姓名,备注\n王一,{'长' * length}\n".encode()
    with pytest.raises(LedgerError, match=r"第 2 行第 2 列这一格有 [0-9,]+ 个字，最多 [0-9,]+ 个，没有导入"):
        read.read(data, "台账.csv")


def test_it_gives_up_on_a_file_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "SECONDS", 0.001)
    with pytest.raises(LedgerError, match="还没读完，没有导入"):
        read.read(books.xlsx({"Sheet1": [books.PERSON]}), "台账.xlsx")


def test_it_says_so_when_there_is_nothing_or_no_header() -> None:
    with pytest.raises(LedgerError, match="这个工作簿里没有内容，没有导入"):
        read.read(books.xlsx({"Sheet1": []}), "台账.xlsx")
    with pytest.raises(LedgerError, match="没有找到表头"):
        read.read(books.xlsx({"Sheet1": [["今天", "天气"], ["晴", 21]]}), "台账.xlsx")


@settings(max_examples=12, deadline=None)
@given(st.binary(min_size=1, max_size=400), st.sampled_from(["a.xlsx", "a.xls", "a.csv", "a.parquet", "a"]))
def test_it_ends_in_a_ledger_or_a_refusal_whatever_the_bytes(data: bytes, name: str) -> None:
    try:
        read.read(data, name)
    except LedgerError as refused:
        assert len(str(refused)) > 10


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 4000), st.integers(1, 255))
def test_it_ends_in_a_ledger_or_a_refusal_when_a_byte_is_broken(where: int, by: int) -> None:
    data = bytearray(books.xlsx({"Sheet1": [books.PERSON, books.person(1)]}))
    data[where % len(data)] ^= by
    try:
        read.read(bytes(data), "台账.xlsx")
    except LedgerError as refused:
        assert len(str(refused)) > 10


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        ("姓名\n王试\n".encode(), "册.csv", "csv"),
        ("姓名\n王试\n".encode(), "册", "csv"),
        ("姓名".encode("utf-16"), "册.txt", "csv"),
        (b"a\x00b", "册.csv", "不是文本表格，读不了"),
        (b"a\x00b", "册", "不认得这种文件"),
        (b"abc", "册.xlsx", "已损坏，或只是改了扩展名"),
        (b"PAR1abc", "册.parquet", "parquet"),
    ],
)
def test_what_a_file_is_told_by_its_bytes_and_what_is_no_text_is_no_text_table(
    data: bytes, name: str, told: str
) -> None:
    try:
        assert guard.format_of(data, name) == told
    except LedgerError as error:
        assert told in str(error)


def test_the_last_row_and_the_longest_cell_are_read_and_one_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty rows between them count for nothing."""
    monkeypatch.setattr(cells, "MAX_ROWS", 3)
    monkeypatch.setattr(cells, "MAX_CELL", 6)
    longest: list[list[cells.Cell]] = [["姓名"], [""], ["王一"], ["王" * 6]]
    assert cells._bounded("这张表", longest) == longest
    with pytest.raises(LedgerError, match="有 4 行，一次最多 3 行，没有导入"):
        cells._bounded("这张表", [*longest, ["王二"]])
    with pytest.raises(LedgerError, match="第 2 行第 1 列这一格有 7 个字，最多 6 个，没有导入"):
        cells._bounded("这张表", [["姓名"], ["王" * 7]])
