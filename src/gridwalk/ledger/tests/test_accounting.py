"""Every row is read, left out for a reason that is counted and listed, or waits for a person; the sum closes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwalk.ledger import cells, read, sides, tally
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.read import Ledger
from gridwalk.ledger.tests import books
from gridwalk.ledger.tests.books import PERSON, id_no, person, phone
from gridwalk.ledger.wide import Wide

HEADINGS = ["序号", *PERSON, "备注", "家电情况"]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "序号": st.integers(1, 300).map(float),
    "楼栋": st.sampled_from(["5号楼", "5", "A座", "同上", ""]),
    "单元": st.sampled_from(["1单元", "", "〃"]),
    "室号": st.sampled_from(["101", "0301", "底商3", "无", ""]),
    "姓名": st.sampled_from(["王伟", "欧阳文静", "张**", "李四2", "", "合计"]),
    "与户主关系": st.sampled_from(["户主", "配偶", "五子", "不认识", ""]),
    "身份证号": st.integers(0, 999).map(id_no) | st.sampled_from(["", "不详", "12019919560302000"]),
    "联系电话": st.integers(0, 99).map(phone) | st.just(""),
    "备注": st.sampled_from(["", "", "已核", "合计"]),
    "家电情况": st.sampled_from(["", "有"]),
}
AROUND: st.SearchStrategy[list[Any]] = st.sampled_from(
    [
        [],
        [" "],
        ["合计", 3.0],
        ["填表人：王一", "", "日期：2026年10月"],
        ["二、流动人口"],
        ["5号楼"],
        ["这一页是上个月补登的，请网格员再核一遍"],
        ["", "", "只有一句话"],
        ["无", "无", "无"],
        ["注：住户自填"],
        [12.0],
    ]
)


@st.composite
def sheet(draw: st.DrawFn) -> list[list[Any]]:
    """Titles, a header, records with whatever offices write between them, then perhaps a second table below."""
    rows: list[list[Any]] = draw(st.lists(st.just(["林古里社区人口台账"]) | st.just([]), max_size=2))
    for headings in draw(st.lists(st.permutations(HEADINGS), min_size=1, max_size=2)):
        rows.append(list(headings))
        records: st.SearchStrategy[list[Any]] = st.tuples(*(VALUES[h] for h in headings)).map(list)
        again: st.SearchStrategy[list[Any]] = st.just(list(headings))
        numbering: st.SearchStrategy[list[Any]] = st.just([float(n) for n in range(1, len(headings) + 1)])
        rows += draw(st.lists(records | records | records | AROUND | again | numbering, max_size=12))
    return rows


def accounted(ledger: Ledger, sheets: list[cells.Sheet]) -> None:
    """Of the sheets that were read every row that says anything stands exactly once, and the sum closes."""
    unread = {s.name for s in ledger.sheets if s.skipped}
    spoken = [
        (s.name, n)
        for s in sheets
        for n, row in enumerate(s.rows, 1)
        if s.name not in unread and any(str(c).strip() for c in row)
    ]
    read_ = {(row.sheet, row.row_no) for row in ledger.rows}
    left = [(row.sheet, row.row_no) for row in ledger.left_out]
    assert sorted([*read_, *left]) == sorted(spoken)
    assert ledger.tally.closes, ledger.tally
    assert ledger.tally.n_records == len(ledger.rows)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(st.lists(sheet(), min_size=1, max_size=2), st.sets(st.integers(0, 1), max_size=1))
def test_rows_in_are_rows_accounted_for(tables: list[list[list[Any]]], hidden: set[int]) -> None:
    sheets = [
        cells.Sheet(f"表{n}", [list(row) for row in rows], hidden=n in hidden and len(tables) > 1)
        for n, rows in enumerate(tables)
    ]
    ledger = read.of_sheets(list(map(Wide.of, sheets)), "台账.xlsx", kind="person")
    accounted(ledger, sheets)


def test_the_sum_is_said_and_every_row_left_out_is_listed_with_its_reason() -> None:
    rows = [
        ["林古里社区人口台账"],
        [*PERSON, "备注"],
        [*person(1), ""],
        [*person(2), ""],
        ["", "", "", "", "", "", "", "上面两户已搬"],
        ["以下几户是上个月补登的，请再核"],
        ["合计", "2人"],
    ]
    ledger = read.read(books.xlsx({"人口": rows}), "台账.xlsx")
    assert str(ledger.tally) == "7 行，2 人：2 行读入，3 表头表尾，2 要看"
    assert [(row.row_no, row.why, row.asks) for row in ledger.left_out] == [
        (1, "title", False),
        (2, "header", False),
        (5, "alone", True),
        (6, "alone", True),
        (7, "footer", False),
    ]
    assert next((n, stretches) for _, n, stretches in tally.reasons(ledger.left_out)) == (2, [("人口", 5, 6)])


def test_sheets_that_are_not_read_are_in_the_sum() -> None:
    data = books.xlsx(
        {"人口": [PERSON, person(1)], "字典": [["户主"], ["配偶"]], "旧": [PERSON, person(2)]}, hidden=["旧"]
    )
    ledger = read.read(data, "台账.xlsx")
    assert str(ledger.tally) == "6 行，1 人：1 行读入，1 表头表尾，0 要看，4 行在没有读的表里"
    assert {s.name for s in ledger.sheets if s.skipped} == {"字典", "旧"}


def test_a_heading_nobody_knows_is_named_where_its_column_holds_something() -> None:
    rows = [["序号", *PERSON, "家电情况", "水表号"], [1, *person(1), "冰箱", ""], [2, *person(2), "电视", ""]]
    data = books.xlsx({"人口": rows})
    assert read.read(data, "台账.xlsx").refused == ["没有用到的列：I 列“家电情况”（文字，2 字）"]
    assert sides.read_bytes(data, "台账.xlsx").refused == ("没有用到的列：I 列“家电情况”（文字，2 字）",)
    chosen = read.read(data, "台账.xlsx", mapping={"家电情况": ""})
    assert chosen.refused == []  # somebody has seen it and let it go


def test_a_second_table_of_another_kind_is_asked_about_row_by_row() -> None:
    shops = [
        ["单位名称", "统一社会信用代码", "法定代表人", "经营地址"],
        ["红旗便利店", "", "王一", "林古里5号楼底商1号"],
    ]
    ledger = read.read(books.xlsx({"人口": [PERSON, person(1), person(2), *shops]}), "人口台账.xlsx")
    assert [(row.row_no, row.why) for row in ledger.left_out] == [(1, "header"), (4, "header"), (5, "other")]
    assert len(ledger.rows) == 2 and ledger.tally.closes


@pytest.mark.slow
def test_200_sheets_300_columns_and_a_fault_in_every_row_are_accounted_for() -> None:
    many = [cells.Sheet(f"{n}号楼", [PERSON, person(1, building=f"{n}号楼")]) for n in range(1, 201)]
    ledger = read.of_sheets(list(map(Wide.of, many)), "台账.xlsx")
    assert (len(ledger.sheets), len(ledger.rows), ledger.tally.n_rows) == (200, 200, 400) and ledger.tally.closes
    wide = [[*PERSON, *(f"第{n}项" for n in range(293))], *([*person(n), *["有"] * 293] for n in range(1, 4))]
    ledger = read.of_sheets([Wide.of(cells.Sheet("人口", wide))], "台账.xlsx")
    assert len(ledger.rows) == 3 and ledger.refused[0].count("列“") == 293
    wrong = [PERSON, *(person(n % 8 + 1, id_no="1", phone="1", name="1") for n in range(2000))]
    ledger = read.of_sheets([Wide.of(cells.Sheet("人口", wrong))], "台账.xlsx")
    assert all({f.field for f in row.faults} == {"id_no", "phone", "name"} for row in ledger.rows)
    assert ledger.tally.n_read == 2000 and ledger.tally.closes


def test_records_beside_each_other_are_counted_apart_from_rows() -> None:
    rows = [
        ["楼栋", "室号", *["姓名", "身份证号"] * 2],
        *(["5", f"{n}01", "王一", id_no(n), "王二", id_no(9)] for n in (1, 2)),
    ]
    ledger = read.read(books.xlsx({"人口": rows}), "台账.xlsx")
    assert str(ledger.tally) == "3 行，4 人：2 行读入，1 表头表尾，0 要看"
    places = [(row.row_no, row.part) for row in ledger.rows]
    assert places == list(itertools.product((2, 3), (0, 1)))


FORM = [
    ["居民信息登记表"],
    ["姓名", "王伟", "性别", "男"],
    ["身份证号", id_no(1), "出生日期", "1980-01-01"],
    ["联系电话", phone(1), "住址", "林古里5号楼2单元301"],
    ["与户主关系", "户主", "人员状态", "正常"],
]


def test_one_record_on_a_form_is_never_taken_for_a_table() -> None:
    with pytest.raises(LedgerError, match="登记表，没有读"):
        read.read(books.xlsx({"人口": FORM}), "台账.xlsx")
    both = read.read(books.xlsx({"王伟": FORM, "人口": [PERSON, person(1), person(2)]}), "台账.xlsx")
    assert len(both.rows) == 2 and str(both.tally).endswith("5 行在没有读的表里") and both.tally.closes
    assert "登记表" in both.sheets[0].skipped


def test_a_record_written_above_the_table_is_asked_about() -> None:
    ledger = read.read(books.xlsx({"人口": [*FORM[:3], PERSON, person(1)]}), "台账.xlsx")
    assert [(row.row_no, row.why, row.asks) for row in ledger.left_out] == [
        (1, "title", False),
        (2, "form", True),
        (3, "form", True),
        (4, "header", False),
    ]
    assert [row.values["name"] for row in ledger.rows] == ["王二"]
