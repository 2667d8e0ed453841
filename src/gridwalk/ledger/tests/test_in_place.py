"""The writer in place: of a user's workbook only the marks change, whatever else it holds and whoever wrote it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from python_calamine import CalamineWorkbook

from gridwalk.ledger import annotate
from gridwalk.ledger.annotate import Annotated, Mark, Table
from gridwalk.ledger.inplace.layout import is_without_formulas
from gridwalk.ledger.tests import books

CASES = Path(__file__).parent / "cases"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def packed(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def values(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def changed(data: bytes, annotated: Annotated) -> set[str]:
    """The parts of the user's own that are not what they were."""
    before, after = parts(data), parts(annotated.data)
    assert not before.keys() - after.keys()
    return {name for name, content in before.items() if after[name] != content}


def small(sheet: str, **more: bytes | str) -> bytes:
    """The smallest workbook there can be, with its one sheet as written."""
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="人口" sheetId="7" r:id="s"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="s" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": sheet,
    }
    return packed({**files, **more})


def test_pictures_text_boxes_bars_and_sparklines_stay_as_they_were() -> None:
    data = (CASES / "drawings.xlsx").read_bytes()
    marks = [
        Mark("人口", 4, "G", "证件号最后一位对不上"),
        Mark("人口", 8, "E", "请核对"),
        Mark("人口", 9, "", "这户在两个网格"),
    ]
    annotated = annotate.annotate(data, "台账.xlsx", marks)
    assert (annotated.note, annotated.ending) == ("", "xlsx")
    assert changed(data, annotated) == {
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }
    before, after = (parts(d)["xl/worksheets/sheet1.xml"] for d in (data, annotated.data))
    assert after.partition(b"</sheetData>")[2] == before.partition(b"</sheetData>")[2]
    cell = re.compile(rb'<c r="([A-Z]+\d+)".*?(?:/>|</c>)', re.DOTALL)
    own, theirs = ({m[1]: m[0] for m in cell.finditer(xml)} for xml in (before, after))
    assert {name for name in theirs if own.get(name) != theirs[name]} == {b"G4", b"E8", b"L1", b"L9"}
    sheet: Any = openpyxl.load_workbook(io.BytesIO(annotated.data))["人口"]
    assert sheet["E8"].comment.text == "这户要晚上去；请核对"
    assert [sheet[c].comment.text for c in ("G4",)] == ["证件号最后一位对不上"]
    assert (sheet["L1"].value, sheet["L9"].value) == ("网格走访说明", "这户在两个网格")
    assert {c for c in ("G4", "E8", "L9", "G5") if sheet[c].fill.start_color.rgb == "FFF9E6E1"} == {"G4", "E8", "L9"}
    assert b"<t>\xe5\xb0\x8f\xe6\x98\x8e</t>" in parts(annotated.data)["xl/sharedStrings.xml"], "rich text in a name"


def test_pictures_in_cells_as_wps_keeps_them_stay() -> None:
    data = (CASES / "cell_pictures.xlsx").read_bytes()
    annotated = annotate.annotate(data, "台账.xlsx", [Mark("人口", 3, "G", "证件号最后一位对不上")])
    assert annotated.note == ""
    assert changed(data, annotated) == {"[Content_Types].xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"}
    before, after = (parts(d)["xl/worksheets/sheet1.xml"] for d in (data, annotated.data))
    assert after.count(b"DISPIMG") == before.count(b"DISPIMG") == 10
    assert values(annotated.data) == values(data)
    sheet: Any = openpyxl.load_workbook(io.BytesIO(annotated.data))["人口"]
    assert sheet["G3"].comment.text == "证件号最后一位对不上"


