"""Whether a text can be one part of an address: a number of a person, a name, a date or a word is none."""

from __future__ import annotations

import collections
import re
from collections.abc import Sequence

from gridwalk.method import names, text

FAULT = "part"
TEXTS = {
    "estate": "这一格不像小区名，请核对是不是填错了列",
    "building": "这一格不像楼栋，请核对是不是填错了列",
    "stairwell": "这一格不像单元，请核对是不是填错了列",
    "floor": "这一格不像楼层，请核对是不是填错了列",
    "room": "这一格不像室号，请核对是不是填错了列",
    "address": "这一格不像地址，请核对是不是填错了列",
    "community": "这一格不像社区名，请核对是不是填错了列",
    "grid_name": "这一格不像网格名，请核对是不是填错了列",
}
SEVERAL = "several_rooms"
SEVERAL_TEXT = "一格里有几个室号，请一户一行"
_LONG = re.compile(r"\d(?:[\s.-]?\d){6,}|[*×]{3,}")
"""What has seven digits is a telephone or a number of somebody, however it is written."""
_RUN = re.compile(r"\d{7,}")
_CODE = {"community": re.compile(r"\d{12}"), "grid_name": re.compile(r"\d{15}")}
"""Parts that may be written by their code (GB/T 2260, a grid's three digits more)."""
_DATE = re.compile(
    r"(?:19|20)\d{2}\s*[-./年]\s*\d{1,2}(?:\s*[-./月]\s*\d{1,2}\s*日?|\s*月)?(?: \d\d:\d\d(?::\d\d)?)?"
    r"|\d{1,2}月\d{1,2}日|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{1,2}"  # 1-11 as a table program took it
)
_WORDS = frozenset(
    [
        "男",
        "女",
        "男性",
        "女性",
        "是",
        "否",
        "有",
        "没有",
        "对",
        "错",
        "√",
        "×",
        "✓",
        "户主",
        "本人",
        "配偶",
        "妻",
        "夫",
        "子",
        "女儿",
        "儿子",
        "父亲",
        "母亲",
        "租户",
        "房主",
        "业主",
        "自住",
        "出租",
        "空置",
        "空房",
        "常住",
        "流动",
        "人户分离",
        "户籍",
        "汉",
        "汉族",
        "群众",
        "党员",
        "已婚",
        "未婚",
        "初中",
        "高中",
        "小学",
        "大专",
        "本科",
        "退休",
        "无业",
        "在职",
        "健在",
        "死亡",
        "迁出",
    ]
)
_NUMERAL = rf"\dA-Za-z{text.CHINESE_DIGITS}甲乙丙丁戊己庚辛"
_SIDES = "东西南北中前后左右上下内外正副附"
_HOUSES = "号楼栋幢座院区苑园里巷弄街路厦公寓馆所厅房屋村屯组排庭城府堂厂站场铺店库棚亭塔庄湾层坊阁轩居台榭斋宅墅段期"
_EVIDENCE = {
    "building": re.compile(rf"[{_NUMERAL}{_HOUSES}]|^[{_SIDES}]+$"),
    "stairwell": re.compile(rf"[{_NUMERAL}]|[单元门梯口栋洞段楼]|^[{_SIDES}]+[侧边户]?$"),
    "floor": re.compile(rf"[{_NUMERAL}]|[地负半顶底阁跃]|层"),
    "room": re.compile(rf"[{_NUMERAL}{_HOUSES}]|[室户门间柜摊档位车]|^[{_SIDES}]+$|^全部?$"),
}
"""What a part holds at least; 宋伟文 is no building."""
_OF_NO_NAME = re.compile(rf"[\dA-Za-z{_HOUSES}单元门室户]|^[{_SIDES}]+[侧边]?$")
_ROOM = r"(?:[A-Za-z]?\d{3,4}[A-Za-z]?)(?:室|号)?"
_SEVERAL_ROOMS = re.compile(
    rf"{_ROOM}(?:\s*(?:[、,;/&+~#.(]|和|与|及|至|到)\s*{_ROOM}\)?|\s+{_ROOM}|\s*[-~]\s*{_ROOM}|[、/]\d{{1,2}})+"
)
_SEVERAL_DOORS = re.compile(
    r".*(?<!\d)\d{3,4}[A-Za-z]?室?\s*(?:[、,;/&+~]|和|与|及)\s*(?:.*\D)?\d{3,4}[A-Za-z]?室?"
    r"|.*\d(?:号楼|栋|幢)\s*[、,;/]\s*\d+(?:号楼|栋|幢).*"
)


def fault(part: str, raw: str) -> tuple[str, str]:
    """Code and text of what is wrong with a part (a key of ``TEXTS``); two empty texts where nothing is."""
    folded = text.fold(raw)
    if part == "room" and _SEVERAL_ROOMS.fullmatch(folded):
        return SEVERAL, SEVERAL_TEXT
    if part == "address" and _SEVERAL_DOORS.fullmatch(folded):
        return SEVERAL, SEVERAL_TEXT
    if _cannot_be(part, folded):
        return FAULT, TEXTS[part]
    return "", ""


def odd_estates(names_: Sequence[str]) -> set[str]:
    """Of a column's estates those that look like a person's name and stand there once, where others stand oftener."""
    counts = collections.Counter(names_)
    odd = {n for n, times in counts.items() if times == 1 and _looks_odd(n)}
    return odd if len(odd) <= len(counts) - len(odd) and max(counts.values(), default=0) > 1 else set()


def _looks_odd(name: str) -> bool:
    return names.looks_like_a_person(name) and not _OF_NO_NAME.search(name)


def is_none(folded: str) -> bool:
    """Whether a text is no part of any address: a word of another column, a date, or a number of somebody's."""
    return folded in _WORDS or bool(_LONG.search(folded) or _DATE.fullmatch(folded))


def _cannot_be(part: str, folded: str) -> bool:
    if part == "address":  # 12-3-1201 has seven digits, too
        return folded in _WORDS or bool(_DATE.fullmatch(folded) or _LONG.fullmatch(folded) or _RUN.search(folded))
    code = _CODE.get(part)
    if code is not None and code.fullmatch(folded):
        return False
    if is_none(folded):
        return True
    evidence = _EVIDENCE.get(part)
    if evidence is None:
        return False
    return not evidence.search(folded) or (names.looks_like_a_person(folded) and not _OF_NO_NAME.search(folded))
