"""Codes of areas and grids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.territory import rules
from gridwalk.territory.rules import CodeError

LEVELS = [
    ("120000000000", "province", "12"),
    ("120100000000", "city", "1201"),
    ("120105000000", "district", "120105"),
    ("120105001000", "street", "120105001"),
    ("120105001001", "community", "120105001001"),
    ("130000000000", "province", "13"),
    ("110101001010", "community", "110101001010"),
]


@pytest.mark.parametrize(("code", "level", "scope"), LEVELS)
def test_a_code_says_its_level_and_the_prefix_its_grids_share(code: str, level: str, scope: str) -> None:
    assert rules.level_of(code) == level
    assert rules.scope_of(code) == scope


def test_a_grid_code_is_its_own_scope() -> None:
    assert rules.scope_of("120105001001003") == "120105001001003"


@pytest.mark.parametrize(
    "code", ["", "120105", "12010500100", "1201050010011", "12010500100x", "１２０１０５００１００１", "12010500100²"]
)
def test_it_refuses_what_is_no_area_code(code: str) -> None:
    with pytest.raises(CodeError, match="12 位数字"):
        rules.level_of(code)


@given(number=st.integers(0, 999))
def test_a_grid_lies_in_the_scope_of_its_community_and_of_all_above(number: int) -> None:
    code = rules.grid_code("120105001001", number)
    assert len(code) == 15
    assert int(code[12:]) == number
    above = rules.above(code)
    assert above == ["120000000000", "120100000000", "120105000000", "120105001000", "120105001001"]
    assert all(code.startswith(rules.scope_of(area)) for area in above)


def test_a_community_and_each_of_its_grids_have_one_grid_000() -> None:
    codes = ["120105001001", "120105001001000", "120105001001003"]
    assert [rules.unassigned_of(code) for code in codes] == ["120105001001000"] * 3
    assert [rules.is_unassigned(code) for code in [*codes, "120105001000", ""]] == [False, True, False, False, False]


@pytest.mark.parametrize(("community", "number"), [("120105001000", 1), ("120105001001", -1), ("120105001001", 1000)])
def test_it_refuses_a_grid_outside_a_community_or_the_numbers(community: str, number: int) -> None:
    with pytest.raises(CodeError, match="0 到 999"):
        rules.grid_code(community, number)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "未划入网格"),
        (1, "第一网格"),
        (9, "第九网格"),
        (10, "第十网格"),
        (11, "第十一网格"),
        (20, "第二十网格"),
        (21, "第二十一网格"),
        (99, "第九十九网格"),
        (100, "第100网格"),
        (999, "第999网格"),
    ],
)
def test_grids_are_named_as_people_count(number: int, name: str) -> None:
    assert rules.grid_name(number) == name


@pytest.mark.parametrize(
    "written", ["第十二网格", "第12网格", "12号网格", " 第 １２ 网格", "012", "12", "十二网格", "网格12"]
)
def test_a_grid_is_named_in_many_spellings(written: str) -> None:
    assert rules.grid_key(written) == rules.grid_key("第十二网格") != rules.grid_key("第二网格")
