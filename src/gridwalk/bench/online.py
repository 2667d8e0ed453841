"""线上核查 (P14, P16): checks over the answers given at doors, each with its statement in ``cases/online``; pure.

What a check may look at: records and what was answered on which day. Never who visited, never the hour, never how
fast (red line 2). A test reads the statements for that. docs/algorithms/online.md has each with a worked example.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from gridwalk.bench.check import Check, Threshold
from gridwalk.method.intervals import wilson

REAL, EXPLAINED, RULE_WRONG = ANSWERS = ("real", "explained", "rule_wrong")
"""What a community answers: there is something to put right; right as it stands; the rule asks what it should not."""
WITH_REASON = frozenset({EXPLAINED, RULE_WRONG})
ENOUGH = 10
"""Answers from which on a rule's precision is said."""

_DAYS = Threshold(before="", after="天以内", usual=30, least=1, most=180)

ONLINE: Mapping[str, Check] = {
    "met_nobody": Check(
        kind="dwelling",
        label="见到人，没登记人",
        todo="问清住的是谁，补登人员；没人住的，更正走访",
        looks_at="最近一次走访和登记在这一户的人",
        choices=ANSWERS,
        tells_home=True,
    ),
    "phone_without_number": Check(
        kind="dwelling",
        label="电话核实，没登记电话",
        todo="问清打的是谁的电话，补登；打不通的，上门",
        looks_at="最近一次走访和这一户登记的电话",
        choices=ANSWERS,
        tells_home=True,
    ),
    "unchanged_but_doubted": Check(
        kind="dwelling",
        label="答没有变化，差异还在",
        todo="把这一户的差异问清、定下来",
        looks_at="最近一次走访和走访前就有、还没定的差异",
        choices=ANSWERS,
        tells_home=True,
        thresholds={"differences": Threshold(before="走访前就有", after="处差异没定", usual=2, least=1, most=20)},
    ),
    "vacant_with_people": Check(
        kind="dwelling",
        label="答空房，登记着人",
        todo="问清人住在哪里，迁出或更正走访",
        looks_at="最近一次走访、居住状况和现居住的人",
        choices=ANSWERS,
        tells_use=True,
        thresholds={"people": Threshold(before="登记着", after="人现居住", usual=1, least=1, most=20)},
    ),
    "phone_for_many": Check(
        kind="person",
        label="一个电话核实几户",
        todo="看这个号码是谁的，别的户补登自己的电话，再核实",
        looks_at="电话核实的户和它们唯一的号码",
        choices=ANSWERS,
        tells_home=True,
        thresholds={"doors": Threshold(before="同一个号码", after="户", usual=3, least=2, most=50)},
    ),
    "stairwell_alike": Check(
        kind="dwelling",
        label="整个单元答得一样",
        todo="抽几户再问一遍，或说明为什么一样",
        looks_at="每一户最近一次走访和登记的人数",
        choices=ANSWERS,
        tells_home=True,
        thresholds={"doors": Threshold(before="单元里至少", after="户", usual=8, least=4, most=200)},
    ),
    "vacant_then_met": Check(
        kind="dwelling",
        label="先答空房，后来见到住户",
        todo="问清是不是新入住的；是的登记入住，不是的更正走访",
        looks_at="两次走访的结果、日子和其间的入住",
        choices=ANSWERS,
        tells_use=True,
        thresholds={"days": _DAYS},
    ),
    "unchanged_then_corrected": Check(
        kind="dwelling",
        label="答没有变化，后来改了",
        todo="问清是走访以后才变的，还是走访时就不对",
        looks_at="最近一次走访和以后采用的差异",
        choices=ANSWERS,
        tells_home=True,
        thresholds={
            "days": _DAYS,
            "facts": Threshold(before="改了", after="处", usual=2, least=1, most=20),
        },
    ),
    "sizes_alike": Check(
        kind="dwelling",
        label="一栋楼户口人数太齐",
        todo="抽几户再问一遍，或说明为什么一样",
        looks_at="走访过的户各有几人现居住",
        choices=ANSWERS,
        tells_home=True,
        thresholds={
            "doors": Threshold(before="楼里至少", after="户", usual=20, least=10, most=500),
            "share": Threshold(before="人数相同的到", after="%", usual=90, least=50, most=100),
        },
    ),
    "birthdays_alike": Check(
        kind="person",
        label="一栋楼生日太齐",
        todo="照证件改出生日期；没有证件的，问清",
        looks_at="现居住的人的出生日期",
        choices=ANSWERS,
        tells_home=True,
        thresholds={
            "people": Threshold(before="楼里至少", after="人", usual=30, least=20, most=2000),
            "share": Threshold(before="生日在1月1日的到", after="%", usual=20, least=5, most=100),
        },
    ),
}

_SENTENCES: Mapping[str, str] = {
    "met_nobody": "走访见到人或打通了电话，这一户没有登记人",
    "phone_without_number": "电话核实过，{n} 人都没有登记电话",
    "unchanged_but_doubted": "走访答没有变化，走访前的 {n} 处差异还没定",
    "vacant_with_people": "走访答空房，登记着 {n} 人现居住",
    "phone_for_many": "一个号码电话核实了 {n} 户",
    "stairwell_alike": "一个单元 {n} 户，走访结果、改动、人数都一样",
    "vacant_then_met": "先答空房，{n} 天以后见到住户",
    "unchanged_then_corrected": "走访答没有变化，以后改了 {n} 处",
    "sizes_alike": "一栋楼 {n} 户登记的人数一样",
    "birthdays_alike": "一栋楼 {n} 人的生日都在1月1日",
}


def sentence(code: str, n: int) -> str:
    """What an online check noticed, in words; ``n``: what its statement counts."""
    return _SENTENCES[code].format(n=n)


@dataclasses.dataclass(frozen=True)
class Precision:
    """How often a rule was right: what communities answered."""

    n_real: int = 0
    n_explained: int = 0
    n_rule_wrong: int = 0

    @property
    def n(self) -> int:
        """How many were answered."""
        return self.n_real + self.n_explained + self.n_rule_wrong

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The share that was real, as a 95 % interval (Wilson) in whole per cent, rounded outwards.

        None of too few answers: 样本不足.
        """
        if self.n < ENOUGH:
            return None
        low, high = wilson(self.n, self.n_real)
        return math.floor(100 * low), math.ceil(100 * high)
