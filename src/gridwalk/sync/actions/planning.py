"""What an op is to do, read before its grids are locked: which rooms take it, and what it becomes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from gridwalk.sync import rules
from gridwalk.sync.actions import reading
from gridwalk.sync.actions.reading import Known, ReadVisit, Unreadable
from gridwalk.sync.rules import ACCEPTED, RETURNED, Intention
from gridwalk.visits.actions.at_the_door import Found


@dataclasses.dataclass(kw_only=True)
class Outcome:
    """What became of one op. ``grid`` and ``place``: whose data and which door it speaks of, where known."""

    one: Intention
    at: dt.datetime
    uncertain: bool
    state: str = ACCEPTED
    reason: str = ""
    text: str = ""
    grid: str = ""
    place: uuid.UUID | None = None
    differences: list[dict[str, str]] = dataclasses.field(default_factory=list)
    heads: dict[str, str] = dataclasses.field(default_factory=dict)
    faults: dict[str, str] = dataclasses.field(default_factory=dict)

    def returned(self, reason: str, text: str = "") -> None:
        """Keep the op and give it back with a reason."""
        self.state, self.reason = RETURNED, reason
        self.text = (text or rules.REASONS[reason])[:200]

    @property
    def kept(self) -> dict[str, Any]:
        """What is stored of it: differences, the heads under which what it said stood already, and by fact what
        could not be taken though the rest was.
        """
        kept = {"differences": self.differences, "heads": self.heads, "faults": self.faults}
        return {name: what for name, what in kept.items() if what}

    def remark(self, reason: str) -> None:
        """Add a remark to an accepted op."""
        self.reason, self.text = reason, rules.REMARKS[reason]


@dataclasses.dataclass
class Plan:
    """An op as the rooms below take it; ``stale``: to be read again, for something before it changed what it means."""

    found: Found
    read: ReadVisit | None = None
    stale: bool = False


def target_of(one: Intention) -> uuid.UUID | None:
    """The target an op hands back."""
    return rules.as_uuid(one.data.get("target")) or one.entity


def brings(one: Intention, person: uuid.UUID) -> bool:
    """Whether an op brings that person."""
    if one.verb == "person.add":
        return one.entity == person
    arrivals = one.data.get("arrivals")
    return isinstance(arrivals, list) and any(
        isinstance(row, dict) and row.get("id") == str(person) for row in arrivals
    )


def faults_of_extra(one: Intention, known: Known) -> dict[str, str]:
    """By fact: what an op says of fields that exist for a time.

    None is defined yet, so each is a fault of its own; the rest of the op stands, and its body keeps what was said.
    """
    edits = one.data.get("edits")
    said: list[tuple[str, Any, Any]] = [(one.kind, one.entity, one.raw.get("extra"))]
    for row in edits if isinstance(edits, list) else ():
        if isinstance(row, dict):
            said.append((str(row.get("kind"))[:16], rules.as_uuid(row.get("entity")), row.get("extra")))
    facts = [
        reading.key_of(kind, known.reach(entity), f"extra.{str(field)[:40]}")
        for kind, entity, extra in said
        if entity is not None and isinstance(extra, dict)
        for field in extra
    ]
    return dict.fromkeys(facts[:MOST_FAULTS], "unknown_field")


MOST_FAULTS = 50


def _plan_visit(one: Intention, outcome: Outcome, known: Known) -> Plan:
    if one.kind not in reading.PLACES:
        raise Unreadable("走访的不是房屋、单位或场所。")
    reading.note_of(one.data.get("note"))
    read = reading.visit_of(one, outcome.at, known)
    return Plan(read.visit.found, read)


def _plan_facts(one: Intention, outcome: Outcome, known: Known) -> Plan:
    assert one.entity is not None
    entity = known.reach(one.entity)
    if not (one.set or one.raw.get("extra")):
        raise Unreadable("没有要改的内容。")
    return Plan(Found(claims=tuple(reading.claims_of(one, one.kind, entity, one.set, known))))


def _plan_person(one: Intention, outcome: Outcome, known: Known) -> Plan:
    values = one.data.get("values")
    arrival = reading.arrival_of(one.entity, values, one.data.get("residence_kind"))
    return Plan(Found(arrivals=(arrival,)))


def _plan_departure(one: Intention, outcome: Outcome, known: Known) -> Plan:
    assert one.entity is not None
    if one.entity not in known.residences:
        raise Unreadable("这条居住关系已经不在了。")
    return Plan(Found(departures=(known.residences[one.entity][0],)))


def _plan_end(one: Intention, outcome: Outcome, known: Known) -> Plan:
    return Plan(Found(ends=(reading.end_of(str(one.entity), one.data.get("end"), known),)))


def _plan_plain(one: Intention, outcome: Outcome, known: Known) -> Plan:
    if one.verb == "matter.note" and reading.note_of(one.data) is None:
        raise Unreadable("隐患或诉求没有内容。")
    return Plan(Found())


PLANS: dict[str, Callable[[Intention, Outcome, Known], Plan]] = {
    "visit.record": _plan_visit,
    "fact.set": _plan_facts,
    "person.add": _plan_person,
    "residence.end": _plan_departure,
    "person.end": _plan_end,
    "visit.withdraw": _plan_plain,
    "task.hand_back": _plan_plain,
    "matter.note": _plan_plain,
}
