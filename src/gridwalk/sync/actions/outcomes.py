"""What became of an op, and what it is to do before its grids are locked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any, TypeVar

from gridwalk.core.queries import NotHere
from gridwalk.registry.rules import Claim
from gridwalk.sync import messages, rules
from gridwalk.sync.rules import ACCEPTED, RETURNED, Intention
from gridwalk.visits.values import NOTHING, Found, NewVisit

B = TypeVar("B", bound=messages.Body)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """An op as the rooms below take it. ``edition``: that of the references it was read by.

    ``visit``: what is to be recorded of a door; ``note``: a hazard or request; ``act``: what is done about a matter;
    ``heard``: what an inspector heard, of which ``sample``; ``streams``: what it writes to besides the grid;
    ``reason``: the author's words;
    ``aside``: facts about who has left the door meanwhile, and about records of other grids; ``others``: ends and care
    contacts of who has left it; ``moved``: some had.
    """

    edition: int
    findings: Found = NOTHING
    visit: NewVisit | None = None
    note: messages.Note | None = None
    act: messages.MatterAct | None = None
    heard: messages.Body | None = None
    sample: uuid.UUID | None = None
    streams: tuple[str, ...] = ()
    reason: str = ""
    aside: tuple[Claim, ...] = ()
    others: Found = NOTHING
    moved: bool = False


@dataclasses.dataclass(kw_only=True)
class Outcome:
    """What became of one op. ``grid`` and ``place``: whose data and which door it speaks of, where known.

    ``plan``: what it is to do; None where it is returned, or left out as a whole. ``left_out``: what it is told of
    somebody who was erased (``leaving_out``).
    """

    intention: Intention
    at: dt.datetime
    uncertain: bool
    state: str = ACCEPTED
    reason: str = ""
    text: str = ""
    grid: str = ""
    place: uuid.UUID | None = None
    plan: Plan | None = None
    left_out: str = ""
    differences: list[dict[str, str]] = dataclasses.field(default_factory=list)
    heads: dict[str, str] = dataclasses.field(default_factory=dict)
    faults: dict[str, str] = dataclasses.field(default_factory=dict)

    def returned(self, reason: str, text: str = "") -> None:
        """Keep the op and give it back with a reason."""
        self.state, self.reason = RETURNED, reason
        self.text = (text or rules.REASONS[reason])[:200]

    def unreadable(self, text: str) -> None:
        """The same for something in it that cannot be read; ``text`` says what."""
        self.returned("not_valid", f"{text}没有记，内容留着。")

    @property
    def findings(self) -> Found:
        """What it says of the register."""
        return self.plan.findings if self.plan else NOTHING

    @property
    def note(self) -> messages.Note | None:
        """The hazard or request it carries."""
        return self.plan.note if self.plan else None

    def heard(self, body: type[B]) -> B:
        """What an inspector heard."""
        heard = self.plan.heard if self.plan else None
        if not isinstance(heard, body):
            raise NotHere
        return heard

    @property
    def reason_given(self) -> str:
        """Why, in the author's words."""
        return self.plan.reason if self.plan else ""

    @property
    def kept(self) -> dict[str, Any]:
        """What is stored of it: differences, the heads under which what it said stood already, and by fact what
        could not be taken though the rest was.
        """
        kept = {"differences": self.differences, "heads": self.heads, "faults": self.faults}
        return {name: what for name, what in kept.items() if what}

    def remark(self, reason: str) -> None:
        """Add a remark to an op that is not returned."""
        self.reason, self.text = reason, rules.REMARKS[reason]
