"""What stands in a workbook's parts and in no cell: days counted from 1904, what is struck out, odd packages."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font

from gridwalk.ledger import read, sides
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.tests import books
from gridwalk.ledger.tests.books import PERSON, id_no, person

CASES = Path(__file__).parent / "cases"
BORN = ["楼栋", "单元", "室号", "姓名", "性别", "身份证号", "出生日期"]


def born(data: bytes) -> list[str | None]:
    return [row.values.get("born_on") for row in read.read(data, "台账.xlsx").rows]


def test_day_numbers_of_a_workbook_that_counts_from_1904() -> None:
    assert born((CASES / "date1904_general.xlsx").read_bytes()) == ["1962-09-03", "1956-11-01", "1953-01-14"]


@pytest.mark.parametrize(("from_1904", "expected"), [(False, "1958-09-02"), (True, "1962-09-03")])
def test_the_same_number_and_a_real_date_in_either_count(from_1904: bool, expected: str) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": from_1904})
    sheet = book.add_worksheet("人口")
    sheet.write_row(0, 0, BORN)
    sheet.write_row(1, 0, ["1号楼", "1单元", "101", "冯杰", "男", id_no(1), 21430])
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(2, 0, ["1号楼", "1单元", "102", "陈英", "女", id_no(2)])
    sheet.write_datetime(2, 6, dt.date(1962, 9, 3), date)
    sheet.write_row(3, 0, ["1号楼", "1单元", "103", "冯芳", "女", id_no(4), "1962.9.3"])
    book.close()
    assert born(out.getvalue()) == [expected, "1962-09-03", "1962-09-03"]


def struck(*, cells: Callable[[int, int], bool]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [PERSON, person(1), person(2), person(3)]:
        sheet.append(row)
    for row_no in range(2, 5):
        for column in range(1, len(PERSON) + 1):
            if cells(row_no, column):
                sheet.cell(row_no, column).font = Font(strike=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_row_struck_out_is_asked_about_and_not_read() -> None:
    ledger = read.read((CASES / "struck_out_row.xlsx").read_bytes(), "台账.xlsx")
    assert [row.row_no for row in ledger.rows] == [2, 4, 5]
    assert [(row.row_no, row.why, row.asks) for row in ledger.left_out] == [(1, "header", False), (3, "struck", True)]


def test_a_cell_struck_out_is_a_fault_there_and_its_row_stays() -> None:
    ledger = read.read(struck(cells=lambda row, column: (row, column) == (3, 7)), "台账.xlsx")
    assert [row.row_no for row in ledger.rows] == [2, 3, 4]
    assert [(f.column, f.code) for f in ledger.rows[1].faults] == [("G", "struck")]
    assert "phone" not in ledger.rows[1].values


def test_a_row_is_struck_out_though_its_first_cell_is_not() -> None:
    ledger = read.read(struck(cells=lambda row, column: row == 4 and column > 1), "台账.xlsx")
    assert [row.row_no for row in ledger.rows] == [2, 3]


def test_words_struck_out_within_their_cells_count_as_well() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, line = book.add_worksheet("人口"), book.add_format({"font_strikeout": True})
    sheet.write_row(0, 0, PERSON)
    for column, value in enumerate(person(1)):
        sheet.write_rich_string(1, column, line, str(value)[:1], line, str(value)[1:])
    sheet.write_row(2, 0, person(2))
    book.close()
    ledger = read.read(out.getvalue(), "台账.xlsx")
    assert [row.row_no for row in ledger.rows] == [3] and ledger.left_out[-1].why == "struck"


def test_a_strict_workbook_is_read_whatever_its_size() -> None:
    side = sides.read_file(CASES / "strict_and_large.xlsx")
    assert len(side.frame) == 330 and side.frame["name"][0] == "冯杰"


def repacked(data: bytes, rename: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            for old_name in old.namelist():
                for form in (f"/{old_name}", old_name, old_name.removeprefix("xl/")):
                    content = content.replace(f'"{form}"'.encode(), f'"{rename(form)}"'.encode())
            new.writestr(rename(name), content)
    return out.getvalue()


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("workbook.xml", "book1.xml"),
        lambda name: name.replace("xl/", "data/"),
        lambda name: name.replace("sharedStrings", "texts").replace("sheet1", "people"),
    ],
    ids=["another name", "another folder", "other names of parts"],
)
def test_a_workbook_whose_parts_have_other_names_is_read(rename: Callable[[str], str]) -> None:
    odd = repacked(books.xlsx({"人口": [PERSON, person(1)]}), rename)
    assert [row.values["name"] for row in read.read(odd, "台账.xlsx").rows] == ["王二"]


def test_names_of_parts_are_compared_without_case() -> None:
    plain = books.xlsx({"人口": [PERSON, person(1)]})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name.replace("xl/", "XL/").replace("sharedStrings", "SharedStrings"), old.read(name))
    assert [row.values["name"] for row in read.read(out.getvalue(), "台账.xlsx").rows] == ["王二"]


@pytest.mark.slow
def test_rows_that_say_something_are_counted_and_no_others() -> None:
    ledger = read.read((CASES / "a_space_in_the_last_row.xlsx").read_bytes(), "台账.xlsx")
    assert len(ledger.rows) == 5 and str(ledger.tally) == "6 行，5 人：5 行读入，1 表头表尾，0 要看"


@pytest.mark.parametrize("blank", ["　", " \t ", "\n"])
def test_whatever_says_nothing_far_below_or_at_the_right_is_no_row(blank: str) -> None:
    data = books.xlsx({"人口": [PERSON, person(1), [], [*[""] * 200, blank], *[[]] * 5000, ["", blank]]})
    ledger = read.read(data, "台账.xlsx")
    assert len(ledger.rows) == 1 and ledger.tally.n_rows == 2


def test_more_rows_than_are_read_are_refused_where_they_say_something() -> None:
    csv = ("姓名,室号\n" + "王一,101\n" * 200_000).encode()
    with pytest.raises(LedgerError, match="200,001 行"):
        read.read(csv, "台账.csv")
