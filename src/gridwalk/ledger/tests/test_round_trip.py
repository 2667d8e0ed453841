"""Whatever a row holds, and wherever its columns stand, it is read back as it was written."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwalk.ledger import headers, read
from gridwalk.ledger.tests.books import id_no, phone

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９ｘ")
HEADERS = {
    "building": ("楼栋", "楼号", "幢号"),
    "room": ("室号", "房号(室)", "门 牌"),
    "name": ("姓名", "居民姓名*", "姓　名"),
    "id_no": ("身份证号", "公民身份号码：", "证件号码"),
    "phone": ("联系电话", "手机"),
    "born_on": ("出生日期", "生日"),
}


@st.composite
def people(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, object]]:
    """Canonical values, and a way an office writes them."""
    born = draw(st.dates(dt.date(1920, 1, 1), dt.date(2020, 1, 1)))
    values = {
        "building": draw(st.sampled_from(("5号楼", "A座", "12幢"))),
        "room": str(draw(st.integers(101, 2504))),
        "name": "王" + draw(st.text("一二三四五六七八九", min_size=1, max_size=2)),
        "id_no": id_no(draw(st.integers(0, 999)), f"{born:%Y%m%d}"),
        "phone": phone(draw(st.integers(0, 99_999_999))),
        "born_on": born.isoformat(),
    }
    number = values["id_no"]
    written: dict[str, object] = {
        **values,
        "room": draw(st.sampled_from((values["room"], int(values["room"]), f" {values['room']}"))),
        "name": draw(st.sampled_from((values["name"], " ".join(values["name"]), f"{values['name']}（户主）"))),
        "id_no": draw(
            st.sampled_from(
                (number, f"'{number}", number.lower(), number.translate(FULL_WIDTH), f"{number[:6]} {number[6:]}")
            )
        ),
        "phone": draw(st.sampled_from((values["phone"], int(values["phone"]), f"{values['phone']}、{phone(1)}"))),
        "born_on": draw(
            st.sampled_from(
                (
                    born.isoformat(),
                    f"{born.year}.{born.month}.{born.day}",
                    f"{born.year}年{born.month}月{born.day}日",
                    f"{born:%Y%m%d}",
                    (born - dt.date(1899, 12, 30)).days,
                )
            )
        ),
    }
    if written["name"] != values["name"] and "户主" in str(written["name"]):
        values["relation"] = "02"  # what stands in brackets behind a name says what its bearer is
    return values, written


def workbook(table: list[list[object]], above: int, left: int) -> bytes:
    """A sheet that begins so many rows below the first and columns behind it, under a title."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False})
    sheet = book.add_worksheet("人口")
    if above:
        sheet.write(0, 0, "君临天下社区实有人口台账")
    for row_no, row in enumerate(table, start=above):
        sheet.write_row(row_no, left, row)
    book.close()
    return out.getvalue()


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.lists(people(), min_size=1, max_size=5),
    st.permutations(list(HEADERS)),
    st.data(),
    st.integers(0, 3),
    st.integers(0, 2),
)
def test_it_reads_back_what_was_written(
    rows: list[tuple[dict[str, str], dict[str, object]]], order: list[str], data: st.DataObject, above: int, left: int
) -> None:
    titles: list[object] = [data.draw(st.sampled_from(HEADERS[field])) for field in order]
    table = [titles, *([written[field] for field in order] for _, written in rows)]
    ledger = read.read(workbook(table, above, left), "台账.xlsx")
    assert ledger.kind == "person"
    assert [row.row_no for row in ledger.rows] == [above + 2 + index for index in range(len(rows))]
    assert [row.values for row in ledger.rows] == [values for values, _ in rows]
    assert [[fault.code for fault in row.faults] for row in ledger.rows] == [
        ["remark"] * (written["phone"] == f"{values['phone']}、{phone(1)}" and values["phone"] != phone(1))
        for values, written in rows
    ], "of two telephones the first is taken, and the cell is remarked"
    places = dict(zip(order, range(left, left + len(order)), strict=True))
    assert {c.field: c.index for c in ledger.sheets[0].columns} == places


@given(st.integers(0, 16_383))
def test_column_letters_count_as_the_table_program_counts(index: int) -> None:
    back = 0
    for letter in headers.letter(index):
        back = back * 26 + ord(letter) - 64
    assert back == index + 1
