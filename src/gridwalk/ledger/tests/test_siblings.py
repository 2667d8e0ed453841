"""Others of the kinds of ledgers that were once read wrong without a word; each kind in its smallest form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import read, sides
from gridwalk.ledger.read import Ledger
from gridwalk.ledger.tests import books
from gridwalk.ledger.tests.books import PERSON, id_no, person, phone
from gridwalk.ledger.tests.test_kinds import codes, columns, table, text_table

DOOR = "林古里5号楼2单元101"


def hows(ledger: Ledger) -> dict[str, tuple[str, str]]:
    return {c.header: (c.field, c.how) for c in ledger.sheets[0].columns}


@pytest.mark.parametrize(
    ("heading", "how"),
    [
        ("家长电话", "others"),
        ("爷爷身份证号", "others"),
        ("亲属联系电话", "others"),
        ("联系电话（家长）", "others"),
        ("电话(母亲)", "others"),
        ("村医电话", "asked"),
        ("班主任电话", "asked"),
        ("代领人身份证号", "asked"),
    ],
)
def test_a_number_of_somebody_a_heading_names_is_never_the_records_own(heading: str, how: str) -> None:
    number = id_no if "证" in heading else phone
    rows = [[f"王{'一二三四'[n]}", DOOR, number(n)] for n in range(4)]
    ledger = table(["姓名", "住址", heading], *rows, kind="person")
    assert hows(ledger)[folded(heading)] == ("", how)
    assert all(set(row.values) == {"name", "address"} for row in ledger.rows)
    told = ledger.questions + ledger.refused
    assert any(folded(heading) in words for words in told)


def folded(heading: str) -> str:
    return heading.replace("（", "(").replace("）", ")")


def test_parents_beside_a_child_are_no_residents_and_members_by_number_are() -> None:
    header = ["姓名", "身份证号", "父亲姓名", "父亲身份证号", "住址"]
    assert columns(table(header, ["王小", id_no(1), "王大", id_no(2), DOOR]), "name") == ["王小"]
    header = ["室号", "户主姓名", "户主证件号", "家庭成员1", "与户主关系1", "身份证号1"]
    ledger = table(header, ["101", "王一", id_no(1), "李芳", "妻", id_no(2)])
    assert columns(ledger, "name") == ["王一", "李芳"] and columns(ledger, "room") == ["101", "101"]
    ledger = table(
        ["房号", "户主", "户主身份证", "户主电话", "成员1", "成员1身份证", "成员1关系"],
        ["25-1-101", "王一", id_no(1), phone(1), "李芳", id_no(2), "妻"],
    )
    assert columns(ledger, "name") == ["王一", "李芳"] and columns(ledger, "id_no") == [id_no(1), id_no(2)]


def test_all_that_stands_under_the_members_of_a_household_is_theirs() -> None:
    header = [["序号", "住址", "", "", "家庭成员", "", ""], ["", "楼号", "门", "室", "姓名", "关系", "身份证号"]]
    ledger = table(*header, [1, 8, 7, 101, "王一", "户主", id_no(1)], [2, 8, 7, 101, "李芳", "妻", id_no(2)])
    assert [bool(relation) for relation in columns(ledger, "relation")] == [True, True]
    assert columns(ledger, "id_no") == [id_no(1), id_no(2)]


def test_a_second_table_may_have_two_rows_of_headings_or_name_its_tenants() -> None:
    below = [["地址", "", "", "人员", "", ""], ["楼栋", "单元", "室号", "姓名", "身份证号", "性别"]]
    ledger = table(PERSON, person(1), person(2), *below, ["6号楼", "1", "101", "李芳", id_no(9), "女"])
    assert columns(ledger, "name") == ["王二", "王三", "李芳"] and codes(ledger) == [[]] * 3
    let = ["序号", "业主", "地址", "租户", "租户身份证号", "租户电话"]
    ledger = table(
        ["序号", "房屋地址", "业主", "业主电话"],
        [1, DOOR, "王一", phone(1)],
        ["二、出租房屋"],
        let,
        [1, "李芳", "林古里5号楼2单元102", "张三", id_no(3), phone(3)],
        kind="dwelling",
    )
    assert columns(ledger, "owner_name") == ["王一", "李芳"] and codes(ledger) == [[]] * 2


@pytest.mark.parametrize(
    ("sheet", "title", "heading"),
    [("13号楼", "", "门-室"), ("Sheet1", "林古里13号楼住户情况", "单元室号"), ("13号楼", "", "住址")],
)
def test_in_a_table_of_one_building_two_numbers_are_stairwell_and_room(sheet: str, title: str, heading: str) -> None:
    rows = [[f"2-{n}01", f"王{'一二三四'[n]}", id_no(n)] for n in range(1, 4)]
    data = books.xlsx({sheet: [*([[title]] if title else []), [heading, "姓名", "身份证号"], *rows]})
    side = sides.read_bytes(data, "台账.xlsx", kind="person")
    doors = side.frame.select("building", "stairwell", "room").rows()
    assert doors == [("13", "2", f"{n}01") for n in range(1, 4)]


def test_two_numbers_under_an_unknown_heading_are_asked_about_and_several_buildings_in_a_title_say_none() -> None:
    rows = [[f"2-{n}01", f"王{'一二三四'[n]}", id_no(n)] for n in range(1, 4)]
    assert "分不清" in table(["住哪儿", "姓名", "身份证号"], *rows, kind="person").questions[0]
    rows = [[f"{n}01", f"王{'一二三四'[n]}", id_no(n)] for n in range(1, 4)]
    for title in ("林古里5、6号楼人口", "林古里5号楼和6号楼人口"):
        assert columns(table([title], ["室号", "姓名", "身份证号"], *rows), "building") == [None] * 3


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        (["小区", "姓名", "身份证号"], lambda n: [f"王{'一二三四五'[n]}", "林古里", id_no(n)], "写反了"),
        (["楼栋", "室号", "姓名", "身份证号"], lambda n: [f"{n}01室", "5号楼", "王一", id_no(n)], "写反了"),
        (["户号", "姓名", "身份证号", "楼栋"], lambda n: [n, "王一", id_no(n), "5号楼"], "一户一户的编号"),
    ],
)
def test_columns_that_look_like_each_other_or_like_no_room_are_asked_about(
    header: list[str], row: Any, words: str
) -> None:
    assert words in table(header, *(row(n) for n in range(1, 5)), kind="person").questions[0]


def test_a_column_asked_about_in_one_sheet_and_read_in_another_has_to_be_mended_in_the_file() -> None:
    right = [["姓名", "身份证号", "手机号"], *([f"王{n}", id_no(n), phone(n)] for n in range(4))]
    wrong = [["姓名", "身份证号", "手机号"], *([f"李{n}", phone(n), id_no(n)] for n in range(4))]
    data = books.xlsx({"甲": right, "乙": wrong})
    asked = read.read(data, "台账.xlsx", kind="person").questions
    assert asked[0].startswith("乙：") and "请在这张表里改好列名再传" in asked[0]
    chosen = {"身份证号": "id_no", "手机号": "phone"}
    assert read.read(data, "台账.xlsx", kind="person", mapping=chosen).questions, (
        "choosing what the first has mends nothing"
    )


def ticks(*rows: Sequence[Any]) -> Ledger:
    header = [["楼栋", "室号", "居住情况", "", ""], ["", "", "自住", "出租", "空置"]]
    return table(*header, *(["5号楼", f"{n}01", *row] for n, row in enumerate(rows, 1)))


def test_ticks_may_be_yes_and_no_and_two_of_them_are_a_fault() -> None:
    for yes, no in (("是", "否"), (1, 0), ("V", "")):
        assert columns(ticks([yes, no, no], [no, yes, no], [no, no, yes]), "occupancy")[2] == "vacant"
    ledger = ticks(["√", "√", ""], ["", "", "√"])
    assert [code for _, code in codes(ledger)[0]] == ["choice", "choice"] and "occupancy" not in ledger.rows[0].values


def test_what_stands_above_records_without_headings_is_no_record() -> None:
    rows = [[f"王{'一二三四'[n]}", id_no(n), DOOR] for n in range(4)]
    for above in (["林古里人口"], ["甲", "乙", "丙"], ["姓甚名谁", "号", "住哪"]):
        ledger = table(above, *rows)
        assert len(ledger.rows) == 4 and ledger.left_out[0].why == "title", above


@pytest.mark.parametrize("words", ["80岁以上老人（红色：已去世）", "注：标黄的已搬走"])
def test_a_legend_of_colours_is_named(words: str) -> None:
    ledger = table([words], ["姓名", "身份证号", "住址"], ["王一", id_no(1), DOOR])
    assert any("用颜色表示意思" in told for told in ledger.refused)
    below = table(["姓名", "身份证号", "住址"], ["王一", id_no(1), DOOR], [words])
    assert any("用颜色表示意思" in told for told in below.refused)


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("name", "*三", "masked"),
        ("name", "张…", "masked"),
        ("name", "张先生", "name"),
        ("name", "王大爷", "name"),
        ("name", "赵伟及妻钱芳", "several_names"),
        ("phone", "12000000001（儿子）", "whose"),
        ("phone", "女儿:12000000001", "whose"),
        ("room", "101#102", "several_rooms"),
        ("room", "101(102)", "several_rooms"),
        ("room", "101、2", "several_rooms"),
        ("room", "1月11日", "part"),
        ("room", "11-Jan", "part"),
        ("address", "林古里5号楼2单元101、102", "several_rooms"),
        ("address", "林古里5号楼、6号楼101", "several_rooms"),
    ],
)
def test_cells_that_say_less_or_more_than_one_value(field: str, cell: str, code: str) -> None:
    parsed = dictionary.parse("person", field, cell)
    assert (parsed.value, parsed.fault) == (None, code)


def test_one_number_under_two_names_is_taken_back_from_the_second() -> None:
    rows = [["王丹", "户主", id_no(2), DOOR], ["李果", "女", id_no(2), DOOR], ["王丹", "户主", id_no(2), DOOR]]
    ledger = table(["姓名", "关系", "身份证号", "住址"], *rows)
    read.require_own_numbers(ledger)
    assert columns(ledger, "id_no") == [id_no(2), None, id_no(2)]
    assert [f.text for f in ledger.rows[1].faults] == [read.TWO_NAMES.format(2)]


def test_a_word_behind_a_name_tells_how_somebody_lives_there() -> None:
    ledger = table(["姓名", "身份证号", "住址"], ["王一(租户)", id_no(1), DOOR], ["李芳", id_no(2), DOOR])
    assert columns(ledger, "residence_kind") == ["tenant", None]


def test_numbers_behind_tabs_and_lines_within_cells_are_read_from_a_text() -> None:
    ledger = text_table(
        f'姓名,证件号码,电话,现住地址\n王一,\t{id_no(1)},\t{phone(1)},"林古里5号楼6门101室\n（林古社区）"\n'
    )
    assert columns(ledger, "id_no") == [id_no(1)] and columns(ledger, "phone") == [phone(1)]
