"""Codes of areas and grids: 12 digits of the official code, 3 more for a grid; a prefix is a scope."""

from __future__ import annotations

import re

from gridwalk.method import text

_LENGTHS = {"province": 2, "city": 4, "district": 6, "street": 9, "community": 12}
STREET = _LENGTHS["street"]
GRID = 15
"""Digits of a grid's code: a scope of so many is one grid."""
CHINESE = "零一二三四五六七八九十"
UNASSIGNED = "000"
_NUMBER = re.compile(r"(?<!\d)第?0*(\d{1,3})号?(?:网格)?$")

_BODY = re.compile(r"(?:社区|村)?(?:居民委员会|村民委员会|居委会|村委会|居委|村委)?$")
_VILLAGE = re.compile(r"(?:村民委员会|村委会)$")
_ABOVE = re.compile(r"^.{2,12}?(?:街道|镇|乡)(?=.)")


class CodeError(ValueError):
    """A code that is no area's or grid's."""


def level_of(code: str) -> str:
    """The level of a 12-digit area code. Raises CodeError."""
    if len(code) != 12 or not (code.isascii() and code.isdigit()):
        raise CodeError(f"区划代码应是 12 位数字，这里是“{code}”。")
    for level, length in reversed(_LENGTHS.items()):
        if set(code[length:]) <= {"0"} and (level == "province" or set(code[_shorter(level) : length]) != {"0"}):
            return level
    return "province"


def _shorter(level: str) -> int:
    levels = list(_LENGTHS)
    return _LENGTHS[levels[levels.index(level) - 1]]


def scope_of(area_code: str) -> str:
    """The prefix that all grids of an area share: 120105001000 → ``120105001``; grid and community codes stay."""
    return area_code[: _LENGTHS[level_of(area_code)]] if len(area_code) == 12 else area_code


def grid_code(community: str, number: int) -> str:
    """The code of a community's grid; number 0 is for what has no grid yet. Raises CodeError."""
    if level_of(community) != "community" or not 0 <= number <= 999:
        raise CodeError(f"{community} 不是社区代码，或网格序号不在 0 到 999 之间。")
    return f"{community}{number:03d}"


def above(scope: str) -> list[str]:
    """The 12-digit codes of the areas a scope lies in, itself included where it is one: 120105001 → 12…, 1201…, …"""
    return [scope[:length].ljust(12, "0") for length in _LENGTHS.values() if length <= len(scope)]


def unassigned_of(code: str) -> str:
    """The grid 000 of the community that a community's or a grid's code names."""
    return code[: _LENGTHS["community"]] + UNASSIGNED


def is_unassigned(grid: str) -> bool:
    """Whether this is a community's grid 000, of what has no grid yet."""
    return len(grid) == GRID and grid.endswith(UNASSIGNED)


def grid_name(number: int) -> str:
    """第一网格, 第十二网格; 未划入网格 for 0."""
    if number == 0:
        return "未划入网格"
    if number > 99:
        return f"第{number}网格"
    tens, ones = divmod(number, 10)
    spoken = (("" if tens == 1 else CHINESE[tens]) + "十" if tens else "") + (CHINESE[ones] if ones else "")
    return f"第{spoken}网格"


def community_key(name: str) -> str:
    """A community's name without its spelling: 林古里社区居委会 = 林古里社区 = 光复道街道林古里 = 林古里."""
    bare = text.fold(name).replace(" ", "")
    return _ABOVE.sub("", _BODY.sub("", bare)) or bare


def short_name(community: str) -> str:
    """How a community is called in a word: 林古里社区居委会 → 林古里; a village stays one: 王庄村委会 → 王庄村."""
    bare = community.strip()
    if _VILLAGE.search(bare):
        village = _VILLAGE.sub("", bare)
        return village if village.endswith("村") else f"{village}村"
    return _BODY.sub("", bare).removesuffix("社区") or bare


def grid_key(name: str) -> str:
    """A grid's name without its spelling: 第一网格 = 第1网格 = 1号网格 = 一网格 = 1."""
    bare = text.fold(name).replace(" ", "")
    spoken = _NUMBER.sub(lambda written: grid_name(int(written[1])), bare)
    return spoken.replace("第", "").replace("网格", "")


LONGEST_GRID_NAME = 40


def grid_name_fault(name: str) -> str:
    """What is wrong with a name somebody gives a grid; empty where nothing is."""
    if len(name) > LONGEST_GRID_NAME:
        return f"网格名称不超过 {LONGEST_GRID_NAME} 个字。"
    if text.says_number(text.fold(name)) or text.begins_formula(text.fold(name)):
        return "网格名称里不要写证件号、电话号码，也不用 = + - @ 开头。"
    if grid_key(name) == grid_key(grid_name(0)):
        return f"“{grid_name(0)}”每个社区自带一个，不用写。"
    return ""
