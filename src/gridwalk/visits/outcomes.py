"""What can come of a visit, each outcome declared once; plain values only (docs/algorithms/visits.md)."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping


class Settles(enum.StrEnum):
    """How an outcome settles a door."""

    AT_ONCE = "at_once"
    """Somebody was met: visited."""
    AFTER_A_KNOCK = "after_a_knock"
    """Visited where an earlier knock had failed."""
    BY_SECOND_SOURCE = "by_second_source"
    """Visited where a second source proves it."""
    LATER = "later"
    """Settles nothing: somebody opened and asked for another time."""
    AFTER_RECHECK = "after_recheck"
    """Pending until a second person has seen for themselves."""
    AS_EXPLAINED = "as_explained"
    """Explained at once."""
    WHEN_REPEATED = "when_repeated"
    """Explained when it came of knocks on enough days in enough bands."""


@dataclasses.dataclass(frozen=True)
class Gap:
    """Why a door keeps the rate from 100 %: the tab of the gap list it stands in, the reason in words, and what a
    report advises.
    """

    tab: str
    reason: str
    advice: str = ""


@dataclasses.dataclass(frozen=True)
class Step:
    """The cheapest next step: ``sentence`` says it, ``button`` names the result of pressing."""

    code: str
    sentence: str
    button: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """One outcome.

    ``mark`` and ``tone`` of a door it settled and of its line in the history; ``key`` of paper entry. ``gaps``: why a
    door in a state is left with it. ``step``: what it asks for next itself. ``tile``: what the phone's choice says and
    adds to it; empty where the phone has a button of its own. ``leaves``: the kinds of places of which nothing is left
    to visit once it is confirmed.
    """

    label: str
    mark: str
    tone: str
    key: str
    settles: Settles
    gaps: Mapping[str, Gap] = dataclasses.field(default_factory=dict)
    step: Step | None = None
    tile: tuple[str, str] = ("", "")
    leaves: tuple[str, ...] = ()


OUTCOMES: Mapping[str, Outcome] = {
    "met": Outcome(label="见面", mark="见", tone="v", key="j", settles=Settles.AT_ONCE),
    "phone": Outcome(
        label="电话核实",
        mark="电",
        tone="v",
        key="d",
        settles=Settles.AFTER_A_KNOCK,
        gaps={"remaining": Gap("tried", "只打过电话，还没上过门", "只打过电话的，上门见面")},
        step=Step("walk", "打过电话，还没敲过门", "加入今日"),
        tile=("电话核实了", "敲过门再打才算"),
    ),
    "vacant_confirmed": Outcome(
        label="空房",
        mark="空",
        tone="k",
        key="k",
        settles=Settles.BY_SECOND_SOURCE,
        gaps={"remaining": Gap("vacant_unproved", "报空房，待第二来源", "报空房的，请物业、邻居或业主证实，任一即可")},
        step=Step("second_source", "问物业或邻居，任一证实即可", "核空房"),
        tile=("像是空房", "再问一个来源"),
    ),
    "no_answer": Outcome(
        label="无人",
        mark="无",
        tone="n",
        key="w",
        settles=Settles.WHEN_REPEATED,
        gaps={
            "remaining": Gap("tried", "去过，无人", "去过没人的，换没试过的时段再去，有号码的先打电话"),
            "explained": Gap("absent", "已登记原因，多时段无人", "多时段无人的，留信留电话，等居民方便时再走"),
        },
        tile=("没人应门", "算一次上门"),
    ),
    "postponed": Outcome(
        label="约改日",
        mark="约",
        tone="q",
        key="g",
        settles=Settles.LATER,
        gaps={"remaining": Gap("tried", "开了门，约改日", "约改日的，照居民定的时间再去")},
        tile=("约改日", "居民定时间"),
    ),
    "refused": Outcome(
        label="拒访",
        mark="拒",
        tone="e",
        key="u",
        settles=Settles.AS_EXPLAINED,
        gaps={"explained": Gap("refused", "已登记原因，拒访", "拒访的，送信说明，不再上门打扰")},
        step=Step("letter", "居民不愿开门，留信不再上门", "送信"),
        tile=("不愿开门", "尊重，记下"),
    ),
    "moved_away": Outcome(
        label="已搬离",
        mark="迁",
        tone="q",
        key="q",
        settles=Settles.AFTER_RECHECK,
        gaps={"pending": Gap("pending", "报已搬离，待复核", "报搬离的，由另一人复核后再定")},
        tile=("已搬离", "另一人复核"),
        leaves=("organization", "site"),
    ),
    "not_found": Outcome(
        label="找不到",
        mark="查",
        tone="q",
        key="c",
        settles=Settles.AFTER_RECHECK,
        gaps={"pending": Gap("pending", "找不到，待复核", "找不到的，由另一人核对地址")},
        tile=("找不到", "另一人复核"),
        leaves=("dwelling", "organization", "site"),
    ),
}


def _that_settle(*ways: Settles) -> frozenset[str]:
    return frozenset(code for code, outcome in OUTCOMES.items() if outcome.settles in ways)


CONTACTS = _that_settle(Settles.AT_ONCE, Settles.AFTER_A_KNOCK, Settles.BY_SECOND_SOURCE)
"""Outcomes by which somebody has seen to the place; a contact in the sense of rate 2."""
FAILED = _that_settle(Settles.AS_EXPLAINED, Settles.WHEN_REPEATED)
KNOCKS = FAILED | _that_settle(Settles.LATER)
"""Knocks that did not settle the door; a call after one of them does."""
AWAITING_RECHECK = _that_settle(Settles.AFTER_RECHECK)
KEYS = {outcome.key: code for code, outcome in OUTCOMES.items()}
"""Single keys of paper entry."""

UNTRIED = Gap("untried", "还没去", "还没去的，按楼栋单元排进每日清单")
UNDONE = Gap("tried", "去过，没办成")
EXPLAINED = tuple(o.gaps["explained"].reason for o in OUTCOMES.values() if "explained" in o.gaps)
"""The reasons that explain a door."""
ADVICE = {gap.reason: gap.advice for gap in (UNTRIED, *(gap for o in OUTCOMES.values() for gap in o.gaps.values()))}
"""What comes next for a reason of the gap."""


def gap(state: str, outcome: str) -> Gap:
    """Why a door in a state is left with the outcome that stands last."""
    if not outcome:
        return UNTRIED if state == "remaining" else UNDONE
    return OUTCOMES[outcome].gaps.get(state, UNDONE)


def on_phone() -> str:
    """``web/phone/outcomes.json``: what the phone says of each outcome, and how it settles a door until the server has
    spoken.
    """
    rows = {
        code: {
            "label": outcome.label,
            "mark": outcome.mark,
            "settles": outcome.settles.value,
            "text": outcome.tile[0],
            "note": outcome.tile[1],
        }
        for code, outcome in OUTCOMES.items()
    }
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
