"""Why a door is left, and the cheapest next step; plain values only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum

from gridwalk.campaigns.rules import MOST_VISITS
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
TELL_VACANCY = frozenset({"tried", "vacant_unproved"})
"""Tabs that part doors reported as vacant from the others: they leave neither as a file nor on paper (red line 5)."""
RECHECK = Step("recheck", "另一人复核后生效", "去复核")
DECIDE = Step("decide", "有差异，先定了再走", "去核对")
FIRST_WALK = Step("walk", "顺路走", "加入今日")
CALL = Step("call", "三个时段都没人，登记有号码", "打电话")
CALL_ONLY = Step("call", "上门次数到顶了，登记有号码", "打电话")
REST = Step("letter", "上门次数到顶了，留信不再上门", "送信")
ANOTHER_WALK = Step("walk", "四个时段都试过，换一天再去", "加入今日")
BAND_WORDS = {"evening": "晚间", "weekend": "周末", "afternoon": "下午", "morning": "上午"}
"""The time bands in the order in which they are tried where nothing is on record of when somebody opens."""
BANDS_BEFORE_CALL = 3
"""So many bands are tried before a call is the next step."""
SPOKEN = frozenset({"phone", "postponed"})
"""Outcomes in which a resident can have named the time of the next visit; after any other one chose it oneself."""


CLOSEOUT = {
    "bands": ("时", "几天、几个时段都试过"),
    "call": ("电", "打登记的电话"),
    "second_source": ("源", "报空房的，问第二来源"),
    "reason": ("记", "登记原因"),
}
"""What is done at a door before it counts as explained, in its order: code → (its mark, in words)."""


class Way(enum.StrEnum):
    """How far a door is with one part of its closeout."""

    DONE = "done"
    NEXT = "next"
    TO_COME = "todo"
    NOT_HERE = "none"


WAY_WORDS = {Way.DONE: "做过", Way.NEXT: "下一步", Way.TO_COME: "还没到", Way.NOT_HERE: "用不着"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Door:
    """What the next step depends on. ``outcome``: the last one; ``bands``: those tried.

    ``answered``: the bands in which somebody opened this very door before, in earlier campaigns too.
    ``revisit_at``: the hour of the next visit, on the street's wall clock; ``missed_on``: its day, where it is over.
    ``max_visits``: the campaign's cap.
    """

    state: str
    outcome: str = ""
    bands: tuple[str, ...] = ()
    n_visits: int = 0
    has_phone: bool = False
    has_difference: bool = False
    answered: frozenset[str] = frozenset()
    revisit_at: dt.datetime | None = None
    missed_on: dt.date | None = None
    max_visits: int = MOST_VISITS

    @property
    def is_agreed(self) -> bool:
        """Whether the resident named the time of the next visit, and it is still to come."""
        return self.revisit_at is not None and self.outcome in SPOKEN


def keeps(revisit_at: dt.datetime | None, today: dt.date) -> bool:
    """Whether an appointment (on the street's wall clock) can still be kept: until its day is over."""
    return revisit_at is not None and revisit_at.date() >= today


def tab(door: Door) -> str:
    """The tab of the gap list in which a door stands that is not visited yet."""
    if door.state == "remaining" and door.is_agreed:
        return "agreed"
    if door.state == "remaining" and not door.outcome and door.n_visits:  # what was reported has been rejected
        return "tried"
    return gap(door.state, door.outcome).tab


def next_step(door: Door) -> Step:
    """The cheapest way to settle a door (docs/algorithms/visits.md)."""
    if door.state == "pending":
        return RECHECK
    if door.has_difference:
        return DECIDE
    own = OUTCOMES[door.outcome].step if door.outcome in OUTCOMES else None
    if door.outcome == "refused" and own is not None:  # whatever was agreed before it
        return own
    if door.revisit_at is not None:
        on = f"{door.revisit_at.month}月{door.revisit_at.day}日 {door.revisit_at:%H:%M}"
        return Step("agreed", f"{on} 去，居民约好的" if door.is_agreed else f"打算 {on} 再去", "已排")
    step = own or _knock(door)
    if door.missed_on is None or step.code == "letter":
        return step
    missed = f"{'约' if door.outcome in SPOKEN else '打算'}在{door.missed_on.month}月{door.missed_on.day}日，没去成"
    return dataclasses.replace(step, sentence=f"{missed}；{step.sentence}")


def closeout(door: Door) -> dict[str, Way]:
    """How far a door is that is left (还差哪几步). What another person decides first has no next part of it."""
    refused, explained = door.outcome == "refused", door.state == "explained"
    ways = dict.fromkeys(CLOSEOUT, Way.TO_COME)
    if door.outcome == "phone":
        ways["call"] = Way.DONE
    elif refused or explained or not door.has_phone:  # no call is needed to explain a door
        ways["call"] = Way.NOT_HERE
    if door.outcome != "vacant_confirmed":
        ways["second_source"] = Way.NOT_HERE
    if refused:
        ways["bands"] = Way.NOT_HERE
    elif explained or len(door.bands) >= BANDS_BEFORE_CALL:
        ways["bands"] = Way.DONE
    if explained:
        ways["reason"] = Way.DONE
    part = next_part(door)
    return ways | ({part: Way.NEXT} if part else {})


def closeout_words(door: Door) -> tuple[tuple[str, str, str], ...]:
    """(mark, words, way) of each part of the closeout, as a row shows it and reads it aloud."""
    parts = ((*CLOSEOUT[code], way) for code, way in closeout(door).items())
    return tuple((mark, f"{words}：{WAY_WORDS[way]}", str(way)) for mark, words, way in parts)


def next_part(door: Door) -> str:
    """The part of the closeout that comes next; "" where another person decides first, or a resident named a time."""
    if door.state != "remaining" or door.is_agreed:
        return ""
    return _PARTS.get(next_step(door).code, "")


def untried(door: Door) -> list[str]:
    """The bands not tried yet: those in which somebody opened this door before come first."""
    return sorted((b for b in BAND_WORDS if b not in door.bands), key=lambda band: band not in door.answered)


def _knock(door: Door) -> Step:
    """When to knock where nobody has been met yet, or that it is time to call."""
    if door.n_visits >= door.max_visits:
        return CALL_ONLY if door.has_phone else REST
    left = untried(door)
    if not door.n_visits:
        return _band_step(left[0], door) if left[0] in door.answered else FIRST_WALK
    if left and (len(door.bands) < BANDS_BEFORE_CALL or not door.has_phone):
        return _band_step(left[0], door)
    return CALL if door.has_phone else ANOTHER_WALK


def _band_step(band: str, door: Door) -> Step:
    words = BAND_WORDS[band]
    why = f"{words}见到过人" if band in door.answered else f"{words}还没试过"
    return Step(band, why, f"排{words}")


_PARTS = {
    **dict.fromkeys(("walk", "agreed", *BAND_WORDS), "bands"),
    "call": "call",
    "second_source": "second_source",
    "letter": "reason",
}
"""The code of a next step → the part of the closeout it is."""


def on_list(on: dt.date, band: str, today: dt.date) -> str:
    """What a row's tag says of the list it stands on: 今晚, 今日, 12月1日晚间."""
    words = BAND_WORDS.get(band, "")
    if on == today:
        return "今晚" if band == "evening" else "今日"
    return f"{on.month}月{on.day}日{words}"
