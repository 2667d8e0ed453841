"""What is not taken is found however it is spelled, and what only sounds like it is taken."""

from __future__ import annotations

import pytest

from gridwalk.dictionary import readers, refusals
from gridwalk.dictionary import refused_words as words

HEADINGS = [
    "名族",
    "族属",
    "族裔",
    "教派",
    "政面",
    "政治身份",
    "案底",
    "两劳",
    "社矫",
    "精神病",
    "严重精神障碍",
    "艾滋",
    "相片",
    "面部特征",
    "婚姻状况",
    "征信",
    "打分",
    "颜色",
    "重点人员类别",
    "特殊人群",
    "列控",
    "刑嫌",
    "备住",
    "思想动态",
    "出境记录",
    "是否名族",
    "民-族",
    "民*族",
    "民（族）",
    "民.族",
    "黨員",
    "信訪",
    "ＤＮＡ",
    "宗敎信仰",
    "MinZu",
    "社區矯正",
    "犯\u3000罪",
    "精_神_障_碍",
    "涉稳情况",
    "健康状况",
    "病史",
    "工资（元）",
    "家庭收入",
    "月收入",
    "信用等级",
    "红黄绿",
    "海外关系",
    "生育情况",
    "是否吸毒人员",
    "党籍",
    "团员",
    "尿检",
    "HIV",
]
TAKEN = [
    "姓名",
    "与户主关系",
    "户籍地址",
    "联系电话",
    "身份证号",
    "居住状况",
    "使用情况",
    "建筑面积",
    "网格编码",
    "楼栋",
    "单元",
    "室号",
    "出生日期",
    "人员类别",
    "重点人群类别",
    "统一社会信用代码",
    "单位名称",
    "法定代表人",
    "商户名称",
    "行业",
    "场所类型",
    "位置描述",
    "关怀类别",
    "本人是否同意",
    "低收入",
    "上次巡检日期",
    "管护责任单位",
    "户主姓名",
    "监护人姓名",
    "序号",
    "现住址",
    "房屋性质",
    "产权人",
    "迁入日期",
    "居住类别",
    "设施编号",
    "安全负责人",
    "新房",
    "千克",
    "去向",
    "特困",
    "残疾人证号",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_is_refused_however_it_is_spelled(heading: str) -> None:
    assert refusals.heading(heading)


@pytest.mark.parametrize("heading", TAKEN)
def test_a_heading_that_offices_need_is_not(heading: str) -> None:
    assert not refusals.heading(heading)


def test_there_are_a_few_hundred_spellings_and_each_is_refused() -> None:
    spellings = [word for _, listed in words.HEADINGS for word in listed.split()]
    assert len(set(spellings)) == len(spellings) > 500
    assert all(refusals.heading(word) for word in spellings)
    assert all(refusals.bare(word) == word for word in spellings), "as they are compared"


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        ("社区矫正人员名册", True),
        ("2026年 吸 毒 人员", True),
        ("刑滿釋放人員花名冊", True),
        ("少数民族", True),
        ("党员花名册（林古里）", True),
        ("信访老户台账", True),
        ("重精患者登记表", True),
        ("民族路社区人口台账", False),
        ("信访局家属院房屋台账", False),
        ("党群服务中心设施", False),
        ("戒毒所宿舍楼", False),
        ("重点人员台账", False),
        ("独居老人名册", False),
        ("精神病医院宿舍人口", False),
    ],
)
def test_a_list_is_told_by_its_name_and_a_place_is_not(name: str, is_refused: bool) -> None:
    assert bool(refusals.list_of(name)) is is_refused


def test_a_note_on_how_to_fill_in_a_table_is_no_title() -> None:
    assert refusals.title("林古里社区社区矫正人员花名册")
    assert not refusals.title("填表说明：不要填写民族、宗教信仰、党员等信息")
    assert not refusals.title("林古里社区实有人口登记表")


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("社区矫正期内,信教", "refused"),
        ("回族", "refused"),
        ("天津市河北区，吸毒", "refused"),
        ("人很好，能配合", "address"),
        ("天津市河北区民族路12号", ""),
        ("宁夏回族自治区银川市", ""),
        ("湖北省恩施土家族苗族自治州利川市", ""),
        ("天津市河北区戒毒所宿舍3号楼", ""),
        ("河北", ""),
        ("外地", ""),
        ("林古里3-2-101", ""),
    ],
)
def test_the_place_of_a_registration_is_a_place_and_nothing_else(value: str, fault: str) -> None:
    assert readers.Place(160)(value).fault == fault


def test_a_column_is_told_by_its_cells_where_no_heading_says_it() -> None:
    assert refusals.content(["汉", "汉族", "回", "汉"]) == words.ETHNICITY
    assert refusals.content(["群众", "中共党员", "群众", "甲"]) == words.POLITICS
    assert not refusals.content(["王一", "李二", "张三"])
    assert not refusals.content(["汉", "汉"]), "too few to tell"
