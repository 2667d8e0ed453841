"""Columns read at once say what each of their cells says alone, from whatever source the cells come."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridwalk.ledger import columns, comparing, frames, meanings, sides
from gridwalk.ledger.tests import books
from gridwalk.method import idcards, text

CASES = Path(__file__).parent / "cases"
STEM = "12019919560302001"
GOOD = STEM + idcards.checksum(STEM)
CELLS = {
    "姓名": [
        "王伟",
        "欧阳文静",
        "王　伟",
        "张三（已故）",
        "无",
        "户主",
        "李四2",
        "李四2（长子）",
        "无名氏",
        "阿卜杜·热合曼",
        "張偉",
        "一",
        "",
    ],
    "身份证号": [
        GOOD,
        GOOD[:17] + ("1" if GOOD[17] != "1" else "2"),
        "120199560302001",
        GOOD.lower(),
        "1.20199E+17",
        "不详",
        "12019919560302000",
        "120199199913010011",
        "１２０１９９",
        GOOD[:14] + "****",
        GOOD[:15] + "000",
        f" {GOOD[:6]} {GOOD[6:14]} {GOOD[14:]}",
        f"'{GOOD}",
        f"{GOOD[:6]}-{GOOD[6:]}",
        "12019919560302011X",
        "12019919560302011Ｘ",
        "12019919560302011×",
        "120199569302001",
        "12019956030200",
        f"{GOOD}.0",
        f"{GOOD[:17]}?",
        "",
    ],
    "性别": ["男", "女", "M", "未知", "男性", "1", ""],
    "出生日期": [
        "1956-03-02",
        "1956.3.2",
        "1956年3月2日",
        "19560302",
        "1956-02-30",
        "56.3.2",
        "20516",
        "19560230",
        "1956032",
        "18481231",
        "1956-03-02 00:00:00",
        "1848-1-1",
        "无",
        "",
    ],
    "联系电话": [
        "12012345678",
        "１２０１２３４５６７８",
        "12012345678/12087654321",
        "022-26251234",
        "1201234",
        "—",
        "12012345678.0",
        "120-1234-5678",
        "120 1234 5678",
        "1201234-5678",
        "12012345678、12087654321",
        "12012345678 12087654321",
        "12012345678/12012345678",
        "12012345678/1208765432",
        "022-26251234/12012345678",
        "",
    ],
    "人员状态": ["正常", "去世", "已迁出", "不认识", ""],
    "住址": [
        "林古里5号楼2单元301",
        "林古里小区５-２-301",
        "旺海公府12号楼1门1002室（东）",
        "五号楼",
        "无",
        "—",
        "地址" * 70,
        "望海里 12栋 4单元 803",
        "望海里  12栋 803 ",
        "吸-毒 人员 5号楼",
        "无 此 项",
        "5 - 301",
        "",
    ],
    "楼栋": ["5", "5号楼", "五号楼", "A座", "02", "5-2", ""],
    "室号": ["301", "0301", "301室", "2-301", "底商3", "1", ""],
}


FIELDS = {
    "姓名": "name",
    "身份证号": "id_no",
    "性别": "sex",
    "出生日期": "born_on",
    "联系电话": "phone",
    "人员状态": "status",
    "住址": "address",
    "楼栋": "building",
    "室号": "room",
}


def written(target: Path, table: list[list[str]]) -> Path:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table)
    target.write_text(out.getvalue(), encoding="utf-8")
    return target


def wide(cell: str) -> str:
    """The cell in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in cell)


