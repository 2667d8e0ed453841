"""The user's file back with explanations: kept where it can be, rebuilt where not, and readable once more."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from gridwalk.ledger import annotate, guard, read
from gridwalk.ledger.annotate import Mark
from gridwalk.ledger.inplace.package import NotInPlace
from gridwalk.ledger.inplace.styles import Styles
from gridwalk.ledger.tests import books
from gridwalk.ledger.tests.books import PERSON, person


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def marks_of(data: bytes, name: str = "台账.xlsx") -> list[Mark]:
    return [Mark(r.sheet, r.row_no, f.column, f.text) for r in read.read(data, name).rows for f in r.faults]


def original() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "人口"
    sheet.append(["君临天下社区实有人口台账"])
    sheet.merge_cells("A1:G1")
    for row in (PERSON, person(1, phone="12"), person(2), person(3, id_no="1", phone="x")):
        sheet.append(row)
    sheet["J2"] = "=COUNTA(D3:D9)"
    sheet.column_dimensions["D"].width = 33
    sheet["D3"].font = Font(bold=True, color="FF0000")
    sheet.auto_filter.ref = "A2:G5"
    book.create_sheet("说明").append(["一式两份"])
    book.save(out)
    return out.getvalue()


def test_only_bad_cells_of_the_users_own_file_change() -> None:
    data = original()
    marks = marks_of(data)
    assert [(m.row_no, m.column) for m in marks] == [(3, "G"), (5, "F"), (5, "G")]
    annotated = annotate.annotate(data, "台账.xlsx", marks)
    before, after = opened(data)["人口"], opened(annotated.data)["人口"]
    assert annotated.note == ""
    for row in before.iter_rows():
        for cell in row:
            same = after[cell.coordinate]
            marked = cell.coordinate in {"G3", "F5", "G5"}
            assert same.value == cell.value
            assert (same.comment is not None) == marked == (same.fill.start_color.rgb == "FFF9E6E1")
    assert "11 位" in after["G3"].comment.text
    assert after.column_dimensions["D"].width == 33 and after["D3"].font.bold and after.auto_filter.ref == "A2:G5"
    assert opened(annotated.data).sheetnames == ["人口", "说明"]


def test_a_mark_in_a_merged_cell_goes_where_it_can_be_seen_and_says_it_once() -> None:
    data = books.xlsx({"Sheet1": [PERSON, person(1), person(2, room="")]}, merges=[(1, 2, 2, 2, "长" * 40)])
    marks = marks_of(data)
    assert [(m.row_no, m.column) for m in marks] == [(2, "C"), (3, "C")]
    sheet = opened(annotate.annotate(data, "台账.xlsx", marks).data)["Sheet1"]
    assert sheet["C2"].comment.text == marks[0].text


def test_what_concerns_a_whole_row_and_what_is_beyond_the_comments_stands_in_a_column(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(annotate, "MAX_COMMENTS", 2)
    data = books.xlsx({"Sheet1": [PERSON, *[person(n, phone="12") for n in range(1, 5)]]})
    annotated = annotate.annotate(data, "台账.xlsx", [*marks_of(data), Mark("Sheet1", 2, "", "这户在两个网格")])
    sheet = opened(annotated.data)["Sheet1"]
    assert sheet["H1"].value == "网格走访说明"
    assert "这户在两个网格" in sheet["H2"].value
    assert [bool(sheet[f"G{n}"].comment) for n in range(2, 6)] == [True, True, False, False]
    assert all("11 位" in sheet[f"H{n}"].value for n in (4, 5))


def test_other_files_and_huge_ones_are_rebuilt_and_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = "\n".join(",".join(map(str, row)) for row in (PERSON, person(1, phone="12"), person(2, name="=1+1")))
    annotated = annotate.annotate(text.encode("gb18030"), "台账.csv", marks_of(text.encode("gb18030"), "台账.csv"))
    assert "原文件不是 xlsx" in annotated.note
    sheet: Any = opened(annotated.data).active
    assert sheet["G2"].fill.start_color.rgb.endswith("F9E6E1") and "11 位" in sheet["H2"].value
    assert (sheet["D3"].value, sheet["D3"].data_type, sheet["D3"].quotePrefix) == ("=1+1", "s", True)
    source = tmp_path / "台账.xlsx"
    source.write_bytes(original())
    marks = marks_of(original())
    assert annotate.annotate_file(source, "xlsx", marks, []).note == ""
    monkeypatch.setattr(guard, "MAX_UNPACKED", 100)
    assert "原文件有 0 MB" in annotate.annotate_file(source, "xlsx", marks, []).note


def test_a_file_that_cannot_be_changed_in_place_is_rebuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise NotInPlace("odd styles")

    monkeypatch.setattr(Styles, "look", fails)
    data = original()
    annotated = annotate.annotate(data, "台账.xlsx", marks_of(data))
    monkeypatch.undo()
    assert "改不了" in annotated.note and opened(annotated.data)["人口"]["D3"].value == "王二"


def test_an_annotated_workbook_is_read_again_like_the_first() -> None:
    for data, name in ((original(), "台账.xlsx"), ("姓名,身份证号,手机\n王一,1,2\n".encode(), "台账.csv")):
        annotated = annotate.annotate(
            data, name, [*marks_of(data, name), Mark("人口" if name[-1] == "x" else "Sheet1", 3, "", "看")]
        )
        first, again = read.read(data, name), read.read(annotated.data, "改好.xlsx")
        letter = "K" if name[-1] == "x" else "D"
        assert again.refused == [f"{letter} 列“网格走访说明”是上次交回的说明，没有读"]
        assert first.refused == [] and again.questions == first.questions
        assert [(r.row_no, r.values, r.faults) for r in again.rows] == [
            (r.row_no, r.values, r.faults) for r in first.rows
        ]
