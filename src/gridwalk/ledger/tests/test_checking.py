"""What a ledger says against itself: each fault at the rows it must be at, and a near miss beside each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from stdnum.cn import uscc

from gridwalk.ledger import checking, sides
from gridwalk.ledger.checking import TEXTS
from gridwalk.ledger.tests.books import id_no, phone

HOMES = ["小区", "楼栋", "单元", "室号", "居住状况", "使用情况"]
PEOPLE = ["姓名", "性别", "身份证号", "出生日期", "联系电话", "小区", "楼栋", "单元", "室号", "与户主关系"]
MAN, WOMAN = id_no(1, "19800101"), id_no(2, "19800101")
PHONE = phone(1)
CODE, OTHER_CODE = (stem + uscc.calc_check_digit(stem) for stem in ("91120199MA0000001", "91120199MA0000002"))


def home(room: str, occupancy: str, tenure: str) -> list[str]:
    return ["甲里", "1", "1", room, occupancy, tenure]


def somebody(name: str, room: str, *, sex: str = "", number: str = "", born: str = "", call: str = "") -> list[str]:
    return [name, sex, number, born, call, "甲里", "1", "1", room, "户主"]


def faults(kind: str, head: list[str], rows: list[list[str]]) -> dict[tuple[int, str], str]:
    """(number of the row as listed here, code) → the words of the fault, but for what is not filled in."""
    text = "\n".join(",".join(row) for row in [head, *rows]) + "\n"
    side = sides.read_bytes(text.encode(), "台账.csv", kind=kind)
    all_ = checking.check(side).iter_rows()
    return {(row + 1, code): words for row, _, _, code, words in all_ if code != "missing"}


CASES: Mapping[str, tuple[Any, ...]] = {
    "vacant and let": (
        "dwelling",
        HOMES,
        [home("101", "空置", "出租"), home("102", "空置", "自住"), home("103", "有人住", "出租")],
        {(1, "vacant_but_let"): TEXTS["vacant_but_let"]},
    ),
    "birth and number": (
        "person",
        PEOPLE,
        [
            somebody("甲", "101", number=MAN, born="1980-01-02"),
            somebody("乙", "102", number=WOMAN, born="1980-01-01"),
            somebody("丙", "103", born="1980-01-02"),
        ],
        {(1, "born_disagrees"): TEXTS["born_disagrees"]},
    ),
    "sex and number": (
        "person",
        PEOPLE,
        [
            somebody("甲", "101", number=MAN, sex="女"),
            somebody("乙", "102", number=WOMAN, sex="女"),
            somebody("丙", "103", sex="男"),
        ],
        {(1, "sex_disagrees"): TEXTS["sex_disagrees"]},
    ),
    "one number, two names": (
        "person",
        PEOPLE,
        [somebody("甲", "101", number=MAN), somebody("乙", "102", number=MAN), somebody("丙", "103", number=WOMAN)],
        {(2, "one_id_two_names"): TEXTS["one_id_two_names"].format(2)},
    ),
    "one telephone at three doors": (
        "person",
        PEOPLE,
        [
            *(somebody(name, f"10{n}", call=PHONE) for n, name in enumerate("甲乙丙", start=1)),
            *(somebody(name, f"20{n}", call=phone(2)) for n, name in enumerate("丁戊", start=1)),
        ],
        {(n, "phone_shared"): TEXTS["phone_shared"].format(3) for n in (1, 2, 3)},
    ),
    "the same door twice": (
        "dwelling",
        HOMES,
        [home("101", "有人住", "自住"), home("102", "有人住", "自住"), home("101", "空置", "自住")],
        {(3, "duplicate"): "和第 2 行重复："},
    ),
    "one code, two names": (
        "organization",
        ["单位名称", "统一社会信用代码", "小区", "楼栋", "单元", "室号"],
        [
            ["甲里早点", CODE, "甲里", "1", "1", "101"],
            ["甲里药店", CODE, "甲里", "1", "1", "102"],
            ["甲里书店", OTHER_CODE, "甲里", "1", "1", "103"],
        ],
        {(2, "one_code_two_names"): TEXTS["one_code_two_names"].format(2), (2, "duplicate"): "和第 2 行重复："},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_ledger_says_against_itself_is_marked_and_nothing_else(case: str) -> None:
    kind, head, rows, expected = CASES[case]
    found = faults(kind, head, rows)
    assert set(found) == set(expected)
    assert all(found[key].startswith(words) for key, words in expected.items())


def test_an_address_that_cannot_be_read_is_a_fault_and_one_that_is_missing_none() -> None:
    rows = [["甲", "户主", "甲里1号楼1单元101"], ["乙", "户主", "五号楼"], ["丙", "户主", ""]]
    found = faults("person", ["姓名", "与户主关系", "住址"], rows)
    assert [row for row, _ in found] == [2]
