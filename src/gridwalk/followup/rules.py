"""The course of a matter: its kinds, its stages, which act leads from one to the next, and when it is due. Pure.

docs/algorithms/followup.md has the table with a worked example.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping

from gridwalk.accounts.rules import Verb
from gridwalk.method.workdays import Workdays

LONGEST_TITLE, LONGEST_TEXT = 60, 500
LONGEST_OUTSIDE, LONGEST_OUTSIDE_NUMBER = 60, 40
MOST_BYTES = 5_000_000
"""Of one file that proves something."""
EVIDENCE_KEPT = dt.timedelta(days=365)
"""How long what proves something is kept, a file of a desk as well as a photo of a phone."""
EFFECT_AFTER = 14
"""Days after the recheck on which a finding is looked at again."""


class MatterError(Exception):
    """Why an act is not done, in words that say what to do."""


class Kind(enum.StrEnum):
    """What a matter came of."""

    FINDING = "finding"
    DECISION = "decision"
    HAZARD = "hazard"
    REQUEST = "request"


class Level(enum.StrEnum):
    """Whose a matter is: the grid's, the community's, the street's."""

    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"


DIGITS: Mapping[Level, int] = {Level.GRID: 15, Level.COMMUNITY: 12, Level.STREET: 9}
"""Level → digits of the area that owns it."""


class Stage(enum.StrEnum):
    """Where a matter stands."""

    EXTENT = "extent"
    HANDLING = "handling"
    PASSED_ON = "passed_on"
    RECHECK = "recheck"
    EFFECT = "effect"
    CLOSED = "closed"
    DROPPED = "dropped"


ENDED = frozenset({Stage.CLOSED, Stage.DROPPED})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Course:
    """A kind's words, the stages it goes through, the working days it has."""

    label: str
    mark: str
    stages: tuple[Stage, ...]
    days: int


COURSES: Mapping[Kind, Course] = {
    Kind.FINDING: Course(
        label="整改",
        mark="整",
        stages=(Stage.EXTENT, Stage.HANDLING, Stage.RECHECK, Stage.EFFECT, Stage.CLOSED),
        days=10,
    ),
    Kind.DECISION: Course(label="会议", mark="会", stages=(Stage.HANDLING, Stage.RECHECK, Stage.CLOSED), days=15),
    Kind.HAZARD: Course(label="隐患", mark="隐", stages=(Stage.HANDLING, Stage.RECHECK, Stage.CLOSED), days=5),
    Kind.REQUEST: Course(label="诉求", mark="诉", stages=(Stage.HANDLING, Stage.RECHECK, Stage.CLOSED), days=7),
}
STAGES: Mapping[Stage, str] = {
    Stage.EXTENT: "举一反三",
    Stage.HANDLING: "办理",
    Stage.PASSED_ON: "已转办",
    Stage.RECHECK: "待复核",
    Stage.EFFECT: "回头看",
    Stage.CLOSED: "办结",
    Stage.DROPPED: "不成立",
}


class Act(enum.StrEnum):
    """What moves a matter on, or is said of it."""

    OPENED = "opened"
    NOTED = "noted"
    EXTENT_NOTED = "extent_noted"
    EXTENT_DONE = "extent_done"
    HANDED_IN = "handed_in"
    PASSED = "passed"
    SENT_BACK = "sent_back"
    HELD = "held"
    RELAPSED = "relapsed"
    PASSED_ON = "passed_on"
    CAME_BACK = "came_back"
    DROPPED = "dropped"
    REOPENED = "reopened"
    DUE_CHANGED = "due_changed"
    HANDED_OVER = "handed_over"
    PRESSED = "pressed"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Move:
    """One act: from which stages it may be done, by whom, where it leads (None: it stays; "": the next of its course).

    ``needs``: what has to be written; ``by_another``: never by whoever handed it in, in fact.
    """

    label: str
    mark: str
    stages: frozenset[Stage]
    verb: Verb
    to: Stage | str | None = None
    needs: str = ""
    by_another: bool = False


_OPEN = frozenset(Stage) - ENDED
_OURS = frozenset({Stage.EXTENT, Stage.HANDLING})

