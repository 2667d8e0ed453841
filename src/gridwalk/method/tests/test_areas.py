"""The areas and names before an address, and what looks like either."""

from __future__ import annotations

import pytest

from gridwalk.method import address_writing, addresses, areas

KINDS = {
    # areas by their full names, however long, and names that look like them
    "二七区大学路40号院12号楼3单元9号": "大学路40号院|12|3|9",
    "山西省运城市闻喜县薛店镇林古里5号楼2单元301": "林古里|5|2|301",
    "晋城市城区林古里5号楼2单元301": "林古里|5|2|301",
    "河北省秦皇岛市青龙满族自治县马圈子镇林古里5-2-301": "林古里|5|2|301",
    "内蒙古自治区锡林郭勒盟苏尼特右旗林古里5-2-301": "林古里|5|2|301",
    "上海市浦东新区川沙新镇林古里5-2-301": "林古里|5|2|301",
    "湖南省张家界市桑植县马合口白族乡林古里5-2-301": "林古里|5|2|301",
    "房山区良乡西路26号院3号楼301": "良乡西路26号院|3||301",
    "天津市和平区南市街道林古里10门502": "林古里||10|502",
    "乌鲁木齐市新市区林古里5-2-301": "林古里|5|2|301",
    "新市花园5号楼2单元301": "新市花园|5|2|301",
    "朝阳区天通苑北区5号楼2单元301": "天通苑北区|5|2|301",
    "江宁区江南水乡花园5号楼2单元301": "江南水乡花园|5|2|301",
    "蓟州区渔阳古镇花苑5号楼301": "渔阳古镇花苑|5||301",
    "蓟州区盘山小镇花苑5号楼301": "盘山小镇花苑|5||301",
    "蓟州区水乡小镇花园5号楼301": "水乡小镇花园|5||301",
    "西青区杨柳青镇花园5号楼301": "花园|5||301",
    "杨柳青镇花园5号楼301": "花园|5||301",
    # a bracket within a name, a number at its end
    "中海(国际)社区5号楼2单元301": "中海国际|5|2|301",
    "御园三号5号楼2单元301": "御园3号|5|2|301",
    # whose the door is
    "林古里5号楼2单元301 房东12000001234": "林古里|5|2|301",
    "林古里5号楼2单元301房客3人": "林古里|5|2|301",
    # below ground, behind a tower's name
    "光明大厦-1层03": "光明大厦|||B103",
    "光明新城-1层03": "光明新城|||B103",
    # a building by its short unit, behind an estate's name
    "光明新城-2楼301": "光明新城|2||301",
    "阳光新城-3楼2单元301": "阳光新城|3|2|301",
    "万科城-5楼1门201": "万科城|5|1|201",
}


@pytest.mark.parametrize(("written", "key"), KINDS.items())
def test_areas_leave_an_address_and_names_stay(written: str, key: str) -> None:
    address = addresses.parse(written)
    assert (address_writing.key(address), address.fault) == (key, "")


def test_an_estates_column_has_the_key_that_an_address_has() -> None:
    for written in ("御园三号", "壹号院", "中海(国际)社区", "建国小区", "阳光壹佰"):
        assert addresses.estate_key(addresses.parse(f"{written}5号楼2单元301").estate) == addresses.estate_key(written)


def test_an_area_of_two_characters_is_one_behind_its_city_alone() -> None:
    alone, behind = ("城区", "赵县", "矿区"), ("阳泉市城区", "河北省石家庄市赵县", "石家庄市赵县")
    assert [areas.names_county(f"{area}建设路5号") for area in (*alone, *behind)] == [False] * 3 + [True] * 3
