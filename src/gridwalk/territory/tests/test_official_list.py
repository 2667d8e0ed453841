"""The official list of areas, and what is typed for the grids of a community."""

from __future__ import annotations

import polars as pl
import pytest

from gridwalk.method import areas
from gridwalk.territory.official import queries
from gridwalk.territory.official.rules import GridsRefused, grids_of
from gridwalk.territory.rules import short_name


def test_a_street_is_come_to_from_its_province() -> None:
    assert ("120000000000", "天津市") in [(area.code, area.name) for area in queries.provinces()]
    (tianjin,) = queries.cities("12")
    assert (tianjin.name, len(tianjin.districts)) == ("市辖区", 16)
    assert queries.streets("120105")[0].name == "光复道街道"
    assert [area.name for area in queries.communities("120105001")][-1] == "旺海公府社区居委会"
    assert [area.level for area in queries.line("120105001000")] == ["province", "city", "district", "street"]


def test_a_city_without_districts_stands_for_itself_and_what_is_unknown_for_nothing() -> None:
    dongguan = next(city for city in queries.cities("44") if city.name == "东莞市")
    assert [area.code for area in dongguan.districts] == ["441900000000"]
    assert queries.streets("4419")[0].name == "东城街道"
    assert [area.name for area in queries.line("441900003000")] == ["广东省", "东莞市", "东城街道"]
    for code in ("120105999000", "999900000000", "abc", ""):
        assert queries.line(code) == []


@pytest.mark.parametrize(
    ("typed", "grids"),
    [
        ("", {}),
        (" 3 ", {1: "第一网格", 2: "第二网格", 3: "第三网格"}),
        ("１", {1: "第一网格"}),
        ("沿河片\n北片\r\n", {1: "沿河片", 2: "北片"}),
        ("沿河片、3网格,第一网格；东片", {1: "第一网格", 2: "沿河片", 3: "3网格", 4: "东片"}),
    ],
)
def test_grids_are_counted_or_named(typed: str, grids: dict[int, str]) -> None:
    assert grids_of(typed) == grids


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("0", "网格写 1 到 99 个"),
        ("100", "网格写 1 到 99 个"),
        ("1" * 5000, "网格写 1 到 99 个"),
        ("河畔\n河畔", "两个网格都叫“河畔”，改一个再存"),
        ("第一网格、1号网格", "“第一网格”和“1号网格”是同一个名称"),
        ("东片、未划入网格", "每个社区自带一个"),
        ("河畔 12012345678", "不要写证件号、电话号码"),
        ("=1+1、东片", "也不用 ="),
        ("长" * 41, "网格名称不超过 40 个字"),
        ("、".join(f"片{n}号" for n in range(100)), "最多 99 个网格"),
    ],
)
def test_a_list_of_grids_is_refused_in_words(typed: str, why: str) -> None:
    with pytest.raises(GridsRefused, match=why):
        grids_of(typed)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("林古里社区居委会", "林古里"),
        ("北岸华庭社区居民委员会", "北岸华庭"),
        ("王庄村委会", "王庄村"),
        ("李家村村民委员会", "李家村"),
        ("居委会", "居委会"),
    ],
)
def test_a_community_is_called_in_a_word(name: str, short: str) -> None:
    assert short_name(name) == short


def test_addresses_know_the_cities_and_counties_of_the_list_by_their_full_names() -> None:
    names = pl.read_parquet(queries.LIST).filter(
        pl.col("code").str.ends_with("000000") & ~pl.col("code").str.ends_with("0000000000")
    )
    full = {name for name in names["name"] if len(name) > 1 and name[-1] in "市区县旗州盟"} - {"市辖区", "县"}
    assert areas.official() == full