@pytest.mark.parametrize(("header", "field"), FIELDS.items())
@settings(max_examples=60, deadline=None)
@example(spoil=[wide])
@given(spoil=st.lists(st.sampled_from([wide, str.lower, lambda c: f" {c}", lambda c: c[:-1], lambda c: c + "?"])))
def test_what_a_pattern_vouches_for_the_dictionary_would_leave_as_it_stands(
    header: str, field: str, spoil: list[Callable[[str], str]]
) -> None:
    cells_ = list(dict.fromkeys([*filter(None, CELLS[header]), *(of(c) for of in spoil for c in CELLS[header] if c)]))
    cells_ = [c for c in cells_ if text.fold(c)]
    read = columns.read("person", field, header, pl.Series(cells_, dtype=pl.String))
    alone = [meanings.parse("person", field, header, cell) for cell in cells_]
    assert [None if v is None else str(v) for v in read.values] == [of.value for of in alone]
    told = {at: (code, words) for at, code, words in read.faults.iter_rows()}
    beside = {at for values in read.extra.values() for at, value in enumerate(values) if value is not None}
    faults = {n: (of.fault, of.text) for n, of in enumerate(alone) if of.fault and n not in beside}
    faults |= {n: (columns.REMARK, of.remark) for n, of in enumerate(alone) if of.remark}
    assert told == faults


@pytest.mark.parametrize("case", sorted(p.name for p in CASES.iterdir()))
@pytest.mark.slow
def test_cells_taken_columns_at_once_are_the_cells_taken_one_by_one(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "LARGE_BYTES", 0)
    one_by_one = sides.read_bytes((CASES / case).read_bytes(), case)
    at_once = sides.read_file(CASES / case)
    assert at_once.frame.to_dicts() == one_by_one.frame.to_dicts()
    assert at_once.faults.rows() == one_by_one.faults.rows()
    assert (at_once.tally, at_once.refused, at_once.questions) == (
        one_by_one.tally,
        one_by_one.refused,
        one_by_one.questions,
    )
    assert at_once.left_out == one_by_one.left_out


def test_a_title_alone_in_its_line_and_a_comma_within_a_cell_make_no_broken_file(tmp_path: Path) -> None:
    rows_ = [["林古里社区台账"], ["姓名", "室号", "住址"], ["王伟", "301", "林古里5号楼, 2单元301"], ["李芳", "302"]]
    side = sides.read_file(written(tmp_path / "表.csv", rows_))
    assert side.frame["name"].to_list() == ["王伟", "李芳"]
    assert side.frame["row_no"].to_list() == [3, 4]


def test_titles_footers_and_headers_printed_again_are_no_records(tmp_path: Path) -> None:
    header = ["姓名", "身份证号", "联系电话", "住址", "性别"]
    person = ["王伟", GOOD, "12012345678", "林古里5号楼2单元301", "男"]
    table = [
        ["林古里社区人口台账", "", "", "", ""],
        header,
        person,
        header,
        ["", "", "", "", ""],
        person,
        ["合计", "2人", "", "", ""],
    ]
    file = written(tmp_path / "表.csv", table)
    table_read = sides.read_file(file)
    assert table_read.frame["row_no"].to_list() == [3, 6]
    assert table_read.frame["row"].to_list() == [0, 1]


def test_a_number_kept_as_a_number_is_not_trusted_even_where_it_passes_the_check(tmp_path: Path) -> None:
    spoilt = [
        str(int(float(f"120199{year}0302{n:01d}00000"[:15] + "000"))) for year in range(1930, 1999) for n in range(9)
    ]
    passing = [s for s in spoilt if idcards.checksum(s[:17]) == s[17]]
    assert passing  # one in eleven
    file = tmp_path / "表.parquet"
    pl.DataFrame({"姓名": ["王伟"] * (len(spoilt) + 1), "身份证号": [*spoilt, GOOD]}).write_parquet(file)
    read = sides.read_file(file)
    assert read.frame["id_no"].drop_nulls().to_list() == [GOOD]
    assert set(read.faults["code"].to_list()) == {"damaged"}


