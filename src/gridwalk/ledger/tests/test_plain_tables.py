"""Plain tables read column by column say what the same tables read row by row say."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwalk.ledger import comparing, plain, sides
from gridwalk.ledger.tests.books import id_no
from gridwalk.method import idcards

HEADER = ["姓名", "身份证号", "性别", "出生日期", "联系电话", "人员状态", "住址", "楼栋", "室号"]
STEM = "12019919560302001"
GOOD = STEM + idcards.checksum(STEM)
CELLS = {
    "姓名": ["王伟", "欧阳文静", "王　伟", "张三（已故）", "无", "户主", "李四2", "阿卜杜·热合曼", "張偉", "一", ""],
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
        "",
    ],
    "楼栋": ["5", "5号楼", "五号楼", "A座", "02", "5-2", ""],
    "室号": ["301", "0301", "301室", "2-301", "底商3", "1", ""],
}


def rows(columns: list[str]) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.tuples(*(st.sampled_from(CELLS[c]) for c in columns)).map(list), min_size=1, max_size=12)


def written(target: Path, table: list[list[str]]) -> Path:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table)
    target.write_text(out.getvalue(), encoding="utf-8")
    return target


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    data=st.data(),
    columns=st.lists(st.sampled_from(HEADER[1:]), min_size=1, max_size=5, unique=True),
    title=st.sampled_from([[], [["林古里社区台账"]], [["林古里社区台账"], ["填报单位：林古里"]]]),
)
def test_both_ways_of_reading_say_the_same(
    tmp_path: Path, data: st.DataObject, columns: list[str], title: list[list[str]]
) -> None:
    header = ["姓名", *columns]
    body = [row for row in data.draw(rows(header)) if sum(map(bool, row)) > 1]
    # A plain row has something that no footer has: a name, and a second cell.
    body = [[row[0] or "王伟", *row[1:]] for row in body] + [["王伟", *(CELLS[c][0] for c in columns)]]
    file = written(tmp_path / "表.csv", [*title, header, *body])
    by_row = sides.read_bytes(file.read_bytes(), file.name, kind="person")
    by_column = plain.read(file, "csv", kind="person", mapping={})
    assert by_column is not None
    located = sides.read_file(file, kind="person")
    assert located.fields == by_row.fields
    same = [c for c in by_row.frame.columns if not c.startswith(sides.WRITTEN)]
    assert located.frame.select(same).to_dicts() == by_row.frame.select(same).to_dicts()
    order = ["row", "field", "column", "code", "text"]
    assert sorted(located.faults.select(order).rows()) == sorted(by_row.faults.select(order).rows())


def test_a_title_alone_in_its_line_and_a_comma_within_a_cell_make_no_broken_file(tmp_path: Path) -> None:
    rows_ = [["林古里社区台账"], ["姓名", "室号", "住址"], ["王伟", "301", "林古里5号楼, 2单元301"], ["李芳", "302"]]
    side = sides.read_file(written(tmp_path / "表.csv", rows_))
    assert side.frame["name"].to_list() == ["王伟", "李芳"]
    assert side.frame["row_no"].to_list() == [3, 4]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ([["王伟", "301"], ["同上", "301"], ["李芳", "〃"]], "a cell says 同上"),
        ([["王伟", "301", ""], ["5号楼", "", ""], ["李芳", "302", ""]], "a caption stands between the rows"),
    ],
)
def test_what_is_not_plain_is_left_to_the_other_reader(tmp_path: Path, body: list[list[str]], why: str) -> None:
    header = ["姓名", "室号", "联系电话"][: len(body[0])]
    file = written(tmp_path / "表.csv", [header, *body])
    assert plain.read(file, "csv", kind="person", mapping={}) is None, why
    assert len(sides.read_file(file, kind="person").frame) >= 2


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
    table_read = plain.read(file, "csv", kind=None, mapping={})
    assert table_read is not None
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


def test_read_row_by_row_it_is_not_trusted_either() -> None:
    spoilt = [f"120199{year}0302{n}0000"[:15] + "000" for year in range(1930, 1999) for n in range(9)]
    table = ["姓名,身份证号", *(f"王伟,{s}" for s in spoilt), f"李芳,{GOOD}"]
    assert any(idcards.checksum(s[:17]) == s[17] for s in spoilt)
    read = sides.read_bytes("\n".join(table).encode(), "表.csv", kind="person")
    assert read.frame["id_no"].drop_nulls().to_list() == [GOOD]
    few = sides.read_bytes("\n".join([table[0], *table[-2:]]).encode(), "表.csv", kind="person")
    assert GOOD in few.frame["id_no"].to_list()


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


def test_numbers_of_other_papers_are_read_by_column_as_they_are_row_by_row(tmp_path: Path) -> None:
    rows_ = [
        ["姓名", "证件类型", "身份证号", "住址"],
        ["王伟", "护照", "E12345678", "林古里5号楼2单元301"],
        ["李芳", "身份证", GOOD, "林古里5号楼2单元302"],
        ["张三", "护照", "", "林古里5号楼2单元303"],
        ["欧阳文静", "", "", "林古里5号楼2单元401"],
        ["阿卜杜", "516", "1", "林古里5号楼2单元402"],
        ["", "护照", "E12345679", "林古里5号楼2单元403"],
    ]
    file = written(tmp_path / "表.csv", rows_)
    by_column, by_row = sides.read_file(file), sides.read_bytes(file.read_bytes(), file.name)
    assert plain.read(file, "csv", kind=None, mapping={}) is not None
    assert by_column.frame["id_no"].to_list() == ["护照 E12345678", GOOD, None, None, None, "护照 E12345679"]
    for side in (by_column, by_row):
        assert sorted(side.faults.select("row", "code").rows()) == [(3, "missing"), (4, "paper"), (5, "missing")]
    same = [c for c in by_row.frame.columns if not c.startswith(sides.WRITTEN)]
    assert by_column.frame.select(same).to_dicts() == by_row.frame.select(same).to_dicts()


def test_a_relation_told_more_exactly_on_one_side_is_no_difference() -> None:
    def side(*relations: str) -> sides.Side:
        people = [{"name": f"王{n}伟", "id_no": id_no(2 * n + 1), "relation": r} for n, r in enumerate(relations)]
        return sides.of_rows("person", "表", people, fields=("name", "id_no", "relation"))

    cells = comparing.compare(side("22", "20", "53/56", "30", "10"), side("20", "21", "55", "22", "10")).cells
    assert cells.select("left", "right", "verdict").rows() == [("30", "22", "conflict")]


CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("case", sorted(p.name for p in CASES.iterdir()))
@pytest.mark.slow
def test_of_every_case_both_ways_say_the_same(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "PLAIN_BYTES", 0)
    by_row = sides.read_bytes((CASES / case).read_bytes(), case)
    by_column = sides.read_file(CASES / case)
    same = [c for c in by_row.frame.columns if not c.startswith(sides.WRITTEN)]
    assert by_column.frame.select(same).to_dicts() == by_row.frame.select(same).to_dicts()
    order = ["row", "field", "column", "code", "text"]
    assert sorted(by_column.faults.select(order).rows()) == sorted(by_row.faults.select(order).rows())
    assert (by_column.tally, by_column.refused, by_column.questions) == (by_row.tally, by_row.refused, by_row.questions)
    left = [[(row.sheet, row.row_no, row.why) for row in side.left_out] for side in (by_column, by_row)]
    assert sorted(left[0]) == sorted(left[1])