def rich() -> bytes:
    """What XlsxWriter can draw, on one sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("人口")
    for row_no, row in enumerate([books.PERSON, *(books.person(n) for n in range(1, 6))]):
        sheet.write_row(row_no, 0, row)
    sheet.insert_textbox("J2", "填表要求：一人一行")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=人口!$C$2:$C$6"})
    sheet.insert_chart("J8", chart)
    sheet.conditional_format("C2:C6", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("E2:E6", {"validate": "list", "source": ["户主", "配偶"]})
    sheet.add_sparkline("I2", {"range": "人口!C2:C6"})
    sheet.write_comment("D3", "原来的批注")
    sheet.set_column("A:G", 12)
    sheet.add_table("A1:G6", {"columns": [{"header": h} for h in books.PERSON]})
    sheet.write_formula("H2", "=LEN(F2)", value=18)
    book.add_worksheet("空表")
    book.close()
    return out.getvalue()


def plain() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "人口"
    for row in [books.PERSON, *(books.person(n) for n in range(1, 6))]:
        sheet.append(row)
    sheet["F3"].comment = Comment("本子上是这么写的", "社区")
    sheet.merge_cells("A2:A3")
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("data", [rich(), plain()], ids=["XlsxWriter", "openpyxl"])
def test_other_parts_are_identical_whoever_wrote_the_workbook(data: bytes) -> None:
    marks = [
        Mark("人口", 2, "G", "没有填"),
        Mark("人口", 3, "D", "再看"),
        Mark("人口", 3, "F", "再看"),
        Mark("人口", 6, "", "整行"),
    ]
    annotated = annotate.annotate(data, "台账.xlsx", marks, [Table("说明", ["甲"], [["=1+1"], [3], [None]])])
    own = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
    touched = changed(data, annotated) - own
    assert {re.sub(r"\d", "", name.rsplit("/", 1)[-1]) for name in touched} <= {
        "sheet.xml",
        "comments.xml",
        "comment.xml",
        "vmlDrawing.vml",
        "commentsDrawing.vml",
    }
    before, after = values(data), values(annotated.data)
    assert list(after) == [*before, "说明"] and after["说明"] == [["甲"], ["=1+1"], [3.0]]
    width = len(before["人口"][0])
    assert [row[:width] for row in after["人口"]] == before["人口"]
    book = openpyxl.load_workbook(io.BytesIO(annotated.data))
    assert book["人口"]["G2"].comment.text == "没有填" and book["人口"]["D3"].comment.text.endswith("再看")
    assert book["说明"]["A2"].data_type == "s" and book["说明"]["A2"].quotePrefix
    again = annotate.annotate(annotated.data, "台账.xlsx", marks)
    assert (
        again.note == ""
        and openpyxl.load_workbook(io.BytesIO(again.data))["人口"]["G2"].comment.text == "没有填；没有填"
    )


def test_every_comment_of_a_long_sheet_has_a_box_of_its_own() -> None:
    data = books.xlsx({"人口": [books.PERSON, *(books.person(n % 900) for n in range(1, 2501))]})
    marks = [Mark("人口", n, "G", "请核对") for n in range(2, 2502)]
    after = parts(annotate.annotate(data, "台账.xlsx", marks).data)
    (vml,) = (content for name, content in after.items() if name.endswith(".vml"))
    numbers = [int(n) for n in re.findall(rb'id="_x0000_s(\d+)"', vml)]
    assert len(set(numbers)) == 2500
    (blocks,) = re.findall(rb'data="([\d,]+)"', vml)
    assert {n // 1024 for n in numbers} == {int(b) for b in blocks.split(b",")}
    rows = [int(n) for n in re.findall(rb"<x:Row>(\d+)</x:Row>", vml)]
    assert sorted(rows) == list(range(1, 2501))


def test_macros_are_kept_and_the_name_says_so() -> None:
    files: dict[str, bytes | str] = dict(parts(rich()))
    files["[Content_Types].xml"] = parts(rich())["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    files["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0 no macro that anybody runs"
    annotated = annotate.annotate(packed(files), "台账.xlsm", [Mark("人口", 2, "G", "没有填")])
    assert (annotated.note, annotated.ending) == ("", "xlsm")
    assert parts(annotated.data)["xl/vbaProject.bin"] == files["xl/vbaProject.bin"]


def test_a_signature_ends_and_that_is_said() -> None:
    files: dict[str, bytes | str] = dict(parts(plain()))
    files["_rels/.rels"] = parts(plain())["_rels/.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="rIdS" Type="{PACKAGE}/relationships/digital-signature/origin" '
        'Target="_xmlsignatures/origin.sigs"/></Relationships>'.encode(),
    )
    files["_xmlsignatures/origin.sigs"] = b""
    files["_xmlsignatures/sig1.xml"] = b"<Signature/>"
    annotated = annotate.annotate(packed(files), "台账.xlsx", [Mark("人口", 2, "G", "没有填")])
    assert "电子签名" in annotated.note
    after = parts(annotated.data)
    assert not [name for name in after if "signature" in name] and b"signature" not in after["_rels/.rels"]
    assert values(annotated.data)["人口"][0] == [*books.PERSON]


ODD = {
    "a prefix": '<x:worksheet xmlns:x="{m}"><x:sheetData><x:row r="2"><x:c r="A2" t="inlineStr"><x:is>'
    "<x:t>王一</x:t></x:is>"
    "</x:c></x:row></x:sheetData></x:worksheet>",
    "no references": '<worksheet xmlns="{m}"><sheetData><row/><row><c t="inlineStr"><is><t>王一</t></is></c></row>'
    "</sheetData></worksheet>",
    "empty tags": '<worksheet xmlns="{m}"><sheetData><row r="1"/><row r="2"><c r="A2" t="inlineStr"><is><t>王一</t></is>'
    '</c><c r="C2"/></row><row r="3"/></sheetData></worksheet>',
    "signs in attributes": "<worksheet xmlns='{m}'><sheetData><row r='2' spans='1:1'><c r='A2' t='inlineStr' "
    "zz='>/ &gt;'><is><t>王一</t></is></c></row></sheetData></worksheet>",
    "remarks": '<worksheet xmlns="{m}"><!-- <row r="1"><c r="A1"> --><sheetData><row r="2"><c r="A2" t="inlineStr"><is>'
    "<t><![CDATA[王一]]></t></is></c></row></sheetData></worksheet>",
}


@pytest.mark.parametrize("xml", ODD.values(), ids=ODD)
def test_a_sheet_is_patched_however_it_is_written(xml: str) -> None:
    data = small(xml.format(m=MAIN))
    marks = [Mark("人口", 2, "A", "再看"), Mark("人口", 2, "B", "没有填"), Mark("人口", 4, "", "这一行没有")]
    annotated = annotate.annotate(data, "台账.xlsx", marks)
    assert annotated.note == ""
    (rows,) = values(annotated.data).values()
    assert [[c for c in row if c] for row in rows] == [["网格走访说明"], ["王一"], [], ["这一行没有"]]
    sheet: Any = openpyxl.load_workbook(io.BytesIO(annotated.data))["人口"]
    assert (sheet["A2"].value, sheet["A2"].comment.text, sheet["B2"].comment.text) == ("王一", "再看", "没有填")
    assert all(sheet[c].fill.start_color.rgb == "FFF9E6E1" for c in ("A2", "B2"))


def test_an_empty_sheet_gets_its_rows() -> None:
    data = small(f'<worksheet xmlns="{MAIN}"><sheetData/><pageMargins left="1"/></worksheet>')
    annotated = annotate.annotate(data, "台账.xlsx", [Mark("人口", 3, "", "补一行")])
    assert values(annotated.data)["人口"] == [["网格走访说明"], [""], ["补一行"]]


def test_a_conversation_hides_a_comment_so_the_row_is_explained() -> None:
    files = parts(plain())
    relations = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="t" Type="{OFFICE}/threadedComment" '
    files["xl/worksheets/_rels/sheet1.xml.rels"] = (
        relations + 'Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    ).encode()
    files["xl/threadedComments/threadedComment1.xml"] = (
        b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        b'<threadedComment ref="G2"/></ThreadedComments>'
    )
    annotated = annotate.annotate(packed(files), "台账.xlsx", [Mark("人口", 2, "G", "没有填")])
    assert values(annotated.data)["人口"][1][7] == "没有填"


def test_a_part_that_declares_a_document_type_is_not_patched() -> None:
    xml = f'<!DOCTYPE x [<!ENTITY e "b">]><worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr">'
    data = small(f"{xml}<is><t>王一</t></is></c></row></sheetData></worksheet>")
    assert "改不了" in annotate.annotate(data, "台账.xlsx", [Mark("人口", 1, "A", "再看")]).note


@pytest.mark.parametrize(
    ("xml", "is_without"),
    [
        ("<worksheet><c><v>1</v></c><conditionalFormatting><formula>A1</formula></conditionalFormatting>", True),
        ("<x:worksheet><x:c><x:v>1</x:v></x:c>", True),
        ("<worksheet><c><f>A1</f></c>", False),
        ('<x:worksheet><x:c><x:f t="shared" si="0"/></x:c>', False),
        ("<worksheet><c><f\n>A1</f></c>", False),
        ("<!DOCTYPE x><worksheet><c/>", False),
        ("<chartsheet/>", False),
        ('<?xml version="1.0" encoding="GB18030"?><worksheet><c/>', False),
    ],
)
def test_only_of_a_plain_sheet_it_is_told_by_its_bytes_that_it_has_no_formula(xml: str, is_without: bool) -> None:
    assert is_without_formulas(xml.encode()) is is_without
    assert not is_without_formulas(xml.encode("utf-16")), "what is not in UTF-8 is parsed, and refused there"