def test_one_that_is_alone_is_trusted_as_text_and_not_as_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written as a number it has lost its end for certain; as a text of zeros only many of them tell it."""
    spoilt = [f"120199{year}0302{n}0000"[:15] + "000" for year in range(1930, 1999) for n in range(9)]
    passing = next(s for s in spoilt if idcards.checksum(s[:17]) == s[17])
    few = [["姓名", "身份证号"], ["王伟", passing], ["李芳", GOOD]]
    as_text = sides.read_bytes(books.xlsx({"人口": few}), "表.xlsx", kind="person")
    assert as_text.frame["id_no"].to_list() == [passing, GOOD]
    few[1][1] = float(passing)  # type: ignore[call-overload]
    as_number = sides.read_bytes(books.xlsx({"人口": few}), "表.xlsx", kind="person")
    assert as_number.frame["id_no"].to_list() == [None, GOOD] and as_number.faults["code"].to_list() == ["damaged"]
    many = sides.read_bytes(
        "\n".join(["姓名,身份证号", *(f"王伟,{s}" for s in spoilt)]).encode(), "表.csv", kind="person"
    )
    assert many.frame["id_no"].null_count() == len(spoilt)


def test_a_number_kept_as_a_number_is_told_columns_at_once_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "LARGE_BYTES", 0)
    spoilt = [f"120199{year}0302{n}0000"[:15] + "000" for year in range(1930, 1999) for n in range(9)]
    passing = next(s for s in spoilt if idcards.checksum(s[:17]) == s[17])
    file = tmp_path / "表.xlsx"
    file.write_bytes(books.xlsx({"人口": [["姓名", "身份证号"], ["王伟", float(passing)], ["李芳", GOOD]]}))
    side = sides.read_file(file, kind="person")
    assert side.frame["id_no"].to_list() == [None, GOOD] and side.faults["code"].to_list() == ["damaged"]


def test_a_column_nobody_has_filled_in_is_not_compared_and_said_to_be_empty(tmp_path: Path) -> None:
    """Else every record would differ in it, and the rate be nought; a column of spoilt numbers is not an empty one."""
    here = written(
        tmp_path / "左.csv", [["姓名", "身份证号", "性别", "联系电话"], ["王伟", "1.20199E+17", "", "12012345678"]]
    )
    there = written(
        tmp_path / "右.csv", [["姓名", "身份证号", "性别", "联系电话"], ["王伟", GOOD, "男", "12012345678"]]
    )
    left, right = sides.read_file(here), sides.read_file(there)
    assert left.refused == ("“性别”这一列是空的，没有比",)
    assert comparing.agreed_fields(left, right) == ("name", "id_no", "phone")
    by_row = sides.read_bytes(here.read_bytes(), here.name)
    assert (by_row.refused, by_row.fields) == (left.refused, left.fields)


def test_numbers_of_other_papers_are_read_with_their_paper(tmp_path: Path) -> None:
    rows_ = [
        ["姓名", "证件类型", "身份证号", "住址"],
        ["王伟", "护照", "E12345678", "林古里5号楼2单元301"],
        ["李芳", "身份证", GOOD, "林古里5号楼2单元302"],
        ["张三", "护照", "", "林古里5号楼2单元303"],
        ["欧阳文静", "", "", "林古里5号楼2单元401"],
        ["阿卜杜", "516", "1", "林古里5号楼2单元402"],
        ["", "护照", "E12345679", "林古里5号楼2单元403"],
    ]
    side = sides.read_file(written(tmp_path / "表.csv", rows_))
    assert side.frame["id_no"].to_list() == ["护照 E12345678", GOOD, None, None, None, "护照 E12345679"]
    assert sorted(side.faults.select("row", "code").rows()) == [(3, "missing"), (4, "paper"), (5, "missing")]


def test_a_relation_told_more_exactly_on_one_side_is_no_difference() -> None:
    def side(*relations: str) -> sides.Side:
        people = [{"name": f"王{n}伟", "id_no": books.id_no(2 * n + 1), "relation": r} for n, r in enumerate(relations)]
        return sides.of_rows("person", "表", people, fields=("name", "id_no", "relation"))

    cells = comparing.compare(side("22", "20", "53/56", "30", "10"), side("20", "21", "55", "22", "10")).cells
    assert cells.select("left", "right", "verdict").rows() == [("30", "22", "conflict")]
