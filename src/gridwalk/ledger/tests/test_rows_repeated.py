"""A row of a department's workbook repeated for as many records: what stood below moves, and what says where it is."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from gridwalk.ledger.inplace import rows
from gridwalk.ledger.inplace.package import NotInPlace, Package
from gridwalk.ledger.inplace.references import Repeated, copied
from gridwalk.ledger.tests import books
from gridwalk.ledger.tests.test_in_place import parts

RECORDS: list[dict[int, rows.Content]] = [
    {1: 1, 2: "王一", 3: books.id_no(1), 4: 3},
    {1: 2, 2: "王二", 3: books.id_no(2), 4: 4},
    {1: 3, 2: "=1+1", 3: "", 4: 5},
]


def blank(more: Callable[[Any, Any], None] = lambda _book, _sheet: None) -> bytes:
    """Title, two header rows, one row to be filled, a total and a line for signatures; a second sheet counts it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, other = book.add_worksheet("名册"), book.add_worksheet("汇总")
    book.add_worksheet("附注").write(0, 0, "填表说明")
    sheet.merge_range("A1:F1", "高龄老人名册")
    sheet.merge_range("A2:A3", "序号")
    sheet.write_row("A3", ["", "姓名", "证件号", "人数", "加倍", "合计"])
    sheet.write_row("A4", [1, "（例）", "", 9], book.add_format({"border": 1}))
    sheet.write_formula("F4", "=D4*2+$D$6+SUM(D4:E4)", None, 27)
    sheet.write_formula("D5", "=SUM(D4:D4)", None, 9)
    sheet.write_formula("F5", "=SUM(F4:F4)", None, 27)
    sheet.write("D6", 100)
    sheet.merge_range("A7:F7", "填表人：　　　审核人：")
    other.write_formula("A1", "=名册!D5+SUM(名册!F4:F4)", None, 36)
    more(book, sheet)
    book.close()
    return out.getvalue()


def repeated(data: bytes, records: list[dict[int, rows.Content]] | None = None) -> bytes:
    package = Package(data)
    rows.fill(package, "名册", range(4, 5), RECORDS if records is None else records)
    return package.data()


def test_each_record_has_a_row_and_totals_are_over_all_of_them() -> None:
    data = repeated(blank())
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["名册"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=9)]
    assert cells == [
        [1, "王一", books.id_no(1), 3, None, "=D4*2+$D$8+SUM(D4:E4)"],
        [2, "王二", books.id_no(2), 4, None, "=D5*2+$D$8+SUM(D5:E5)"],
        [3, "=1+1", None, 5, None, "=D6*2+$D$8+SUM(D6:E6)"],
        [None, None, None, "=SUM(D4:D6)", None, "=SUM(F4:F6)"],
        [None, None, None, 100, None, None],
        ["填表人：　　　审核人：", None, None, None, None, None],
    ]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:F1", "A2:A3", "A9:F9"}
    assert book["汇总"]["A1"].value == "=名册!D7+SUM(名册!F4:F6)"
    assert all(sheet.cell(row, 1).border.left.style == "thin" for row in (4, 5, 6))
    assert (sheet["C5"].data_type, sheet["C5"].quotePrefix, sheet["B6"].data_type) == ("s", True, "s")
    assert book.calculation.fullCalcOnLoad
    assert openpyxl.load_workbook(io.BytesIO(data), data_only=True)["名册"]["D7"].value is None, "no stale total"


def test_every_part_that_names_no_moved_cell_is_the_same_to_the_byte() -> None:
    data = blank()
    before, after = parts(data), parts(repeated(data))
    moved = {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/styles.xml"}
    assert {name for name in before if after.get(name) != before[name]} - {"xl/calcChain.xml"} == moved
    assert after.keys() <= before.keys()


def test_what_is_said_of_cells_around_the_rows_moves_with_them() -> None:
    def more(book: Any, sheet: Any) -> None:
        sheet.data_validation("B4", {"validate": "list", "source": "=$D$6:$D$6"})
        sheet.data_validation("E4:E6", {"validate": "list", "source": ["男", "女"]})
        sheet.conditional_format("D4:D4", {"type": "formula", "criteria": "=$D4>$D$6"})
        sheet.conditional_format("A7", {"type": "no_blanks"})
        sheet.print_area("A1:F7")
        sheet.set_h_pagebreaks([4, 6])
        sheet.autofilter("A3:F4")
        sheet.merge_range("H3:H5", "说明")
        sheet.merge_range("I4:J4", "")
        sheet.write_comment("D6", "上年数")
        sheet.write_comment("A1", "标题")
        sheet.add_table("L3:M4", {"columns": [{"header": "甲"}, {"header": "乙"}], "name": "表一"})
        book.define_name("合计", "=名册!$D$5")
        book.define_name("外面", "=汇总!$D$5")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=名册!$D$4:$D$5"})
        sheet.insert_chart("O6", chart)

    data = repeated(blank(more))
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["名册"]
    validations = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert validations == {"B4:B6": "$D$8:$D$8", "E4:E8": '"男,女"'}
    looks = {str(area.sqref): area.rules[0].formula[0] for area in sheet.conditional_formatting}
    assert looks == {"D4:D6": "$D4>$D$8", "A9": "LEN(TRIM(A9))>0"}
    assert sheet.print_area == "'名册'!$A$1:$F$9"
    assert [mark.id for mark in sheet.row_breaks.brk] == [6, 8]
    assert sheet.auto_filter.ref == "A3:F6"
    merged = {"A1:F1", "A2:A3", "A9:F9", "H3:H7", "I4:J4", "I5:J5", "I6:J6"}
    assert {str(area) for area in sheet.merged_cells.ranges} == merged
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment} == {"A1", "D8"}
    assert sheet.tables["表一"].ref == "L3:M6"
    names = {name: book.defined_names[name].attr_text for name in ("合计", "外面")}
    assert names == {"合计": "名册!$D$7", "外面": "汇总!$D$5"}
    after = parts(data)
    assert (
        b"<xdr:from><xdr:col>14</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>7</xdr:row>"
        in after["xl/drawings/drawing1.xml"]
    )
    assert "<c:f>名册!$D$4:$D$7</c:f>".encode() in after["xl/charts/chart1.xml"]
    assert b"<x:Row>7</x:Row>" in after["xl/drawings/vmlDrawing1.vml"]


