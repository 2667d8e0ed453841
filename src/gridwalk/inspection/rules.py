"""The course of a sample, and what may be asked at a door it drew; plain values only.

docs/algorithms/sampling.md has the steps, the allocation and worked figures.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import functools
import math
from collections.abc import Mapping

from gridwalk.accounts.rules import ONE_COMMUNITY, ONE_GRID, ONE_STREET
from gridwalk.core import clock
from gridwalk.method.sampling import acceptance, draws
from gridwalk.method.sampling.acceptance import Verdict

SHARE, SHARE_AT_FIRST = 5, 20
"""Percent of the claimed doors that are to answer, and how many in the first ``FIRST_DAYS`` of a campaign."""
FIRST_DAYS = 14
RESPONSE = 80
"""Percent of the doors drawn that are expected to answer, until the street's own samples say otherwise."""
FEWEST = 30
"""Answers from which a community has a figure of its own."""
TRIES = 3
"""Calls and knocks at a door before it is reported as not reached; nobody takes its place."""
INSTALMENT = 12
"""Doors of a community that an acceptance sample draws at once."""
INVENTED = 0.10
"""The share of invented visits an acceptance sample is to tell from honest forgetting."""
HONEST = round(acceptance.HONEST * 100)
"""Percent that deny an honest visit, where a round states nothing else."""
MOST_HONEST = 10
"""Percent that a round may state at most: with more, an inventing community is hardly told from an honest one."""
LONGEST_DAYS = 31
ASKED_LATELY = dt.timedelta(days=30)
"""For so long a door that was asked is not asked again by another sample."""
KEEP = dt.timedelta(days=1095)
"""How long a frame is kept, so that anybody may draw again."""


class SampleError(Exception):
    """Why a step of a sample is not done, in words that say what to do."""


class AskingError(Exception):
    """Why nothing is recorded at a door that was drawn, in words that say what to do."""


class Kind(enum.StrEnum):
    """What a draw is for. Kinds are never mixed in one figure."""

    ESTIMATION = "estimation"
    ACCEPTANCE = "acceptance"
    TARGETED = "targeted"
    MUTUAL = "mutual"
    PATROL = "patrol"
    AREA = "area"


@dataclasses.dataclass(frozen=True, kw_only=True)
class KindWords:
    """How a kind is called, and what it is for; ``digits``: of the areas it can be drawn over."""

    label: str
    purpose: str
    digits: frozenset[int]


KINDS: Mapping[Kind, KindWords] = {
    Kind.ESTIMATION: KindWords(
        label="抽样估计", purpose="每户都可能抽到，用来推算全街", digits=frozenset({ONE_STREET})
    ),
    Kind.ACCEPTANCE: KindWords(
        label="验收抽查", purpose="一个社区，一批一批抽，够了就停", digits=frozenset({ONE_COMMUNITY})
    ),
    Kind.TARGETED: KindWords(
        label="定向核查", purpose="有疑点的地方才去，不进任何推算", digits=frozenset({ONE_COMMUNITY, ONE_GRID})
    ),
    Kind.MUTUAL: KindWords(
        label="互查", purpose="社区之间换着查，不查自己，各抽一样多", digits=frozenset({ONE_STREET})
    ),
    Kind.PATROL: KindWords(
        label="街道巡查", purpose="街道的核查员去，各社区都可能抽到", digits=frozenset({ONE_STREET})
    ),
    Kind.AREA: KindWords(
        label="查漏登", purpose="抽几个单元重新点门，看一张表里漏了多少户", digits=frozenset({ONE_STREET})
    ),
}
WEIGHED = frozenset({Kind.ESTIMATION, Kind.MUTUAL, Kind.PATROL})
"""Drawn by strata over all doors of a street, so that shares can be shown of them: of each round apart."""


class Stage(enum.StrEnum):
    """Where a sample stands, in its order."""

    PLANNED = "planned"
    COMMITTED = "committed"
    FROZEN = "frozen"
    DRAWN = "drawn"
    REVEALED = "revealed"


