"""A column of addresses read at once says what reading them one by one says."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwalk.method import address_columns, addresses

NAMES = [
    "阳光里",
    "林古里小区",
    "君临天下",
    "三马路",
    "七贤里",
    "建国道",
    "中山大厦",
    "街道口",
    "翠湖东区",
    "某某里",
    "幸福村三组",
    "河北区建国道12号阳光里",
    "阳光100",
    "A座",
    "",
    "福安里五号楼",
    "金街第",
    "底商",
    "福安里东座",
    "福安里南楼",
    "福安里东单元",
    "四合院北房",
    "福安里主楼",
    "福安里临街",
    "王庄村",
    "愚园路",
]
WAYS = [
    "{n}{a}号楼{b}单元{c}",
    "{n}{a}-{b}-{c}",
    "{n} {a}号楼 {b}单元 {c}",
    "{n}{a}栋{b}门{c}室",
    "{n}{a}号院{b}号楼{c}",
    "{n}{a}弄{b}号{c}室",
    "{n}{a}号楼{b}单元{b}层{c}",
    "{n}{a}楼{c}",
    "{n}{c}",
    "{n}{a}号楼{b}单元{c}(租户)",
    "{n}底商{b}号",
    "{n}{a}组{b}号",
    "{n}{a}#{c}",
    "{n}０{a}号楼{b}单元{c}",
    "{n}{a}号楼0{b}单元0{c}",
    "{n}{a}号",
    "{n}{a}-{b}",
    "{n}{a}号楼{b}单元{c}{a}",
    "{n}{a}楼{b}层{c}",
    "{n}5号楼{c}12012345678",
    "{n}{a}号楼{b}单元{c} 120-1234-5678",
    "{n}{a}号楼{b}单元{c}租户12012345678",
    "{n}{a}弄{b}支弄{c}号",
    "{n}{a}弄{b}号",
    "{n}{a}-{b}号{c}",
    "{n}{a}号底商",
    "{n}{a}号底商{b}",
    "{n}{a}社{b}号",
    "{n}{a}号楼{b}单元{a}-{c}",
    "{n}{a}F-{c}",
    "{n}{a}号{c}",
    "{n}{a}栋{b}-{c}",
    "{n}{a}号楼{b}单元{c}西屋",
    "{n}{a}号楼{c}、{b}",
    "{n}{a}舍{c}",
    "{n}{a}楼{b}门{c}",
    "{n}{a}楼{b}单元{c}室",
    "{n}{a} 楼 {b}门 {b}楼{c}",
    "{n}{a}楼{b}门市{c}",
    "{n}{a}楼{b}门{b}",
    "{n}{a}弄{b}楼{a}门{c}",
    "{n}{a}号院{b}楼{a}单元{a}层{c}",
]
numbers = st.integers(0, 140).map(str)
rooms = st.integers(1, 3406).map(str)
written = st.builds(
    lambda way, n, a, b, c: way.format(n=n, a=a, b=b, c=c),
    st.sampled_from(WAYS),
    st.sampled_from(NAMES),
    numbers,
    numbers,
    rooms,
)


def one_by_one(texts: list[str]) -> list[tuple[object, ...]]:
    return [tuple(getattr(addresses.parse(t), p) for p in address_columns.PARTS) for t in texts]


@settings(max_examples=120, deadline=None)
@given(st.lists(written, min_size=1, max_size=60))
def test_it_reads_a_column_as_it_reads_each_address(texts: list[str]) -> None:
    assert address_columns.parts(pl.Series(texts)).rows() == one_by_one(texts)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(WAYS), st.data())
def test_many_addresses_written_one_way_keep_their_own_numbers(name: str, way: str, data: st.DataObject) -> None:
    parts = st.tuples(numbers, numbers, rooms)
    texts = [way.format(n=name, a=a, b=b, c=c) for a, b, c in data.draw(st.lists(parts, min_size=30, max_size=60))]
    assert address_columns.parts(pl.Series(texts)).rows() == one_by_one(texts)


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_holds_a_numeral_keeps_it_as_it_was_written(way: str) -> None:
    texts = [way.format(n="福安里五号楼", a=a, b=1, c=1) for a in range(1, 7)]
    assert address_columns.parts(pl.Series(texts)).rows() == one_by_one(texts)


def test_an_empty_column_and_an_empty_cell_have_no_parts() -> None:
    assert address_columns.parts(pl.Series([], dtype=pl.String)).is_empty()
    assert address_columns.parts(pl.Series(["", "无"]))["fault"].to_list() == ["empty", "empty"]