def with_sheet(data: bytes, replaced: dict[bytes, bytes], sheet: str = "xl/worksheets/sheet1.xml") -> bytes:
    package = Package(data)
    xml = package.read(sheet)
    for before, after in replaced.items():
        assert before in xml
        xml = xml.replace(before, after)
    package.write(sheet, xml)
    return package.data()


def test_a_formula_shared_by_cells_is_each_cells_own() -> None:
    data = with_sheet(
        blank(),
        {
            b"<f>D4*2+$D$6+SUM(D4:E4)</f>": b'<f t="shared" ref="F4:F5" si="0">D4*$D$6</f>',
            b"<f>SUM(F4:F4)</f>": b'<f t="shared" si="0"/>',
        },
    )
    data = with_sheet(
        data,
        {b"<v>36</v></c></row>": b'<v>36</v></c></row><row r="2"><c r="A2"><f t="shared" si="0"/></c></row>'},
        "xl/worksheets/sheet2.xml",
    )
    shared = b'<f t="shared" ref="A1:A2" si="0">\xe5\x90\x8d\xe5\x86\x8c!D4</f>'
    data = with_sheet(
        data,
        {"<f>名册!D5+SUM(名册!F4:F4)</f>".encode(): shared},
        "xl/worksheets/sheet2.xml",
    )
    book = openpyxl.load_workbook(io.BytesIO(repeated(data)))
    assert [book["名册"][f"F{n}"].value for n in range(4, 8)] == ["=D4*$D$8", "=D5*$D$8", "=D6*$D$8", "=D7*$D$8"]
    assert [book["汇总"][f"A{n}"].value for n in (1, 2)] == ["=名册!D4", "=名册!D7"]


def test_records_take_the_drawn_rows_first_also_those_the_file_does_not_mention() -> None:
    package = Package(books.xlsx({"名册": [["姓名", "人数"], ["", ""], ["", ""], ["", ""], ["合计", "=SUM(B2:B4)"]]}))
    rows.fill(package, "名册", range(2, 5), [{1: f"王{n}", 2: n} for n in range(1, 6)])
    sheet: Any = openpyxl.load_workbook(io.BytesIO(package.data()))["名册"]
    assert [row[0].value for row in sheet.iter_rows()] == ["姓名", "王1", "王2", "王3", "王4", "王5", "合计"]


@pytest.mark.parametrize(
    ("formula", "own", "moved"),
    [
        ("SUM(E3:E5)", True, "SUM(E3:E8)"),
        ("SUM(E5:E5)", True, "SUM(E5:E8)"),
        ("SUM(B5:E5)", True, "SUM(B5:E5)"),
        ("E4+E5+E6", True, "E4+E5+E9"),
        ("E6", False, "E6"),
        ("Sheet2!E6+名册!E6+'名册'!$A$6:$B$9", False, "Sheet2!E6+名册!E9+'名册'!$A$9:$B$12"),
        ('"E6"&E6', True, '"E6"&E9'),
        ("LOG10(E6)+TAX_E6", True, "LOG10(E9)+TAX_E6"),
        ("T1[[#All],[E6]]+E6", True, "T1[[#All],[E6]]+E9"),
        ("[1]名册!E6+'[1]名册'!E6", True, "[1]名册!E6+'[1]名册'!E6"),
        ("SUM(5:8)+SUM(A:B)+$6:$6", True, "SUM(5:11)+SUM(A:B)+$9:$9"),
    ],
)
def test_a_reference_points_where_its_cell_stands_now(formula: str, own: bool, moved: str) -> None:
    assert Repeated("名册", 5, 3).formula(formula, own=own) == moved


def test_a_copied_formula_takes_along_what_is_not_fixed() -> None:
    assert copied('A$1+$A1+B2:C3+"A1"+$5:6', rows=2, columns=1) == 'B$1+$A3+C4:D5+"A1"+$5:8'
    assert copied("A1", rows=-1) == "#REF!"


@pytest.mark.parametrize(
    "replaced",
    [
        {b"<f>D4*2+$D$6+SUM(D4:E4)</f>": b'<f t="array" ref="F4">SUM(D4:E4)</f>'},
        {b"<f>SUM(F4:F4)</f>": b'<f t="array" ref="F3:F5">D3:D5</f>'},
        {b"<f>SUM(F4:F4)</f>": b'<f t="dataTable" ref="F5" r1="D6"/>'},
    ],
)
def test_what_cannot_be_moved_without_harm_is_refused(replaced: dict[bytes, bytes]) -> None:
    with pytest.raises(NotInPlace):
        repeated(with_sheet(blank(), replaced))