class Step(enum.StrEnum):
    """What leads from a stage to the next."""

    COMMIT = "commit"
    FREEZE = "freeze"
    DRAW = "draw"
    REVEAL = "reveal"


STEPS: Mapping[Step, tuple[Stage, Stage, str]] = {
    Step.COMMIT: (Stage.PLANNED, Stage.COMMITTED, "封存抽签号"),
    Step.FREEZE: (Stage.COMMITTED, Stage.FROZEN, "冻结名单"),
    Step.DRAW: (Stage.FROZEN, Stage.DRAWN, "抽签"),
    Step.REVEAL: (Stage.DRAWN, Stage.REVEALED, "公布抽签号"),
}
"""Step → from where, to where, its words."""
STAGES: Mapping[Stage, str] = {
    Stage.PLANNED: "已安排",
    Stage.COMMITTED: "抽签号已封存",
    Stage.FROZEN: "名单已冻结",
    Stage.DRAWN: "已抽签",
    Stage.REVEALED: "抽签号已公布",
}


class Group(enum.StrEnum):
    """What kind of door a stratum holds, by what was claimed of it."""

    REACHED = "reached"
    VACANT = "vacant"
    EXPLAINED = "explained"


CLAIMED = frozenset({Group.REACHED, Group.VACANT})
"""The groups that count for the visit coverage; of the third only a reason is on record."""


def stratum(community: str, group: Group) -> str:
    """The name of a stratum."""
    return f"{community}|{group}"


def community_of(name: str) -> str:
    """The community of a stratum."""
    return name.partition("|")[0]


def group_of(name: str) -> Group:
    """The group of a stratum."""
    return Group(name.partition("|")[2])


def is_drawn_for(kind: Kind, group: Group) -> bool:
    """Whether doors of a group stand in a frame of that kind: where nobody claims a visit, none can be denied."""
    return kind is not Kind.ACCEPTANCE or group in CLAIMED


class DoorState(enum.StrEnum):
    """What became of a door that was drawn. Whatever is not ``answered`` is reported as such and replaced by nobody."""

    OPEN = "open"
    ANSWERED = "answered"
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    OPTED_OUT = "opted_out"
    BY_RECORD = "by_record"
    ASKED_ELSEWHERE = "asked_elsewhere"
    GONE = "gone"
    BARRED = "barred"
    CAPPED = "capped"


DOOR_STATES: Mapping[DoorState, str] = {
    DoorState.OPEN: "还没问到",
    DoorState.ANSWERED: "问到了",
    DoorState.NOT_REACHED: "几次都没找到人",
    DoorState.REFUSED: "不愿回答",
    DoorState.OPTED_OUT: "不愿再被抽查",
    DoorState.BY_RECORD: "拒访过，只看记录、送信",
    DoorState.ASKED_ELSEWHERE: "别的抽查刚问过",
    DoorState.GONE: "已不在册",
    DoorState.BARRED: "没有核查员能去",
    DoorState.CAPPED: "上门次数已满，又没有电话",
}


class Way(enum.StrEnum):
    """How a door is approached: by telephone first."""

    CALL = "call"
    KNOCK = "knock"


WAYS: Mapping[Way, str] = {Way.CALL: "打电话", Way.KNOCK: "上门"}


class Approached(enum.StrEnum):
    """What came of an approach that brought no answer."""

    NOBODY = "nobody"
    REFUSED = "refused"
    OPTED_OUT = "opted_out"


APPROACHED: Mapping[Approached, str] = {
    Approached.NOBODY: "没找到人",
    Approached.REFUSED: "不愿回答",
    Approached.OPTED_OUT: "不愿再被抽查",
}


