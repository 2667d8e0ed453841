"""What a check has to say: how it stands, what was seen, what to do."""

from __future__ import annotations

import dataclasses
import enum


class State(enum.Enum):
    """How it stands with one thing."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was seen, and what to do where something is to be done."""

    what: str
    state: State
    says: str
    todo: str = ""


def ok(what: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(what, State.OK, says)


def warn(what: str, says: str, todo: str) -> Finding:
    """It works, and should be seen to."""
    return Finding(what, State.WARN, says, todo)


def bad(what: str, says: str, todo: str) -> Finding:
    """It does not work, or data is in danger."""
    return Finding(what, State.BAD, says, todo)
