"""Others of the kinds of pairs that ledgers hold: rows of either side among people alike on both."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from gridwalk.ledger.tests.books import id_no

Pairs = dict[tuple[int, int], str]
Q, M = "question", "match"

PERSON = "姓名,性别,身份证号,出生日期,电话,小区,楼号,单元,室号,与户主关系"
WITHOUT_ESTATE = "姓名,性别,身份证号,出生日期,电话,楼号,单元,室号,与户主关系"
"""People of one estate, as an office of no other writes them."""
REGISTERED = "姓名,性别,身份证号,出生日期,电话,户籍地址,现住址"
"""People with the door they are registered at beside the one they live at."""
DWELLING = "地址,产权人,产权人电话"
ORGANIZATION = "单位名称,统一社会信用代码,法定代表人,联系电话,地址"
BORN = {"俞大新": "19610411", "施文彬": "19720522", "凌月娥": "19830603", "童志清": "19490714", "柯丽华": "19940825"}
TOWN = [
    f"{name},男,{id_no(serial, born)},{born},1277{serial:07d},望湖苑,{serial},1,101,户主"
    for serial, (name, born) in enumerate(BORN.items(), start=61)
]
HOUSES = [row.replace("望湖苑,", "") for row in TOWN]
FLATS = [
    f"望湖苑{n}号楼1单元101,{name},1276600{n:04d}"
    for n, name in enumerate(("俞大新", "施文彬", "凌月娥", "童志清"), start=61)
]
SHOPS = [
    f"{name}便利店,{code},{owner},1275500{n:04d},望湖苑{n}号楼底商1号"
    for n, (name, code, owner) in enumerate(
        (
            ("福源", "92120199MA4240080A", "丁一平"),
            ("佳乐", "92120199MA3989798P", "杜少兰"),
            ("万家", "92120199MA8511331R", "阮志刚"),
        ),
        start=61,
    )
]
ELSEWHERE = [
    f"{name},男,{id_no(serial, born)},{born},1277{serial:07d},外省,望湖苑{serial}号楼1单元101"
    for serial, (name, born) in enumerate(BORN.items(), start=61)
]
ALIKE = {PERSON: TOWN, WITHOUT_ESTATE: HOUSES, REGISTERED: ELSEWHERE, DWELLING: FLATS, ORGANIZATION: SHOPS}


@dataclasses.dataclass(frozen=True)
class Sibling:
    """Rows of a kind on either side, among people alike on both; what is right of them."""

    kind: str
    left: Sequence[str]
    right: Sequence[str]
    pairs: Pairs
    doubled: Sequence[tuple[int, int]] = ()
    header: str = PERSON
    left_header: str = ""
    """Of the left side, where it has other columns."""