MOVES: Mapping[Act, Move] = {
    Act.NOTED: Move(label="补一条说明", mark="说", stages=_OPEN, verb=Verb.HANDLE_MATTER, needs="说明"),
    Act.EXTENT_NOTED: Move(
        label="查了一处", mark="查", stages=frozenset({Stage.EXTENT}), verb=Verb.HANDLE_MATTER, needs="查的范围"
    ),
    Act.EXTENT_DONE: Move(
        label="举一反三查完了", mark="查", stages=frozenset({Stage.EXTENT}), verb=Verb.HANDLE_MATTER, to=""
    ),
    Act.HANDED_IN: Move(
        label="提交复核",
        mark="送",
        stages=frozenset({Stage.HANDLING}),
        verb=Verb.HANDLE_MATTER,
        to="",
        needs="办了什么",
    ),
    Act.PASSED: Move(
        label="复核通过",
        mark="复",
        stages=frozenset({Stage.RECHECK}),
        verb=Verb.RECHECK,
        to="",
        by_another=True,
    ),
    Act.SENT_BACK: Move(
        label="退回重办",
        mark="退",
        stages=frozenset({Stage.RECHECK}),
        verb=Verb.RECHECK,
        to=Stage.HANDLING,
        needs="退回的原因",
        by_another=True,
    ),
    Act.HELD: Move(
        label="没有反弹，销号",
        mark="销",
        stages=frozenset({Stage.EFFECT}),
        verb=Verb.RECHECK,
        to="",
        by_another=True,
    ),
    Act.RELAPSED: Move(
        label="又有了，重办",
        mark="退",
        stages=frozenset({Stage.EFFECT}),
        verb=Verb.RECHECK,
        to=Stage.HANDLING,
        needs="看到了什么",
        by_another=True,
    ),
    Act.PASSED_ON: Move(
        label="转办",
        mark="转",
        stages=frozenset({Stage.HANDLING}),
        verb=Verb.HANDLE_MATTER,
        to=Stage.PASSED_ON,
        needs="转给哪个单位",
    ),
    Act.CAME_BACK: Move(
        label="外单位办好了，提交复核",
        mark="送",
        stages=frozenset({Stage.PASSED_ON}),
        verb=Verb.HANDLE_MATTER,
        to=Stage.RECHECK,
        needs="办了什么",
    ),
    Act.DROPPED: Move(
        label="不成立",
        mark="销",
        stages=_OURS | {Stage.PASSED_ON, Stage.RECHECK},
        verb=Verb.RECHECK,
        to=Stage.DROPPED,
        needs="为什么不成立",
    ),
    Act.REOPENED: Move(
        label="重新办理",
        mark="重",
        stages=ENDED,
        verb=Verb.HANDLE_MATTER,
        to=Stage.HANDLING,
        needs="为什么重新办理",
    ),
    Act.DUE_CHANGED: Move(label="改期限", mark="期", stages=_OPEN, verb=Verb.RECHECK, needs="改期限的原因"),
    Act.HANDED_OVER: Move(label="换责任单位", mark="换", stages=_OPEN, verb=Verb.DISPATCH, needs="换的原因"),
    Act.PRESSED: Move(label="督办", mark="督", stages=_OPEN, verb=Verb.DISPATCH),
}
OPENED_MARK = "立"


def first_stage(kind: Kind) -> Stage:
    """Where a matter of a kind begins."""
    return COURSES[kind].stages[0]


def stage_after(kind: Kind, stage: Stage, act: Act) -> Stage:
    """Where an act leads. Raises MatterError where it is not to be done there."""
    move = MOVES[act]
    if stage not in move.stages:
        raise MatterError(f"现在是“{STAGES[stage]}”，不能“{move.label}”。请按页上列出的办法来。")
    if move.to is None:
        return stage
    if move.to:
        return Stage(move.to)
    stages = COURSES[kind].stages
    return stages[stages.index(stage) + 1]


def due_on(kind: Kind, opened_on: dt.date, workdays: Workdays) -> dt.date:
    """The last working day a matter has; the day it is opened on does not count."""
    return workdays.nth(opened_on + dt.timedelta(days=1), COURSES[kind].days)


def is_overdue(stage: Stage, due: dt.date, today: dt.date) -> bool:
    """Whether a matter that is not ended is past its day; one that waits for its effect is not."""
    return stage not in ENDED | {Stage.EFFECT} and due < today


def steps(kind: Kind, stage: Stage) -> list[tuple[Stage, str]]:
    """The course of a kind with where a matter stands in it: ``past``, ``now`` or ``to_come``."""
    stages = COURSES[kind].stages
    if stage is Stage.DROPPED:
        return [(stage, "now")]
    now = stages.index(Stage.HANDLING if stage is Stage.PASSED_ON else stage)
    return [
        (step, "past" if n < now or stage is Stage.CLOSED else "now" if n == now else "to_come")
        for n, step in enumerate(stages)
    ]


def check_effect(today: dt.date, effect_on: dt.date) -> None:
    """Raises MatterError before the day on which the effect is looked at."""
    if today < effect_on:
        raise MatterError(f"{effect_on.month}月{effect_on.day}日回头看，还没到日子。")


def check_extent(n_looked: int) -> None:
    """Raises MatterError where nobody has looked anywhere else."""
    if not n_looked:
        raise MatterError("还没有查别处：先写上同样的情况还可能在哪里、查了多少、几处不对；没有的写 0。")
