"""What ledgers are really like, kind by kind: the ledger a kind was first seen in, and others of its sort."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import checking, read, sides
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.read import Ledger
from gridwalk.ledger.tests import books
from gridwalk.ledger.tests.books import PERSON, id_no, person, phone
from gridwalk.method import address_parts

CASES = Path(__file__).parent / "cases"


def case(name: str, **more: Any) -> Ledger:
    """The case as the server reads it; the command line has to read as many records."""
    ledger = read.read((CASES / name).read_bytes(), name, **more)
    assert len(sides.read_file(CASES / name, **more).frame) == len(ledger.rows)
    assert ledger.tally.closes
    return ledger


def table(*rows: Sequence[Any], **more: Any) -> Ledger:
    return read.read(books.xlsx({"人口": rows}), "台账.xlsx", **more)


def text_table(words: str, **more: Any) -> Ledger:
    return read.read(words.encode(), "台账.csv", **more)


def columns(ledger: Ledger, field: str) -> list[Any]:
    return [row.values.get(field) for row in ledger.rows]


def codes(ledger: Ledger) -> list[list[tuple[str, str]]]:
    return [[(fault.column, fault.code) for fault in row.faults] for row in ledger.rows]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("check_crash.xlsx", {"phone_shared": 3}), ("check_stops_at_the_second_duplicate.csv", {"duplicate": 2})],
)
def test_faults_of_one_sort_stand_there_as_often_as_they_are(name: str, expected: dict[str, int]) -> None:
    faults = checking.check(sides.read_file(CASES / name))
    assert dict(faults["code"].value_counts().iter_rows()) == expected


def test_a_second_table_below_has_its_own_columns() -> None:
    ledger = case("stacked_tables.xlsx")
    assert columns(ledger, "name") == ["胡芳", "高伟芳", "宋伟文", "刘桂", "何伟", "胡伟强"]
    assert columns(ledger, "room") == ["101", "102", "103", "204", "205", "206"]
    assert codes(ledger) == [[]] * 6
    assert [s.header.top for s in ledger.sheets if s.header] == [2, 8]


def test_a_second_table_with_more_columns_or_without_a_blank_row_between() -> None:
    ledger = table(
        PERSON, person(1), ["姓名", "性别", "室号", "楼栋", "身份证号"], ["李芳", "女", "102", "5号楼", id_no(2)]
    )
    assert [(r.values["name"], r.values["room"], r.values.get("sex")) for r in ledger.rows] == [
        ("王二", "101", None),
        ("李芳", "102", "female"),
    ]


def test_marks_of_a_second_table_stand_in_its_own_columns() -> None:
    second = ["身份证号", "姓名", "室号", "楼栋", "单元", "与户主关系", "联系电话"]
    data = books.xlsx({"人口": [PERSON, person(1), second, ["1", "李芳", "102", "5号楼", "", "户主", ""]]})
    ledger = read.read(data, "台账.xlsx")
    assert [(f.column, f.code) for f in ledger.rows[1].faults] == [("A", "length")]
    assert sides.read_bytes(data, "台账.xlsx").letter("人口", 4, "id_no") == "A"
    assert sides.read_bytes(data, "台账.xlsx").letter("人口", 2, "id_no") == "F"


def test_an_address_column_takes_nothing_that_is_no_part_of_an_address() -> None:
    ledger = case("address_accepts_anything.xlsx")
    assert codes(ledger) == [[(column, "part")] for column in "BCAACCB"]
    assert not any("room" in row.values for row in ledger.rows)  # the other parts would tell another door


@pytest.mark.parametrize(
    ("part", "good", "bad"),
    [
        (
            "building",
            "5号楼 5 A座 配楼 甲 综合楼 5-2 林古里5号楼 东 听涛轩 商业街",
            f"{id_no(1)} {phone(1)} 宋伟文 张三 王一 男 是 1980-01-01 120199********0018",
        ),
        ("stairwell", "1单元 一门 东 东单元 A 左侧 2", f"{id_no(1)} 是 王伟 1980.1.1 女 {phone(1)}"),
        (
            "room",
            "101 0301 底商3 2-301 5-2-301 东户 B101 501A 门面四号 地下室",
            f"{phone(1)} 男 1980-01-01 宋伟文 常住",
        ),
        ("estate", "林古里 君临天下 万科城 金泰", f"{id_no(1)} {phone(1)} 1980年1月1日 男 是 022-26251234"),
        ("address", "林古里5号楼2单元301 五号楼 5-2-301", f"{phone(1)} 1980-01-01 男 {id_no(1)}"),
        ("floor", "3 三层 -1 地下", f"男 王伟 {phone(1)}"),
    ],
)
def test_what_can_be_a_part_of_an_address(part: str, good: str, bad: str) -> None:
    assert [word for word in good.split() if address_parts.fault(part, word)[0]] == []
    assert [word for word in bad.split() if address_parts.fault(part, word)[0] != "part"] == []
    assert all(dictionary.parse("person", part, word).fault == "part" for word in bad.split())


def test_a_name_among_estates_is_a_fault_and_an_estate_that_looks_like_a_name_is_not() -> None:
    header = ["小区", "楼栋", "室号", "姓名"]
    ledger = table(header, *(["金泰", "5", f"{n}01", "王一"] for n in (1, 2, 3)), ["宋伟文", "5", "401", "王二"])
    assert codes(ledger) == [[], [], [], [("A", "part")]]


def test_a_heading_that_names_somebody_else_is_never_matched_by_its_content() -> None:
    heads = case("heads_number.xlsx")
    assert columns(heads, "id_no") == [None] * 6 and columns(heads, "name")[1] == "韩杰"
    guardians = case("guardians_number.xlsx", kind="person")
    assert columns(guardians, "id_no") == [None] * 3 and columns(guardians, "phone") == [None] * 3
    assert guardians.refused == [
        "没有用到的列：D 列“监护人姓名”（文字，3 字）、E 列“监护人身份证号”（18 位数）、F 列“监护人电话”（11 位数）"
    ]


@pytest.mark.parametrize("owner", ["监护人姓名", "户主姓名", "紧急联系人", "网格员", "帮扶责任人"])
def test_a_number_behind_another_name_is_asked_or_theirs(owner: str) -> None:
    rows = [["王一", "李四", id_no(n), phone(n), "5号楼101"] for n in (1, 2, 3)]
    asked = table(["姓名", owner, "身份证号", "联系电话", "住址"], *rows, kind="person")
    assert columns(asked, "id_no") == columns(asked, "phone") == [None] * 3
    assert [q.split("，")[0] for q in asked.questions] == [
        f"人口：“身份证号”跟在“{owner}”后面",
        f"人口：“联系电话”跟在“{owner}”后面",
    ]
    told = {"身份证号": "id_no", "联系电话": ""}
    chosen = table(["姓名", owner, "身份证号", "联系电话", "住址"], *rows, kind="person", mapping=told)
    assert chosen.questions == [] and columns(chosen, "id_no")[0] == id_no(1)
    theirs = table(["姓名", "联系电话", owner, "手机号"], *([r[0], phone(9), r[1], r[3]] for r in rows), kind="person")
    assert theirs.questions == [] and set(columns(theirs, "phone")) == {phone(9)}
    assert "当作那个人的" in theirs.refused[0]


def test_members_beside_the_head_of_household_become_records() -> None:
    ledger = case("members_side_by_side.xlsx")
    assert [(r.row_no, r.part, r.values["name"], r.values["relation"], r.values["room"]) for r in ledger.rows] == [
        (3, 0, "胡芳", "02", "101"),
        (3, 1, "高伟芳", "10", "101"),
        (3, 2, "宋伟文", "20", "101"),
        (4, 0, "刘桂", "02", "102"),
        (4, 1, "何伟", "10", "102"),
    ]
    assert str(ledger.tally) == "4 行，5 人：2 行读入，2 表头表尾，0 要看"


def test_members_are_unfolded_by_their_relation_or_their_number() -> None:
    by_relation = table(
        ["楼栋", "室号", "姓名", "身份证号", "配偶姓名", "配偶身份证号", "子女1姓名", "子女1身份证号"],
        ["5", "101", "王一", id_no(1), "李芳", id_no(2), "王小", id_no(3)],
        ["5", "102", "王五", id_no(4), "", "", "", ""],
    )
    assert columns(by_relation, "relation") == [None, "10", "20/30", None]
    assert columns(by_relation, "room") == ["101", "101", "101", "102"]
    by_number = table(["室号", "姓名1", "身份证号1", "姓名2", "身份证号2"], ["101", "王一", id_no(1), "李芳", id_no(2)])
    assert columns(by_number, "name") == ["王一", "李芳"]


def test_a_head_repeated_beside_each_member_is_no_second_record() -> None:
    header = ["室号", "户主姓名", "家庭成员姓名", "关系", "身份证号"]
    ledger = table(header, ["101", "王一", "王一", "户主", id_no(1)], ["101", "王一", "李芳", "妻", id_no(2)])
    assert columns(ledger, "name") == ["王一", "李芳"]


def test_lists_beside_each_other_are_read_one_after_the_other_in_each_row() -> None:
    ledger = case("two_lists_side_by_side.xlsx", kind="person")
    assert columns(ledger, "name") == ["胡芳", "刘桂", "高伟芳", "何伟", "宋伟文", "胡伟强"]
    halves = case("two_tables_side_by_side.csv", kind="person")
    assert len(halves.rows) == 10 and columns(halves, "room")[:2] == ["101", "302"]
    third = ["姓名", "电话"] * 3
    ledger = table(
        ["楼栋", *third], ["5号楼", "王一", phone(1), "王二", phone(2), "王三", ""], ["5号楼", "王四", *[""] * 5]
    )
    assert columns(ledger, "name") == ["王一", "王二", "王三", "王四"] and set(columns(ledger, "building")) == {"5号楼"}


def test_a_quotation_mark_that_is_never_closed_swallows_no_line() -> None:
    assert columns(case("quote_not_closed.csv"), "name")[1:3] == ["高伟芳", "宋伟文"]
    twice = text_table('姓名,室号,其他\n王一,101,"老王\n王二,102,\n王三,103,"老李\n王四,104,x\n', kind="person")
    assert columns(twice, "name") == ["王一", "王二", "王三", "王四"]
    proper = text_table('姓名,室号,其他\n王一,101,"老\n王"\n王二,102,"a,b"\n', kind="person")
    assert [(row.row_no, row.values["name"]) for row in proper.rows] == [(2, "王一"), (3, "王二")]
    with pytest.raises(LedgerError, match="第 2 行的引号没有成对"):
        text_table('姓名,室号,其他\n王一,101,"老王\n王二,102,"a,b"\n王三,103,x\n', kind="person")


def test_the_separator_is_that_by_which_lines_have_equally_many_cells() -> None:
    ledger = case("semicolons.csv")
    assert columns(ledger, "phone")[0] == "12000012000" and columns(ledger, "address")[0] == "君悦园,1号楼,1单元,101"
    assert columns(text_table("姓名|室号|电话\n王一|101|1,2\n王二|102|3,4\n", kind="person"), "room") == ["101", "102"]
    assert columns(text_table("姓名；室号\n王一，；101\n王二，；102\n", kind="person"), "room") == ["101", "102"]


def test_a_footer_is_the_word_alone() -> None:
    ledger = case("names_like_footers.xlsx")
    assert len(ledger.rows) == 8 and columns(ledger, "name")[0] == "审批服务中心"
    shops = ["小计量器具店", "总计算机维修", "注册会计师事务所", "制表机商行", "日期百货", "负责人培训中心"]
    more = table(
        ["单位名称", "联系电话", "经营地址"], *([name, phone(n), "2号楼底商1号"] for n, name in enumerate(shops))
    )
    assert columns(more, "name") == shops
    footers: list[list[Any]] = [
        ["合 计", 6.0],
        ["本页小计：6家"],
        ["填表人：王一", "审核人：李四"],
        ["注：1. 以上为年底数"],
        ["以下空白"],
        ["(盖章)"],
    ]
    around = table(["单位名称", "联系电话", "经营地址"], ["红旗便利店", phone(1), "2号楼底商1号"], *footers)
    assert len(around.rows) == 1 and [row.why for row in around.left_out[1:]] == ["footer"] * 6


def test_several_people_or_rooms_in_a_cell_are_faults() -> None:
    assert codes(case("several_in_a_cell.xlsx")) == [[("D", "several_names")]] * 3 + [[("C", "several_rooms")]] * 3
    assert codes(case("knocked_through_in_the_room_column.csv"))[0] == [("D", "several_rooms")]


@pytest.mark.parametrize(
    ("word", "value", "fault"),
    [
        ("王伟和李芳", None, "several_names"),
        ("张三丰一家3口", None, "several_names"),
        ("王伟夫妇", None, "several_names"),
        ("王伟等3人", None, "several_names"),
        ("欧阳 文静", "欧阳文静", ""),
        ("张 三 丰", "张三丰", ""),
        ("张和平", "张和平", ""),
        ("阿卜杜热合曼 买买提明", "阿卜杜热合曼买买提明", ""),
        ("张**", None, "masked"),
        ("胡*", None, "masked"),
        ("张×", None, "masked"),
        ("王某某", None, "masked"),
        ("张伟*", "张伟", ""),
        ("★张伟", "张伟", ""),
        ("⻢超", "马超", ""),
        ("\u2ee9忠", "黄忠", ""),
        ("李\ue863", "李䶮", ""),
        ("王 𤋮", "王𤋮", ""),
        ("刘(王深)", None, "components"),
        ("王(日匀)明", None, "components"),
        ("张（金+鑫）", None, "components"),
        ("张三(已故)", "张三", ""),
        ("王?", None, "unreadable"),
        ("王■明", None, "unreadable"),
        ("夏广林1", "夏广林", ""),
        ("1.夏广林", "夏广林", ""),
        ("王一2101", None, "name"),
    ],
)
def test_what_a_cell_of_names_says(word: str, value: str | None, fault: str) -> None:
    parsed = dictionary.parse("person", "name", word)
    assert (parsed.value, parsed.fault) == (value, fault)


def test_masked_names_and_numbers_are_marked_and_never_kept_as_a_name() -> None:
    ledger = case("masked_right.xlsx")
    assert columns(ledger, "name") == [None] * 6
    assert all(row[:2] == [("E", "masked"), ("G", "masked")] for row in codes(ledger))


def test_rare_characters_are_one_name_however_they_are_written() -> None:
    left, right = case("rare_names_left.xlsx"), case("rare_names_right.xlsx")
    assert columns(left, "name")[:4] == columns(right, "name")[:4] == ["马超", "黄忠", "王𤋮", "李䶮"]
    assert [row[0] for row in codes(right)[4:6]] == [("E", "components"), ("E", "unreadable")]


def test_a_relation_nobody_knows_is_still_a_members() -> None:
    members = [["", "李芳", "妻"], ["", "王小", "契子"], ["", "王大", "填房"]]
    ledger = table(["室号", "姓名", "与户主关系"], ["101", "王一", "户主"], *members, kind="person")
    assert columns(ledger, "room") == ["101"] * 4
    assert [row.faults[-1].code if row.faults else "" for row in ledger.rows] == ["", "", "choice", "choice"]


def test_words_of_residence_and_use_and_what_a_heading_asks() -> None:
    ledger = case("words_for_relation_and_residence.csv")
    assert codes(ledger) == [[]] * 6
    assert columns(ledger, "residence_kind")[2:4] == ["tenant", "tenant"]
    asks = table(["姓名", "室号", "是否常住人口"], ["王一", "101", "是"], ["王二", "102", "否"], kind="person")
    assert columns(asks, "residence_kind") == ["lives_here", None] and codes(asks) == [[], []]
    used = case("usage_column_says_tenure.csv")
    assert codes(used) == [[]] * 8
    assert columns(used, "tenure")[:3] == ["owner", "let", "let"] and columns(used, "occupancy")[3:5] == ["vacant"] * 2


def test_a_tick_means_its_lower_heading() -> None:
    ledger = case("ticks_under_a_heading_of_two_rows.csv")
    assert ledger.kind == "dwelling" and codes(ledger) == [[]] * 8
    assert columns(ledger, "occupancy")[:3] == ["occupied", "occupied", "vacant"]
    assert columns(ledger, "tenure")[1] == "let" and columns(ledger, "owner_name")[0] == "滕立群"
    relation = table(
        ["室号", "姓名", "性别", ""],
        ["", "", "男", "女"],
        ["101", "王一", "√", ""],
        ["102", "李芳", "", "√"],
        kind="person",
    )
    assert columns(relation, "sex") == ["male", "female"]


def test_headings_exchanged_are_asked_about_and_then_read() -> None:
    ledger = case("headings_of_two_columns_exchanged.csv")
    assert (
        ledger.questions == ["Sheet1：“身份证号”和“联系电话”两列像是写反了，请选好各是什么"]
        and codes(ledger) == [[]] * 8
    )
    told = case("headings_of_two_columns_exchanged.csv", mapping={"身份证号": "phone", "联系电话": "id_no"})
    assert told.questions == [] and columns(told, "id_no")[0] == "120199196206133290"
    other = [["姓名", "性别", "手机"], *([phone(n), "男", f"王{'一二三四'[n]}"] for n in range(4))]
    assert "写反了" in table(*other, kind="person").questions[0]


def test_a_table_without_headings_is_read_by_its_content_and_has_to_be_confirmed() -> None:
    ledger = case("no_heading_at_all.csv")
    assert [c.field for c in ledger.sheets[0].columns] == ["name", "id_no", "phone", "address"]
    assert len(ledger.rows) == 6 and len(ledger.questions) == 4 and "A 列看着像姓名" in ledger.questions[0]
    told = {c.header: c.field for c in ledger.sheets[0].columns}
    assert case("no_heading_at_all.csv", mapping=told).questions == []
    with pytest.raises(LedgerError, match="没有找到表头"):
        table(["无题"], ["一", "二"], ["三", "四"])


def test_headings_are_known_by_their_parts_and_columns_by_their_content() -> None:
    assert columns(case("columns_under_an_unknown_heading.csv"), "address")[0] == "松鹤园17号楼2单元402"
    for heading in ("居住地详址", "实际居住住址", "房产坐落", "住哪儿"):
        rows = ([f"王{'一二三'[n]}", "男", f"松鹤园{n + 1}号楼2单元402"] for n in range(3))
        read_ = table(["姓名", "性别", heading], *rows, kind="person")
        assert columns(read_, "address")[0] == "松鹤园1号楼2单元402", heading
    for heading in ("户籍详细地址", "工作单位地址", "监护人住址"):
        rows = ([f"王{'一二三'[n]}", f"{n}01", f"松鹤园{n + 1}号楼2单元402"] for n in range(3))
        assert "address" not in table(["姓名", "室号", heading], *rows, kind="person").rows[0].values, heading
    numbered = table(["1.姓名", "②身份证号", "(3)楼/栋", "4、室号"], ["王一", id_no(1), "5", "101"])
    assert numbered.rows[0].values == {"name": "王一", "id_no": id_no(1), "building": "5", "room": "101"}


def test_a_number_of_households_is_no_room_and_a_gate_is_asked() -> None:
    ledger = case("household_number_taken_for_the_room.csv")
    assert columns(ledger, "address")[0] == "17号楼2门402" and columns(ledger, "room") == [None] * 8
    gate = table(["楼栋", "门号", "姓名"], ["5", "2", "王一"], kind="person")
    assert "分不清是单元门还是室号" in gate.questions[0]
    beside = table(["楼栋", "门号", "室号", "姓名"], ["5", "2", "301", "王一"], kind="person")
    assert beside.questions == [] and beside.rows[0].values["stairwell"] == "2"


def test_columns_numbered_below_the_header_in_any_way() -> None:
    for marks in ([1, 2, 3, 4, 5, 6, 7], list("ABCDEFG"), ["甲", "乙", 1, 2, 3, 4, 5], [f"({n})" for n in range(1, 8)]):
        ledger = table(PERSON, marks, person(1))
        assert len(ledger.rows) == 1 and ledger.left_out[1].why == "numbering", marks
