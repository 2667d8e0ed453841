"""What contradicts itself (docs/algorithms/bench.md): the checks and what they notice; plain values only."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from gridwalk.bench import online
from gridwalk.bench.check import Check
from gridwalk.bench.online import ONLINE


@dataclasses.dataclass(frozen=True)
class Contradiction:
    """A question about a record, never about a person: what was noticed and what to do."""

    code: str
    sentence: str
    todo: str


SAME = ("same", "different")

RECORDS: Mapping[str, Check] = {
    "same_number": Check(
        kind="person",
        label="同一证件号",
        todo="核对证件，是一个人就并成一条",
        looks_at="证件号和人员状态",
        choices=(*SAME, "right"),
    ),
    "same_name_and_birth": Check(
        kind="person",
        label="同名同生日",
        todo="比对证件号，是一个人就并成一条",
        looks_at="姓名、出生日期、证件号",
        choices=SAME,
    ),
    "near_duplicate": Check(
        kind="person",
        label="像是登记了两次",
        todo="核对姓名用字，是一个人就并成一条",
        looks_at="姓名、出生日期、证件号、电话、住处",
        choices=SAME,
    ),
    "same_door": Check(
        kind="dwelling", label="一户两种写法", todo="到楼里看一眼，是一户就并成一条", looks_at="房屋地址", choices=SAME
    ),
    "same_organization": Check(
        kind="organization",
        label="单位登记了两次",
        todo="看一眼执照，是一家就并成一条",
        looks_at="名称、信用代码、地址",
        choices=SAME,
    ),
    "two_homes": Check(
        kind="person",
        label="两处都算现居住",
        todo="问清住在哪里，迁出另一处",
        looks_at="现居住哪几处",
        choices=("correct", "right", "to_door"),
        tells_home=True,
    ),
    "no_home": Check(
        kind="person", label="有人无房", todo="问清住在哪里，关联房屋", looks_at="有没有关联房屋", choices=("right",)
    ),
    "ended_but_living": Check(
        kind="person",
        label="已注销还算现居住",
        todo="迁出，或核对人员状态",
        looks_at="人员状态和现居住哪几处",
        choices=("to_door",),
        tells_home=True,
    ),
    "phone_shared": Check(
        kind="person",
        label="电话用在几处",
        todo="打一次电话，问清是谁的",
        looks_at="电话和现居住哪几处",
        choices=("right",),
        tells_home=True,
    ),
    "vacant_with_residents": Check(
        kind="dwelling",
        label="空房有人登记",
        todo="上门核实，改居住状况或迁出",
        looks_at="居住状况和现居住的人",
        choices=("correct", "to_door"),
        tells_use=True,
    ),
    "owner_with_tenants": Check(
        kind="dwelling",
        label="自住房有租户",
        todo="问房主或租户，改为出租房",
        looks_at="使用情况和租户",
        choices=("correct", "right", "to_door"),
        tells_use=True,
    ),
    "door_gone": Check(
        kind="organization",
        label="单位在已注销的房屋里",
        todo="问清还在不在：改到新的房屋，或提出停业、搬离",
        looks_at="单位状态和所在房屋",
        choices=("right",),
    ),
    "crowded": Check(
        kind="dwelling",
        label="一处住的人太多",
        todo="核对是不是集体户，或有人已迁走",
        looks_at="建筑面积和现居住的人",
        choices=("right",),
        tells_home=True,
    ),
    "minor_alone": Check(
        kind="dwelling",
        label="只登记了未成年人",
        todo="补登监护人，或核对出生日期",
        looks_at="现居住的人和出生日期",
        choices=("right",),
        tells_home=True,
    ),
    "no_head": Check(
        kind="dwelling",
        label="一户没有户主",
        todo="问清现在谁是户主，写上",
        looks_at="现居住、户籍在此的人和与户主关系",
        choices=("right", "to_door"),
        tells_home=True,
    ),
    "several_heads": Check(
        kind="dwelling",
        label="一户几个户主",
        todo="看户口簿，问清谁是户主",
        looks_at="现居住的人和谁写着户主",
        choices=("right", "to_door"),
        tells_home=True,
    ),
}
"""Checks over records alone, first those that suspect one record to be there twice. ``contradictions`` finds their
cases.
"""

CHECKS: Mapping[str, Check] = {**RECORDS, **ONLINE}
"""Every check. A page asks those over records or those over answers, never both."""

CASE_DECISIONS = {
    "different": "不是同一个",
    "right": "情况属实",
    "to_door": "上门核实",
    "corrected": "当场改好",
    online.REAL: "问题属实",
    online.EXPLAINED: "有原因",
    online.RULE_WRONG: "规则有误",
}
"""How a case can have been decided (已核定)."""

CROWDED = 20

SQUARE_METRES_EACH = 3

OF_AGE = 16

PHONE_DOORS = 3


@dataclasses.dataclass(frozen=True)
class Occupant:
    """What the rules need to know of one person said to live in a dwelling."""

    kind: str
    born_on: dt.date | None


def of_dwelling(
    living: Sequence[Occupant], *, occupancy: str, tenure: str, area_m2: float | None, today: dt.date
) -> list[str]:
    """Which checks question a dwelling's record, by the active people said to live there."""
    n = len(living)
    checks = {
        "vacant_with_residents": occupancy == "vacant" and n > 0,
        "owner_with_tenants": tenure == "owner" and any(o.kind == "tenant" for o in living),
        "crowded": n >= CROWDED or (area_m2 is not None and n > 1 and area_m2 / n < SQUARE_METRES_EACH),
        "minor_alone": n > 0 and all(o.born_on and o.born_on > of_age_since(today) for o in living),
    }
    return [code for code, holds in checks.items() if holds]


def sentence(code: str, n: int) -> str:
    """What a check noticed, in words; ``n``: how many records, people or doors there are."""
    if code in ONLINE:
        return online.sentence(code, n)
    return {
        "same_number": f"{n} 条记录是同一个证件号",
        "same_name_and_birth": f"{n} 人同名，出生日期也相同",
        "near_duplicate": f"{n} 条记录名字同音，生日、住处或电话也对得上",
        "same_door": f"{n} 条记录像是同一户，写法不同",
        "same_organization": f"{n} 条记录像是同一家单位",
        "two_homes": f"在 {n} 处都算现居住",
        "no_home": "没有关联任何房屋",
        "ended_but_living": "已不在册，还算现居住",
        "phone_shared": f"一个电话登记在 {n} 处房屋的人名下",
        "vacant_with_residents": f"登记为空房，有 {n} 人现居住",
        "owner_with_tenants": f"登记为自住，有 {n} 名租户",
        "door_gone": "登记在已注销的房屋里，单位还在营",
        "crowded": f"一处住 {n} 人，人数太多",
        "minor_alone": f"只登记了未满 {OF_AGE} 岁的人",
        "no_head": f"{n} 人写着是户主的什么人，这一户却没有户主",
        "several_heads": f"这一户有 {n} 个户主",
    }[code]


def of_age_since(today: dt.date) -> dt.date:
    """Whoever was born on or before that day is of age today (16, as the plan counts children in need)."""
    try:
        return today.replace(year=today.year - OF_AGE)
    except ValueError:  # 29 February of a year without one
        return today.replace(year=today.year - OF_AGE, day=28)
