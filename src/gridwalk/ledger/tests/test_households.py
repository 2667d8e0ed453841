"""A household whose door is written once: merged, or beside the head only."""

from __future__ import annotations

import pytest

from gridwalk.ledger.tests.books import PERSON, person
from gridwalk.ledger.tests.test_habits import doors, rows_of


def test_a_household_merged_over_its_members_is_filled_down() -> None:
    rows = rows_of(
        PERSON,
        person(1),
        ["", "", "", *person(2, relation="配偶")[3:]],
        ["", "", "", *person(3, relation="子")[3:]],
        person(4),
        merges=[(1, column, 3, column, value) for column, value in enumerate(["5号楼", "2单元", "101"])],
    )
    assert doors(rows) == [
        (2, "5号楼", "2单元", "101"),
        (3, "5号楼", "2单元", "101"),
        (4, "5号楼", "2单元", "101"),
        (5, "5号楼", "2单元", "401"),
    ]


def test_a_household_written_once_without_merging_is_filled_down_where_the_whole_sheet_does_so() -> None:
    def member(n: int, relation: str) -> list[object]:
        return ["", "", "", *person(n, relation=relation)[3:]]

    rows = rows_of(
        PERSON,
        person(1),
        member(2, "妻"),
        member(3, "子"),
        person(4),
        member(5, "夫"),
        ["", "", "", *person(6, relation="户主")[3:]],
        member(7, "女"),
    )
    assert [d[3] for d in doors(rows)] == ["101", "101", "101", "401", "401", "", ""]


@pytest.mark.parametrize("n_repeated", [0, 2, 3, 4, 5])
def test_members_have_the_door_of_the_head_whatever_of_the_place_stands_in_every_row(n_repeated: int) -> None:
    def row(community: str, grid: str, n: int, relation: str = "户主") -> list[object]:
        place = [community, grid, "林古里", *person(n)[:3]]
        repeated = place if relation == "户主" else [*place[:n_repeated], *[""] * (6 - n_repeated)]
        return [*repeated, *person(n, relation=relation)[3:]]

    rows = rows_of(
        ["社区", "网格名称", "小区", *PERSON],
        row("甲社区", "第一网格", 1),
        row("甲社区", "第一网格", 2, "妻"),
        row("甲社区", "第一网格", 3, "子"),
        row("甲社区", "第一网格", 3, "女"),
        row("乙社区", "第二网格", 4),
        row("乙社区", "第二网格", 5, "夫"),
        row("乙社区", "第二网格", 6, "女"),
        row("乙社区", "第二网格", 7, "子"),
        ["乙社区", "第二网格", "林古里", "9号楼", "", "", *person(7, relation="子")[3:]],
        ["丙社区", "", "", "", "", "", *person(8, relation="女")[3:]],
    )
    fields = ("community", "grid_name", "estate", "building", "stairwell", "room")
    assert [[row.values.get(field, "") for field in fields] for row in rows] == [
        *[["甲社区", "第一网格", "林古里", "5号楼", "2单元", "101"]] * 4,
        *[["乙社区", "第二网格", "林古里", "5号楼", "2单元", "401"]] * 4,
        ["乙社区", "第二网格", "林古里", "9号楼", "", ""],
        ["丙社区", "", "", "", "", ""],
    ]


def test_a_blank_door_stays_blank_where_the_others_are_written() -> None:
    rows = rows_of(
        PERSON,
        person(1),
        person(2, relation="妻", room="101"),
        person(3, relation="子", room="101"),
        ["", "", "", *person(4, relation="女")[3:]],
    )
    assert doors(rows)[3] == (5, "", "", "")