class Visited(enum.StrEnum):
    """Whether the visit took place, as whoever is asked says; “don't know” is neither denial nor confirmation."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Who(enum.StrEnum):
    """Who answers for the household."""

    MET = "met"
    ANOTHER = "another"


class Identity(enum.StrEnum):
    """Whether whoever came showed who they are."""

    BADGE = "badge"
    SAID = "said"
    NO = "no"
    UNKNOWN = "unknown"


VISITED: Mapping[Visited, str] = {Visited.YES: "有", Visited.NO: "没有", Visited.UNKNOWN: "说不清"}
WHO: Mapping[Who, str] = {Who.MET: "上次见到网格员的那位", Who.ANOTHER: "家里另一位大人"}
IDENTITY: Mapping[Identity, str] = {
    Identity.BADGE: "看了工牌",
    Identity.SAID: "口头说了",
    Identity.NO: "没有",
    Identity.UNKNOWN: "说不清",
}
N_LIVING = "n_living"
"""What is asked beside fields of the dictionary: how many live at the door. It must agree."""
MOST_LIVING = 40


def share_words(value: float, *, up: bool = False) -> str:
    """95.9%, rounded down to a tenth; ``up``: an upper end, which is not to read less than it is."""
    tenths = math.ceil(value * 1000 - 1e-9) if up else math.floor(value * 1000 + 1e-9)
    return f"{tenths // 10}.{tenths % 10}%"


def check_step(stage: Stage, step: Step) -> Stage:
    """Where a step leads. Raises SampleError where it is not to be done there."""
    before, after, words = STEPS[step]
    if stage is not before:
        raise SampleError(f"没有{words}：现在是“{STAGES[stage]}”。请按页上列出的顺序来。")
    return after


def check_days(step: Step, last: dt.date, today: dt.date) -> None:
    """Raises SampleError where the days are over: of what is drawn then nobody could be asked."""
    if step is not Step.REVEAL and today > last:
        raise SampleError(f"没有{STEPS[step][2]}：核查的日子到 {last.month}月{last.day}日，已经过了。请另安排一轮。")


def share_on(starts_on: dt.date, today: dt.date) -> int:
    """The usual share of a day of a campaign, in percent."""
    return SHARE_AT_FIRST if (today - starts_on).days < FIRST_DAYS else SHARE


def check_plan(
    kind: Kind, scope: str, *, share: int, response: int, days: tuple[dt.date, dt.date], today: dt.date
) -> None:
    """Raises SampleError for what cannot be planned."""
    if len(scope) not in KINDS[kind].digits:
        raise SampleError(f"没有安排：{KINDS[kind].label}不能在这个范围里抽。请另选范围。")
    if not 1 <= share <= 100 or not 10 <= response <= 100:
        raise SampleError("没有安排：抽多少写 1 到 100，估计几成应答写 10 到 100，都是百分数。")
    first, last = days
    if first < today or not 0 <= (last - first).days < LONGEST_DAYS:
        raise SampleError(f"没有安排：核查的日子从今天或以后开始，最多 {LONGEST_DAYS} 天。请改日期。")


def size(n_doors: int, share: int, response: int) -> int:
    """How many doors are drawn so that a share of them answers, both in percent."""
    return min(n_doors, draws.larger(math.ceil(n_doors * share / 100), response / 100))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What may be done at a door depends on: its state, the calls and knocks of this sample, whether a telephone is on
    record, knocks of anybody in the campaign and the cap of it, whether it is quiet at that moment.
    """

    state: DoorState
    n_calls: int
    n_knocks: int
    has_phone: bool
    n_at_door: int
    most_at_door: int
    is_quiet: bool

    @property
    def is_capped(self) -> bool:
        """Whether no way is left: nobody goes there again, and there is no telephone."""
        return not self.has_phone and self.n_at_door >= self.most_at_door


