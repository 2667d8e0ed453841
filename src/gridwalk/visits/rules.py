"""When a visit may be made, and when a door is settled (domain.md §2, rate 1); plain values only."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

OUTCOMES = {
    "met": ("见面", "见"),
    "phone": ("电话核实", "电"),
    "vacant_confirmed": ("空房", "空"),
    "no_answer": ("无人", "无"),
    "refused": ("拒访", "拒"),
    "moved_away": ("已搬走", "迁"),
    "not_found": ("找不到", "查"),
}
"""outcome → (label, the one character of its mark)."""

KEYS = {
    "j": "met",
    "d": "phone",
    "k": "vacant_confirmed",
    "w": "no_answer",
    "u": "refused",
    "q": "moved_away",
    "c": "not_found",
}
"""Single keys of paper entry: 见 j · 电 d · 空 k · 无 w · 拒 u · 迁 q · 查 c."""

FAILED = frozenset({"no_answer", "refused"})
AWAITING_RECHECK = frozenset({"moved_away", "not_found"})
SECOND_SOURCES = ("property_office", "neighbour", "owner_phone", "other_worker")
OTHER_WORKER_AFTER = dt.timedelta(days=7)
ABSENT_DAYS, ABSENT_BANDS = 3, 2
CLOCK_TOLERANCE = dt.timedelta(minutes=5)


def band_of(at: dt.datetime) -> str:
    """The time band of a visit: weekend, else morning (before 12), afternoon (before 18), evening."""
    local = at.astimezone(LOCAL)
    if local.weekday() >= 5:
        return "weekend"
    if local.hour < 12:
        return "morning"
    return "afternoon" if local.hour < 18 else "evening"


def is_quiet(at: dt.datetime, quiet_from: dt.time, quiet_until: dt.time) -> bool:
    """Whether nobody is to be disturbed at that time (20:30–9:00)."""
    moment = at.astimezone(LOCAL).time()
    return moment >= quiet_from or moment < quiet_until


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One visit as far as settling needs it. ``worker``: any value that tells workers apart."""

    outcome: str
    at: dt.datetime
    worker: object = None
    second_source: str = ""


@dataclasses.dataclass(frozen=True)
class Settled:
    """``state``: visited · explained · pending · remaining; ``outcome``: what settled it, else the last one."""

    state: str
    outcome: str = ""
    at: dt.datetime | None = None
    met_in_person: bool = False


def _proves_vacancy(attempt: Attempt, before: list[Attempt]) -> bool:
    if attempt.second_source != "other_worker":
        return attempt.second_source in SECOND_SOURCES
    return any(b.worker != attempt.worker and attempt.at - b.at >= OTHER_WORKER_AFTER for b in before)


def settle(attempts: Iterable[Attempt]) -> Settled:
    """The state of a door after its attempts, in whatever order they arrive.

    Visited: met; or by phone after a failed knock; or vacant, confirmed by a second source (another worker: 7 days later).
    Pending: moved away or not found, until a second person rechecks. Explained: refused; or no answer on ≥ 3 days in ≥ 2
    bands. Once visited, later attempts change nothing.
    """
    ordered = sorted(attempts, key=lambda a: (a.at, a.outcome))
    met = any(a.outcome == "met" for a in ordered)
    for index, attempt in enumerate(ordered):
        before = ordered[:index]
        visited = (
            attempt.outcome == "met"
            or (attempt.outcome == "phone" and any(b.outcome in FAILED for b in before))
            or (attempt.outcome == "vacant_confirmed" and _proves_vacancy(attempt, before))
        )
        if visited:
            return Settled("visited", attempt.outcome, attempt.at, met)
    for attempt in reversed(ordered):
        if attempt.outcome in AWAITING_RECHECK:
            return Settled("pending", attempt.outcome, attempt.at)
    for attempt in ordered:
        if attempt.outcome == "refused":
            return Settled("explained", "refused", attempt.at)
    absent = [a for a in ordered if a.outcome == "no_answer"]
    days = {a.at.astimezone(LOCAL).date() for a in absent}
    bands = {band_of(a.at) for a in absent}
    if len(days) >= ABSENT_DAYS and len(bands) >= ABSENT_BANDS:
        return Settled("explained", "no_answer", absent[-1].at)
    return Settled("remaining", ordered[-1].outcome if ordered else "")
