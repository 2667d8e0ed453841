"""When a visit may be made, and when a door is settled (domain.md §2, rate 1); plain values only."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from gridwalk.registry.living import VACANCY_SOURCES
from gridwalk.visits.outcomes import AWAITING_RECHECK, KNOCKS, OUTCOMES, Settles

LOCAL = ZoneInfo("Asia/Shanghai")

CONFIRMED, REJECTED = "confirmed", "rejected"
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


_BEGINS = {"weekend": 0, "morning": 0, "afternoon": 12, "evening": 18}


def band_began(at: dt.datetime) -> dt.datetime:
    """When the time band of a visit began: what others than its author are told of its hour (red line 2)."""
    hour = _BEGINS[band_of(at)]
    return at.astimezone(LOCAL).replace(hour=hour, minute=0, second=0, microsecond=0)


def is_quiet(at: dt.datetime, quiet_from: dt.time, quiet_until: dt.time) -> bool:
    """Whether nobody is to be disturbed at that time (20:30–9:00)."""
    moment = at.astimezone(LOCAL).time()
    return moment >= quiet_from or moment < quiet_until


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One visit as far as settling needs it. ``worker``: any value that tells workers apart.

    ``recheck``: what a second person said of a report that somebody moved away or a door was not found, once they did.
    """

    outcome: str
    at: dt.datetime
    worker: object = None
    second_source: str = ""
    recheck: str = ""


@dataclasses.dataclass(frozen=True)
class Settled:
    """``state``: visited · explained · pending · remaining; ``outcome`` and ``at``: what settled it and when.

    Where nothing settled it, ``outcome`` is the last one.
    """

    state: str
    outcome: str = ""
    at: dt.datetime | None = None
    met_in_person: bool = False


def proves_vacancy(attempt: Attempt, others: Iterable[Attempt]) -> bool:
    """Whether a report of vacancy has its second source; another worker's look counts 7 days after a first one's."""
    if attempt.second_source != "other_worker":
        return attempt.second_source in VACANCY_SOURCES
    return any(o.worker != attempt.worker and attempt.at - o.at >= OTHER_WORKER_AFTER for o in others)


def takes_out_of_scope(kind: str, outcome: str) -> bool:
    """Whether a confirmed report means that there is nothing left to visit.

    A dwelling whose household moved away is still a dwelling: it stays in scope and counts as visited.
    """
    return kind in OUTCOMES[outcome].leaves


def settle(attempts: Iterable[Attempt]) -> Settled:
    """The state of a door after its attempts, in whatever order they arrive.

    Visited: met; or by phone after a failed knock; or vacant, confirmed by a second source (another worker: 7 days
    later). Pending: moved away or not found, until a second person rechecks; confirmed it counts, rejected it is as
    if never said. Explained: refused; or no answer on ≥ 3 days in ≥ 2 bands. Once visited, later attempts change
    nothing.
    """
    ordered = sorted((a for a in attempts if a.recheck != REJECTED), key=lambda a: (a.at, a.outcome))
    met = any(_settles(a) is Settles.AT_ONCE for a in ordered)
    for index, attempt in enumerate(ordered):
        if _visits(attempt, ordered[:index]):
            return Settled("visited", attempt.outcome, attempt.at, met)
    reports = [a for a in ordered if a.outcome in AWAITING_RECHECK]
    if reports:
        return Settled("pending", reports[-1].outcome, reports[-1].at)
    explains = _explains(ordered)
    if explains is not None:
        return Settled("explained", explains.outcome, explains.at)
    return Settled("remaining", ordered[-1].outcome if ordered else "")


def _settles(attempt: Attempt) -> Settles:
    return OUTCOMES[attempt.outcome].settles


def _visits(attempt: Attempt, before: Sequence[Attempt]) -> bool:
    """Whether a door is visited by an attempt, after those before it."""
    match _settles(attempt):
        case Settles.AT_ONCE:
            return True
        case Settles.AFTER_A_KNOCK:
            return any(b.outcome in KNOCKS for b in before)
        case Settles.BY_SECOND_SOURCE:
            return proves_vacancy(attempt, before)
        case _:
            return attempt.recheck == CONFIRMED


def _explains(ordered: Sequence[Attempt]) -> Attempt | None:
    """The attempt that explains a door: the first refusal, else the knock that made it no answer often enough."""
    days: set[dt.date] = set()
    bands: set[str] = set()
    for attempt in ordered:
        if _settles(attempt) is Settles.AS_EXPLAINED:
            return attempt
    for attempt in ordered:
        if _settles(attempt) is Settles.WHEN_REPEATED:
            days.add(attempt.at.astimezone(LOCAL).date())
            bands.add(band_of(attempt.at))
            if len(days) >= ABSENT_DAYS and len(bands) >= ABSENT_BANDS:
                return attempt
    return None


ROUND_RESULTS = {
    "fine": ("完好", "好", "v"),
    "faulty": ("有故障", "坏", "z"),
    "repaired": ("修好了", "修", "v"),
    "listed": ("台账所记", "账", ""),
}
"""What a round (巡检) found → (label, mark, tone). ``listed``: a ledger says that it was made, and no more."""

ROUND_FAULTS = {"broken": "部件坏了", "expired": "过期", "blocked": "堵占", "missing": "缺失", "other": "其他"}

ROUND_DUE_SOON = 3
"""Days ahead that a due round stands in the list."""


@dataclasses.dataclass(frozen=True)
class Look:
    """One round as far as the state of a facility needs it. ``order``: when it was written down."""

    on: dt.date
    order: dt.datetime
    result: str
    out_of_use: bool = False
    was: str = ""

    @property
    def leaves(self) -> str:
        """The state it leaves a facility in; empty where it says nothing of that."""
        if self.result == "faulty":
            return "out_of_use" if self.out_of_use else "faulty"
        return "" if self.result == "listed" else "active"


def round_due_on(last: dt.date | None, since: dt.date, interval_days: int) -> dt.date:
    """The day the next round is due: the last one, else the record's first day, plus the interval."""
    return (last or since) + dt.timedelta(days=interval_days)


def round_state(due_on: dt.date, today: dt.date) -> str:
    """``overdue`` from the day after it was due, ``soon`` from three days before, else ``ahead``."""
    if due_on < today:
        return "overdue"
    return "soon" if due_on <= today + dt.timedelta(days=ROUND_DUE_SOON) else "ahead"


def last_look(looks: Iterable[Look]) -> Look | None:
    """The round that tells how it stands now: of the latest day, and of one day the one written down last."""
    return max((look for look in looks if look.leaves), key=lambda look: (look.on, look.order), default=None)


def state_without(taken_back: Look, others: Iterable[Look]) -> str:
    """The state of a facility once a round is taken back; empty where the round had not decided it."""
    others = list(others)
    if not taken_back.leaves or last_look([taken_back, *others]) != taken_back:
        return ""
    before = last_look(others)
    return before.leaves if before else taken_back.was