def may_approach(at_door: Circumstances, way: Way) -> str:
    """Why a door is not approached so at that moment; empty where it may be."""
    state = DoorState.CAPPED if at_door.state is DoorState.OPEN and at_door.is_capped else at_door.state
    if state is not DoorState.OPEN:
        return f"没有记：这一户“{DOOR_STATES[state]}”，不再打扰。"
    if at_door.is_quiet:
        return "没有记：免打扰时段不打电话，也不上门。"
    if way is Way.CALL:
        return "" if at_door.has_phone else "没有记：这一户没有登记电话，直接上门。"
    if at_door.has_phone and not at_door.n_calls:
        return "没有记：先打电话，打不通再上门。"
    if at_door.n_at_door >= at_door.most_at_door:
        return f"没有记：这一户已去过 {at_door.n_at_door} 次，不再上门。电话也打不通的，照实记“没找到人”。"
    return ""


def closes_as(at_door: Circumstances, left: DoorState | None, *, was_asked: bool) -> DoorState | None:
    """What an open door becomes where nobody may ask there any more; None where it may be asked, or is closed.

    ``left``: why it is to be left alone; ``was_asked``: by another sample, lately.
    """
    if at_door.state is not DoorState.OPEN:
        return None
    if left is None and was_asked:
        return DoorState.ASKED_ELSEWHERE
    return DoorState.CAPPED if left is None and at_door.is_capped else left


def may_dial(at_door: Circumstances) -> str:
    """Why no telephone of a door is dialled at that moment: each dialling is one of the tries."""
    if why := may_approach(at_door, Way.CALL):
        return why.replace("没有记", "没有拨", 1)
    if at_door.n_calls + at_door.n_knocks >= TRIES:
        return f"没有拨：已找过 {TRIES} 次。没问到的，照实记“没找到人”。"
    return ""


def check_moment(moment: dt.datetime, days: tuple[dt.date, dt.date], at: dt.datetime) -> None:
    """Raises AskingError for a call, a knock or an answer that is told to be of later, or not of the sample's days."""
    first, last = days
    if moment > at or not first <= clock.local_date(moment) <= last:
        span = f"{first.month}月{first.day}日到{last.month}月{last.day}日"
        raise AskingError(
            f"没有记：时间要在核查的日子里（{span}），不晚于现在。请改“什么时候”；过了最后一天就不再问了。"
        )


def state_after(approached: Approached, n_tries: int) -> DoorState:
    """What becomes of a door by an approach without an answer, the last of so many."""
    if approached is Approached.REFUSED:
        return DoorState.REFUSED
    if approached is Approached.OPTED_OUT:
        return DoorState.OPTED_OUT
    return DoorState.NOT_REACHED if n_tries >= TRIES else DoorState.OPEN


@functools.cache
def acceptance_rule(n_communities: int, honest: int = HONEST) -> acceptance.Rule:
    """The sequential test for a street of so many communities; ``honest``: percent, as the round states it."""
    return acceptance.rule(INVENTED, honest=honest / 100, n_communities=max(1, n_communities))


class Conclusion(enum.StrEnum):
    """What an acceptance sample comes to; ``undecided`` is an end, too: nobody is left to be asked."""

    GO_ON = Verdict.GO_ON.value
    ACCEPTED = Verdict.ACCEPTED.value
    SUSPECT = Verdict.SUSPECT.value
    UNDECIDED = "undecided"


def conclusion(n_communities: int, n_confirmed: int, n_denied: int, *, n_left: int, honest: int = HONEST) -> Conclusion:
    """What the answers of an acceptance sample say so far. ``n_left``: doors open, those of later instalments too."""
    verdict = acceptance_rule(n_communities, honest).verdict(n_confirmed + n_denied, n_denied)
    return Conclusion.UNDECIDED if verdict is Verdict.GO_ON and not n_left else Conclusion(verdict.value)


def opens_next(conclusion: Conclusion, *, n_denied: int, n_open: int) -> bool:
    """Whether the next instalment is drawn: at once by a denial that makes so many, of which a single one is honest,
    else when nothing is open any more.
    """
    return conclusion is Conclusion.GO_ON and (n_denied >= acceptance.LEAST_DENIED or not n_open)
