"""Working days, the plan's line, and the cheapest next step for a door; plain values only."""

from __future__ import annotations

import dataclasses
import datetime as dt


class CampaignError(Exception):
    """What cannot be done about a campaign or its targets; the text says why."""


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday. Public holidays move every year and are not kept here: a plan line a day off does no harm."""
    return day.weekday() < 5


def working_days(first: dt.date, last: dt.date) -> int:
    """How many working days lie from ``first`` to ``last``, both included; 0 where the order is wrong."""
    if last < first:
        return 0
    weeks, rest = divmod((last - first).days + 1, 7)
    return weeks * 5 + sum(is_working_day(first + dt.timedelta(days=weeks * 7 + i)) for i in range(rest))


def nth_working_day(first: dt.date, n: int) -> dt.date:
    """The ``n``-th working day from ``first`` on (1: the first one)."""
    day = first
    while True:
        if is_working_day(day):
            n -= 1
            if n <= 0:
                return day
        day += dt.timedelta(days=1)


def planned(total: int, starts_on: dt.date, ends_on: dt.date, today: dt.date) -> int:
    """How many should be done by ``today`` when the work is spread evenly over the working days."""
    days = working_days(starts_on, ends_on)
    done = working_days(starts_on, min(today, ends_on))
    return 0 if not days else round(total * done / days)


BANDS = {"morning": "上", "afternoon": "下", "evening": "晚", "weekend": "末"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Door:
    """What the next step depends on. ``outcome``: the last one; ``bands``: those tried; ``vacant``: said to be vacant.

    ``revisit_at``: the hour agreed with the resident, on the street's wall clock.
    """

    state: str
    outcome: str = ""
    bands: tuple[str, ...] = ()
    n_visits: int = 0
    has_phone: bool = False
    vacant: bool = False
    has_difference: bool = False
    revisit_at: dt.datetime | None = None
    planned_on: dt.date | None = None


@dataclasses.dataclass(frozen=True)
class Step:
    """The cheapest next step: ``sentence`` says it, ``button`` names the result of pressing."""

    code: str
    sentence: str
    button: str


def reason(door: Door) -> tuple[str, str]:
    """Why a door keeps the rate from 100 %: a code and the words of the gap list."""
    if door.state == "pending":
        return "pending", "待另一人复核"
    if door.state == "explained":
        return ("refused", "已说明，拒访") if door.outcome == "refused" else ("absent", "已说明，多时段无人")
    if door.revisit_at is not None:
        return "agreed", "居民约定"
    if door.vacant:
        return "vacant_unproved", "报空房，待第二来源"
    return ("tried", "去过，无人") if door.n_visits else ("untried", "还没去")


def next_step(door: Door) -> Step:
    """The cheapest way to settle a door, after the second mock screen."""
    if door.state == "pending":
        return Step("recheck", "另一人复核后才算数", "去复核")
    if door.has_difference:
        return Step("decide", "有差异，先定了再走", "去决定")
    if door.revisit_at is not None:
        on = f"{door.revisit_at.month}月{door.revisit_at.day}日"
        return Step("agreed", f"{on} {door.revisit_at:%H:%M} 去，居民约好的", "已约")
    if door.vacant:
        return Step("second_source", "问物业或邻居，任一证实即可", "核空房")
    if door.outcome == "refused":
        return Step("letter", "居民不愿开门，留信不再上门", "送信")
    if door.n_visits == 0:
        return Step("walk", "顺路走", "加入今日")
    if door.outcome == "phone":  # a call settles a door only after a knock nobody answered
        return Step("walk", "打过电话，还没敲过门", "加入今日")
    if door.has_phone:
        return Step("call", "先打电话，登记有号码", "打电话")
    if "evening" not in door.bands:
        return Step("evening", "晚间还没试过", "排晚间")
    if "weekend" not in door.bands:
        return Step("weekend", "周末还没试过", "排周末")
    return Step("walk", "换个时段再去", "加入今日")
