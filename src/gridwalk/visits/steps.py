"""Why a door is left, and the cheapest next step; plain values only."""

from __future__ import annotations

import dataclasses
import datetime as dt

from gridwalk.visits.outcomes import OUTCOMES, Step, gap

TABS = {
    "untried": ("还没去", "还没去"),
    "tried": ("去过，无人", "去过，无人"),
    "agreed": ("约好回访", "居民约定"),
    "vacant_unproved": ("报空房，待第二来源", "报空房，待第二来源"),
    "refused": ("拒访", "已登记原因，拒访"),
    "absent": ("多时段无人", "已登记原因，多时段无人"),
    "pending": ("待复核", "待另一人复核"),
}
"""The tabs of the gap list in their order: code → (its name, how a row in it says why)."""
RECHECK = Step("recheck", "另一人复核后生效", "去复核")
DECIDE = Step("decide", "有差异，先定了再走", "去核对")
FIRST_WALK = Step("walk", "顺路走", "加入今日")
CALL = Step("call", "先打电话，登记有号码", "打电话")
OTHER_BANDS = {
    "evening": Step("evening", "晚间还没试过", "排晚间"),
    "weekend": Step("weekend", "周末还没试过", "排周末"),
}
ANOTHER_WALK = Step("walk", "换个时段再去", "加入今日")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Door:
    """What the next step depends on. ``outcome``: the last one; ``bands``: those tried.

    ``revisit_at``: the hour agreed with the resident, on the street's wall clock.
    """

    state: str
    outcome: str = ""
    bands: tuple[str, ...] = ()
    n_visits: int = 0
    has_phone: bool = False
    has_difference: bool = False
    revisit_at: dt.datetime | None = None


def tab(door: Door) -> str:
    """The tab of the gap list in which a door stands that is not visited yet."""
    if door.state == "remaining" and door.revisit_at is not None:
        return "agreed"
    if door.state == "remaining" and not door.outcome and door.n_visits:  # what was reported has been rejected
        return "tried"
    return gap(door.state, door.outcome).tab


def next_step(door: Door) -> Step:
    """The cheapest way to settle a door."""
    if door.state == "pending":
        return RECHECK
    if door.has_difference:
        return DECIDE
    if door.revisit_at is not None:
        on = f"{door.revisit_at.month}月{door.revisit_at.day}日"
        return Step("agreed", f"{on} {door.revisit_at:%H:%M} 去，居民约好的", "已约")
    own = OUTCOMES[door.outcome].step if door.outcome in OUTCOMES else None
    if own is not None:
        return own
    if door.n_visits == 0:
        return FIRST_WALK
    if door.has_phone:
        return CALL
    return next((step for band, step in OTHER_BANDS.items() if band not in door.bands), ANOTHER_WALK)
