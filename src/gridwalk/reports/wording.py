"""The words of a pack, for page, screen and file alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gridwalk.reports import decisions
from gridwalk.reports.figures import NONE

Content = Mapping[str, Any]
RATE_HEADS = ("指标", "上次", "这次", "百分比", "变化", "核实不低于")
HEADINGS = {
    "rates": "五项指标",
    "problems": "主要问题",
    "matters": "整改等事项",
    "last": "上次议定事项落实情况",
    "practice": "值得推广的做法",
}
PROBLEMS = "只说类，不说哪一户、哪个人；不到 5 件的，说到空置、出租的，以及会推出不公开数字的，都不列。"
NO_PROBLEMS = "没有哪一类到 5 件。"
NO_MATTERS = "没有在办的事项。"
NO_DECISIONS = "上次没有议定要办的事。"


@dataclasses.dataclass(frozen=True, kw_only=True)
class PackWords:
    """Sentences of a pack. ``rounds``: of mutual checks and patrols, one each; ``last``: how the decisions of the last
    meeting stand, or why there are none.
    """

    compared: str
    forecast: str
    sample: str
    rounds: tuple[str, ...]
    last: str
    rate_heads: tuple[str, ...] = RATE_HEADS
    headings: Mapping[str, str] = dataclasses.field(default_factory=lambda: HEADINGS)
    problems: str = PROBLEMS
    no_problems: str = NO_PROBLEMS
    no_matters: str = NO_MATTERS


def words_of(content: Content) -> PackWords:
    """The sentences of a pack."""
    return PackWords(
        compared=_compared(content["before_on"]),
        forecast=_forecast(content["forecast"]),
        sample=of_sample(content["sample"]),
        rounds=tuple(map(_round, content["rounds"])),
        last=_last(content),
    )


def value(cell: Mapping[str, Any] | None) -> str:
    """A figure as it is printed; a dash where there is none."""
    if cell is None:
        return NONE
    number = cell["value"]
    return f"{number:,}" if isinstance(number, int) else str(number)


def _compared(before_on: str) -> str:
    return f"和上次（{before_on}）相比。" if before_on else "没有上次的材料可比。"


def _forecast(forecast: Content | None) -> str:
    if forecast is None:
        return "收盘的天数还不够，或已经走完，不作预计。"
    late = forecast["late"]["value"]
    on, first, last = (value(forecast[part]) for part in ("on", "first", "last"))
    against = f"比{forecast['due']}晚 {late} 个工作日" if late else f"赶得上{forecast['due']}"
    return f"照最近的进度，入户走访{on}走完（{first}到{last}之间），{against}。"


def of_sample(sample: Content | None) -> str:
    """Of which round the verified figures are; of one that still runs, that they will move."""
    if sample is None:
        return ""
    state = "还在问，没问完，核实的数还会变" if sample["is_running"] else "已经问完"
    return f"核实的数出自第 {sample['number']} 轮抽样估计，这一轮{state}。"


def _round(round_: Content) -> str:
    """What a round showed of itself; of one with too few answers no count, which would say what few people said."""
    cells, state = round_["cells"], "还在问，数还会变" if round_["is_running"] else "已经问完"
    begins = f"{round_['label']}第 {round_['number']} 轮（{state}）"
    if not cells:
        return f"{begins}：样本不足，不说数。"
    drawn, answered, confirmed = (value(cells[part]) for part in ("drawn", "answered", "confirmed"))
    counts = f"抽 {drawn} 户，问到、说得清的 {answered} 户，其中说来过的 {confirmed} 户"
    return f"{begins}：{counts}；入户走访率核实不低于 {value(cells['verified'])}。只说这一轮，不和抽样估计合算。"


def _last(content: Content) -> str:
    last = content["last"]
    if last is None:
        return "这是第一次会，没有上次议定的事。"
    if not content["decisions"]:
        return NO_DECISIONS
    counts = "，".join(f"{words} {value(last[part])} 件" for part, words in decisions.PARTS.items())
    return f"第 {last['number']} 次会（{last['on']}）{counts}。"
