"""What offices do to their ledgers, each habit asserted by row and column."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest

from gridwalk.ledger import location, read
from gridwalk.ledger.body import Printed
from gridwalk.ledger.headers import Header
from gridwalk.ledger.read import Ledger
from gridwalk.ledger.records import Row
from gridwalk.ledger.tests import books
from gridwalk.ledger.tests.books import PERSON, id_no, person, phone
from gridwalk.method import address_writing


def rows_of(*rows: Sequence[object], name: str = "Sheet1", merges: list[books.Merge] | None = None) -> list[Row]:
    return read.read(books.xlsx({name: rows}, merges=merges or []), "台账.xlsx").rows


def doors(rows: list[Row]) -> list[tuple[object, ...]]:
    return [(r.row_no, *(r.values.get(f, "") for f in ("building", "stairwell", "room"))) for r in rows]


def test_title_and_date_rows_stand_above_the_header() -> None:
    rows = rows_of(
        ["光复道街道君临天下社区实有人口台账"],
        ["填报单位：君临天下社区", "", "", "", "填报日期：2026年10月8日"],
        [],
        PERSON,
        person(1),
        merges=[(0, 0, 0, 6, "光复道街道君临天下社区实有人口台账")],
    )
    assert doors(rows) == [(5, "5号楼", "2单元", "101")]


def test_leading_blank_rows_and_columns_keep_the_row_numbers_of_the_table_program() -> None:
    rows = rows_of([], [], ["", "", *PERSON], ["", "", *person(1, phone="1")])
    assert rows[0].row_no == 4
    assert [(f.column, f.code) for f in rows[0].faults] == [("I", "length")]


def test_a_header_of_two_rows_is_one_and_the_group_tells_whose_telephone_it_is() -> None:
    ledger = read.read(
        books.xlsx(
            {
                "Sheet1": [
                    ["房屋坐落", "", "", "居住状况", "产权人", "", "人员"],
                    ["楼栋", "单元", "室号", "", "姓名", "电话", "数"],
                    ["5号楼", "1单元", "101", "空置", "王一", phone(1), 2],
                ]
            },
            merges=[(0, 0, 0, 2, "房屋坐落"), (0, 3, 1, 3, "居住状况"), (0, 4, 0, 5, "产权人")],
        ),
        "房屋.xlsx",
    )
    assert ledger.kind == "dwelling" and not ledger.questions
    assert [c.field for c in ledger.sheets[0].columns] == [
        "building",
        "stairwell",
        "room",
        "occupancy",
        "owner_name",
        "owner_phone",
        "",
    ]
    assert ledger.rows[0].row_no == 3
    assert ledger.rows[0].values["occupancy"] == "vacant" and ledger.rows[0].values["owner_phone"] == phone(1)


def test_a_column_not_taken_is_named_though_only_the_upper_of_two_header_rows_has_it() -> None:
    ledger = read.read(
        books.xlsx(
            {
                "Sheet1": [
                    ["序号", "住址", "", "", "居民", "宗教信仰"],
                    ["", "楼栋", "单元", "室号", "姓名", ""],
                    [1, "5号楼", "1单元", "101", "王一", "无"],
                ]
            }
        ),
        "人口.xlsx",
        kind="person",
    )
    assert [c.how for c in ledger.sheets[0].columns if c.header == "宗教信仰"] == ["forbidden"]
    assert [r.values["name"] for r in ledger.rows] == ["王一"]


@pytest.mark.parametrize(
    ("sheet", "place"),
    [
        ("5号楼", {"building": "5"}),
        ("5号楼2单元", {"building": "5", "stairwell": "2"}),
        ("林古里5号楼", {"building": "5", "estate": "林古里"}),
        ("A座", {"building": "A"}),
        ("Sheet1", {}),
        ("2026年10月", {}),
    ],
)
def test_a_sheet_a_building_takes_the_building_from_its_name(sheet: str, place: dict[str, str]) -> None:
    row = rows_of(PERSON[2:], person(1)[2:], name=sheet)[0]
    assert {k: v for k, v in row.values.items() if k in {"building", "stairwell", "estate"}} == place


def test_what_a_column_says_goes_before_the_name_of_the_sheet() -> None:
    assert rows_of(PERSON, person(1), name="7号楼")[0].values["building"] == "5号楼"


def test_captions_across_the_table_tell_the_building_and_stairwell_of_the_rows_below() -> None:
    rows = rows_of(
        PERSON[2:],
        ["5号楼"],
        ["一单元"],
        person(1)[2:],
        ["二单元"],
        person(2)[2:],
        ["6号楼"],
        person(3)[2:],
        merges=[(1, 0, 1, 4, "5号楼")],
    )
    assert doors(rows) == [(4, "5", "1", "101"), (6, "5", "2", "201"), (8, "6", "", "301")]


def test_headers_and_titles_repeated_at_page_breaks_are_no_records() -> None:
    title = ["君临天下社区台账"]
    upper = ["房屋", "", "", "人员", "", "", ""]
    rows = rows_of(title, upper, PERSON, person(1), title, upper, PERSON, person(2), PERSON, person(3))
    assert [r.row_no for r in rows] == [4, 8, 10]
    assert not any(r.faults for r in rows)


@pytest.mark.parametrize(
    "footer",
    [
        ["合计", "", "", 2],
        ["", "合 计", "", 2],
        ["填表人：王一", "", "", "审核人：王二"],
        ["本页小计", "", "", 1],
        ["负责人（签字）："],
        ["说明：本表一式两份"],
        ["注：空房也要填"],
        ["社区（盖章）"],
        ["共 2 人"],
    ],
)
def test_footers_are_no_records(footer: list[object]) -> None:
    rows = rows_of(PERSON, person(1), person(2), [], footer)
    assert [r.row_no for r in rows] == [2, 3]


def test_identity_numbers_kept_as_numbers_are_damaged_and_never_trusted() -> None:
    lucky = 120199198001014000  # its checksum happens to be 0
    rows = rows_of(
        PERSON,
        person(1, id_no=1.20199198001011e17),
        person(2, id_no=lucky),
        person(3, id_no="1.20199E+17"),
        person(4, id_no=f"'{id_no(4)}"),
        person(5, id_no=id_no(5).lower().translate(str.maketrans("0123456789", "０１２３４５６７８９"))),
        person(6, id_no=" ".join((id_no(6)[:6], id_no(6)[6:14], id_no(6)[14:]))),
    )
    assert [[(f.field, f.column, f.code) for f in r.faults] for r in rows[:3]] == [[("id_no", "F", "damaged")]] * 3
    assert "id_no" not in rows[0].values and "设为文本" in rows[0].faults[0].text
    assert [r.values["id_no"] for r in rows[3:]] == [id_no(4), id_no(5), id_no(6)]


def test_a_fault_never_holds_what_the_cell_says() -> None:
    row = rows_of(PERSON, person(1, id_no=id_no(1)[:-2], phone="120000"))[0]
    assert [(f.column, f.code) for f in row.faults] == [("F", "length"), ("G", "length")]
    assert not any(id_no(1)[:10] in f.text or "120000" in f.text for f in row.faults)


def test_dates_are_read_however_they_are_written() -> None:
    written: list[object] = ["1980.1.1", "1980年1月1日", "19800101", 29221, "29221", dt.date(1980, 1, 1), "1980/01/01"]
    out = io.BytesIO()
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["姓名", "身份证号", "出生日期"])
    for n, value in enumerate(written):
        sheet.append([f"王{'一二三四五六七'[n]}", id_no(n), value])
    book.save(out)
    assert {r.values["born_on"] for r in read.read(out.getvalue(), "台账.xlsx").rows} == {"1980-01-01"}


def test_words_for_the_same_and_for_nothing() -> None:
    rows = rows_of(
        PERSON,
        person(1, phone="无"),
        person(2, building="同上", stairwell="〃", room="同上", phone="不详"),
        person(3, building="〃", stairwell="〃", room="302", phone="—"),
        person(4, phone="／", name="同上"),
        person(5, id_no="同上"),
        person(6, phone="12"),
        person(7, phone="同上"),
    )
    assert doors(rows)[:3] == [(2, "5号楼", "2单元", "101"), (3, "5号楼", "2单元", "101"), (4, "5号楼", "2单元", "302")]
    assert not any("phone" in r.values for r in rows[:4])
    assert [(f.column, f.code) for r in rows[3:5] for f in r.faults] == [("D", "repeat"), ("F", "repeat")]
    assert [(f.column, f.code) for r in rows[5:] for f in r.faults] == [("G", "length"), ("G", "repeat")]


def test_several_telephones_notes_and_units_in_a_cell() -> None:
    row = rows_of(PERSON, person(1, name="王 一（已故）", phone=f"{phone(1)}/{phone(2)}"))[0]
    assert row.values["name"] == "王一" and row.values["status"] == "deceased"
    assert row.values["phone"] == phone(1)
    dwelling = rows_of(["楼栋", "室号", "居住状况", "建筑面积（㎡）*"], ["5号楼", 301, "空关", "86.5平米"])[0]
    assert dwelling.values["area_m2"] == "86.5" and dwelling.values["room"] == "301"


def test_a_yes_means_what_the_heading_asks() -> None:
    empty = rows_of(["楼栋", "室号", "是否空置", "是否出租"], ["5号楼", 301, "是", "否"], ["5号楼", 302, "否", "是"])
    assert [(r.values["occupancy"], r.values.get("tenure")) for r in empty] == [("vacant", None), ("occupied", "let")]
    lived_in = rows_of(["楼栋", "室号", "是否有人居住"], ["5号楼", 301, "是"], ["5号楼", 302, "否"])
    assert [r.values["occupancy"] for r in lived_in] == ["occupied", "vacant"]


def test_what_is_required_and_left_blank_is_said_with_its_column() -> None:
    row = rows_of(PERSON, person(1, id_no="", name="空房"))[0]
    assert [(f.field, f.column, f.code) for f in row.faults] == [("name", "D", "name"), ("id_no", "F", "missing")]


def two_sheets(**sheets: Sequence[Sequence[object]]) -> Ledger:
    return read.read(books.xlsx(sheets), "台账.xlsx")


def test_every_sheet_of_the_kind_is_read_and_the_others_are_said() -> None:
    organizations: list[list[object]] = [
        ["单位名称", "统一社会信用代码", "经营状态", "负责人"],
        ["某某商店", "", "营业", "王一"],
    ]
    ledger = two_sheets(
        一号=[PERSON, person(1), person(2)],
        二号=[PERSON, person(3)],
        单位=organizations,
        填表说明=[["请先看说明"], ["一式两份"]],
    )
    assert ledger.kind == "person"
    assert [(r.sheet, r.row_no) for r in ledger.rows] == [("一号", 2), ("一号", 3), ("二号", 2)]
    assert {s.name: bool(s.skipped) for s in ledger.sheets} == {
        "一号": False,
        "二号": False,
        "单位": True,
        "填表说明": True,
    }
    assert "单位台账" in next(s.skipped for s in ledger.sheets if s.name == "单位")


def test_a_hidden_sheet_is_not_imported_behind_the_users_back() -> None:
    data = books.xlsx({"人口": [PERSON, person(1)], "旧": [PERSON, person(2)]}, hidden=["旧"])
    ledger = read.read(data, "台账.xlsx")
    assert [r.sheet for r in ledger.rows] == ["人口"]
    assert "隐藏" in next(s.skipped for s in ledger.sheets if s.name == "旧")


def test_columns_numbered_below_the_header_are_no_record() -> None:
    rows = rows_of(PERSON, ["甲", 1, 2, 3, 4, 5, 6], person(1))
    assert [r.row_no for r in rows] == [3]


def test_one_column_may_answer_whether_a_door_is_empty_and_whether_it_is_let() -> None:
    status = rows_of(
        ["楼栋", "室号", "房屋状态"], ["5号楼", 301, "出租"], ["5号楼", 302, "空置"], ["5号楼", 303, "自住"]
    )
    assert [(r.values["occupancy"], r.values.get("tenure")) for r in status] == [
        ("occupied", "let"),
        ("vacant", None),
        ("occupied", None),
    ]
    used = rows_of(["楼栋", "室号", "房主", "使用情况"], ["5号楼", 301, "王一", "空关"], ["5号楼", 302, "王二", "租赁"])
    assert [(r.values.get("occupancy"), r.values.get("tenure")) for r in used] == [("vacant", None), (None, "let")]
    assert not any(r.faults for r in (*status, *used))


def test_a_list_of_one_care_category_needs_no_column_for_it() -> None:
    rows: list[list[object]] = [
        ["高龄老人花名册"],
        ["姓名", "身份证号", "住址", "年龄"],
        ["王一", id_no(1, "19400101"), "林古里5-2-301", 86],
    ]
    ledger = read.read(books.xlsx({"Sheet1": rows}), "名册.xlsx", kind="care")
    assert not ledger.questions and ledger.sheets[0].given == {"category": "aged"}
    assert ledger.rows[0].values["category"] == "aged"
    unnamed = read.read(books.xlsx({"Sheet1": rows[1:]}), "名册.xlsx", kind="care")
    assert unnamed.questions == ["没有“关爱类别”这一列，请在下面指明是哪一列"]


def test_the_worked_example_of_the_document_is_read_as_it_says() -> None:
    rows = rows_of(
        ["君临天下社区台账"],
        ["楼栋", "单元", "室号", "姓名", "身份证号"],
        ["5幢", "二门", "0301", "王 一（户主）", "1.20199E+17"],
        ["〃", "〃", "〃", "王二", "同上"],
        ["合计", "", "", "2 人"],
    )
    assert [(r.row_no, r.values["name"], [f"{f.column}{r.row_no} {f.code}" for f in r.faults]) for r in rows] == [
        (3, "王一", ["E3 damaged"]),
        (4, "王二", ["E4 repeat"]),
    ]
    assert {address_writing.key(location.address_of(r.values)) for r in rows} == {"|5|2|301"}


HEADINGS = ("姓名", "性别", "身份证号", "出生日期", "联系电话", "小区", "楼栋", "单元", "室号", "面积（㎡）")


@pytest.mark.parametrize(
    ("row", "again"),
    [
        (HEADINGS, True),
        (("", "", *HEADINGS[2:4], *[None] * 6), True),  # a header of two cells that are filled
        ((HEADINGS[0], *[""] * 9), False),  # one word may be somebody's name
        ((*HEADINGS[:7], "1单元", "101", "74"), True),  # seven of ten
        ((*HEADINGS[:6], "5号楼", "1单元", "101", "74"), False),  # six of ten
        ((*HEADINGS[:9], "面积"), True),  # the unit is not printed again
        ((*HEADINGS[1:], HEADINGS[0]), False),  # every word in another column
        (("光复道社区台账", *[""] * 9), True),  # the title
        ((*HEADINGS, "第2页"), True),  # a cell more than the header has
    ],
)
def test_a_row_is_the_header_printed_again_when_seven_of_ten_words_stand_where_they_stood(
    row: Sequence[object], again: bool
) -> None:
    printed = Printed([("光复道社区台账", *[""] * 9)], Header(0, 1, HEADINGS))
    assert printed.again(row) is again
