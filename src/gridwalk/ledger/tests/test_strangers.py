"""What a stranger's ledgers showed to be read wrongly, in cases of the same kinds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gridwalk.ledger import location, read
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.read import Ledger
from gridwalk.ledger.tests.books import id_no
from gridwalk.method import text


def ledger(*rows: Sequence[object], name: str = "台账.csv") -> Ledger:
    text = "\n".join(",".join(map(str, row)) for row in rows)
    return read.read(text.encode(), name)


@pytest.mark.parametrize("words", ["旺铺招租", "空置", "转让", "招租中", "空铺待租", "旺铺", "门面出租", "停业、招租"])
def test_what_hangs_in_an_empty_shop_is_no_firm(words: str) -> None:
    rows = ledger(
        ["单位名称", "联系人", "地址"], ["老北方面馆", "黄俊伟", "福安里1号楼101"], [words, "", "福安里1号楼102"]
    ).rows
    assert [row.values.get("name") for row in rows] == ["老北方面馆", None]
    assert [[fault.code for fault in row.faults] for row in rows] == [[], ["empty_shop"]]
    assert "空着的房屋请记在房屋台账里" in rows[1].faults[0].text


@pytest.mark.parametrize("firm", ["旺铺便利店", "空置房中介部", "出租车公司", "转让信息部", "好未来招商中心", "停车场"])
def test_a_firm_whose_name_holds_such_a_word_is_one(firm: str) -> None:
    (row,) = ledger(["单位名称", "联系人", "地址"], [firm, "黄俊伟", "福安里1号楼101"]).rows
    assert (row.values["name"], row.faults) == (firm, [])


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("妻", {"relation": "12"}),
        ("长子", {"relation": "22"}),
        ("户主", {"relation": "02"}),
        ("租户", {"residence_kind": "tenant"}),
        ("已故", {"status": "deceased"}),
        ("三楼", {}),
    ],
)
def test_what_stands_in_brackets_behind_a_name_is_read(note: str, said: dict[str, str]) -> None:
    (row,) = ledger(["姓名", "身份证号", "楼号", "室号"], [f"王秀（{note}）", id_no(2), "5号楼", "101"]).rows
    beside = {field: row.values[field] for field in ("relation", "residence_kind", "status") if field in row.values}
    assert (row.values["name"], beside) == ("王秀", said)


def test_a_column_of_its_own_goes_before_what_stands_in_brackets() -> None:
    (row,) = ledger(["姓名", "身份证号", "与户主关系", "室号"], ["王秀（妻）", id_no(2), "母亲", "101"]).rows
    assert row.values["relation"] == "52"


@pytest.mark.parametrize("halves", [("21号楼东", "21号楼西"), ("21号楼(北侧)", "21号楼(南侧)"), ("21东楼", "21西楼")])
def test_the_halves_of_a_building_are_two(halves: tuple[str, str]) -> None:
    rows = ledger(
        ["小区", "楼号", "单元", "室号", "姓名", "身份证号"],
        *(["福安里", half, "1门", "201", f"王{n}", id_no(n)] for half, n in zip(halves, (2, 3), strict=True)),
    )
    keys = {location.address_of(row.values).building for row in rows.rows}
    assert len(keys) == 2
    assert all(key.startswith("21") for key in keys)


def test_a_header_below_thirty_lines_of_instructions_is_a_header() -> None:
    above = [[f"填表说明{n}"] for n in range(30)]
    read_ = ledger(*above, ["姓名", "身份证号", "楼号", "室号"], ["王秀", id_no(2), "5号楼", "101"])
    assert [row.values["name"] for row in read_.rows] == ["王秀"]
    assert read_.tally.n_around == 31


def test_a_heading_that_stands_in_both_rows_of_a_header_is_one_word() -> None:
    above = ["序号", "家庭成员", "家庭成员", "备用"]
    read_ = ledger(above, ["序号", "姓名", "身份证号", "备用"], [1, "王秀", id_no(2), "3"], [2, "李伟", id_no(3), "4"])
    assert [column.header for column in read_.sheets[0].columns if column.header] == [
        "序号",
        "姓名",
        "身份证号",
        "备用",
    ]


@pytest.mark.parametrize(
    "header", ["Name,ID Number,Phone,Address", "Name,ID Card,Mobile,Address", "NAME,ID No.,Tel,ADDRESS"]
)
def test_people_under_english_headings_are_people_and_no_firms(header: str) -> None:
    ledger_ = ledger(header.split(","), ["王秀", id_no(2), "12012345671", "福安里5号楼1单元101"])
    assert ledger_.kind == "person"
    assert [row.values["id_no"] for row in ledger_.rows] == [id_no(2)]
    assert [row.values["phone"] for row in ledger_.rows] == ["12012345671"]


@pytest.mark.parametrize("sort", ["学生", "幼儿", "参保人", "被监护人", "服务对象", "老年人"])
def test_in_a_list_of_one_sort_of_people_they_are_the_records(sort: str) -> None:
    ledger_ = ledger(
        ["序号", f"{sort}姓名", "性别", f"{sort}身份证号", "家庭住址", "监护人姓名", "监护人电话"],
        [1, "王小秀", "女", id_no(2), "福安里5号楼1单元101", "王强", "12012345671"],
        [2, "李小伟", "男", id_no(3), "福安里5号楼1单元102", "李强", "12012345672"],
    )
    assert (ledger_.kind, read.questions("person", ledger_.sheets)) == ("person", [])
    assert [row.values["name"] for row in ledger_.rows] == ["王小秀", "李小伟"]
    assert [row.values["id_no"] for row in ledger_.rows] == [id_no(2), id_no(3)]
    assert not any("phone" in row.values for row in ledger_.rows), "the guardian's is not the pupil's"


GUARDIANS = {
    "姓名": ["王强", "李强", "赵强"],
    "电话": ["12012345671", "12012345672", "12012345673"],
    "号码": [id_no(5), id_no(7), id_no(9)],
    "关系": ["父亲", "父亲", "父亲"],
}


@pytest.mark.parametrize(
    ("headings", "cells", "asked"),
    [
        (["实际监护人", "实际监护人身份证", "照护人电话"], ["姓名", "号码", "电话"], []),
        (["第一监护人", "关系", "联系电话"], ["姓名", "关系", "电话"], ["联系电话"]),
        (["监护人及电话", "联系方式"], ["姓名", "电话"], ["联系方式"]),
        (["监护人联系人", "联系电话1"], ["姓名", "电话"], ["联系电话1"]),
        (["留守儿童监护人", "身份证号", "电话（监护人手机）"], ["姓名", "号码", "电话"], []),
        (["接送的人", "手机"], ["姓名", "电话"], ["手机"]),
        (["爸爸", "爸爸电话", "外公", "外公电话"], ["姓名", "电话", "姓名", "电话"], []),
    ],
)
def test_what_a_guardian_has_beside_a_child_is_never_the_childs(
    headings: list[str], cells: list[str], asked: list[str]
) -> None:
    children = [["王小秀", id_no(2), "101"], ["李小伟", id_no(3), "102"], ["赵小刚", id_no(4), "103"]]
    rows = [[*child, *(GUARDIANS[cell][n] for cell in cells)] for n, child in enumerate(children)]
    ledger_ = ledger(["姓名", "身份证号", "室号", *headings], *rows)
    read_ = [[row.values.get(f) for f in ("name", "id_no", "room", "phone", "relation")] for row in ledger_.rows]
    assert read_ == [[*child, None, None] for child in children]
    assert [c.header for c in ledger_.sheets[0].columns if c.how == "asked"] == asked
    assert [h for h in headings if h not in asked and f"“{text.fold(h)}”" not in ledger_.refused[0]] == []


@pytest.mark.parametrize("beside", ["曾用名", "户主姓名"])
def test_another_name_of_ones_own_and_the_heads_leave_telephone_and_relation(beside: str) -> None:
    ledger_ = ledger(
        ["姓名", beside, "与户主关系", "联系电话" if beside == "曾用名" else "室号"],
        *([f"王{n}", GUARDIANS["姓名"][at], "子", GUARDIANS["电话"][at]] for at, n in enumerate("秀伟刚")),
    )
    assert [row.values["relation"] for row in ledger_.rows] == ["20"] * 3
    assert ("phone" in ledger_.rows[0].values) == (beside == "曾用名")


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("name", "王秀2", "王秀"),
        ("name", "无名氏", "无名氏"),
        ("name", "王秀之子", "王秀之子"),
        ("phone", "12012345671/12012345672", "12012345671"),
        ("phone", "12012345671、12345678", "12012345671"),
        ("phone", "王强 12012345671 12012345672", "12012345671"),
        ("phone", "12012345671 转 201", "12012345671"),
        ("name", "3、王秀", "王秀"),
    ],
)
def test_what_a_cell_says_beside_the_value_that_is_taken_is_remarked(column: str, cell: str, value: str) -> None:
    cells = {"name": "李伟", "id_no": id_no(2), "phone": "12012345679", "room": "101"} | {column: cell}
    (row,) = ledger(["姓名", "身份证号", "联系电话", "室号"], list(cells.values())).rows
    is_whole = cell in {"12012345671 转 201", "3、王秀"}
    assert (row.values[column], [(f.field, f.code) for f in row.faults]) == (
        value,
        [] if is_whole else [(column, "remark")],
    )


def test_a_pupil_beside_a_name_of_the_records_own_is_asked_about_and_gives_no_number() -> None:
    ledger_ = ledger(
        ["姓名", "身份证号", "住址", "学生姓名", "学生身份证号", "学生出生日期"],
        ["王强", id_no(5), "福安里5号楼1单元101", "王小秀", id_no(2), "2015-06-01"],
        ["李强", id_no(7), "福安里5号楼1单元102", "李小伟", id_no(3), "2016-06-01"],
    )
    assert read.questions("person", ledger_.sheets) == ["Sheet1：“姓名”和“学生姓名”都像姓名，请选一列"]
    assert [(row.values["name"], row.values["id_no"]) for row in ledger_.rows] == [
        ("王强", id_no(5)),
        ("李强", id_no(7)),
    ]
    assert not any("born_on" in row.values for row in ledger_.rows)


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("姓名/身份证号", "{} {}"),
        ("姓名及身份证号", "{}{}"),
        ("姓名（身份证号码）", "{}（{}）"),
        ("姓名 身份证号", "{}，{}"),
    ],
)
def test_a_name_and_a_number_in_one_cell_are_two_values(heading: str, cell: str) -> None:
    rows = [[1, cell.format("王秀", id_no(2)), "101"], [2, cell.format("李伟", id_no(3)[:-1]), "102"]]
    ledger_ = ledger(["序号", heading, "室号"], *rows, [3, "赵刚", "103"])
    assert [row.values["name"] for row in ledger_.rows] == ["王秀", "李伟", "赵刚"]
    assert [row.values.get("id_no") for row in ledger_.rows] == [id_no(2), None, None]
    assert [{(f.field, f.column, f.code) for f in row.faults} for row in ledger_.rows] == [
        set(),
        {("id_no", "B", "length")},
        {("id_no", "B", "missing")},
    ]


def test_of_a_name_with_two_numbers_each_is_taken_and_one_may_be_left_out() -> None:
    heading, cells = "姓名/身份证号/电话", f"王秀 {id_no(2)} 12012345671\n李伟 12012345672 {id_no(3)}"
    text = f"序号,{heading},室号\n" + "\n".join(f"{n},{cell},10{n}" for n, cell in enumerate(cells.split("\n")))
    first, second = read.read(text.encode(), "台账.csv").rows
    assert (first.values["id_no"], first.values["phone"]) == (id_no(2), "12012345671")
    assert (second.values["id_no"], second.values["phone"]) == (id_no(3), "12012345672")
    chosen = {heading: "name", f"{heading}(证件号)": "id_no", f"{heading}(电话)": ""}
    again = read.read(text.encode(), "台账.csv", mapping=chosen).rows
    assert [(row.values["name"], "phone" in row.values) for row in again] == [("王秀", False), ("李伟", False)]
    assert again[0].values["id_no"] == id_no(2)


def test_of_several_people_in_a_cell_nobody_gets_a_number() -> None:
    family = f"王秀 {id_no(2)}；李伟 {id_no(3)}"
    ledger_ = ledger(["姓名/身份证号", "室号"], [f"赵刚 {id_no(5)}", "101"], [family, "102"])
    assert [row.values.get("id_no") for row in ledger_.rows] == [id_no(5), None]
    assert "several_names" in {fault.code for fault in ledger_.rows[1].faults}


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("家庭成员", ["王强（户主）、李秀（妻）、王小明（子）", "赵刚、孙丽"]),
        ("住户信息", [f"王强 {id_no(1)} 12012345671；李秀 {id_no(2)}", f"赵刚 {id_no(3)}"]),
        ("家庭情况", ["王强 12012345671", "赵刚 12012345672"]),
    ],
)
def test_a_household_in_one_cell_is_named_with_what_to_do(heading: str, cells: list[str]) -> None:
    rows = [[n, cell, f"福安里5号楼1单元10{n}"] for n, cell in enumerate(cells)]
    with pytest.raises(LedgerError, match=f"“{heading}”这一列一格里写着几样内容.*请抄成一人一行"):
        ledger(["序号", heading, "地址"], *rows)


def test_a_column_that_holds_something_and_has_no_heading_is_named() -> None:
    ledger_ = ledger(["姓名", "身份证号", "", "室号", ""], ["王秀", id_no(2), "常来", "101", ""])
    assert ledger_.refused == ["C 列没有列名，没有读"]


def pages(title: str, heading: str, *doors: str) -> list[list[str]]:
    """A printed list of three pages, each with its title, its headings and its sum."""
    page = [["", "", title, ""], [heading, "姓名", "性别", "身份证号"]]
    records = [[door, f"王{'甲乙丙丁戊己'[n % 6]}", "女", id_no(2 + 2 * n)] for n, door in enumerate(doors)]
    third = len(records) // 3
    parts = (records[:third], records[third : 2 * third], records[2 * third :])
    return [line for part in parts for line in (*page, *part, ["", "本页小计", str(third), ""])] + [
        ["总计", "", "", ""]
    ]


@pytest.mark.parametrize("heading", ["楼门牌", "几号楼几门", "门楼号码"])
@pytest.mark.parametrize(
    ("title", "estate"),
    [("福安里10号楼居民名单", "福安里"), ("福安里居民名单", None), ("福安里9、10号楼居民名单", None)],
)
def test_doors_under_a_heading_nobody_knows_are_read_though_some_say_as_above(
    heading: str, title: str, estate: str | None
) -> None:
    written = ["10-1-101", "10-1-201", "同上"] * 3
    rows = ledger(*pages(title, heading, *written)).rows
    told = [location.address_of(row.values) for row in rows]
    assert [(door.building, door.stairwell, door.room) for door in told] == [
        ("10", "1", room) for room in ("101", "201", "201") * 3
    ]
    assert {row.values.get("estate") for row in rows} == {estate}


def test_the_estate_of_a_title_goes_to_the_building_that_it_names_and_to_no_other() -> None:
    rows = ledger(
        ["", "福安里10号楼居民名单", ""],
        ["住址", "姓名", "身份证号"],
        ["10-1-101", "王甲", id_no(2)],
        ["12-1-101", "王乙", id_no(4)],
        ["林古里10号楼1门101", "王丙", id_no(6)],
    ).rows
    doors = [location.address_of(row.values) for row in rows]
    assert [(door.estate, door.building) for door in doors] == [("福安里", "10"), ("", "12"), ("林古里", "10")]


@pytest.mark.parametrize(
    ("title", "captions"),
    [
        ("福安里32号楼居民登记", ("1单元", "2单元")),
        ("福安里32号楼", ("一门", "二门")),
        ("", ("福安里32号楼1门", "2门")),
    ],
)
def test_the_building_of_a_title_and_the_entrance_of_a_caption_are_one_door(
    title: str, captions: tuple[str, str]
) -> None:
    below = [["101", "王甲", id_no(2)], ["201", "王乙", id_no(4)]]
    lines = [["", title, ""]] * bool(title)
    rows = ledger(*lines, ["室", "姓名", "身份证号"], [captions[0]], *below[:1], [captions[1]], *below[1:]).rows
    doors = [location.address_of(row.values) for row in rows]
    assert [(door.estate, door.building, door.stairwell, door.room) for door in doors] == [
        ("福安里", "32", "1", "101"),
        ("福安里", "32", "2", "201"),
    ]
