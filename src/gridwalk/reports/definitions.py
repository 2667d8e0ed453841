"""How each rate is counted and what it leaves out, for every document alike."""

from __future__ import annotations

from gridwalk.indicators.definitions import BESIDE, INDICATORS, MEASURED_APART, Indicator, MeasuredApart
from gridwalk.inspection import rules as samples
from gridwalk.reports import rules

ROUNDED = "百分比只舍不入：99.96% 写作 99.9%。每个率都是一对数，百分比只作参考。"
VERIFIED = (
    "核实不低于：报的率乘以抽查中说来过的比例的 95% 单侧下限。抽样按社区和户的类别分层，没问到的不替换；"
    f"问到、说得清的不足 {samples.FEWEST} 户的，写“样本不足”。率二、率四照样核实：问上次联系、住几口人、住没住人，"
    "和登记对得上才算；率三、率五不这样核实。"
)


def every_rate() -> list[Indicator | MeasuredApart]:
    """The five rates in the plan's order; those with two numbers stand one below the other."""
    measured: list[Indicator | MeasuredApart] = [i for i in INDICATORS.values() if i.rate]
    return sorted([*measured, *MEASURED_APART.values()], key=lambda i: i.rate)


def how(rate: Indicator | MeasuredApart) -> str:
    """How one is counted."""
    return rate.how if isinstance(rate, MeasuredApart) else rate.explanation


def rates() -> list[str]:
    """Each rate with how it is counted, what stands beside them, how figures are rounded and verified."""
    five = [f"率{rules.NUMERALS[rate.rate]} {rate.label}（方案{rate.clause}）：{how(rate)}" for rate in every_rate()]
    return [*five, *(f"另列 {rate.label}：{rate.explanation}" for rate in BESIDE), ROUNDED, VERIFIED]


def exclusions() -> list[str]:
    """What no rate counts, in words."""
    return [
        "行动还没下派到的批次，不在应走访里。",
        "拒访、多时段无人的，登记原因，不算已走访。",
        "搬离、找不到的，复核以前不算已走访；注销了的房屋不在应走访里。",
        "没比对过台账的社区，不计入一致率。",
        "抽查时说不清来没来过的，不算来过，也不算没来过；没问到的户不替换，照实列出。",
        "只有抽样估计的答复进推算，别的抽查都不进。",
        "太少的数，对只看汇总的岗位写“不公开”，由它能算出的数也一样。",
    ]
